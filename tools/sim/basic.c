// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Basic Connect (MBIM 1.0, 10.5): enough for mbimcli and ModemManager to find a
 * sane modem, registered in the test network 001 01, that connects at once.
 */
#include "bytes.h"
#include "modem.h"

#define PROVIDER_ID	"00101"
#define PROVIDER_NAME	"mbim-sim"
#define IP_ADDRESS	{ 10, 0, 0, 2 }
#define IP_GATEWAY	{ 10, 0, 0, 1 }
#define IP_PREFIX	24
#define IP_MTU		1500
#define SPEED		100000000	/* bit/s */
#define CLASS_GSM	1
#define DATA_CLASS_LTE	0x20
#define RSSI		20		/* 0 to 31 */
#define ERROR_RATE	99		/* unknown */

struct basic_cid {
	uint32_t cid;
	bool query, set;
	/* Writes command->reply; returns the MBIM status. */
	uint32_t (*run)(struct modem *m, struct mbim_command *command);
};

static uint32_t device_caps(struct modem *m, struct mbim_command *command)
{
	struct mbim_buffer *b = command->reply;
	uint32_t custom, id, firmware, hardware;

	mbim_put32(b, 2);		/* removable device */
	mbim_put32(b, CLASS_GSM);
	mbim_put32(b, 1);		/* no voice */
	mbim_put32(b, 2);		/* removable SIM */
	mbim_put32(b, DATA_CLASS_LTE);
	mbim_put32(b, 0);		/* no SMS */
	mbim_put32(b, 1);		/* manual registration */
	mbim_put32(b, 8);		/* IP sessions */
	custom = mbim_put_pair(b);
	id = mbim_put_pair(b);
	firmware = mbim_put_pair(b);
	hardware = mbim_put_pair(b);
	mbim_fill_text(b, custom, "");
	mbim_fill_text(b, id, m->config.serial);
	mbim_fill_text(b, firmware, "mbim-sim 1");
	mbim_fill_text(b, hardware, "Virtual MBIM modem");
	return MBIM_SUCCESS;
}

static uint32_t subscriber_ready(struct modem *m, struct mbim_command *command)
{
	struct mbim_buffer *b = command->reply;
	uint32_t imsi, iccid;

	(void)m;
	mbim_put32(b, 1);		/* initialised */
	imsi = mbim_put_pair(b);
	iccid = mbim_put_pair(b);
	mbim_put32(b, 0);		/* ready info: none */
	mbim_put32(b, 0);		/* telephone numbers */
	mbim_fill_text(b, imsi, "001010000000001");
	mbim_fill_text(b, iccid, "8900101000000000001");
	return MBIM_SUCCESS;
}

static uint32_t radio_state(struct modem *m, struct mbim_command *command)
{
	if (command->set) {
		if (command->info_len != 4 || get_le32(command->info) > 1)
			return MBIM_INVALID_PARAMETERS;
		m->mbim.radio_on = get_le32(command->info);
	}
	mbim_put32(command->reply, 1);	/* hardware switch: on */
	mbim_put32(command->reply, m->mbim.radio_on);
	return MBIM_SUCCESS;
}

static uint32_t pin(struct modem *m, struct mbim_command *command)
{
	(void)m;
	mbim_put32(command->reply, 0);	/* type: none */
	mbim_put32(command->reply, 0);	/* unlocked */
	mbim_put32(command->reply, 3);	/* attempts left */
	return MBIM_SUCCESS;
}

static uint32_t pin_list(struct modem *m, struct mbim_command *command)
{
	(void)m;
	for (int i = 0; i < 10; i++) {
		mbim_put32(command->reply, 0);	/* not supported */
		mbim_put32(command->reply, 0);	/* format unknown */
		mbim_put32(command->reply, 0);	/* shortest */
		mbim_put32(command->reply, 0);	/* longest */
	}
	return MBIM_SUCCESS;
}

static uint32_t home_provider(struct modem *m, struct mbim_command *command)
{
	struct mbim_buffer *b = command->reply;
	uint32_t id, name;

	(void)m;
	id = mbim_put_pair(b);
	mbim_put32(b, 1);		/* home */
	name = mbim_put_pair(b);
	mbim_put32(b, CLASS_GSM);
	mbim_put32(b, RSSI);
	mbim_put32(b, ERROR_RATE);
	mbim_fill_text(b, id, PROVIDER_ID);
	mbim_fill_text(b, name, PROVIDER_NAME);
	return MBIM_SUCCESS;
}

