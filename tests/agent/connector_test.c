// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The connector against a modem that is this test: mbim_device_command() and its
 * finish are wrapped, so that each answer comes when the test says so, and is what
 * it says. Time is real, with a timeout of one second.
 */
#include "test.h"

#include <errno.h>
#include <string.h>

#include <libmbim-glib.h>

#include "connector.h"
#include "status.h"

#define TIMEOUT_S	1
#define AT_A_TIME	4

/* Commands that the modem has and has not answered, in the order of arrival. */
struct command {
	uint32_t session;
	bool connect;
	GCancellable *cancellable;
	GAsyncReadyCallback callback;
	gpointer data;
};

struct reply {
	uint64_t id;
	uint32_t error;
	uint32_t status;
};

static GQueue commands = G_QUEUE_INIT;
static GArray *replies;		/* struct reply */
static GArray *losses;		/* struct reply, the id is the session */
static unsigned int restored;
static unsigned int broken;
static unsigned int left;

/* Of mbim-proxy, as long as there are commands without an answer. */
static int expected;

/* What the finish that is under way gives. */
static MbimMessage *finish_response;
static GError *finish_error;

static uint32_t get_le32(const uint8_t *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

void __wrap_proxy_expect(void);
void __wrap_proxy_answered(void);

void __wrap_proxy_expect(void)
{
	expected++;
}

void __wrap_proxy_answered(void)
{
	expected--;
}

void __wrap_mbim_device_command(MbimDevice *device, MbimMessage *message, guint timeout,
				GCancellable *cancellable, GAsyncReadyCallback callback,
				gpointer data);
MbimMessage *__wrap_mbim_device_command_finish(MbimDevice *device, GAsyncResult *result,
					       GError **error);

void __wrap_mbim_device_command(MbimDevice *device, MbimMessage *message, guint timeout,
				GCancellable *cancellable, GAsyncReadyCallback callback,
				gpointer data)
{
	struct command *command = g_new0(struct command, 1);
	const uint8_t *payload;
	guint32 size;

	(void)device;
	/* The connector's own deadline must come first. */
	assert_true(timeout > TIMEOUT_S);
	assert_int_equal(mbim_message_get_message_type(message), MBIM_MESSAGE_TYPE_COMMAND);
	assert_int_equal(mbim_message_command_get_service(message), MBIM_SERVICE_DSS);
	assert_int_equal(mbim_message_command_get_cid(message), MBIM_CID_DSS_CONNECT);
	payload = mbim_message_command_get_raw_information_buffer(message, &size);
	assert_int_equal(size, 24);
	command->session = get_le32(payload + 16);
	command->connect = get_le32(payload + 20);
	command->cancellable = g_object_ref(cancellable);
	command->callback = callback;
	command->data = data;
	g_queue_push_tail(&commands, command);
	assert_int_equal(expected, g_queue_get_length(&commands));
}

MbimMessage *__wrap_mbim_device_command_finish(MbimDevice *device, GAsyncResult *result,
					       GError **error)
{
	(void)device;
	(void)result;
	if (finish_error)
		g_propagate_error(error, g_steal_pointer(&finish_error));
	return g_steal_pointer(&finish_response);
}

static void command_end(struct command *command)
{
	command->callback(NULL, NULL, command->data);
	g_object_unref(command->cancellable);
	g_free(command);
}

/* MBIM_COMMAND_DONE: header, fragment header, service, CID, status, no data. */
static MbimMessage *command_done(uint32_t status)
{
	uint8_t bytes[48] = { 0 };

	bytes[0] = 0x03;
	bytes[3] = 0x80;
	bytes[4] = sizeof(bytes);
	bytes[8] = 1;
	bytes[12] = 1;
	memcpy(bytes + 20, MBIM_UUID_DSS, 16);
	bytes[36] = MBIM_CID_DSS_CONNECT;
	memcpy(bytes + 40, &(uint32_t){ GUINT32_TO_LE(status) }, 4);
	return mbim_message_new(bytes, sizeof(bytes));
}

/* The oldest command must be this one, and is answered with @status. */
static void answer(uint32_t session, bool connect, uint32_t status)
{
	struct command *command = g_queue_pop_head(&commands);

	assert_non_null(command);
	assert_int_equal(command->session, session);
	assert_int_equal(command->connect, connect);
	finish_response = command_done(status);
	command_end(command);
	g_clear_pointer(&finish_response, mbim_message_unref);
}

static void answer_function_error(MbimProtocolError code)
{
	finish_response = mbim_message_function_error_new(1, code);
	command_end(g_queue_pop_head(&commands));
	g_clear_pointer(&finish_response, mbim_message_unref);
}

static void answer_error(GQuark domain, int code)
{
	finish_error = g_error_new(domain, code, "as the test wants");
	command_end(g_queue_pop_head(&commands));
	g_clear_error(&finish_error);
}

/* As libmbim does with commands whose cancellable was cancelled. */
static void answer_cancelled(void)
{
	struct command *command = g_queue_pop_head(&commands);

	assert_non_null(command);
	assert_true(g_cancellable_is_cancelled(command->cancellable));
	finish_error = g_error_new(MBIM_CORE_ERROR, MBIM_CORE_ERROR_ABORTED, "aborted");
	command_end(command);
	g_clear_error(&finish_error);
}

/* The connector's owner. */

static void on_reply(void *data, uint64_t id, uint32_t error, uint32_t status)
{
	struct reply reply = { id, error, status };

	(void)data;
	g_array_append_val(replies, reply);
}

static void on_lost(void *data, uint32_t session, uint32_t error, uint32_t status)
{
	struct reply reply = { session, error, status };

	(void)data;
	g_array_append_val(losses, reply);
}

static void on_restored(void *data)
{
	(void)data;
	restored++;
}

static void on_broken(void *data, const char *why)
{
	struct connector **connector = data;

	assert_non_null(why);
	broken++;
	connector_stop(*connector);
}

static void on_left(void *data)
{
	(void)data;
	left++;
}

static const struct connector_ops ops = {
	.reply = on_reply,
	.lost = on_lost,
	.restored = on_restored,
	.broken = on_broken,
	.left = on_left,
};

static struct connector *connector;
static MbimDevice *channel;

static int setup(void **state)
{
	g_autoptr(GFile) file = g_file_new_for_path("/dev/null");

	(void)state;
	replies = g_array_new(FALSE, FALSE, sizeof(struct reply));
	losses = g_array_new(FALSE, FALSE, sizeof(struct reply));
	restored = 0;
	broken = 0;
	left = 0;
	channel = g_object_new(MBIM_TYPE_DEVICE, MBIM_DEVICE_FILE, file, NULL);
	connector = connector_new("test", TIMEOUT_S, &ops, &connector);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	g_clear_pointer(&connector, connector_free);
	/* libmbim calls back for everything that was cancelled. */
	while (!g_queue_is_empty(&commands))
		answer_cancelled();
	assert_int_equal(expected, 0);
	g_clear_object(&channel);
	g_array_unref(replies);
	g_array_unref(losses);
	return 0;
}

static void request(uint64_t id, enum mbim_dss_op op, uint32_t session)
{
	const struct message_request message = { .id = id, .op = op, .session = session };

	connector_request(connector, &message, false);
}

static void assert_replied(unsigned int index, uint64_t id, uint32_t error, uint32_t status)
{
	const struct reply *reply;

	assert_int_equal(replies->len, index + 1);
	reply = &g_array_index(replies, struct reply, index);
	assert_int_equal(reply->id, id);
	assert_int_equal(reply->error, error);
	assert_int_equal(reply->status, status);
}

static unsigned int commands_waiting(void)
{
	return g_queue_get_length(&commands);
}

static gboolean on_deadline(gpointer data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

/* Run the loop until @number is @count, five seconds at most. */
static void wait_for_number(const unsigned int *number, unsigned int count)
{
	bool late = false;
	guint timer = g_timeout_add_seconds(5, on_deadline, &late);

	while (*number < count && !late)
		g_main_context_iteration(NULL, TRUE);
	assert_false(late);
	g_source_remove(timer);
}

static void wait_for_replies(unsigned int count)
{
	wait_for_number(&replies->len, count);
}

static void connect_and_disconnect(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(10, MBIM_DSS_OP_CONNECT, 255);
	assert_int_equal(replies->len, 0);
	answer(255, true, 0);
	assert_replied(0, 10, 0, 0);
	request(11, MBIM_DSS_OP_DISCONNECT, 255);
	answer(255, false, 0);
	assert_replied(1, 11, 0, 0);
	assert_int_equal(commands_waiting(), 0);
}

static void refusal_has_its_status(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 0);
	answer(0, true, 33);
	assert_replied(0, 1, EUSERS, 33);
	request(2, MBIM_DSS_OP_CONNECT, 0);
	/* A status that libmbim has no name for comes through as it is. */
	answer(0, true, 0x12345678);
	assert_replied(1, 2, EREMOTEIO, 0x12345678);
	request(3, MBIM_DSS_OP_CONNECT, 0);
	answer_function_error(MBIM_PROTOCOL_ERROR_MAX_TRANSFER);
	assert_replied(2, 3, EREMOTEIO, 0);
}

static void one_session_one_at_a_time(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 5);
	request(2, MBIM_DSS_OP_DISCONNECT, 5);
	request(3, MBIM_DSS_OP_CONNECT, 5);
	assert_int_equal(commands_waiting(), 1);
	answer(5, true, 0);
	assert_replied(0, 1, 0, 0);
	assert_int_equal(commands_waiting(), 1);
	answer(5, false, 0);
	answer(5, true, 0);
	assert_replied(2, 3, 0, 0);
}

