// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MBIM control protocol: what comes by SEND_ENCAPSULATED_COMMAND is checked,
 * put together from fragments and dispatched; answers are cut into fragments
 * and wait for GET_ENCAPSULATED_RESPONSE.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"
#include "modem.h"

/* Message types (MBIM 1.0, 9.1, 9.3, 9.4) */
#define OPEN			1
#define CLOSE			2
#define COMMAND			3
#define HOST_ERROR		4
#define OPEN_DONE		0x80000001
#define CLOSE_DONE		0x80000002
#define COMMAND_DONE		0x80000003
#define FUNCTION_ERROR		0x80000004
#define INDICATE_STATUS		0x80000007

#define HEADER_SIZE		12	/* type, length, transaction */
#define FRAGMENT_SIZE		20	/* and total, current */
#define COMMAND_SIZE		28	/* service, CID, type or status, length */
#define INDICATE_SIZE		24	/* service, CID, length */

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

/* -------- to the host -------- */

/* One message, already cut. A host that never reads loses the oldest. */
static void queue_response(struct modem *m, const uint8_t *bytes, uint32_t len)
{
	struct mbim *mbim = &m->mbim;
	struct mbim_response *slot;
	uint8_t *copy = malloc(len);

	if (!copy) {
		mbim->responses_dropped++;
		return;
	}
	if (mbim->response_count == MBIM_MAX_RESPONSES) {
		free(mbim->response[mbim->response_first].bytes);
		mbim->response_first = (mbim->response_first + 1) % MBIM_MAX_RESPONSES;
		mbim->response_count--;
		mbim->responses_dropped++;
	}
	memcpy(copy, bytes, len);
	slot = &mbim->response[(mbim->response_first + mbim->response_count++) %
			       MBIM_MAX_RESPONSES];
	slot->bytes = copy;
	slot->len = len;
	if (mbim->notifications < mbim->response_count)
		mbim->notifications++;
}

/* A message of a header and one word: OPEN_DONE, CLOSE_DONE, FUNCTION_ERROR. */
static void send_word(struct modem *m, uint32_t type, uint32_t transaction, uint32_t word)
{
	uint8_t message[HEADER_SIZE + 4];

	put_le32(message, type);
	put_le32(message + 4, sizeof(message));
	put_le32(message + 8, transaction);
	put_le32(message + 12, word);
	queue_response(m, message, sizeof(message));
}

static void send_error(struct modem *m, uint32_t transaction, enum mbim_error error)
{
	modem_log(m, "MBIM function error %u, transaction %u", error, transaction);
	send_word(m, FUNCTION_ERROR, transaction, error);
}

/* Cuts @len bytes, which follow the fragment header, into messages. */
static void send_fragments(struct modem *m, uint32_t type, uint32_t transaction,
			   const uint8_t *bytes, uint32_t len)
{
	uint32_t most = m->mbim.max_transfer - FRAGMENT_SIZE;
	uint32_t total = (len + most - 1) / most;
	uint8_t message[MBIM_MAX_CONTROL];

	for (uint32_t i = 0; i < total; i++) {
		uint32_t part = len < most ? len : most;

		put_le32(message, type);
		put_le32(message + 4, FRAGMENT_SIZE + part);
		put_le32(message + 8, transaction);
		put_le32(message + 12, total);
		put_le32(message + 16, i);
		memcpy(message + FRAGMENT_SIZE, bytes, part);
		queue_response(m, message, FRAGMENT_SIZE + part);
		bytes += part;
		len -= part;
	}
}

void mbim_reply(struct modem *m, const struct mbim_command *command)
{
	uint8_t bytes[COMMAND_SIZE + MBIM_MAX_MESSAGE];
	/* A refusal has no information (MBIM 1.0, 9.4.2). */
	uint32_t len = command->status ? 0 : command->reply->len;

	memcpy(bytes, command->service, 16);
	put_le32(bytes + 16, command->cid);
	put_le32(bytes + 20, command->status);
	put_le32(bytes + 24, len);
	memcpy(bytes + COMMAND_SIZE, command->reply->bytes, len);
	send_fragments(m, COMMAND_DONE, command->transaction, bytes, COMMAND_SIZE + len);
}

