// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The USB device behind endpoint 0: standard requests (USB 2.0, 9.4), those of
 * CDC, NCM and MBIM (NCM 1.0, 6.2; MBIM 1.0, 8), and RESPONSE_AVAILABLE.
 *
 * A request that is not known, or has a bad value, stalls; one that breaks a
 * rule of its class is counted as a violation too.
 */
#include <errno.h>
#include <linux/usb/cdc.h>
#include <linux/usb/ch9.h>

#include "bytes.h"
#include "descriptors.h"
#include "device.h"
#include "modem.h"

#define STALL	(-EPIPE)

/* NTB parameters, in bmNtbFormatsSupported: 16-bit only */
#define NTB_FORMATS	1
#define NTB_MIN_SIZE	2048	/* NCM 1.0, 6.2.7 */

struct request {
	uint8_t type, request;
	uint16_t value, index, length;
	const uint8_t *data;		/* OUT: length bytes */
	uint8_t *reply;			/* IN: room for any reply */
};

void device_reset(struct modem *m)
{
	struct device *d = &m->device;

	d->configuration = 0;
	d->data_alt = 0;
	d->remote_wakeup = false;
	d->interrupt_halted = false;
	d->ntb_in_size = m->config.ntb_max;
	d->max_datagram = m->config.max_datagram;
	pipes_update_rules(m);
	pipes_reset(m);
}

/* -------- standard requests -------- */

static bool *halt_of(struct modem *m, uint16_t endpoint)
{
	switch (endpoint) {
	case ENDPOINT_INTERRUPT:
		return &m->device.interrupt_halted;
	case ENDPOINT_IN:
		return m->device.data_alt ? &m->pipes.in.halted : NULL;
	case ENDPOINT_OUT:
		return m->device.data_alt ? &m->pipes.out.halted : NULL;
	default:
		return NULL;
	}
}

static int get_status(struct modem *m, const struct request *r)
{
	uint16_t status = 0;
	const bool *halt;

	switch (r->type & USB_RECIP_MASK) {
	case USB_RECIP_DEVICE:
		status = m->device.remote_wakeup << USB_DEVICE_REMOTE_WAKEUP;
		break;
	case USB_RECIP_INTERFACE:
		break;
	case USB_RECIP_ENDPOINT:
		halt = halt_of(m, r->index);
		if (!halt && (r->index & 0x7f))
			return STALL;
		status = halt && *halt;
		break;
	default:
		return STALL;
	}
	put_le16(r->reply, status);
	return 2;
}

static int set_feature(struct modem *m, const struct request *r, bool on)
{
	bool *halt;

	switch (r->type & USB_RECIP_MASK) {
	case USB_RECIP_DEVICE:
		if (r->value != USB_DEVICE_REMOTE_WAKEUP)
			break;
		m->device.remote_wakeup = on;
		return 0;
	case USB_RECIP_INTERFACE:
		/* FUNCTION_SUSPEND, of SuperSpeed devices; nothing to do. */
		return m->config.super && r->value == USB_INTRF_FUNC_SUSPEND ? 0 : STALL;
	case USB_RECIP_ENDPOINT:
		halt = halt_of(m, r->index);
		if (!halt || r->value != USB_ENDPOINT_HALT)
			break;
		if (!on && halt == &m->pipes.in.halted && m->usbip.queue[USBIP_PIPE_IN].count)
			m->stats.busy_halts++;
		*halt = on;
		return 0;
	}
	return STALL;
}

static int set_configuration(struct modem *m, uint16_t value)
{
	if (value > 1)
		return STALL;
	/* The host sends this after a reset of the bus, too. */
	modem_reset(m);
	m->device.configuration = value;
	modem_log(m, "configuration %u", value);
	return 0;
}

static int set_interface(struct modem *m, const struct request *r)
{
	if (!m->device.configuration)
		return STALL;
	if (r->index == CONTROL_INTERFACE)
		return r->value ? STALL : 0;
	if (r->index != DATA_INTERFACE || r->value > 1)
		return STALL;
	m->device.data_alt = r->value;
	if (!r->value) {
		/* NCM 1.0, 7.2: alternate setting 0 resets what was negotiated. */
		m->device.ntb_in_size = m->config.ntb_max;
		m->device.max_datagram = m->config.max_datagram;
	}
	pipes_update_rules(m);
	pipes_reset(m);
	modem_log(m, "data interface: alternate setting %u", r->value);
	return 0;
}

