// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MBIM control protocol: fragments both ways, function errors, refusals of
 * DSS_CONNECT, events.
 */
#include "host.h"

#include <poll.h>
#include <stdio.h>

#define OPEN			1
#define CLOSE			2
#define COMMAND			3
#define HOST_ERROR		4
#define OPEN_DONE		0x80000001
#define CLOSE_DONE		0x80000002
#define COMMAND_DONE		0x80000003
#define FUNCTION_ERROR		0x80000004
#define INDICATE_STATUS		0x80000007

static const uint8_t basic[16] = BASIC_UUID, dss[16] = DSS_UUID;

static struct host *host;
static struct modem *modem;

/* The last message, put together. */
static struct {
	uint32_t type, transaction, fragments, len;
	uint8_t bytes[MBIM_MAX_MESSAGE];	/* what follows the (fragment) header */
} got;

static uint32_t transaction;

/* -------- from the host -------- */

static void send_message(uint32_t type, uint32_t id, const void *rest, uint32_t len)
{
	uint8_t message[MBIM_MAX_CONTROL];

	put_le32(message, type);
	put_le32(message + 4, 12 + len);
	put_le32(message + 8, id);
	if (len)
		memcpy(message + 12, rest, len);
	mbim_receive(modem, message, 12 + len);
}

static void send_open(uint32_t max_transfer)
{
	uint8_t rest[4];

	put_le32(rest, max_transfer);
	send_message(OPEN, ++transaction, rest, sizeof(rest));
}

/* One fragment of @bytes. */
static void send_fragment(uint32_t id, uint32_t total, uint32_t current, const void *bytes,
			  uint32_t len)
{
	uint8_t rest[MBIM_MAX_CONTROL];

	put_le32(rest, total);
	put_le32(rest + 4, current);
	memcpy(rest + 8, bytes, len);
	send_message(COMMAND, id, rest, 8 + len);
}

/* What follows the fragment header of a command. Returns its length. */
static uint32_t make_command(uint8_t *out, const uint8_t *service, uint32_t cid, bool set,
			     const void *info, uint32_t len)
{
	memcpy(out, service, 16);
	put_le32(out + 16, cid);
	put_le32(out + 20, set);
	put_le32(out + 24, len);
	if (len)
		memcpy(out + 28, info, len);
	return 28 + len;
}

/* -------- to the host -------- */

/* The next message into @got. False: there is none. */
static bool next(void)
{
	uint8_t message[MBIM_MAX_CONTROL];
	uint32_t total = 1;

	got.len = 0;
	got.fragments = 0;
	while (got.fragments < total) {
		int len = mbim_response(modem, message, sizeof(message));
		uint32_t header = 12;

		if (!len && !got.fragments)
			return false;
		assert_in_range(len, 12, modem->mbim.max_transfer);
		assert_int_equal(get_le32(message + 4), len);
		got.type = get_le32(message);
		got.transaction = get_le32(message + 8);
		if (got.type == COMMAND_DONE || got.type == INDICATE_STATUS) {
			header = 20;
			total = get_le32(message + 12);
			assert_int_equal(get_le32(message + 16), got.fragments);
		}
		memcpy(got.bytes + got.len, message + header, len - header);
		got.len += len - header;
		got.fragments++;
	}
	return true;
}

static void expect_word(uint32_t type, uint32_t word)
{
	assert_true(next());
	assert_int_equal(got.type, type);
	assert_int_equal(get_le32(got.bytes), word);
	assert_false(next());
}

/* Sends a command in one piece and returns its MBIM status. */
static uint32_t command(const uint8_t *service, uint32_t cid, bool set, const void *info,
			uint32_t len)
{
	uint8_t bytes[MBIM_MAX_CONTROL];

	send_fragment(++transaction, 1, 0, bytes,
		      make_command(bytes, service, cid, set, info, len));
	if (!next())
		return UINT32_MAX;
	assert_int_equal(got.type, COMMAND_DONE);
	assert_int_equal(got.transaction, transaction);
	assert_memory_equal(got.bytes, service, 16);
	assert_int_equal(get_le32(got.bytes + 16), cid);
	assert_int_equal(get_le32(got.bytes + 24), got.len - 28);
	return get_le32(got.bytes + 20);
}

static const struct service *service_named(const char *name)
{
	const struct service *service = services;

	while (strcmp(service->name, name))
		service++;
	return service;
}

