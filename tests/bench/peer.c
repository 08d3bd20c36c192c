// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The peer: packet sockets on the stock cdc_mbim, which takes VLAN 256 + S of its
 * netdev for session S. Frames are made here with the tag in them: that is
 * cheaper than a VLAN device, whose transmit path is one more.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench.h"

/* Neither IPv4 nor IPv6, which cdc_mbim refuses on these VLANs. */
#define PROTOCOL	0x88b5
#define VLAN_HEADER	18		/* Ethernet header with an 802.1Q tag */
/* More than any flood here: what is lost is lost before the socket. */
#define RECEIVE_BUFFER	(256 * 1024 * 1024)
#define SILENCE_MS	100		/* after which a flood is over */

#define RING_BLOCK	(256 * 1024)
#define RING_BLOCKS	128
#define RING_TIMEOUT_MS	1

struct peer {
	int fd;
	unsigned int size;
	uint8_t frame[BATCH][VLAN_HEADER + MAX_DATAGRAM];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
	uint8_t *ring;
	unsigned int block;		/* of the ring, to be read next */
};

static void set_option(int fd, int level, int name, const void *value, socklen_t len)
{
	if (setsockopt(fd, level, name, value, len))
		die("packet socket: option %d: %s", name, strerror(errno));
}

static void set_int(int fd, int level, int name, int value)
{
	set_option(fd, level, name, &value, sizeof(value));
}

static void bind_to(int fd, unsigned short protocol)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = if_nametoindex(NETDEV),
	};

	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("bind to %s: %s", NETDEV, strerror(errno));
}

/* Frames of one session only: the tag is beside the frame, a filter can read it. */
static void filter_session(int fd, unsigned int session)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_VLAN_TAG),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 256 + session, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	set_option(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static void make_frame(uint8_t *frame, unsigned int session, unsigned int size, uint8_t seed)
{
	const uint16_t tail[3] = { htons(ETH_P_8021Q), htons(256 + session), htons(PROTOCOL) };

	memset(frame, 0, 2 * ETH_ALEN);
	memcpy(frame + 2 * ETH_ALEN, tail, sizeof(tail));
	for (unsigned int i = 0; i < size; i++)
		frame[VLAN_HEADER + i] = i + seed;
}

static struct peer *peer_alloc(unsigned int size)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (!p)
		die("no memory");
	p->size = size;
	p->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		die("packet socket: %s", strerror(errno));
	for (int i = 0; i < BATCH; i++) {
		p->msg[i].msg_hdr.msg_iov = &p->iov[i];
		p->msg[i].msg_hdr.msg_iovlen = 1;
		p->iov[i].iov_base = p->frame[i];
	}
	return p;
}

static void peer_free(struct peer *p)
{
	if (p->ring)
		munmap(p->ring, RING_BLOCK * RING_BLOCKS);
	close(p->fd);
	free(p);
}

/* -------- transmit -------- */

static struct peer *sender_open(unsigned int session, unsigned int size, bool bypass)
{
	struct peer *p = peer_alloc(size);

	set_int(p->fd, SOL_PACKET, PACKET_QDISC_BYPASS, bypass);
	/* protocol 0: it need not see what comes in */
	bind_to(p->fd, 0);
	for (int i = 0; i < BATCH; i++) {
		make_frame(p->frame[i], session, size, i);
		p->iov[i].iov_len = VLAN_HEADER + size;
	}
	return p;
}

/* ENOBUFS: the queue is full. Nothing tells when it no longer is. */
static void make_way(void)
{
	if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
		die("sending to %s: %s", NETDEV, strerror(errno));
	sched_yield();
}

static void send_each(struct peer *p, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		while (send(p->fd, p->frame[i % BATCH], VLAN_HEADER + p->size, 0) < 0)
			make_way();
}

static void send_batches(struct peer *p, uint64_t count)
{
	while (count) {
		int n = sendmmsg(p->fd, p->msg, count < BATCH ? count : BATCH, 0);

		if (n < 0)
			make_way();
		else
			count -= n;
	}
}