static uint32_t register_state(struct modem *m, struct mbim_command *command)
{
	struct mbim_buffer *b = command->reply;
	uint32_t id, name, roaming;

	mbim_put32(b, 0);		/* network error */
	mbim_put32(b, m->mbim.radio_on ? 3 : 1);	/* home, or deregistered */
	mbim_put32(b, 1);		/* automatic */
	mbim_put32(b, m->mbim.radio_on ? DATA_CLASS_LTE : 0);
	mbim_put32(b, CLASS_GSM);
	id = mbim_put_pair(b);
	name = mbim_put_pair(b);
	roaming = mbim_put_pair(b);
	mbim_put32(b, 0);		/* flags */
	mbim_fill_text(b, id, PROVIDER_ID);
	mbim_fill_text(b, name, PROVIDER_NAME);
	mbim_fill_text(b, roaming, "");
	return MBIM_SUCCESS;
}

static uint32_t packet_service(struct modem *m, struct mbim_command *command)
{
	struct mbim_buffer *b = command->reply;

	if (command->set) {
		if (command->info_len != 4 || get_le32(command->info) > 1)
			return MBIM_INVALID_PARAMETERS;
		m->mbim.attached = !get_le32(command->info);	/* 0: attach */
	}
	mbim_put32(b, 0);		/* network error */
	mbim_put32(b, m->mbim.attached ? 2 : 4);	/* attached, or detached */
	mbim_put32(b, DATA_CLASS_LTE);
	mbim_put64(b, SPEED);
	mbim_put64(b, SPEED);
	return MBIM_SUCCESS;
}

static uint32_t signal_state(struct modem *m, struct mbim_command *command)
{
	(void)m;
	mbim_put32(command->reply, RSSI);
	mbim_put32(command->reply, ERROR_RATE);
	mbim_put32(command->reply, 0);	/* interval, s */
	mbim_put32(command->reply, 0);	/* thresholds: as the modem likes */
	mbim_put32(command->reply, 0);
	return MBIM_SUCCESS;
}

/* Query: the session. Set: session, command, three texts, four more words, type. */
static uint32_t connect(struct modem *m, struct mbim_command *command)
{
	static const uint8_t internet[16] = {
		0x7e, 0x5e, 0x2a, 0x7e, 0x4e, 0x6f, 0x72, 0x72,
		0x73, 0x6b, 0x65, 0x6e, 0x7e, 0x5e, 0x2a, 0x7e,
	};
	struct mbim_buffer *b = command->reply;
	uint32_t session;

	if (command->info_len < (command->set ? 60u : 4u))
		return MBIM_INVALID_PARAMETERS;
	session = get_le32(command->info);
	if (session > 255)
		return MBIM_INVALID_PARAMETERS;
	if (command->set) {
		if (get_le32(command->info + 4) > 1)
			return MBIM_INVALID_PARAMETERS;
		m->mbim.ip_active[session] = get_le32(command->info + 4);
	}
	mbim_put32(b, session);
	mbim_put32(b, m->mbim.ip_active[session] ? 1 : 3);	/* activated, deactivated */
	mbim_put32(b, 0);		/* voice call: none */
	mbim_put32(b, 1);		/* IPv4 */
	mbim_put_bytes(b, internet, sizeof(internet));
	mbim_put32(b, 0);		/* network error */
	return MBIM_SUCCESS;
}

static uint32_t ip_configuration(struct modem *m, struct mbim_command *command)
{
	static const uint8_t address[4] = IP_ADDRESS, gateway[4] = IP_GATEWAY;
	struct mbim_buffer *b = command->reply;
	enum { FIXED = 60 };		/* bytes before the addresses */
	uint32_t session;

	if (command->info_len < 4)
		return MBIM_INVALID_PARAMETERS;
	session = get_le32(command->info);
	if (session > 255)
		return MBIM_INVALID_PARAMETERS;
	if (!m->mbim.ip_active[session])
		return MBIM_CONTEXT_NOT_ACTIVATED;
	mbim_put32(b, session);
	mbim_put32(b, 0x0f);		/* IPv4: address, gateway, DNS server, MTU */
	mbim_put32(b, 0);		/* IPv6: nothing */
	mbim_put32(b, 1);		/* IPv4 addresses, and where */
	mbim_put32(b, FIXED);
	mbim_put32(b, 0);		/* IPv6 addresses */
	mbim_put32(b, 0);
	mbim_put32(b, FIXED + 8);	/* IPv4 gateway */
	mbim_put32(b, 0);
	mbim_put32(b, 1);		/* IPv4 DNS servers: the gateway */
	mbim_put32(b, FIXED + 8);
	mbim_put32(b, 0);		/* IPv6 DNS servers */
	mbim_put32(b, 0);
	mbim_put32(b, IP_MTU);
	mbim_put32(b, 0);
	mbim_put32(b, IP_PREFIX);
	mbim_put_bytes(b, address, sizeof(address));
	mbim_put_bytes(b, gateway, sizeof(gateway));
	return MBIM_SUCCESS;
}

