// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers IPv4 ICMP echo requests on IP session 0, so that a bench can see what
 * device service streams do to IP. The host's other IP traffic (it sends IPv6
 * router solicitations as soon as wwanN is up) is counted and dropped.
 */
#include "bytes.h"
#include "icmp.h"
#include "modem.h"

#define IP_MIN_HEADER	20
#define ICMP_HEADER	8
#define PROTOCOL_ICMP	1
#define ICMP_REQUEST	8

static bool is_echo_request(const uint8_t *ip, uint32_t len)
{
	uint32_t header;

	if (len < IP_MIN_HEADER + ICMP_HEADER || ip[0] >> 4 != 4)
		return false;
	header = (ip[0] & 15) * 4;
	return header >= IP_MIN_HEADER && len >= header + ICMP_HEADER &&
	       ip[9] == PROTOCOL_ICMP && ip[header] == ICMP_REQUEST;
}

/* Swapping the addresses leaves the IP checksum as it is. */
static void make_reply(uint8_t *ip)
{
	uint8_t *icmp = ip + (ip[0] & 15) * 4;
	uint8_t address[4];
	uint32_t sum;

	memcpy(address, ip + 12, 4);
	memcpy(ip + 12, ip + 16, 4);
	memcpy(ip + 16, address, 4);
	/* Type 8 becomes 0: the big-endian sum gets 0x0800 more (RFC 1624). */
	icmp[0] = 0;
	sum = (icmp[2] << 8 | icmp[3]) + (ICMP_REQUEST << 8);
	sum = (sum & 0xffff) + (sum >> 16);
	icmp[2] = sum >> 8;
	icmp[3] = sum;
}

void icmp_receive(struct modem *m, const uint8_t *ntb, const struct ntb_ndp *ndp)
{
	const uint8_t *entry = ndp->entries;
	uint8_t reply[65536];

	m->stats.ip_datagrams_out += ndp->count;
	if (!m->ping_ip || ndp->session)
		return;
	for (unsigned int i = 0; i < ndp->count; i++, entry += DPE16_SIZE) {
		uint32_t len = get_le16(entry + 2);

		if (!is_echo_request(ntb + get_le16(entry), len))
			continue;
		memcpy(reply, ntb + get_le16(entry), len);
		make_reply(reply);
		if (queue_append(&m->queue, NDP16_IPS, reply, len))
			m->stats.pings++;
		else
			m->stats.dropped_in++;
	}
}
