// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The USB/IP transport: every URB ends exactly once, whatever overtakes what.
 */
#include "host.h"

#include <linux/usb/cdc.h>
#include <linux/usb/ch9.h>

static struct host *host;

static int set_up(void **state)
{
	(void)state;
	host = malloc(sizeof(*host));
	host_plug(host, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	host_unplug(host);
	free(host);
	return 0;
}

static void expect(uint32_t command, uint32_t seqnum, int status)
{
	assert_true(host_next(host));
	assert_int_equal(host->got.command, command);
	assert_int_equal(host->got.seqnum, seqnum);
	assert_int_equal(host->got.status, status);
}

static void expect_nothing(void)
{
	assert_false(host_next(host));
}

static void unlink_of_a_pending_urb_ends_it(void **state)
{
	uint32_t urb = host_submit_in(host, ENDPOINT_IN, 1024), unlink;

	(void)state;
	host_run(host);
	expect_nothing();
	unlink = host_unlink(host, urb);
	host_run(host);
	expect(RET_UNLINK, unlink, -ECONNRESET);
	expect_nothing();
	assert_int_equal(host->modem.usbip.queue[USBIP_PIPE_IN].count, 0);
}

static void unlink_from_the_middle_keeps_the_others(void **state)
{
	uint32_t urb[3], unlink;

	(void)state;
	for (int i = 0; i < 3; i++)
		urb[i] = host_submit_in(host, ENDPOINT_IN, 1024);
	unlink = host_unlink(host, urb[1]);
	host_run(host);
	expect(RET_UNLINK, unlink, -ECONNRESET);
	queue_append_raw(&host->modem.queue, "one", 3);
	queue_append_raw(&host->modem.queue, "three", 5);
	modem_run(&host->modem);
	expect(RET_SUBMIT, urb[0], 0);
	assert_memory_equal(host->got.data, "one", 3);
	expect(RET_SUBMIT, urb[2], 0);
	assert_memory_equal(host->got.data, "three", 5);
	expect_nothing();
}

static void unlink_of_the_last_keeps_the_queue_whole(void **state)
{
	uint32_t first = host_submit_in(host, ENDPOINT_IN, 1024);
	uint32_t last = host_submit_in(host, ENDPOINT_IN, 1024), unlink, next;

	(void)state;
	unlink = host_unlink(host, last);
	next = host_submit_in(host, ENDPOINT_IN, 1024);
	queue_append_raw(&host->modem.queue, "a", 1);
	queue_append_raw(&host->modem.queue, "b", 1);
	host_run(host);
	expect(RET_UNLINK, unlink, -ECONNRESET);
	expect(RET_SUBMIT, first, 0);
	expect(RET_SUBMIT, next, 0);
	assert_memory_equal(host->got.data, "b", 1);
}

static void late_unlink_ends_nothing(void **state)
{
	uint32_t urb = host_submit_in(host, ENDPOINT_IN, 1024), unlink;

	(void)state;
	queue_append_raw(&host->modem.queue, "data", 4);
	host_run(host);
	expect(RET_SUBMIT, urb, 0);
	unlink = host_unlink(host, urb);
	host_run(host);
	expect(RET_UNLINK, unlink, 0);
	expect_nothing();
}

/* vhci_hcd sends an unlink before its submit if both come between its two loops. */
static void early_unlink_waits_for_its_submit(void **state)
{
	uint32_t urb, unlink, other;

	(void)state;
	host->seqnum++;
	urb = host->seqnum;
	unlink = host_unlink(host, urb);
	host_run(host);
	expect_nothing();
	host->seqnum = urb - 1;
	assert_int_equal(host_submit_in(host, ENDPOINT_IN, 1024), urb);
	host->seqnum = unlink;
	other = host_submit_in(host, ENDPOINT_IN, 1024);
	queue_append_raw(&host->modem.queue, "data", 4);
	host_run(host);
	expect(RET_UNLINK, unlink, -ECONNRESET);
	expect(RET_SUBMIT, other, 0);
	expect_nothing();
}

static void early_unlink_of_a_bulk_out_drops_its_data(void **state)
{
	uint8_t ntb[2048];
	uint32_t len = host_ntb(&host->modem.pipes.out_rules, NDP16_DSS, 1, 10, 0, ntb);
	uint32_t urb = ++host->seqnum, unlink = host_unlink(host, urb);

	(void)state;
	host->seqnum = urb - 1;
	host_submit_out(host, ENDPOINT_OUT, 0, ntb, len);
	host->seqnum = unlink;
	host_run(host);
	expect(RET_UNLINK, unlink, -ECONNRESET);
	expect_nothing();
	assert_int_equal(host->modem.stats.ntbs_out, 0);
}

static void sequence_numbers_wrap(void **state)
{
	uint32_t urb, unlink;

	(void)state;
	host->seqnum = UINT32_MAX - 1;
	urb = host_submit_in(host, ENDPOINT_IN, 1024);
	host_run(host);
	unlink = host_unlink(host, urb);
	assert_int_equal(unlink, 0);
	urb = host_submit_in(host, ENDPOINT_IN, 1024);
	host_run(host);
	expect(RET_UNLINK, unlink, -ECONNRESET);
	unlink = host_unlink(host, urb);
	host_run(host);
	expect(RET_UNLINK, unlink, -ECONNRESET);
}

static void messages_in_pieces(void **state)
{
	uint8_t setup[8] = { USB_DIR_IN, USB_REQ_GET_DESCRIPTOR, 0, USB_DT_DEVICE, 0, 0, 18, 0 };
	uint8_t header[USBIP_HEADER_SIZE] = { 0 };
	uint32_t seqnum = ++host->seqnum;

	(void)state;
	header[3] = 1;
	header[7] = seqnum;
	header[15] = 1;
	header[27] = 18;
	memcpy(header + 40, setup, 8);
	for (size_t i = 0; i < sizeof(header); i++) {
		expect_nothing();
		host_send_raw(host, header + i, 1);
		host_run(host);
	}
	host->in_seqnums[host->n_in++] = seqnum;
	expect(RET_SUBMIT, seqnum, 0);
	assert_int_equal(host->got.actual, 18);
	assert_int_equal(host->got.data[1], USB_DT_DEVICE);
}

static void more_than_a_batch(void **state)
{
	enum { N = USBIP_BATCH + 50 };
	uint32_t urb[N];

	(void)state;
	for (int i = 0; i < N; i++)
		urb[i] = host_submit_in(host, ENDPOINT_IN, 512);
	host_run(host);
	for (int i = 0; i < N; i++)
		assert_true(queue_append_raw(&host->modem.queue, &urb[i], sizeof(urb[i])));
	modem_run(&host->modem);
	for (int i = 0; i < N; i++) {
		expect(RET_SUBMIT, urb[i], 0);
		assert_memory_equal(host->got.data, &urb[i], sizeof(urb[i]));
	}
	expect_nothing();
}

static void nonsense_ends_the_connection(void **state)
{
	uint8_t header[USBIP_HEADER_SIZE] = { 0, 0, 0, 9 };

	(void)state;
	host_send_raw(host, header, sizeof(header));
	host_run(host);
	assert_int_equal(host->modem.usbip.fd, -1);
}

static void too_large_ends_the_connection(void **state)
{
	uint8_t header[USBIP_HEADER_SIZE] = { 0, 0, 0, 1 };

	(void)state;
	header[24] = 0x7f;
	host_send_raw(host, header, sizeof(header));
	host_run(host);
	assert_int_equal(host->modem.usbip.fd, -1);
}

static void unplugging_forgets_everything(void **state)
{
	(void)state;
	host_submit_in(host, ENDPOINT_IN, 512);
	host_unlink(host, host->seqnum + 7);
	host_run(host);
	modem_unplug(&host->modem);
	assert_int_equal(host->modem.usbip.queue[USBIP_PIPE_IN].count, 0);
	assert_int_equal(host->modem.usbip.n_early, 0);
	assert_int_equal(host->modem.device.configuration, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(unlink_of_a_pending_urb_ends_it),
		TEST(unlink_from_the_middle_keeps_the_others),
		TEST(unlink_of_the_last_keeps_the_queue_whole),
		TEST(late_unlink_ends_nothing),
		TEST(early_unlink_waits_for_its_submit),
		TEST(early_unlink_of_a_bulk_out_drops_its_data),
		TEST(sequence_numbers_wrap),
		TEST(messages_in_pieces),
		TEST(more_than_a_batch),
		TEST(nonsense_ends_the_connection),
		TEST(too_large_ends_the_connection),
		TEST(unplugging_forgets_everything),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