static void different_sessions_side_by_side(void **state)
{
	(void)state;
	connector_start(connector, channel, 256);
	for (uint32_t i = 0; i < 256; i++)
		request(1000 + i, MBIM_DSS_OP_CONNECT, i);
	assert_int_equal(commands_waiting(), 256);
	for (uint32_t i = 0; i < 256; i++)
		answer(i, true, 0);
	assert_int_equal(replies->len, 256);
}

/* No more than the modem takes; who came first goes first. */
static void others_wait_their_turn(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	for (unsigned int i = 0; i < AT_A_TIME + 2; i++) {
		request(i, MBIM_DSS_OP_CONNECT, i);
		request(10 + i, MBIM_DSS_OP_DISCONNECT, i);
	}
	assert_int_equal(commands_waiting(), AT_A_TIME);
	for (unsigned int i = 0; i < AT_A_TIME + 2; i++) {
		answer(i, true, 0);
		assert_replied(i, i, 0, 0);
		assert_int_equal(commands_waiting(), AT_A_TIME);
	}
	for (unsigned int i = 0; i < AT_A_TIME + 2; i++)
		answer(i, false, 0);
	assert_int_equal(replies->len, 2 * (AT_A_TIME + 2));
	assert_int_equal(commands_waiting(), 0);
}