void mbim_indicate(struct modem *m, const uint8_t service[16], uint32_t cid,
		   const uint8_t *info, uint32_t len)
{
	uint8_t bytes[INDICATE_SIZE + MBIM_MAX_MESSAGE];

	if (!m->mbim.open)
		return;
	memcpy(bytes, service, 16);
	put_le32(bytes + 16, cid);
	put_le32(bytes + 20, len);
	memcpy(bytes + INDICATE_SIZE, info, len);
	send_fragments(m, INDICATE_STATUS, 0, bytes, INDICATE_SIZE + len);
}

int mbim_response(struct modem *m, uint8_t *out, size_t size)
{
	struct mbim *mbim = &m->mbim;
	struct mbim_response *first = &mbim->response[mbim->response_first];
	uint32_t len;

	if (!mbim->response_count)
		return 0;
	len = first->len;
	if (len > size) {
		modem_violation(m, "GET_ENCAPSULATED_RESPONSE of %zu bytes for a message of %u",
				size, len);
		len = size;
	}
	memcpy(out, first->bytes, len);
	free(first->bytes);
	first->bytes = NULL;
	mbim->response_first = (mbim->response_first + 1) % MBIM_MAX_RESPONSES;
	mbim->response_count--;
	if (mbim->notifications > mbim->response_count)
		mbim->notifications = mbim->response_count;
	return len;
}

bool mbim_take_notification(struct modem *m)
{
	if (!m->mbim.notifications)
		return false;
	m->mbim.notifications--;
	return true;
}

/* -------- state -------- */

int mbim_init(struct modem *m)
{
	m->mbim.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	m->mbim.max_transfer = MBIM_MIN_CONTROL;
	m->mbim.radio_on = true;
	return m->mbim.timer < 0 ? -errno : 0;
}

static void drop_messages(struct mbim *mbim)
{
	for (; mbim->response_count; mbim->response_count--) {
		free(mbim->response[mbim->response_first].bytes);
		mbim->response_first = (mbim->response_first + 1) % MBIM_MAX_RESPONSES;
	}
	mbim->notifications = 0;
	mbim->assembly.active = false;
	for (int i = 0; i < MBIM_MAX_OUTSTANDING; i++)
		mbim->delayed[i].used = false;
}

void mbim_free(struct modem *m)
{
	drop_messages(&m->mbim);
	if (m->mbim.timer >= 0)
		close(m->mbim.timer);
	m->mbim.timer = MODEM_NO_TIMER;
}

void mbim_reset(struct modem *m)
{
	struct mbim *mbim = &m->mbim;

	sessions_clear(m);
	drop_messages(mbim);
	mbim->open = false;
	mbim->attached = false;
	memset(mbim->ip_active, 0, sizeof(mbim->ip_active));
	mbim->subscriptions_len = 0;
	mbim_arm_timer(m);
}

void mbim_arm_timer(struct modem *m)
{
	const struct mbim *mbim = &m->mbim;
	uint64_t first = mbim->assembly.active ? mbim->assembly.due : UINT64_MAX;
	struct itimerspec timer = { 0 };

	for (int i = 0; i < MBIM_MAX_OUTSTANDING; i++)
		if (mbim->delayed[i].used && mbim->delayed[i].due < first)
			first = mbim->delayed[i].due;
	if (first != UINT64_MAX) {
		timer.it_value.tv_sec = first / 1000;
		timer.it_value.tv_nsec = first % 1000 * 1000000;
	}
	timerfd_settime(mbim->timer, TFD_TIMER_ABSTIME, &timer, NULL);
}

/* -------- commands -------- */

static bool dispatch(struct modem *m, struct mbim_command *command)
{
	static const uint8_t basic[16] = BASIC_UUID, dss[16] = DSS_UUID;

	if (!memcmp(command->service, basic, 16))
		return basic_command(m, command);
	if (!memcmp(command->service, dss, 16))
		return dss_command(m, command);
	return demo_command(m, command);
}

/* @bytes is what follows the fragment header, of all fragments. */
static void run_command(struct modem *m, uint32_t transaction, const uint8_t *bytes, uint32_t len)
{
	struct mbim_command command = {
		.transaction = transaction,
		.cid = get_le32(bytes + 16),
		.set = get_le32(bytes + 20),
		.info = bytes + COMMAND_SIZE,
		.info_len = get_le32(bytes + 24),
		.status = MBIM_NO_DEVICE_SUPPORT,
		.reply = &m->mbim.reply,
	};

	memcpy(command.service, bytes, 16);
	command.reply->len = 0;
	if (get_le32(bytes + 20) > 1) {
		modem_violation(m, "MBIM command type %u", get_le32(bytes + 20));
		command.status = MBIM_INVALID_PARAMETERS;
	} else if (command.info_len != len - COMMAND_SIZE) {
		modem_violation(m, "MBIM command with %u bytes of information instead of %u",
				len - COMMAND_SIZE, command.info_len);
		send_error(m, transaction, MBIM_ERROR_LENGTH_MISMATCH);
		return;
	} else if (!dispatch(m, &command)) {
		return;
	}
	mbim_reply(m, &command);
}