static int standard_request(struct modem *m, const struct request *r)
{
	switch (r->request) {
	case USB_REQ_GET_STATUS:
		return get_status(m, r);
	case USB_REQ_CLEAR_FEATURE:
		return set_feature(m, r, false);
	case USB_REQ_SET_FEATURE:
		return set_feature(m, r, true);
	case USB_REQ_SET_ADDRESS:
		return 0;
	case USB_REQ_GET_DESCRIPTOR: {
		size_t len = descriptor_get(&m->config, r->value, r->reply);

		return len ? (int)len : STALL;
	}
	case USB_REQ_GET_CONFIGURATION:
		r->reply[0] = m->device.configuration;
		return 1;
	case USB_REQ_SET_CONFIGURATION:
		return set_configuration(m, r->value);
	case USB_REQ_GET_INTERFACE:
		r->reply[0] = r->index == DATA_INTERFACE ? m->device.data_alt : 0;
		return 1;
	case USB_REQ_SET_INTERFACE:
		return set_interface(m, r);
	case USB_REQ_SET_SEL:
	case USB_REQ_SET_ISOCH_DELAY:
		return m->config.super ? 0 : STALL;
	default:
		return STALL;
	}
}

/* -------- class requests -------- */

static int get_ntb_parameters(const struct modem *m, uint8_t *reply)
{
	const struct modem_config *c = &m->config;
	struct usb_cdc_ncm_ntb_parameters p = {
		.wLength = htole16(sizeof(p)),
		.bmNtbFormatsSupported = htole16(NTB_FORMATS),
		.dwNtbInMaxSize = htole32(c->ntb_max),
		.wNdpInDivisor = htole16(c->modulus),
		.wNdpInPayloadRemainder = htole16(c->remainder),
		.wNdpInAlignment = htole16(c->ndp_modulus),
		.dwNtbOutMaxSize = htole32(c->ntb_max),
		.wNdpOutDivisor = htole16(c->modulus),
		.wNdpOutPayloadRemainder = htole16(c->remainder),
		.wNdpOutAlignment = htole16(c->ndp_modulus),
		.wNtbOutMaxDatagrams = htole16(c->ntb_datagrams),
	};

	memcpy(reply, &p, sizeof(p));
	return sizeof(p);
}

static int set_ntb_input_size(struct modem *m, const struct request *r)
{
	uint32_t size;

	if (r->length != 4) {
		modem_violation(m, "SET_NTB_INPUT_SIZE of %u bytes instead of 4", r->length);
		return STALL;
	}
	size = get_le32(r->data);
	if (size < NTB_MIN_SIZE || size > m->config.ntb_max) {
		modem_violation(m, "SET_NTB_INPUT_SIZE %u: not %u to %u", size, NTB_MIN_SIZE,
				m->config.ntb_max);
		return STALL;
	}
	m->device.ntb_in_size = size;
	pipes_update_rules(m);
	return 0;
}

static int set_max_datagram(struct modem *m, const struct request *r)
{
	uint16_t size;

	if (r->length != 2) {
		modem_violation(m, "SET_MAX_DATAGRAM_SIZE of %u bytes instead of 2", r->length);
		return STALL;
	}
	size = get_le16(r->data);
	if (size < MBIM_MIN_DATAGRAM || size > m->config.max_datagram) {
		modem_violation(m, "SET_MAX_DATAGRAM_SIZE %u: not %u to %u", size,
				MBIM_MIN_DATAGRAM, m->config.max_datagram);
		return STALL;
	}
	m->device.max_datagram = size;
	pipes_update_rules(m);
	return 0;
}

static int class_request(struct modem *m, const struct request *r)
{
	if (r->index != CONTROL_INTERFACE) {
		modem_violation(m, "class request 0x%02x to interface %u", r->request, r->index);
		return STALL;
	}
	switch (r->request) {
	case USB_CDC_SEND_ENCAPSULATED_COMMAND:
		mbim_receive(m, r->data, r->length);
		return 0;
	case USB_CDC_GET_ENCAPSULATED_RESPONSE:
		return mbim_response(m, r->reply, r->length);
	case USB_CDC_GET_NTB_PARAMETERS:
		return get_ntb_parameters(m, r->reply);
	case USB_CDC_GET_NTB_FORMAT:
		put_le16(r->reply, 0);
		return 2;
	case USB_CDC_SET_NTB_FORMAT:
		return r->value ? STALL : 0;
	case USB_CDC_GET_NTB_INPUT_SIZE:
		put_le32(r->reply, m->device.ntb_in_size);
		return 4;
	case USB_CDC_SET_NTB_INPUT_SIZE:
		return set_ntb_input_size(m, r);
	case USB_CDC_GET_MAX_DATAGRAM_SIZE:
		put_le16(r->reply, m->device.max_datagram);
		return 2;
	case USB_CDC_SET_MAX_DATAGRAM_SIZE:
		return set_max_datagram(m, r);
	default:
		return STALL;
	}
}