/* One that is given up does not stand in the way for ever. */
static void no_answer_gives_its_turn_away(void **state)
{
	(void)state;
	connector_start(connector, channel, 1);
	request(1, MBIM_DSS_OP_DISCONNECT, 1);
	assert_int_equal(commands_waiting(), 1);
	wait_for_number(&replies->len, 1);
	assert_replied(0, 1, ETIMEDOUT, 0);
	request(2, MBIM_DSS_OP_CONNECT, 2);
	answer(1, false, 0);	/* late */
	answer(2, true, 0);
	assert_replied(1, 2, 0, 0);
}

/* The turns of a channel that is gone are not those of the next. */
static void turns_begin_anew(void **state)
{
	(void)state;
	connector_start(connector, channel, 1);
	request(1, MBIM_DSS_OP_CONNECT, 1);
	request(2, MBIM_DSS_OP_CONNECT, 2);
	connector_stop(connector);
	answer_cancelled();
	connector_start(connector, channel, 1);
	answer(1, true, 0);
	answer(2, true, 0);
	assert_int_equal(replies->len, 2);
	assert_int_equal(commands_waiting(), 0);
}

static void requests_wait_for_the_channel(void **state)
{
	(void)state;
	request(1, MBIM_DSS_OP_CONNECT, 5);
	assert_int_equal(commands_waiting(), 0);
	connector_start(connector, channel, AT_A_TIME);
	answer(5, true, 0);
	assert_replied(0, 1, 0, 0);
}