static uint32_t connect(const char *name, uint32_t session, uint32_t state)
{
	uint8_t info[24];

	memcpy(info, service_named(name)->uuid, 16);
	put_le32(info + 16, session);
	put_le32(info + 20, state);
	return command(dss, 1, true, info, sizeof(info));
}

static int set_up(void **state)
{
	(void)state;
	host = malloc(sizeof(*host));
	host_plug(host, NULL);
	modem = &host->modem;
	send_open(4096);
	expect_word(OPEN_DONE, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	host_unplug(host);
	free(host);
	return 0;
}

/* -------- opening -------- */

static void not_opened(void **state)
{
	uint8_t bytes[64];

	(void)state;
	mbim_reset(modem);
	send_fragment(9, 1, 0, bytes, make_command(bytes, basic, 1, false, NULL, 0));
	expect_word(FUNCTION_ERROR, MBIM_ERROR_NOT_OPENED);
	assert_int_equal(got.transaction, 9);
	send_message(CLOSE, 10, NULL, 0);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_NOT_OPENED);
	assert_int_equal(modem->stats.errors, 0);
}

static void opening_takes_the_smaller_size(void **state)
{
	(void)state;
	send_open(1000000);
	expect_word(OPEN_DONE, 0);
	assert_int_equal(modem->mbim.max_transfer, 4096);
	send_open(100);
	expect_word(OPEN_DONE, 0);
	assert_int_equal(modem->mbim.max_transfer, 100);
	send_open(63);
	expect_word(OPEN_DONE, MBIM_INVALID_PARAMETERS);
	assert_false(modem->mbim.open);
}

static void opening_and_closing_end_sessions(void **state)
{
	(void)state;
	assert_int_equal(connect("echo", 1, 1), 0);
	send_open(4096);
	expect_word(OPEN_DONE, 0);
	assert_int_equal(modem->sessions.n_open, 0);
	assert_int_equal(connect("echo", 1, 1), 0);
	send_message(CLOSE, ++transaction, NULL, 0);
	expect_word(CLOSE_DONE, 0);
	assert_int_equal(modem->sessions.n_open, 0);
	assert_false(modem->mbim.open);
}

/* -------- fragments -------- */

static void answers_are_cut(void **state)
{
	(void)state;
	assert_int_equal(command(basic, 16, false, NULL, 0), 0);
	assert_int_equal(got.fragments, 1);
	for (uint32_t size = 64; size < 400; size++) {
		uint32_t whole = got.len;

		send_open(size);
		expect_word(OPEN_DONE, 0);
		assert_int_equal(command(basic, 16, false, NULL, 0), 0);
		assert_int_equal(got.len, whole);
		assert_int_equal(got.fragments, (whole + size - 21) / (size - 20));
	}
}

static void commands_in_fragments(void **state)
{
	const uint8_t *idle = service_named("idle")->uuid;
	uint8_t bytes[2000], info[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(info); i++)
		info[i] = i * 3;
	for (uint32_t size = 1; size <= 1100; size += 37) {
		uint32_t len = make_command(bytes, idle, 2, true, info, sizeof(info));
		uint32_t total = (len + size - 1) / size;

		transaction++;
		for (uint32_t i = 0; i < total; i++) {
			uint32_t part = len - i * size < size ? len - i * size : size;

			assert_false(next());
			send_fragment(transaction, total, i, bytes + i * size, part);
		}
		assert_true(next());
		assert_int_equal(got.len, 28 + sizeof(info));
		assert_memory_equal(got.bytes + 28, info, sizeof(info));
	}
	assert_int_equal(modem->stats.errors, 0);
}

static void fragments_out_of_sequence(void **state)
{
	uint8_t bytes[100];
	uint32_t len = make_command(bytes, basic, 1, false, NULL, 0);

	(void)state;
	send_fragment(7, 2, 1, bytes, len);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE);
	send_fragment(8, 3, 0, bytes, len);
	send_fragment(8, 3, 2, bytes, len);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE);
	send_fragment(9, 2, 2, bytes, len);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE);
	send_fragment(10, 0, 0, bytes, len);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE);
	assert_int_equal(modem->stats.errors, 4);
	/* A new message ends an unfinished one, and is taken. */
	send_fragment(11, 2, 0, bytes, len);
	send_fragment(12, 1, 0, bytes, len);
	assert_true(next());
	assert_int_equal(got.type, FUNCTION_ERROR);
	assert_int_equal(got.transaction, 11);
	assert_true(next());
	assert_int_equal(got.type, COMMAND_DONE);
	assert_int_equal(got.transaction, 12);
}

