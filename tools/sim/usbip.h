/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The USB/IP transport to the kernel's vhci_hcd: one socket, on which the
 * kernel submits and unlinks URBs and we give them back.
 *
 * Wire format: Documentation/usb/usbip_protocol.rst in the kernel tree.
 */
#ifndef MBIM_SIM_USBIP_H
#define MBIM_SIM_USBIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Size of every header on the wire; all its fields are big-endian. */
#define USBIP_HEADER_SIZE	48

/* URB flags on the wire (include/uapi/linux/usbip.h). */
#define USBIP_FLAG_ZERO_PACKET	0x0040

/* The largest OUT transfer that we take; usbnet's are at most 64 KiB. */
#define USBIP_MAX_TRANSFER	(512 * 1024)

/* What may be given back to the kernel with one system call. */
#define USBIP_BATCH		128

/* Endpoints besides endpoint 0 which have a queue of pending URBs. */
enum usbip_pipe {
	USBIP_PIPE_INTERRUPT,
	USBIP_PIPE_IN,
	USBIP_PIPE_OUT,
	USBIP_PIPES
};

/* A URB that the kernel waits for. Owned by struct usbip. */
struct usbip_urb {
	struct usbip_urb *next;
	uint32_t seqnum;
	uint32_t flags;
	uint32_t length;
	/* OUT only: the data, in a buffer that stays with this object. */
	uint8_t *data;
	size_t capacity;
};

struct usbip_queue {
	struct usbip_urb *head;
	struct usbip_urb **tail;
	unsigned int count;
};

/* One submitted transfer, as the callbacks see it. */
struct usbip_submit {
	uint32_t seqnum;
	uint32_t flags;
	uint32_t length;
	uint8_t endpoint;		/* address, with 0x80 for IN */
	uint8_t setup[8];
	const uint8_t *data;		/* OUT only, valid during the call */
};

struct usbip_ops {
	/* Endpoint 0: must give back the URB before it returns. */
	void (*control)(void *context, const struct usbip_submit *submit);
	/* Others: must give back the URB, or hold it. */
	void (*transfer)(void *context, const struct usbip_submit *submit);
};

/* An unlink that overtook the submit it is about. */
struct usbip_early_unlink {
	uint32_t seqnum;
	uint32_t target;
};

struct usbip {
	const struct usbip_ops *ops;
	void *context;
	int fd;				/* -1 while unplugged */
	unsigned int attachments;	/* how often it was plugged in */
	unsigned int port;
	struct usbip_queue queue[USBIP_PIPES];

	/* private to usbip.c */
	struct usbip_urb *free;
	uint32_t last_submit;
	bool any_submit;
	struct usbip_early_unlink early[32];
	unsigned int n_early;
	uint8_t *rx;
	size_t rx_start, rx_end;
	unsigned int n_headers, n_iov;
	size_t arena_used;
	uint8_t headers[USBIP_BATCH][USBIP_HEADER_SIZE];
	struct iovec iov[USBIP_BATCH * 2];
	uint8_t arena[64 * 1024];
};

/* Prepares @u, unplugged. 0 or -ENOMEM. */
int usbip_init(struct usbip *u, const struct usbip_ops *ops, void *context);
void usbip_free(struct usbip *u);

/* Plugs the device in, see vhci.h. 0, or a negative errno, the reason in @error. */
int usbip_attach(struct usbip *u, int port, bool super, unsigned int deadline_ms,
		 char *error, size_t error_size);

/* Unplugs: the kernel gives back all pending URBs itself. */
void usbip_detach(struct usbip *u);

/*
 * Reads what the kernel has sent and calls back for each transfer. 1 when
 * there may be more at once, 0 when not, negative errno when the connection
 * has ended (then call usbip_detach).
 */
int usbip_receive(struct usbip *u);

/*
 * Ends a URB. @data (IN only, @actual bytes) is not copied and has to stay
 * until usbip_flush(); usbip_give_back_copy() takes a copy. Nothing goes to the
 * kernel before usbip_flush(), or a full batch.
 */
void usbip_give_back(struct usbip *u, uint32_t seqnum, int status, uint32_t actual,
		     const void *data);
void usbip_give_back_copy(struct usbip *u, uint32_t seqnum, int status, uint32_t actual,
			  const void *data);
void usbip_flush(struct usbip *u);

/* Keeps a URB pending, with a copy of its data. 0 or -ENOMEM. */
int usbip_hold(struct usbip *u, enum usbip_pipe pipe, const struct usbip_submit *submit);

/* Takes the first pending URB off its queue; give it back by its seqnum first. */
void usbip_release_head(struct usbip *u, enum usbip_pipe pipe);

#endif /* MBIM_SIM_USBIP_H */