static void deadline_holds_without_a_channel(void **state)
{
	(void)state;
	request(1, MBIM_DSS_OP_CONNECT, 5);
	wait_for_replies(1);
	assert_replied(0, 1, ETIMEDOUT, 0);
	/* It was never sent: there is nothing to undo. */
	connector_start(connector, channel, AT_A_TIME);
	assert_int_equal(commands_waiting(), 0);
}

/* The modem may have connected it after all: it is told to disconnect. */
static void connect_without_answer_is_undone(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 5);
	wait_for_replies(1);
	assert_replied(0, 1, ETIMEDOUT, 0);
	assert_int_equal(commands_waiting(), 2);
	/* What comes next for the session waits for that. */
	request(2, MBIM_DSS_OP_CONNECT, 5);
	assert_int_equal(commands_waiting(), 2);
	answer(5, true, 0);	/* late: nobody listens */
	assert_int_equal(replies->len, 1);
	answer(5, false, 0);
	answer(5, true, 0);
	assert_replied(1, 2, 0, 0);
}

static void disconnect_without_answer_is_not_undone(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_DISCONNECT, 5);
	wait_for_replies(1);
	assert_replied(0, 1, ETIMEDOUT, 0);
	assert_int_equal(commands_waiting(), 1);
	answer(5, false, 0);
}

static void request_survives_a_reset(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 5);
	request(2, MBIM_DSS_OP_CONNECT, 6);
	answer_function_error(MBIM_PROTOCOL_ERROR_NOT_OPENED);
	assert_int_equal(broken, 1);
	assert_int_equal(replies->len, 0);
	answer_cancelled();	/* that of session 6 */
	assert_int_equal(replies->len, 0);
	connector_start(connector, channel, AT_A_TIME);
	answer(5, true, 0);
	answer(6, true, 0);
	assert_replied(1, 2, 0, 0);
}

/* It was connected before the answer was lost: then the repetition has it so. */
static void connected_already_counts_for_a_repetition(void **state)
{
	const struct message_request message = {
		.id = 3, .op = MBIM_DSS_OP_CONNECT, .session = 7
	};

	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 5);
	answer_function_error(MBIM_PROTOCOL_ERROR_NOT_OPENED);
	connector_start(connector, channel, AT_A_TIME);
	answer(5, true, 42);
	assert_replied(0, 1, 0, 42);
	/* Somebody else's session, for one that is asked for the first time. */
	request(2, MBIM_DSS_OP_CONNECT, 6);
	answer(6, true, 42);
	assert_replied(1, 2, EREMOTEIO, 42);
	connector_request(connector, &message, true);
	answer(7, true, 42);
	assert_replied(2, 3, 0, 42);
}

static void channel_that_cannot_send_is_broken(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 5);
	answer_error(MBIM_CORE_ERROR, MBIM_CORE_ERROR_WRONG_STATE);
	assert_int_equal(broken, 1);
	assert_int_equal(replies->len, 0);
	connector_start(connector, channel, AT_A_TIME);
	answer(5, true, 0);
	assert_replied(0, 1, 0, 0);
}

static void modem_that_is_gone_ends_requests(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 5);
	request(2, MBIM_DSS_OP_DISCONNECT, 5);
	g_clear_pointer(&connector, connector_free);
	assert_int_equal(replies->len, 2);
	assert_int_equal(g_array_index(replies, struct reply, 0).error, ENODEV);
	assert_int_equal(g_array_index(replies, struct reply, 1).error, ENODEV);
}