unsigned int mbim_pending_connects(const struct mbim *mbim)
{
	unsigned int n = 0;

	for (int i = 0; i < MBIM_MAX_OUTSTANDING; i++)
		n += mbim->delayed[i].used;
	return n;
}

static bool outstanding(const struct mbim *mbim, uint32_t transaction)
{
	for (int i = 0; i < MBIM_MAX_OUTSTANDING; i++)
		if (mbim->delayed[i].used && mbim->delayed[i].transaction == transaction)
			return true;
	return false;
}

static void refuse_fragment(struct modem *m, uint32_t transaction, enum mbim_error error,
			    const char *why)
{
	modem_violation(m, "MBIM transaction %u: %s", transaction, why);
	send_error(m, transaction, error);
}

/* Puts the first fragment down, or goes on. False when it was refused. */
static bool assemble(struct modem *m, uint32_t transaction, uint32_t total, uint32_t current,
		     const uint8_t *bytes, uint32_t len)
{
	struct mbim *mbim = &m->mbim;

	if (!current) {
		if (mbim->assembly.active)
			refuse_fragment(m, mbim->assembly.transaction,
					MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE,
					"another message began before its last fragment");
		mbim->assembly.active = true;
		mbim->assembly.transaction = transaction;
		mbim->assembly.total = total;
		mbim->assembly.next = 0;
		mbim->assembly.len = 0;
	} else if (!mbim->assembly.active || transaction != mbim->assembly.transaction ||
		   total != mbim->assembly.total || current != mbim->assembly.next) {
		mbim->assembly.active = false;
		refuse_fragment(m, transaction, MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE,
				"fragment out of sequence");
		return false;
	}
	if (mbim->assembly.len + len > sizeof(mbim->assembly.bytes)) {
		mbim->assembly.active = false;
		refuse_fragment(m, transaction, MBIM_ERROR_MAX_TRANSFER, "message too long");
		return false;
	}
	memcpy(mbim->assembly.bytes + mbim->assembly.len, bytes, len);
	mbim->assembly.len += len;
	mbim->assembly.next++;
	mbim->assembly.due = now_ms() + MBIM_FRAGMENT_MS;
	return true;
}

static void receive_command(struct modem *m, uint32_t transaction, const uint8_t *message,
			    uint32_t len)
{
	struct mbim *mbim = &m->mbim;
	uint32_t total, current;

	if (len < FRAGMENT_SIZE) {
		refuse_fragment(m, transaction, MBIM_ERROR_LENGTH_MISMATCH,
				"shorter than a fragment header");
		return;
	}
	total = get_le32(message + 12);
	current = get_le32(message + 16);
	if (!total || current >= total) {
		refuse_fragment(m, transaction, MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE,
				"bad fragment number");
		return;
	}
	if (!current && outstanding(mbim, transaction)) {
		refuse_fragment(m, transaction, MBIM_ERROR_DUPLICATED_TID,
				"id of a command that is still outstanding");
		return;
	}
	if (!assemble(m, transaction, total, current, message + FRAGMENT_SIZE,
		      len - FRAGMENT_SIZE)) {
		mbim_arm_timer(m);
		return;
	}
	if (mbim->assembly.next == total) {
		mbim->assembly.active = false;
		if (mbim->assembly.len < COMMAND_SIZE)
			refuse_fragment(m, transaction, MBIM_ERROR_LENGTH_MISMATCH,
					"shorter than a command");
		else
			run_command(m, transaction, mbim->assembly.bytes, mbim->assembly.len);
	}
	if (total > 1)
		mbim_arm_timer(m);
}

/* -------- messages -------- */