/* Data stages go one way only: a request of the other direction is malformed. */
static bool direction_fits(const struct request *r)
{
	bool in = r->type & USB_DIR_IN;

	if ((r->type & USB_TYPE_MASK) == USB_TYPE_CLASS) {
		bool get = r->request != USB_CDC_SEND_ENCAPSULATED_COMMAND &&
			   (r->request == USB_CDC_GET_ENCAPSULATED_RESPONSE ||
			    r->request == USB_CDC_GET_NTB_PARAMETERS ||
			    r->request == USB_CDC_GET_NTB_FORMAT ||
			    r->request == USB_CDC_GET_NTB_INPUT_SIZE ||
			    r->request == USB_CDC_GET_MAX_DATAGRAM_SIZE);
		return in == get;
	}
	return in == (r->request == USB_REQ_GET_STATUS ||
		      r->request == USB_REQ_GET_DESCRIPTOR ||
		      r->request == USB_REQ_GET_CONFIGURATION ||
		      r->request == USB_REQ_GET_INTERFACE);
}

static int request(struct modem *m, const struct request *r)
{
	if (!direction_fits(r))
		return STALL;
	switch (r->type & USB_TYPE_MASK) {
	case USB_TYPE_STANDARD:
		return standard_request(m, r);
	case USB_TYPE_CLASS:
		return class_request(m, r);
	default:
		return STALL;
	}
}

void device_control(struct modem *m, const struct usbip_submit *submit)
{
	uint8_t reply[MBIM_MAX_CONTROL > DESCRIPTOR_MAX ? MBIM_MAX_CONTROL : DESCRIPTOR_MAX];
	struct request r = {
		.type = submit->setup[0],
		.request = submit->setup[1],
		.value = get_le16(submit->setup + 2),
		.index = get_le16(submit->setup + 4),
		.length = get_le16(submit->setup + 6),
		.data = submit->data,
		.reply = reply,
	};
	bool in = r.type & USB_DIR_IN;
	int ret;

	if (!in && r.length != submit->length)
		ret = STALL;
	else
		ret = request(m, &r);
	if (ret < 0)
		usbip_give_back(&m->usbip, submit->seqnum, ret, 0, NULL);
	else if (!in)
		usbip_give_back(&m->usbip, submit->seqnum, 0, submit->length, NULL);
	else
		usbip_give_back_copy(&m->usbip, submit->seqnum, 0,
				     ret < r.length ? ret : r.length, reply);
}

/* -------- the interrupt endpoint -------- */

void device_interrupt_submit(struct modem *m, const struct usbip_submit *submit)
{
	if (usbip_hold(&m->usbip, USBIP_PIPE_INTERRUPT, submit))
		usbip_give_back(&m->usbip, submit->seqnum, -EPROTO, 0, NULL);
}

bool device_interrupt_run(struct modem *m)
{
	struct usb_cdc_notification notification = {
		.bmRequestType = USB_DIR_IN | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
		.bNotificationType = USB_CDC_NOTIFY_RESPONSE_AVAILABLE,
		.wIndex = htole16(CONTROL_INTERFACE),
	};
	struct usbip_queue *queue = &m->usbip.queue[USBIP_PIPE_INTERRUPT];
	bool moved = false;

	while (queue->head && !m->device.mute) {
		if (m->device.interrupt_halted)
			usbip_give_back(&m->usbip, queue->head->seqnum, STALL, 0, NULL);
		else if (mbim_take_notification(m))
			usbip_give_back_copy(&m->usbip, queue->head->seqnum, 0,
					     sizeof(notification), &notification);
		else
			break;
		usbip_release_head(&m->usbip, USBIP_PIPE_INTERRUPT);
		moved = true;
	}
	return moved;
}
