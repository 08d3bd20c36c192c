// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's side of the USB/IP connection, for unit tests. */
#include "host.h"

#include <endian.h>
#include <linux/usb/ch9.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"

static void put_be32(uint8_t *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof(v));
}

static uint32_t get_be32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

struct modem_config host_config(void)
{
	return (struct modem_config){
		.port = -1, .serial = "test", .max_sessions = 16, .max_datagram = 2048,
		.max_control = 4096, .ntb_max = 16384, .ndp_modulus = 4, .modulus = 4,
		.nmea_interval = 200,
	};
}

void host_plug(struct host *h, const struct modem_config *config)
{
	struct modem_config standard = host_config();
	int fds[2], size = 4 * 1024 * 1024;

	memset(h, 0, sizeof(*h));
	assert_int_equal(modem_init(&h->modem, config ? config : &standard), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	h->fd = fds[0];
	h->modem.usbip.fd = fds[1];
	assert_int_equal(host_request(h, 0, USB_REQ_SET_CONFIGURATION, 1, 0, 0, NULL), 0);
	assert_int_equal(host_request(h, USB_RECIP_INTERFACE, USB_REQ_SET_INTERFACE, 1,
				      DATA_INTERFACE, 0, NULL), 0);
}

void host_unplug(struct host *h)
{
	close(h->fd);
	modem_free(&h->modem);
}

void host_send_raw(struct host *h, const void *bytes, size_t len)
{
	assert_int_equal(send(h->fd, bytes, len, MSG_DONTWAIT), len);
}

static uint32_t submit(struct host *h, uint8_t endpoint, uint32_t flags, uint32_t len,
		       const uint8_t *setup, const void *data)
{
	uint8_t header[USBIP_HEADER_SIZE] = { 0 };
	bool in = endpoint & 0x80;

	put_be32(header, 1);
	put_be32(header + 4, ++h->seqnum);
	put_be32(header + 12, in);
	put_be32(header + 16, endpoint & 0x7f);
	put_be32(header + 20, flags);
	put_be32(header + 24, len);
	if (setup)
		memcpy(header + 40, setup, 8);
	host_send_raw(h, header, sizeof(header));
	if (!in && len)
		host_send_raw(h, data, len);
	if (in)
		h->in_seqnums[h->n_in++ % 4096] = h->seqnum;
	return h->seqnum;
}

uint32_t host_submit_out(struct host *h, uint8_t endpoint, uint32_t flags, const void *data,
			 uint32_t len)
{
	return submit(h, endpoint, flags, len, NULL, data);
}

uint32_t host_submit_in(struct host *h, uint8_t endpoint, uint32_t len)
{
	return submit(h, endpoint, 0, len, NULL, NULL);
}

uint32_t host_control(struct host *h, uint8_t type, uint8_t request, uint16_t value,
		      uint16_t index, uint16_t length, const void *data)
{
	uint8_t setup[8] = { type, request };

	put_le16(setup + 2, value);
	put_le16(setup + 4, index);
	put_le16(setup + 6, length);
	return submit(h, type & USB_DIR_IN, 0, length, setup, data);
}

uint32_t host_unlink(struct host *h, uint32_t seqnum)
{
	uint8_t header[USBIP_HEADER_SIZE] = { 0 };

	put_be32(header, 2);
	put_be32(header + 4, ++h->seqnum);
	put_be32(header + 20, seqnum);
	host_send_raw(h, header, sizeof(header));
	return h->seqnum;
}

void host_run(struct host *h)
{
	modem_receive(&h->modem);
	modem_run(&h->modem);
}

static bool is_in(const struct host *h, uint32_t seqnum)
{
	for (unsigned int i = 0; i < h->n_in && i < 4096; i++)
		if (h->in_seqnums[i] == seqnum)
			return true;
	return false;
}

bool host_next(struct host *h)
{
	uint8_t header[USBIP_HEADER_SIZE];
	struct host_return *r = &h->got;
	ssize_t n = recv(h->fd, header, sizeof(header), MSG_DONTWAIT);

	if (n <= 0)
		return false;
	assert_int_equal(n, sizeof(header));
	r->command = get_be32(header);
	r->seqnum = get_be32(header + 4);
	r->status = get_be32(header + 20);
	r->actual = r->command == RET_SUBMIT ? get_be32(header + 24) : 0;
	r->in = is_in(h, r->seqnum);
	if (r->actual && r->in) {
		assert_true(r->actual <= sizeof(r->data));
		assert_int_equal(recv(h->fd, r->data, r->actual, MSG_DONTWAIT | MSG_WAITALL),
				 r->actual);
	}
	return true;
}

int host_request(struct host *h, uint8_t type, uint8_t request, uint16_t value,
		 uint16_t index, uint16_t length, const void *data)
{
	uint32_t seqnum = host_control(h, type, request, value, index, length, data);

	host_run(h);
	while (host_next(h))
		if (h->got.seqnum == seqnum)
			return h->got.status;
	fail_msg("request %u is not answered", request);
	return 0;
}

uint32_t host_ntb(const struct ntb_rules *rules, uint32_t signature, unsigned int count,
		  uint32_t size, uint8_t fill, uint8_t *out)
{
	struct ntb *ntb = ntb_alloc(rules->max_size);
	uint8_t *datagram = malloc(size);
	uint32_t len;

	assert_non_null(ntb);
	assert_non_null(datagram);
	memset(datagram, fill, size);
	while (count--)
		assert_true(ntb_append(ntb, rules, signature, datagram, size));
	len = ntb_finish(ntb, rules, 0);
	memcpy(out, ntb->data, len);
	free(datagram);
	ntb_free(ntb);
	return len;
}
