/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The MBIM control protocol (MBIM 1.0, chapter 9): messages, fragments, and
 * the dispatch of commands to the services' CIDs.
 */
#ifndef MBIM_SIM_MBIM_H
#define MBIM_SIM_MBIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;

#define MBIM_MAX_OUTSTANDING	16	/* commands at a time */
#define MBIM_MAX_CONTROL	16384	/* largest wMaxControlMessage one can ask for */
#define MBIM_MIN_CONTROL	64	/* MBIM 1.0, 6.4 */
#define MBIM_MIN_DATAGRAM	2048	/* MBIM 1.0, 6.4: wMaxSegmentSize */
/* A whole message, of any number of fragments. */
#define MBIM_MAX_MESSAGE	65536
/* Messages that wait for the host to fetch them. */
#define MBIM_MAX_RESPONSES	64
/* A fragment has to follow within this time (MBIM 1.0, 9.5). */
#define MBIM_FRAGMENT_MS	1250

enum mbim_status {
	MBIM_SUCCESS = 0,
	MBIM_BUSY = 1,
	MBIM_FAILURE = 2,
	MBIM_NO_DEVICE_SUPPORT = 9,
	MBIM_CONTEXT_NOT_ACTIVATED = 16,
	MBIM_SERVICE_NOT_ACTIVATED = 17,
	MBIM_INVALID_PARAMETERS = 21,
	MBIM_DSS_INSTANCE_LIMIT = 33,
	MBIM_INVALID_DEVICE_SERVICE_OPERATION = 34,
	MBIM_SESSION_EXISTS = 42,
};

enum mbim_error {
	MBIM_ERROR_TIMEOUT_FRAGMENT = 1,
	MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE = 2,
	MBIM_ERROR_LENGTH_MISMATCH = 3,
	MBIM_ERROR_DUPLICATED_TID = 4,
	MBIM_ERROR_NOT_OPENED = 5,
	MBIM_ERROR_UNKNOWN = 6,
	MBIM_ERROR_CANCEL = 7,
	MBIM_ERROR_MAX_TRANSFER = 8,
};

/* A complete command, and its answer while it is written. */
struct mbim_command {
	uint32_t transaction;
	uint8_t service[16];
	uint32_t cid;
	bool set;
	const uint8_t *info;		/* its information buffer */
	uint32_t info_len;
	uint32_t status;		/* of the answer */
	struct mbim_buffer *reply;
};

/* An information buffer being written: fixed part, then data it points to. */
struct mbim_buffer {
	uint32_t len;
	uint8_t bytes[MBIM_MAX_MESSAGE];
};

/* A DSS_CONNECT that is answered later. */
struct mbim_delayed {
	bool used;
	uint32_t transaction;
	uint8_t info[24];
	uint64_t due;			/* CLOCK_MONOTONIC, ms */
};

struct mbim_response {
	uint32_t len;
	uint8_t *bytes;
};

struct mbim {
	bool open;
	uint32_t max_transfer;		/* agreed on by MBIM_OPEN */
	int timer;			/* timerfd, for what is delayed */

	/* the message that is put together from fragments */
	struct {
		bool active;
		uint32_t transaction, total, next;
		uint32_t len;
		uint64_t due;
		uint8_t bytes[MBIM_MAX_MESSAGE];
	} assembly;

	/* ring of messages for GET_ENCAPSULATED_RESPONSE */
	struct mbim_response response[MBIM_MAX_RESPONSES];
	unsigned int response_first, response_count;
	unsigned int notifications;	/* RESPONSE_AVAILABLE still to be sent */
	uint64_t responses_dropped;

	/* faults for DSS_CONNECT */
	uint32_t dss_status;
	unsigned int dss_status_count;
	bool dss_silent;
	unsigned int dss_delay;		/* ms */
	struct mbim_delayed delayed[MBIM_MAX_OUTSTANDING];

	/* what the basic and the demo service remember */
	bool radio_on, attached;
	bool ip_active[256];
	uint8_t subscriptions[1024];	/* as DEVICE_SERVICE_SUBSCRIBE_LIST gave it */
	uint32_t subscriptions_len;
	uint8_t stored[1024];
	uint32_t stored_len;

	struct mbim_buffer reply;
};

int mbim_init(struct modem *m);
void mbim_free(struct modem *m);

/* Ends everything: sessions, messages, MBIM_OPEN. */
void mbim_reset(struct modem *m);

/* SEND_ENCAPSULATED_COMMAND. */
void mbim_receive(struct modem *m, const uint8_t *message, size_t len);

/* GET_ENCAPSULATED_RESPONSE: length of the message, 0 when there is none. */
int mbim_response(struct modem *m, uint8_t *out, size_t size);

/* Whether a RESPONSE_AVAILABLE is due; if so, it counts as sent. */
bool mbim_take_notification(struct modem *m);

/* Handles the expiry of the timer. */
void mbim_timeout(struct modem *m);

/* Answers the command. */
void mbim_reply(struct modem *m, const struct mbim_command *command);

/* An unsolicited MBIM_INDICATE_STATUS_MSG. */
void mbim_indicate(struct modem *m, const uint8_t service[16], uint32_t cid,
		   const uint8_t *info, uint32_t len);

/* How many DSS_CONNECTs have come that are carried out later. */
unsigned int mbim_pending_connects(const struct mbim *mbim);

/* Sets the timer to what is due first. */
void mbim_arm_timer(struct modem *m);

/* -------- writing information buffers -------- */

void mbim_put32(struct mbim_buffer *b, uint32_t value);
void mbim_put64(struct mbim_buffer *b, uint64_t value);
void mbim_put_bytes(struct mbim_buffer *b, const void *bytes, uint32_t len);
/* Leaves room for an (offset, length) pair; returns where it is. */
uint32_t mbim_put_pair(struct mbim_buffer *b);
/* Appends the data of such a pair, padded to 4 bytes, and fills it in. */
void mbim_fill_pair(struct mbim_buffer *b, uint32_t pair, const void *bytes, uint32_t len);
/* The same with ASCII text, as UTF-16LE. */
void mbim_fill_text(struct mbim_buffer *b, uint32_t pair, const char *text);

/* -------- services -------- */

/*
 * Each handles the commands of one service: writes command->reply and
 * command->status. False: it will be answered later, or never.
 */
bool basic_command(struct modem *m, struct mbim_command *command);
bool dss_command(struct modem *m, struct mbim_command *command);
bool demo_command(struct modem *m, struct mbim_command *command);

/* Carries out the 24 bytes of a DSS_CONNECT; returns its MBIM status. */
uint32_t dss_connect(struct modem *m, const uint8_t *info);

#define BASIC_UUID	{ 0xa2, 0x89, 0xcc, 0x33, 0xbc, 0xbb, 0x8b, 0x4f, \
			  0xb6, 0xb0, 0x13, 0x3e, 0xc2, 0xaa, 0xe6, 0xdf }
#define DSS_UUID	{ 0xc0, 0x8a, 0x26, 0xdd, 0x77, 0x18, 0x43, 0x82, \
			  0x84, 0x82, 0x6e, 0x0d, 0x58, 0x3c, 0x4d, 0x0e }

#endif /* MBIM_SIM_MBIM_H */