static void wait_for_timer(void)
{
	struct pollfd poll_fd = { .fd = modem->mbim.timer, .events = POLLIN };

	assert_int_equal(poll(&poll_fd, 1, 5000), 1);
	mbim_timeout(modem);
}

static void missing_fragments_time_out(void **state)
{
	uint8_t bytes[100];

	(void)state;
	send_fragment(7, 2, 0, bytes, make_command(bytes, basic, 1, false, NULL, 0));
	wait_for_timer();
	expect_word(FUNCTION_ERROR, MBIM_ERROR_TIMEOUT_FRAGMENT);
	assert_int_equal(got.transaction, 7);
}

static void bad_lengths(void **state)
{
	uint8_t message[200] = { 0 }, bytes[100];
	uint32_t len = make_command(bytes, basic, 1, false, NULL, 0);

	(void)state;
	mbim_receive(modem, message, 11);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_LENGTH_MISMATCH);
	put_le32(message, COMMAND);
	put_le32(message + 4, 100);
	put_le32(message + 8, 5);
	mbim_receive(modem, message, 99);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_LENGTH_MISMATCH);
	send_message(COMMAND, 6, bytes, 7);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_LENGTH_MISMATCH);
	send_fragment(7, 1, 0, bytes, len - 1);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_LENGTH_MISMATCH);
	put_le32(bytes + 24, 4);
	send_fragment(8, 1, 0, bytes, len);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_LENGTH_MISMATCH);
	send_message(OPEN, 9, bytes, 8);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_LENGTH_MISMATCH);
	send_open(64);
	expect_word(OPEN_DONE, 0);
	send_fragment(10, 1, 0, bytes, 48);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_MAX_TRANSFER);
	assert_int_equal(modem->stats.errors, 7);
}

static void unknown_messages(void **state)
{
	(void)state;
	send_message(5, 1, NULL, 0);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_UNKNOWN);
	assert_int_equal(command(basic, 99, false, NULL, 0), MBIM_NO_DEVICE_SUPPORT);
	assert_int_equal(command(basic, 1, true, NULL, 0), MBIM_NO_DEVICE_SUPPORT);
	assert_int_equal(command((const uint8_t *)"nobody's service", 1, false, NULL, 0),
			 MBIM_NO_DEVICE_SUPPORT);
	assert_int_equal(command(service_named("echo")->uuid, 1, false, NULL, 0),
			 MBIM_NO_DEVICE_SUPPORT);
}

/* The host that reads nothing gets the latest, in bounded memory. */
static void responses_are_bounded(void **state)
{
	uint8_t bytes[100];
	uint32_t n = 0;

	(void)state;
	for (uint32_t i = 1; i <= 1000; i++)
		send_fragment(i, 1, 0, bytes, make_command(bytes, basic, 3, false, NULL, 0));
	while (next())
		n++;
	assert_int_equal(n, MBIM_MAX_RESPONSES);
	assert_int_equal(got.transaction, 1000);
	assert_int_equal(modem->mbim.responses_dropped, 1000 - MBIM_MAX_RESPONSES);
}

/* -------- DSS_CONNECT -------- */

static void connecting(void **state)
{
	uint8_t info[24] = { 1 };

	(void)state;
	assert_int_equal(connect("echo", 0, 1), MBIM_SUCCESS);
	assert_int_equal(got.len, 28);
	assert_int_equal(connect("echo", 255, 1), MBIM_SUCCESS);
	assert_int_equal(connect("sink", 255, 1), MBIM_SESSION_EXISTS);
	assert_int_equal(connect("idle", 1, 1), MBIM_INVALID_DEVICE_SERVICE_OPERATION);
	assert_int_equal(command(dss, 1, true, info, sizeof(info)),
			 MBIM_INVALID_DEVICE_SERVICE_OPERATION);
	assert_int_equal(connect("nmea", 1, 1), MBIM_SUCCESS);
	assert_int_equal(connect("nmea", 2, 1), MBIM_SUCCESS);
	assert_int_equal(connect("nmea", 3, 1), MBIM_DSS_INSTANCE_LIMIT);
	assert_int_equal(connect("sink", 0, 0), MBIM_INVALID_DEVICE_SERVICE_OPERATION);
	assert_int_equal(connect("echo", 9, 0), MBIM_SERVICE_NOT_ACTIVATED);
	assert_int_equal(connect("nmea", 1, 0), MBIM_SUCCESS);
	assert_int_equal(connect("nmea", 3, 1), MBIM_SUCCESS);
	assert_int_equal(modem->stats.errors, 0);
	assert_int_equal(connect("echo", 256, 1), MBIM_INVALID_PARAMETERS);
	assert_int_equal(connect("echo", 1, 2), MBIM_INVALID_PARAMETERS);
	assert_int_equal(command(dss, 1, true, info, 23), MBIM_INVALID_PARAMETERS);
	assert_int_equal(modem->stats.errors, 3);
	assert_int_equal(command(dss, 1, false, NULL, 0), MBIM_NO_DEVICE_SUPPORT);
	assert_int_equal(command(dss, 2, true, NULL, 0), MBIM_NO_DEVICE_SUPPORT);
}

