// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The USB/IP transport: reading submits and unlinks, giving back URBs.
 *
 * Exactly one of RET_SUBMIT and RET_UNLINK ends each URB (see the comment above
 * vhci_urb_dequeue() in drivers/usb/usbip/vhci_hcd.c): an unlink of a URB that
 * is still pending here is answered with -ECONNRESET, which ends the URB; an
 * unlink of one already given back is answered with 0, which ends nothing.
 *
 * vhci_hcd sends all waiting submits, then all waiting unlinks. A URB that is
 * submitted and unlinked between the two arrives unlink first. Answering such
 * an unlink at once would leave the URB pending for ever, or end it twice; so
 * it is kept until its submit arrives. Submits come in the order of their
 * sequence numbers, which tells an early unlink from a late one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "usbip.h"
#include "vhci.h"

#define CMD_SUBMIT	1
#define CMD_UNLINK	2
#define RET_SUBMIT	3
#define RET_UNLINK	4

#define RX_SIZE		(2 * 1024 * 1024)
/* Less room than this at the end of the buffer: move the rest to its start. */
#define RX_LOW		(256 * 1024)
/* A read of at least this much says that more may be waiting. */
#define RX_BUSY		(32 * 1024)

static uint32_t get_be32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static void put_be32(uint8_t *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof(v));
}

int usbip_init(struct usbip *u, const struct usbip_ops *ops, void *context)
{
	memset(u, 0, sizeof(*u));
	u->ops = ops;
	u->context = context;
	u->fd = -1;
	for (int i = 0; i < USBIP_PIPES; i++)
		u->queue[i].tail = &u->queue[i].head;
	u->rx = malloc(RX_SIZE);
	return u->rx ? 0 : -ENOMEM;
}

static void free_list(struct usbip_urb *urb)
{
	while (urb) {
		struct usbip_urb *next = urb->next;

		free(urb->data);
		free(urb);
		urb = next;
	}
}

void usbip_free(struct usbip *u)
{
	usbip_detach(u);
	free_list(u->free);
	u->free = NULL;
	free(u->rx);
	u->rx = NULL;
}

/* -------- plugging in and out -------- */

int usbip_attach(struct usbip *u, int port, bool super, unsigned int deadline_ms,
		 char *error, size_t error_size)
{
	int fd;

	if (u->fd >= 0) {
		snprintf(error, error_size, "the modem is plugged in already");
		return -EALREADY;
	}
	fd = vhci_attach(&port, super, deadline_ms, error, error_size);
	if (fd < 0)
		return fd;
	u->fd = fd;
	u->port = port;
	u->attachments++;
	return 0;
}

static void put_free(struct usbip *u, struct usbip_urb *urb)
{
	urb->next = u->free;
	u->free = urb;
}

void usbip_detach(struct usbip *u)
{
	if (u->fd >= 0)
		close(u->fd);
	u->fd = -1;
	for (int i = 0; i < USBIP_PIPES; i++)
		while (u->queue[i].head)
			usbip_release_head(u, i);
	u->rx_start = 0;
	u->rx_end = 0;
	u->n_early = 0;
	u->n_headers = 0;
	u->n_iov = 0;
	u->arena_used = 0;
	u->any_submit = false;
}

/* -------- to the kernel -------- */

static int send_all(int fd, struct iovec *iov, unsigned int n)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };

	while (msg.msg_iovlen) {
		ssize_t sent = sendmsg(fd, &msg, MSG_NOSIGNAL);

		if (sent < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		while (msg.msg_iovlen && (size_t)sent >= msg.msg_iov->iov_len) {
			sent -= msg.msg_iov->iov_len;
			msg.msg_iov++;
			msg.msg_iovlen--;
		}
		if (msg.msg_iovlen) {
			msg.msg_iov->iov_base = (uint8_t *)msg.msg_iov->iov_base + sent;
			msg.msg_iov->iov_len -= sent;
		}
	}
	return 0;
}

void usbip_flush(struct usbip *u)
{
	/* Half a message sent cannot be taken back: the next receive will find the end. */
	if (u->n_iov && u->fd >= 0 && send_all(u->fd, u->iov, u->n_iov))
		shutdown(u->fd, SHUT_RDWR);
	u->n_headers = 0;
	u->n_iov = 0;
	u->arena_used = 0;
}

static uint8_t *add_header(struct usbip *u, uint32_t command, uint32_t seqnum, int32_t status)
{
	uint8_t *header;

	if (u->n_headers == USBIP_BATCH)
		usbip_flush(u);
	header = u->headers[u->n_headers++];
	memset(header, 0, USBIP_HEADER_SIZE);
	put_be32(header, command);
	put_be32(header + 4, seqnum);
	put_be32(header + 20, status);
	u->iov[u->n_iov].iov_base = header;
	u->iov[u->n_iov++].iov_len = USBIP_HEADER_SIZE;
	return header;
}

void usbip_give_back(struct usbip *u, uint32_t seqnum, int status, uint32_t actual,
		     const void *data)
{
	uint8_t *header = add_header(u, RET_SUBMIT, seqnum, status);

	put_be32(header + 24, actual);
	if (data && actual) {
		u->iov[u->n_iov].iov_base = (void *)data;
		u->iov[u->n_iov++].iov_len = actual;
	}
}

void usbip_give_back_copy(struct usbip *u, uint32_t seqnum, int status, uint32_t actual,
			  const void *data)
{
	uint8_t *copy;

	/* Flush first, so that header and data are of the same batch. */
	if (u->n_headers == USBIP_BATCH || sizeof(u->arena) - u->arena_used < actual)
		usbip_flush(u);
	copy = u->arena + u->arena_used;
	if (actual)
		memcpy(copy, data, actual);
	u->arena_used += actual;
	usbip_give_back(u, seqnum, status, actual, copy);
}

