/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two bulk pipes, and the faults that the control socket can put on them.
 */
#ifndef MBIM_SIM_PIPE_H
#define MBIM_SIM_PIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "ntb.h"
#include "usbip.h"

struct modem;

/* What ails a pipe. All zero: nothing, but for the timer. */
struct pipe_faults {
	bool nak;			/* transfers stay pending */
	bool halted;			/* every transfer ends with a stall */
	unsigned int stalls;		/* transfers that will halt the endpoint */
	unsigned int statuses;		/* transfers that will end with status */
	int status;			/* negative errno */
	unsigned int delay;		/* ms that a transfer takes */
	enum { DELAY_NONE, DELAY_RUNNING, DELAY_OVER } wait;
	int timer;			/* timerfd, for the delay */
};

struct pipes {
	struct pipe_faults in, out;
	uint16_t in_sequence;		/* wSequence of the next NTB to the host */
	uint16_t out_sequence;		/* expected from the host */
	bool out_synced;		/* an NTB has come since the pipes were set up */
	struct ntb_rules out_rules;
	struct ntb_view view;		/* of the NTB in hand */
	const uint8_t *part;		/* rest of a transfer larger than its URB */
	uint32_t part_len;
};

int pipes_init(struct modem *m);
void pipes_free(struct modem *m);

/* The data interface was set up anew: sequence numbers and halts begin afresh. */
void pipes_reset(struct modem *m);

/* Takes the rules from the configuration and from what the host has set. */
void pipes_update_rules(struct modem *m);

/* A new URB. */
void pipe_out_submit(struct modem *m, const struct usbip_submit *submit);
void pipe_in_submit(struct modem *m, const struct usbip_submit *submit);

/* Moves what can move. True when something has. */
bool pipe_out_run(struct modem *m);
bool pipe_in_run(struct modem *m);

/* Handles the expiry of a delay. */
void pipe_timeout(struct pipe_faults *faults);

#endif /* MBIM_SIM_PIPE_H */