static void transmit(const struct measure *m, struct result *r, bool bypass,
		     void (*send_all)(struct peer *p, uint64_t count))
{
	struct peer *p = sender_open(SESSION_SINK, m->size, bypass);
	uint64_t before, at;

	before = sim_session(SESSION_SINK, "datagrams_out");
	send_all(p, m->count / 16);
	sim_settle(SESSION_SINK, before, m->count / 16, &at);
	before = sim_session(SESSION_SINK, "datagrams_out");

	usage_begin(&r->usage);
	send_all(p, m->count);
	r->sent = m->count;
	r->delivered = sim_settle(SESSION_SINK, before, m->count, &at);
	usage_end_at(&r->usage, at);
	result_rate(r);
	peer_free(p);
}

void peer_sendto(const struct measure *m, struct result *r)
{
	transmit(m, r, false, send_each);
}

void peer_sendto_bypass(const struct measure *m, struct result *r)
{
	transmit(m, r, true, send_each);
}

void peer_sendmmsg(const struct measure *m, struct result *r)
{
	transmit(m, r, false, send_batches);
}

void peer_sendmmsg_bypass(const struct measure *m, struct result *r)
{
	transmit(m, r, true, send_batches);
}

/* -------- receive -------- */

static void receiver_options(struct peer *p, unsigned int session)
{
	struct timeval silence = { .tv_usec = SILENCE_MS * 1000 };

	set_int(p->fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
	set_int(p->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
	set_option(p->fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	filter_session(p->fd, session);
}

static struct peer *receiver_open(unsigned int session, unsigned int size)
{
	struct peer *p = peer_alloc(size);

	receiver_options(p, session);
	for (int i = 0; i < BATCH; i++)
		p->iov[i].iov_len = sizeof(p->frame[i]);
	bind_to(p->fd, ETH_P_ALL);
	return p;
}

/* Up to @count frames, until nothing comes any more. @at: when the last did. */
static uint64_t receive_batches(struct peer *p, uint64_t count, uint64_t *at)
{
	uint64_t got = 0;

	while (got < count) {
		int n = recvmmsg(p->fd, p->msg, BATCH, MSG_WAITFORONE, NULL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		for (int i = 0; i < n; i++)
			if (p->msg[i].msg_len != ETH_HLEN + p->size)
				die("a frame of %u bytes", p->msg[i].msg_len);
		got += n;
		*at = now_ns();
	}
	return got;
}

static void receive(const struct measure *m, struct result *r, struct peer *p,
		    uint64_t (*receive_all)(struct peer *p, uint64_t count, uint64_t *at))
{
	uint64_t at = 0;

	sim_flood(SESSION_SOURCE, m->size, m->count / 16);
	receive_all(p, m->count / 16, &at);

	usage_begin(&r->usage);
	sim_flood(SESSION_SOURCE, m->size, m->count);
	at = r->usage.wall;
	r->delivered = receive_all(p, m->count, &at);
	usage_end_at(&r->usage, at);
	r->sent = sim_session(SESSION_SOURCE, "flood_sent");
	if (r->sent != m->count)
		die("the flood is stuck after %llu", (unsigned long long)r->sent);
	result_rate(r);
	peer_free(p);
}

void peer_recvmmsg(const struct measure *m, struct result *r)
{
	receive(m, r, receiver_open(SESSION_SOURCE, m->size), receive_batches);
}

/* -------- TPACKET_V3 -------- */

static struct peer *ring_open(unsigned int session, unsigned int size)
{
	struct tpacket_req3 request = {
		.tp_block_size = RING_BLOCK,
		.tp_block_nr = RING_BLOCKS,
		.tp_frame_size = TPACKET_ALIGNMENT << 7,
		.tp_frame_nr = RING_BLOCK / (TPACKET_ALIGNMENT << 7) * RING_BLOCKS,
		.tp_retire_blk_tov = RING_TIMEOUT_MS,
	};
	struct peer *p = peer_alloc(size);

	receiver_options(p, session);
	set_int(p->fd, SOL_PACKET, PACKET_VERSION, TPACKET_V3);
	set_option(p->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request));
	p->ring = mmap(NULL, RING_BLOCK * RING_BLOCKS, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_LOCKED | MAP_POPULATE, p->fd, 0);
	if (p->ring == MAP_FAILED)
		die("TPACKET_V3 ring: %s", strerror(errno));
	bind_to(p->fd, ETH_P_ALL);
	return p;
}

static unsigned int read_block(const struct peer *p, const struct tpacket_block_desc *block)
{
	const struct tpacket_hdr_v1 *header = &block->hdr.bh1;
	const uint8_t *at = (const uint8_t *)block + header->offset_to_first_pkt;

	for (unsigned int i = 0; i < header->num_pkts; i++) {
		const struct tpacket3_hdr *packet = (const void *)at;

		if (packet->tp_len != ETH_HLEN + p->size)
			die("a frame of %u bytes", packet->tp_len);
		at += packet->tp_next_offset;
	}
	return header->num_pkts;
}

static uint64_t receive_blocks(struct peer *p, uint64_t count, uint64_t *at)
{
	struct pollfd poll_fd = { .fd = p->fd, .events = POLLIN };
	uint64_t got = 0;

	while (got < count) {
		struct tpacket_block_desc *block = (void *)(p->ring + p->block * RING_BLOCK);
		uint32_t *status = &block->hdr.bh1.block_status;

		if (!(__atomic_load_n(status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) {
			if (poll(&poll_fd, 1, SILENCE_MS) <= 0)
				break;
			continue;
		}
		got += read_block(p, block);
		__atomic_store_n(status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		p->block = (p->block + 1) % RING_BLOCKS;
		*at = now_ns();
	}
	return got;
}

void peer_ring(const struct measure *m, struct result *r)
{
	receive(m, r, ring_open(SESSION_SOURCE, m->size), receive_blocks);
}

/* -------- round trips -------- */

/* One socket sends and receives, as an echo client would. */
static struct peer *echo_open(unsigned int size, bool bypass)
{
	struct peer *p = sender_open(SESSION_ECHO, size, bypass);

	receiver_options(p, SESSION_ECHO);
	bind_to(p->fd, ETH_P_ALL);
	return p;
}

static uint64_t round_trip(struct peer *p)
{
	static uint8_t answer[VLAN_HEADER + MAX_DATAGRAM];
	uint64_t begin = now_ns();

	while (send(p->fd, p->frame[0], VLAN_HEADER + p->size, 0) < 0)
		make_way();
	return recv(p->fd, answer, sizeof(answer), 0) == ETH_HLEN + (int)p->size ?
	       now_ns() - begin : 0;
}

static void echo(const struct measure *m, struct result *r, bool bypass, unsigned int percent)
{
	uint64_t *samples = calloc(m->count, sizeof(*samples));
	struct peer *p = echo_open(m->size, bypass);
	size_t n = 0;

	if (!samples)
		die("no memory");
	for (int i = 0; i < 16; i++)
		round_trip(p);
	usage_begin(&r->usage);
	for (uint64_t i = 0; i < m->count; i++) {
		samples[n] = round_trip(p);
		n += !!samples[n];
	}
	usage_end(&r->usage);
	r->sent = m->count;
	r->delivered = n;
	r->unit = "us";
	r->value = percentile(samples, n, percent) / 1e3;
	free(samples);
	peer_free(p);
}

void peer_echo(const struct measure *m, struct result *r)
{
	echo(m, r, false, 50);
}

void peer_echo_bypass(const struct measure *m, struct result *r)
{
	echo(m, r, true, 50);
}

void peer_echo_p99(const struct measure *m, struct result *r)
{
	echo(m, r, false, 99);
}

void peer_echo_p99_bypass(const struct measure *m, struct result *r)
{
	echo(m, r, true, 99);
}
