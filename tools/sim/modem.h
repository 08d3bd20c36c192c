/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual modem: all state of one mbim-sim process. One thread, so no locks.
 *
 * Who does what:
 *	vhci.c		plugging in; usbip.c: URBs from and to the kernel
 *	descriptors.c	what the device says of itself
 *	device.c	requests on endpoint 0, the interrupt endpoint
 *	mbim.c		MBIM control messages; basic.c, dss.c, demo.c: their CIDs;
 *			info.c: writing information buffers
 *	pipe.c		bulk IN and OUT, with the faults one can ask for
 *	ntb.c		NTBs; queue.c: those that wait for the host to read
 *	session.c	device service streams; service.c: what is behind them
 *	command.c	the control socket's commands; control.c: the socket
 */
#ifndef MBIM_SIM_MODEM_H
#define MBIM_SIM_MODEM_H

#include <stdbool.h>
#include <stdint.h>

#include "mbim.h"
#include "ntb.h"
#include "pipe.h"
#include "queue.h"
#include "session.h"
#include "usbip.h"

#define MODEM_NO_TIMER	(-1)

struct modem_config {
	const char *socket_path;
	const char *pid_file;
	const char *serial;
	int port;			/* of vhci_hcd.0; negative: first free one */
	bool super;
	bool daemon;
	bool verbose;
	uint16_t vendor, product;
	unsigned int max_sessions;	/* MaxDssSessions */
	unsigned int max_datagram;	/* wMaxSegmentSize */
	unsigned int mtu;		/* wMTU: of IP, as the operator likes it */
	unsigned int max_control;	/* wMaxControlMessage */
	unsigned int ntb_max;		/* dwNtbInMaxSize and dwNtbOutMaxSize */
	unsigned int ntb_datagrams;	/* wNtbOutMaxDatagrams */
	unsigned int ndp_modulus, modulus, remainder;
	unsigned int nmea_interval;	/* ms */
	bool ndp_end;			/* refuse an NDP before the datagrams */
	bool no_zlp;			/* refuse a zero-length packet after a full NTB */
};

/* Counted since the start or the last reset-stats. */
struct modem_stats {
	uint64_t ntbs_out, datagrams_out, bytes_out;	/* from the host */
	uint64_t ntbs_in, datagrams_in, bytes_in;	/* taken by the host */
	uint64_t ip_datagrams_out, pings;
	uint64_t transfers_failed;	/* ended with an injected fault */
	uint64_t dropped_in;		/* no room, or larger than the host takes */
	uint64_t busy_halts;		/* of bulk IN cleared with transfers queued */
	uint64_t sequence_gaps;		/* wSequence not one more than before */
	uint64_t errors;		/* rules the host has broken */
	uint64_t opens, closes;		/* MBIM_OPEN, MBIM_CLOSE */
	uint64_t dss_connects, dss_disconnects, dss_refused, dss_unanswered;
	char last_error[200];
};

/* The USB device: what the standard and class requests have set. */
struct device {
	uint8_t configuration;
	uint8_t data_alt;
	bool remote_wakeup;
	bool interrupt_halted;
	bool mute;			/* fault: no RESPONSE_AVAILABLE */
	uint32_t ntb_in_size;		/* SET_NTB_INPUT_SIZE */
	uint16_t max_datagram;		/* SET_MAX_DATAGRAM_SIZE */
};

struct modem {
	struct modem_config config;
	struct modem_stats stats;
	struct usbip usbip;
	struct device device;
	struct mbim mbim;
	struct pipes pipes;
	struct ntb_queue queue;
	struct sessions sessions;
	bool ping_ip;
	bool hash;
	bool quit;
};

/* 0 or a negative errno. */
int modem_init(struct modem *m, const struct modem_config *config);
void modem_free(struct modem *m);

/* What a USB reset, or unplugging, leaves of the state: nothing. */
void modem_reset(struct modem *m);

/* Plugs in; waits for a port that is still being torn down. */
int modem_plug(struct modem *m, char *error, size_t error_size);
void modem_unplug(struct modem *m);

/* Serves what the kernel has sent. */
void modem_receive(struct modem *m);

/* Moves data until nothing can move, then tells the kernel. After any change. */
void modem_run(struct modem *m);

/* Counts a rule that the host has broken, and says which. */
void modem_violation(struct modem *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* An event for the log. Needs --verbose. */
void modem_log(struct modem *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* MBIM_SIM_MODEM_H */