static void receive_open(struct modem *m, uint32_t transaction, const uint8_t *message,
			 uint32_t len)
{
	struct mbim *mbim = &m->mbim;
	uint32_t most;

	if (len != HEADER_SIZE + 4) {
		refuse_fragment(m, transaction, MBIM_ERROR_LENGTH_MISMATCH, "MBIM_OPEN length");
		return;
	}
	/* An open function starts over (MBIM 1.0, 9.3.1). */
	mbim_reset(m);
	most = get_le32(message + 12);
	if (most < MBIM_MIN_CONTROL) {
		modem_violation(m, "MBIM_OPEN with MaxControlTransfer %u", most);
		send_word(m, OPEN_DONE, transaction, MBIM_INVALID_PARAMETERS);
		return;
	}
	mbim->max_transfer = most < m->config.max_control ? most : m->config.max_control;
	mbim->open = true;
	m->stats.opens++;
	modem_log(m, "MBIM open, control transfers of %u bytes", mbim->max_transfer);
	send_word(m, OPEN_DONE, transaction, MBIM_SUCCESS);
}

static void receive_close(struct modem *m, uint32_t transaction)
{
	mbim_reset(m);
	m->stats.closes++;
	modem_log(m, "MBIM closed");
	send_word(m, CLOSE_DONE, transaction, MBIM_SUCCESS);
}

/* The host gives a transaction up. */
static void receive_host_error(struct modem *m, uint32_t transaction)
{
	for (int i = 0; i < MBIM_MAX_OUTSTANDING; i++)
		if (m->mbim.delayed[i].transaction == transaction)
			m->mbim.delayed[i].used = false;
	if (m->mbim.assembly.transaction == transaction)
		m->mbim.assembly.active = false;
	mbim_arm_timer(m);
}

static void receive_typed(struct modem *m, uint32_t type, uint32_t transaction,
			  const uint8_t *message, uint32_t len)
{
	switch (type) {
	case OPEN:
		receive_open(m, transaction, message, len);
		break;
	case CLOSE:
		receive_close(m, transaction);
		break;
	case COMMAND:
		receive_command(m, transaction, message, len);
		break;
	case HOST_ERROR:
		receive_host_error(m, transaction);
		break;
	default:
		modem_violation(m, "MBIM message type 0x%08x", type);
		send_error(m, transaction, MBIM_ERROR_UNKNOWN);
	}
}

void mbim_receive(struct modem *m, const uint8_t *message, size_t len)
{
	uint32_t type, transaction;

	if (len < HEADER_SIZE) {
		modem_violation(m, "MBIM message of %zu bytes", len);
		send_error(m, 0, MBIM_ERROR_LENGTH_MISMATCH);
		return;
	}
	type = get_le32(message);
	transaction = get_le32(message + 8);
	if (get_le32(message + 4) != len) {
		modem_violation(m, "MBIM message of %zu bytes says %u", len,
				get_le32(message + 4));
		send_error(m, transaction, MBIM_ERROR_LENGTH_MISMATCH);
		return;
	}
	/* A host that finds us not open is no offender: we may have been reset. */
	if (!m->mbim.open && type != OPEN) {
		if (type == HOST_ERROR)
			return;		/* errors are not answered */
		send_error(m, transaction, MBIM_ERROR_NOT_OPENED);
		return;
	}
	if (type != OPEN && len > m->mbim.max_transfer) {
		modem_violation(m, "MBIM message of %zu bytes, MaxControlTransfer %u", len,
				m->mbim.max_transfer);
		send_error(m, transaction, MBIM_ERROR_MAX_TRANSFER);
		return;
	}
	if (!transaction)
		modem_violation(m, "MBIM transaction id 0");
	receive_typed(m, type, transaction, message, len);
}

/* -------- timeouts -------- */

/* A DSS_CONNECT whose time has come. */
static void answer_delayed(struct modem *m, struct mbim_delayed *delayed)
{
	struct mbim_command command = {
		.transaction = delayed->transaction,
		.service = DSS_UUID,
		.cid = 1,
		.set = true,
		.reply = &m->mbim.reply,
	};

	delayed->used = false;
	command.reply->len = 0;
	command.status = dss_connect(m, delayed->info);
	mbim_reply(m, &command);
}

void mbim_timeout(struct modem *m)
{
	struct mbim *mbim = &m->mbim;
	uint64_t ticks, now = now_ms();

	if (read(mbim->timer, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	if (mbim->assembly.active && mbim->assembly.due <= now) {
		mbim->assembly.active = false;
		refuse_fragment(m, mbim->assembly.transaction, MBIM_ERROR_TIMEOUT_FRAGMENT,
				"the next fragment did not come in time");
	}
	for (int i = 0; i < MBIM_MAX_OUTSTANDING; i++)
		if (mbim->delayed[i].used && mbim->delayed[i].due <= now)
			answer_delayed(m, &mbim->delayed[i]);
	mbim_arm_timer(m);
}