/* -------- device services -------- */

static void put_service(struct mbim_buffer *b, uint32_t pair, const uint8_t uuid[16],
			uint32_t payload, uint32_t instances, const uint32_t *cids,
			uint32_t n_cids)
{
	uint8_t element[28 + 4 * 32];

	memcpy(element, uuid, 16);
	put_le32(element + 16, payload);
	put_le32(element + 20, instances);
	put_le32(element + 24, n_cids);
	for (uint32_t i = 0; i < n_cids; i++)
		put_le32(element + 28 + 4 * i, cids[i]);
	mbim_fill_pair(b, pair, element, 28 + 4 * n_cids);
}

static const struct basic_cid basic_cids[];
static uint32_t list_basic_cids(uint32_t *cids);

static uint32_t device_services(struct modem *m, struct mbim_command *command)
{
	static const uint8_t basic[16] = BASIC_UUID, dss[16] = DSS_UUID;
	static const uint32_t dss_cids[] = { 1 };
	struct mbim_buffer *b = command->reply;
	const struct service *service;
	uint32_t basic_list[32], n = 2, pair;

	for (service = services; service->name; service++)
		n++;
	mbim_put32(b, n);
	mbim_put32(b, m->config.max_sessions);
	pair = b->len;
	for (uint32_t i = 0; i < n; i++)
		mbim_put_pair(b);
	put_service(b, pair, basic, 0, 0, basic_list, list_basic_cids(basic_list));
	put_service(b, pair + 8, dss, 0, 0, dss_cids, 1);
	pair += 16;
	for (service = services; service->name; service++, pair += 8)
		put_service(b, pair, service->uuid, service->payload, service->max_instances,
			    service->cids, service->n_cids);
	return MBIM_SUCCESS;
}

/* Whether the list of (offset, length) pairs and its elements lie within it. */
static bool valid_subscriptions(const uint8_t *list, uint32_t len)
{
	uint32_t count;

	if (len < 4)
		return false;
	count = get_le32(list);
	if (count > (len - 4) / 8)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t offset = get_le32(list + 4 + 8 * i);
		uint32_t size = get_le32(list + 8 + 8 * i);

		if (offset > len || size > len - offset || size < 20)
			return false;
	}
	return true;
}

static uint32_t subscribe_list(struct modem *m, struct mbim_command *command)
{
	struct mbim *mbim = &m->mbim;

	if (command->info_len > sizeof(mbim->subscriptions) ||
	    !valid_subscriptions(command->info, command->info_len)) {
		modem_violation(m, "malformed DEVICE_SERVICE_SUBSCRIBE_LIST");
		return MBIM_INVALID_PARAMETERS;
	}
	memcpy(mbim->subscriptions, command->info, command->info_len);
	mbim->subscriptions_len = command->info_len;
	mbim_put_bytes(command->reply, command->info, command->info_len);
	return MBIM_SUCCESS;
}

static uint32_t packet_statistics(struct modem *m, struct mbim_command *command)
{
	struct mbim_buffer *b = command->reply;

	mbim_put32(b, 0);		/* in: discards, errors, bytes, packets */
	mbim_put32(b, 0);
	mbim_put64(b, m->stats.bytes_in);
	mbim_put64(b, m->stats.datagrams_in);
	mbim_put64(b, m->stats.bytes_out);
	mbim_put64(b, m->stats.datagrams_out);
	mbim_put32(b, 0);		/* out: errors, discards */
	mbim_put32(b, 0);
	return MBIM_SUCCESS;
}

static const struct basic_cid basic_cids[] = {
	{ 1, true, false, device_caps },
	{ 2, true, false, subscriber_ready },
	{ 3, true, true, radio_state },
	{ 4, true, false, pin },
	{ 5, true, false, pin_list },
	{ 6, true, false, home_provider },
	{ 9, true, true, register_state },
	{ 10, true, true, packet_service },
	{ 11, true, true, signal_state },
	{ 12, true, true, connect },
	{ 15, true, false, ip_configuration },
	{ 16, true, false, device_services },
	{ 19, false, true, subscribe_list },
	{ 20, true, false, packet_statistics },
	{ 0, false, false, NULL },
};

static uint32_t list_basic_cids(uint32_t *cids)
{
	uint32_t n = 0;

	for (; basic_cids[n].cid; n++)
		cids[n] = basic_cids[n].cid;
	return n;
}

bool basic_command(struct modem *m, struct mbim_command *command)
{
	for (const struct basic_cid *c = basic_cids; c->cid; c++)
		if (c->cid == command->cid && (command->set ? c->set : c->query))
			command->status = c->run(m, command);
	return true;
}