static const uint8_t any_uuid[MBIM_DSS_UUID_SIZE] = { 1 };

static void assertions_end_with_restored(void **state)
{
	(void)state;
	connector_assert(connector, 1, any_uuid);
	connector_assert(connector, 2, any_uuid);
	connector_assert(connector, 3, any_uuid);
	connector_start(connector, channel, AT_A_TIME);
	answer(1, true, 0);
	answer(2, true, 42);	/* it is there: as good */
	assert_int_equal(restored, 0);
	answer(3, true, 0);
	assert_int_equal(restored, 1);
	assert_int_equal(losses->len, 0);
	assert_int_equal(replies->len, 0);
}

/* Refused, perhaps as it is connected: disconnect, and once more. */
static void assertion_refused_is_tried_from_the_beginning(void **state)
{
	(void)state;
	connector_assert(connector, 1, any_uuid);
	connector_start(connector, channel, AT_A_TIME);
	answer(1, true, 2);
	assert_int_equal(restored, 0);
	answer(1, false, 34);
	answer(1, true, 0);
	assert_int_equal(restored, 1);
	assert_int_equal(losses->len, 0);
}

static void assertion_refused_twice_is_a_loss(void **state)
{
	const struct reply *loss;

	(void)state;
	connector_assert(connector, 1, any_uuid);
	connector_assert(connector, 2, any_uuid);
	connector_start(connector, channel, AT_A_TIME);
	answer(1, true, 2);
	answer(2, true, 0);
	answer(1, false, 0);
	answer(1, true, 33);
	assert_int_equal(losses->len, 1);
	loss = &g_array_index(losses, struct reply, 0);
	assert_int_equal(loss->id, 1);
	assert_int_equal(loss->error, EUSERS);
	assert_int_equal(loss->status, 33);
	assert_int_equal(restored, 1);
}

/* The kernel wants to close a session that is being asserted: in that order. */
static void assertion_goes_before_what_waits(void **state)
{
	(void)state;
	request(1, MBIM_DSS_OP_DISCONNECT, 1);
	connector_assert(connector, 1, any_uuid);
	connector_start(connector, channel, AT_A_TIME);
	assert_int_equal(commands_waiting(), 1);
	answer(1, true, 0);
	assert_int_equal(restored, 1);
	answer(1, false, 0);
	assert_replied(0, 1, 0, 0);
}

static void reset_during_assertions_drops_them(void **state)
{
	(void)state;
	connector_assert(connector, 1, any_uuid);
	connector_assert(connector, 2, any_uuid);
	connector_start(connector, channel, AT_A_TIME);
	answer_function_error(MBIM_PROTOCOL_ERROR_NOT_OPENED);
	answer_cancelled();
	assert_int_equal(broken, 1);
	/* The owner asks the kernel anew; session 2 was closed meanwhile. */
	connector_assert(connector, 1, any_uuid);
	connector_start(connector, channel, AT_A_TIME);
	answer(1, true, 0);
	assert_int_equal(restored, 1);
	assert_int_equal(losses->len, 0);
	assert_int_equal(commands_waiting(), 0);
}

/* Session 1 is connected, 2 was, 3 has been since a former agent, 4 is not ours. */
static void leave_disconnects_what_is_connected(void **state)
{
	(void)state;
	connector_assert(connector, 3, any_uuid);
	connector_start(connector, channel, AT_A_TIME);
	answer(3, true, 0);
	request(1, MBIM_DSS_OP_CONNECT, 1);
	answer(1, true, 0);
	request(2, MBIM_DSS_OP_CONNECT, 2);
	answer(2, true, 0);
	request(3, MBIM_DSS_OP_DISCONNECT, 2);
	answer(2, false, 0);
	request(4, MBIM_DSS_OP_CONNECT, 4);
	answer(4, true, 42);	/* somebody else's */
	assert_int_equal(connector_leave(connector), 2);
	answer(1, false, 0);
	assert_int_equal(left, 0);
	answer(3, false, 2);	/* whatever comes of it */
	assert_int_equal(left, 1);
	assert_int_equal(commands_waiting(), 0);
	assert_int_equal(losses->len, 0);
	assert_int_equal(replies->len, 4);
}

