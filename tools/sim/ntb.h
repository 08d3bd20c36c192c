/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NCM transfer blocks (NTB, 16-bit form) as MBIM uses them: a strict check of
 * what the host sends, and a builder for what the modem sends.
 *
 * Sources: NCM 1.0, chapter 3 (blocks, pointers, alignment); MBIM 1.0, 7.1
 * (the "IPS" and "DSS" pointer signatures).
 */
#ifndef MBIM_SIM_NTB_H
#define MBIM_SIM_NTB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NTH16_SIGNATURE		0x484d434e	/* "NCMH" */
#define NTH16_SIZE		12
#define NDP16_SIZE		8		/* without its entries */
#define NDP16_MIN_SIZE		16		/* one datagram and the terminator */
#define DPE16_SIZE		4

#define NDP16_IPS		0x00535049	/* "IPS", session in the top byte */
#define NDP16_DSS		0x00535344	/* "DSS", session in the top byte */

/* More than one for each IP and each DSS session makes no sense. */
#define NTB_MAX_NDPS		512
/* What we put into one NTB: cdc_ncm stops following a chain after 50. */
#define NTB_MAX_RUNS		16

/* What both sides have agreed on, from GET_NTB_PARAMETERS and the like. */
struct ntb_rules {
	uint32_t max_size;		/* of an NTB in this direction */
	uint32_t max_datagram;
	uint32_t max_packet;		/* of the bulk endpoint */
	uint16_t max_datagrams;		/* in one NTB; 0: any number */
	uint16_t ndp_modulus;		/* NDP index: a multiple of this */
	uint16_t modulus, remainder;	/* datagram index % modulus == remainder */
	bool ndp_end;			/* the only NDP has to follow the datagrams */
};

/* -------- checking -------- */

struct ntb_ndp {
	uint32_t signature;		/* NDP16_IPS or NDP16_DSS, without session */
	uint8_t session;
	uint16_t index;			/* of the NDP in the NTB */
	uint16_t end;
	uint16_t count;			/* datagrams: entries before the first null one */
	const uint8_t *entries;		/* DPE16_SIZE each: index, length */
};

struct ntb_view {
	uint16_t sequence;
	unsigned int n_datagrams;
	uint32_t payload;		/* bytes in all datagrams */
	unsigned int n_ndps;
	struct ntb_ndp ndp[NTB_MAX_NDPS];
};

/*
 * Checks the whole of an NTB. NULL when it keeps every rule; @view then tells
 * its NDPs, whose entries point into @data. Else what is wrong, and nothing of
 * the NTB may be used.
 */
const char *ntb_check(const struct ntb_rules *rules, const uint8_t *data, size_t len,
		      struct ntb_view *view);

/* -------- building -------- */

/* Datagrams of one session which follow each other: they share an NDP. */
struct ntb_run {
	uint32_t signature;		/* with the session; 0: withdrawn */
	uint16_t first, count;		/* entries */
	uint32_t payload;		/* bytes */
};

/*
 * An NTB while it is filled: payload from the front, NDPs put behind it by
 * ntb_finish(). Until then a session's datagrams can be withdrawn.
 */
struct ntb {
	struct ntb *next;
	uint32_t len;			/* bytes in data */
	uint32_t tail;			/* bytes that the NDPs will take at most */
	bool raw;			/* data is to be sent as it is */
	unsigned int count;		/* entries */
	unsigned int n_runs;
	struct ntb_run runs[NTB_MAX_RUNS];
	uint8_t *data;			/* of the capacity given to ntb_alloc() */
	uint8_t *entries;		/* DPE16_SIZE each, as on the wire */
};

struct ntb *ntb_alloc(uint32_t capacity);
void ntb_free(struct ntb *ntb);
void ntb_reset(struct ntb *ntb);

/* Adds a datagram, of at least 1 byte. False when it does not fit. */
bool ntb_append(struct ntb *ntb, const struct ntb_rules *rules, uint32_t signature,
		const void *datagram, uint32_t len);

/* Withdraws all datagrams of a session. True when none is left. */
bool ntb_withdraw(struct ntb *ntb, uint32_t signature);

/*
 * Completes header and NDPs, and adds a byte when the transfer would otherwise
 * need a zero-length packet to end (NCM 1.0, 3.2.2). Returns the length.
 */
uint32_t ntb_finish(struct ntb *ntb, const struct ntb_rules *rules, uint16_t sequence);

#endif /* MBIM_SIM_NTB_H */