static void session_limit(void **state)
{
	(void)state;
	modem->config.max_sessions = 256;
	for (int i = 0; i < 256; i++)
		assert_int_equal(connect("echo", i, 1), MBIM_SUCCESS);
	assert_int_equal(connect("echo", 0, 0), MBIM_SUCCESS);
	modem->config.max_sessions = 255;
	assert_int_equal(connect("echo", 0, 1), MBIM_DSS_INSTANCE_LIMIT);
	modem->config.max_sessions = 0;
	assert_int_equal(connect("echo", 0, 1), MBIM_DSS_INSTANCE_LIMIT);
}

static void late_answers(void **state)
{
	uint8_t bytes[100], info[24];
	uint32_t len;

	(void)state;
	memcpy(info, service_named("echo")->uuid, 16);
	put_le32(info + 16, 5);
	put_le32(info + 20, 1);
	len = make_command(bytes, dss, 1, true, info, sizeof(info));
	modem->mbim.dss_delay = 50;
	send_fragment(70, 1, 0, bytes, len);
	assert_false(next());
	assert_null(modem->sessions.session[5].service);
	/* Its transaction id is in use until then. */
	send_fragment(70, 1, 0, bytes, len);
	expect_word(FUNCTION_ERROR, MBIM_ERROR_DUPLICATED_TID);
	wait_for_timer();
	assert_true(next());
	assert_int_equal(got.transaction, 70);
	assert_non_null(modem->sessions.session[5].service);
	/* The host can give one up. */
	send_fragment(71, 1, 0, bytes, len);
	send_message(HOST_ERROR, 71, bytes, 4);
	assert_false(modem->mbim.delayed[0].used);
	/* No more than a few at a time. */
	for (uint32_t i = 0; i < MBIM_MAX_OUTSTANDING; i++)
		send_fragment(100 + i, 1, 0, bytes, len);
	assert_false(next());
	send_fragment(200, 1, 0, bytes, len);
	assert_true(next());
	assert_int_equal(get_le32(got.bytes + 20), MBIM_BUSY);
	modem->mbim.dss_silent = true;
	send_fragment(201, 1, 0, bytes, len);
	assert_false(next());
}

static void statuses_on_request(void **state)
{
	(void)state;
	modem->mbim.dss_status = 2;
	modem->mbim.dss_status_count = 2;
	assert_int_equal(connect("echo", 0, 1), 2);
	assert_int_equal(connect("echo", 0, 1), 2);
	assert_int_equal(connect("echo", 0, 1), 0);
	assert_int_equal(modem->stats.dss_refused, 2);
}

/* -------- commands and events of "idle" -------- */

static uint32_t subscribe(const uint8_t *service, uint32_t n_cids, uint32_t cid)
{
	uint8_t list[64] = { 0 };

	put_le32(list, 1);
	put_le32(list + 4, 12);
	put_le32(list + 8, 20 + 4 * n_cids);
	memcpy(list + 12, service, 16);
	put_le32(list + 28, n_cids);
	put_le32(list + 32, cid);
	return command(basic, 19, true, list, 32 + 4 * n_cids);
}

static void events_for_subscribers(void **state)
{
	const uint8_t *idle = service_named("idle")->uuid;

	(void)state;
	assert_int_equal(command(idle, 3, true, "event", 5), 0);
	assert_false(next());
	assert_int_equal(subscribe(idle, 1, 2), 0);
	assert_int_equal(command(idle, 3, true, "event", 5), 0);
	assert_false(next());
	for (uint32_t n = 0; n < 2; n++) {
		uint8_t bytes[64];

		assert_int_equal(subscribe(idle, n, 3), 0);
		send_fragment(++transaction, 1, 0, bytes,
			      make_command(bytes, idle, 3, true, "event", 5));
		assert_true(next());
		assert_int_equal(got.type, INDICATE_STATUS);
		assert_int_equal(got.transaction, 0);
		assert_memory_equal(got.bytes, idle, 16);
		assert_memory_equal(got.bytes + 24, "event", 5);
		assert_true(next());
		assert_int_equal(got.type, COMMAND_DONE);
	}
}