static void leave_without_sessions_is_over_at_once(void **state)
{
	(void)state;
	assert_int_equal(connector_leave(connector), 0);
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 1);
	answer(1, true, 33);
	assert_int_equal(connector_leave(connector), 0);
	assert_int_equal(commands_waiting(), 0);
	assert_int_equal(left, 0);
}

/* What is under way may have connected it; what waits behind that may not. */
static void leave_ends_requests(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 5);
	request(2, MBIM_DSS_OP_DISCONNECT, 5);
	request(3, MBIM_DSS_OP_DISCONNECT, 6);
	assert_int_equal(connector_leave(connector), 1);
	assert_int_equal(replies->len, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(g_array_index(replies, struct reply, i).error, ENODEV);
	answer(5, true, 0);	/* late: nobody listens */
	answer(6, false, 0);
	answer(5, false, 0);
	assert_int_equal(left, 1);
}

static void leave_drops_assertions(void **state)
{
	(void)state;
	connector_assert(connector, 1, any_uuid);
	connector_start(connector, channel, AT_A_TIME);
	assert_int_equal(connector_leave(connector), 1);
	answer(1, true, 33);	/* late */
	answer(1, false, 0);
	assert_int_equal(left, 1);
	assert_int_equal(losses->len, 0);
	assert_int_equal(restored, 0);
}

static void leave_does_not_wait_for_ever(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 5);
	answer(5, true, 0);
	assert_int_equal(connector_leave(connector), 1);
	wait_for_number(&left, 1);
	/* No second attempt. */
	assert_int_equal(commands_waiting(), 1);
	answer(5, false, 0);
	assert_int_equal(left, 1);
}

static void leave_of_a_modem_that_is_gone_is_broken(void **state)
{
	(void)state;
	connector_start(connector, channel, AT_A_TIME);
	request(1, MBIM_DSS_OP_CONNECT, 5);
	answer(5, true, 0);
	assert_int_equal(connector_leave(connector), 1);
	answer_error(MBIM_CORE_ERROR, MBIM_CORE_ERROR_WRONG_STATE);
	assert_int_equal(broken, 1);
	g_clear_pointer(&connector, connector_free);
	assert_int_equal(left, 0);
}

#define connector_unit_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	connector_unit_test(connect_and_disconnect),
	connector_unit_test(refusal_has_its_status),
	connector_unit_test(one_session_one_at_a_time),
	connector_unit_test(different_sessions_side_by_side),
	connector_unit_test(others_wait_their_turn),
	connector_unit_test(no_answer_gives_its_turn_away),
	connector_unit_test(turns_begin_anew),
	connector_unit_test(requests_wait_for_the_channel),
	connector_unit_test(deadline_holds_without_a_channel),
	connector_unit_test(connect_without_answer_is_undone),
	connector_unit_test(disconnect_without_answer_is_not_undone),
	connector_unit_test(request_survives_a_reset),
	connector_unit_test(connected_already_counts_for_a_repetition),
	connector_unit_test(channel_that_cannot_send_is_broken),
	connector_unit_test(modem_that_is_gone_ends_requests),
	connector_unit_test(assertions_end_with_restored),
	connector_unit_test(assertion_refused_is_tried_from_the_beginning),
	connector_unit_test(assertion_refused_twice_is_a_loss),
	connector_unit_test(assertion_goes_before_what_waits),
	connector_unit_test(reset_during_assertions_drops_them),
	connector_unit_test(leave_disconnects_what_is_connected),
	connector_unit_test(leave_without_sessions_is_over_at_once),
	connector_unit_test(leave_ends_requests),
	connector_unit_test(leave_drops_assertions),
	connector_unit_test(leave_does_not_wait_for_ever),
	connector_unit_test(leave_of_a_modem_that_is_gone_is_broken),
};

test_main(tests)