/* -------- pending URBs -------- */

int usbip_hold(struct usbip *u, enum usbip_pipe pipe, const struct usbip_submit *submit)
{
	struct usbip_queue *queue = &u->queue[pipe];
	struct usbip_urb *urb = u->free;

	if (urb)
		u->free = urb->next;
	else
		urb = calloc(1, sizeof(*urb));
	if (!urb)
		return -ENOMEM;
	if (submit->data && submit->length > urb->capacity) {
		uint8_t *data = realloc(urb->data, submit->length);

		if (!data) {
			put_free(u, urb);
			return -ENOMEM;
		}
		urb->data = data;
		urb->capacity = submit->length;
	}
	if (submit->data && submit->length)
		memcpy(urb->data, submit->data, submit->length);
	urb->next = NULL;
	urb->seqnum = submit->seqnum;
	urb->flags = submit->flags;
	urb->length = submit->length;
	*queue->tail = urb;
	queue->tail = &urb->next;
	queue->count++;
	return 0;
}

static void remove_urb(struct usbip *u, struct usbip_queue *queue, struct usbip_urb **link)
{
	struct usbip_urb *urb = *link;

	*link = urb->next;
	if (queue->tail == &urb->next)
		queue->tail = link;
	queue->count--;
	put_free(u, urb);
}

void usbip_release_head(struct usbip *u, enum usbip_pipe pipe)
{
	remove_urb(u, &u->queue[pipe], &u->queue[pipe].head);
}

static bool remove_pending(struct usbip *u, uint32_t seqnum)
{
	for (int i = 0; i < USBIP_PIPES; i++) {
		struct usbip_urb **link = &u->queue[i].head;

		for (; *link; link = &(*link)->next) {
			if ((*link)->seqnum == seqnum) {
				remove_urb(u, &u->queue[i], link);
				return true;
			}
		}
	}
	return false;
}

/* -------- from the kernel -------- */

static bool take_early_unlink(struct usbip *u, uint32_t submit)
{
	for (unsigned int i = 0; i < u->n_early; i++) {
		if (u->early[i].target != submit)
			continue;
		add_header(u, RET_UNLINK, u->early[i].seqnum, -ECONNRESET);
		u->early[i] = u->early[--u->n_early];
		return true;
	}
	return false;
}

static int dispatch_unlink(struct usbip *u, uint32_t seqnum, uint32_t target)
{
	bool early = !u->any_submit || (int32_t)(target - u->last_submit) > 0;

	if (early) {
		if (u->n_early == sizeof(u->early) / sizeof(u->early[0]))
			return -EPROTO;
		u->early[u->n_early++] = (struct usbip_early_unlink){ seqnum, target };
		return 0;
	}
	add_header(u, RET_UNLINK, seqnum, remove_pending(u, target) ? -ECONNRESET : 0);
	return 0;
}

static void dispatch_submit(struct usbip *u, const uint8_t *pdu, const uint8_t *data)
{
	struct usbip_submit submit = {
		.seqnum = get_be32(pdu + 4),
		.flags = get_be32(pdu + 20),
		.length = get_be32(pdu + 24),
		.endpoint = get_be32(pdu + 16),
		.data = data,
	};

	memcpy(submit.setup, pdu + 40, sizeof(submit.setup));
	u->last_submit = submit.seqnum;
	u->any_submit = true;
	if (u->n_early && take_early_unlink(u, submit.seqnum))
		return;
	if (!submit.endpoint) {
		u->ops->control(u->context, &submit);
		return;
	}
	if (!data)
		submit.endpoint |= 0x80;
	u->ops->transfer(u->context, &submit);
}

/* Handles one message. Its length, 0 when it is not complete yet, or an errno. */
static int dispatch(struct usbip *u, const uint8_t *pdu, size_t len)
{
	uint32_t command, out_length = 0;
	bool out;

	if (len < USBIP_HEADER_SIZE)
		return 0;
	command = get_be32(pdu);
	if (command == CMD_UNLINK) {
		int ret = dispatch_unlink(u, get_be32(pdu + 4), get_be32(pdu + 20));

		return ret ? ret : USBIP_HEADER_SIZE;
	}
	if (command != CMD_SUBMIT)
		return -EPROTO;
	out = !get_be32(pdu + 12);
	if (out)
		out_length = get_be32(pdu + 24);
	if (out_length > USBIP_MAX_TRANSFER)
		return -EFBIG;
	if (len < USBIP_HEADER_SIZE + out_length)
		return 0;
	dispatch_submit(u, pdu, out ? pdu + USBIP_HEADER_SIZE : NULL);
	return USBIP_HEADER_SIZE + out_length;
}

static void make_room(struct usbip *u)
{
	if (u->rx_start == u->rx_end) {
		u->rx_start = 0;
		u->rx_end = 0;
	} else if (RX_SIZE - u->rx_end < RX_LOW ||
		   RX_SIZE - u->rx_start < USBIP_HEADER_SIZE + USBIP_MAX_TRANSFER) {
		memmove(u->rx, u->rx + u->rx_start, u->rx_end - u->rx_start);
		u->rx_end -= u->rx_start;
		u->rx_start = 0;
	}
}

int usbip_receive(struct usbip *u)
{
	ssize_t got;

	make_room(u);
	got = recv(u->fd, u->rx + u->rx_end, RX_SIZE - u->rx_end, MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!got)
		return -ECONNRESET;
	u->rx_end += got;
	while (u->rx_start < u->rx_end) {
		int used = dispatch(u, u->rx + u->rx_start, u->rx_end - u->rx_start);

		if (used < 0)
			return used;
		if (!used)
			break;
		u->rx_start += used;
	}
	return got >= RX_BUSY;
}