static void bad_subscriptions(void **state)
{
	uint8_t list[2000] = { 0 };

	(void)state;
	assert_int_equal(command(basic, 19, true, list, 3), MBIM_INVALID_PARAMETERS);
	put_le32(list, 1000000);
	assert_int_equal(command(basic, 19, true, list, 64), MBIM_INVALID_PARAMETERS);
	put_le32(list, 1);
	put_le32(list + 4, 60);
	put_le32(list + 8, 20);
	assert_int_equal(command(basic, 19, true, list, 64), MBIM_INVALID_PARAMETERS);
	put_le32(list + 4, 0xfffffff0);
	assert_int_equal(command(basic, 19, true, list, 64), MBIM_INVALID_PARAMETERS);
	assert_int_equal(command(basic, 19, true, list, sizeof(list)), MBIM_INVALID_PARAMETERS);
	assert_int_equal(modem->stats.errors, 5);
}

static void commands_of_idle(void **state)
{
	const uint8_t *idle = service_named("idle")->uuid;
	uint8_t status[4];

	(void)state;
	assert_int_equal(command(idle, 1, true, "kept", 4), 0);
	assert_int_equal(command(idle, 1, false, NULL, 0), 0);
	assert_memory_equal(got.bytes + 28, "kept", 4);
	assert_int_equal(command(idle, 2, false, "and back", 8), 0);
	assert_memory_equal(got.bytes + 28, "and back", 8);
	put_le32(status, 29);
	assert_int_equal(command(idle, 4, true, status, 4), 29);
	assert_int_equal(got.len, 28);
	assert_int_equal(command(idle, 5, true, NULL, 0), MBIM_NO_DEVICE_SUPPORT);
}

/* -------- notifications -------- */

static void one_notification_a_message(void **state)
{
	uint32_t urb[3];
	uint8_t bytes[64];

	(void)state;
	for (int i = 0; i < 3; i++)
		urb[i] = host_submit_in(host, ENDPOINT_INTERRUPT, 16);
	send_fragment(50, 1, 0, bytes, make_command(bytes, basic, 3, false, NULL, 0));
	send_fragment(51, 1, 0, bytes, make_command(bytes, basic, 3, false, NULL, 0));
	host_run(host);
	for (int i = 0; i < 2; i++) {
		assert_true(host_next(host));
		assert_int_equal(host->got.seqnum, urb[i]);
		assert_int_equal(host->got.actual, 8);
		assert_int_equal(host->got.data[0], 0xa1);
		assert_int_equal(host->got.data[1], 1);
	}
	assert_false(host_next(host));
	/* Once fetched, there is nothing to tell. */
	send_fragment(52, 1, 0, bytes, make_command(bytes, basic, 3, false, NULL, 0));
	while (next())
		;
	host_run(host);
	assert_false(host_next(host));
}

/* -------- bytes of every kind -------- */

static void random_messages(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint32_t len = (random >> 8) % 120;
		uint8_t *message = malloc(len + 1);

		for (uint32_t i = 0; i < len; i++) {
			random = random * 1664525 + 1013904223;
			message[i] = i % 4 ? 0 : random >> 29;
		}
		random = random * 1664525 + 1013904223;
		if (len >= 8)
			put_le32(message + 4, len);
		if (len >= 36 && random >> 31)
			memcpy(message + 20, random >> 30 & 1 ? basic : dss, 16);
		if (len >= 48 && random >> 29 & 1)
			put_le32(message + 44, len - 48);
		mbim_receive(modem, message, len);
		while (mbim_response(modem, got.bytes, sizeof(got.bytes)))
			;
		free(message);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(not_opened),
		TEST(opening_takes_the_smaller_size),
		TEST(opening_and_closing_end_sessions),
		TEST(answers_are_cut),
		TEST(commands_in_fragments),
		TEST(fragments_out_of_sequence),
		TEST(missing_fragments_time_out),
		TEST(bad_lengths),
		TEST(unknown_messages),
		TEST(responses_are_bounded),
		TEST(connecting),
		TEST(session_limit),
		TEST(late_answers),
		TEST(statuses_on_request),
		TEST(events_for_subscribers),
		TEST(bad_subscriptions),
		TEST(commands_of_idle),
		TEST(one_notification_a_message),
		TEST(random_messages),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
