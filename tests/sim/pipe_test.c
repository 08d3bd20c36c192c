// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bulk pipes: echo, bounds, transfer ends, faults, floods, and the device
 * requests that change their rules.
 */
#include "host.h"

#include <linux/usb/cdc.h>
#include <linux/usb/ch9.h>
#include <poll.h>

#include "crc32c.h"
#include "flood.h"

static struct host *host;
static uint8_t ntb[65536];

static struct session *open_session(uint8_t id, const char *name)
{
	const struct service *service = services;

	while (strcmp(service->name, name))
		service++;
	session_open(&host->modem, &host->modem.sessions.session[id], service);
	return &host->modem.sessions.session[id];
}

static int set_up(void **state)
{
	(void)state;
	host = malloc(sizeof(*host));
	host_plug(host, NULL);
	open_session(1, "echo");
	open_session(2, "sink");
	open_session(3, "source");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	host_unplug(host);
	free(host);
	return 0;
}

static uint32_t send_ntb(uint8_t session, unsigned int count, uint32_t size)
{
	uint32_t len = host_ntb(&host->modem.pipes.out_rules, NDP16_DSS | session << 24, count,
				size, session, ntb);

	return host_submit_out(host, ENDPOINT_OUT, 0, ntb, len);
}

static void expect(uint32_t seqnum, int status)
{
	assert_true(host_next(host));
	assert_int_equal(host->got.command, RET_SUBMIT);
	assert_int_equal(host->got.seqnum, seqnum);
	assert_int_equal(host->got.status, status);
}

static const struct ntb_view *received(void)
{
	static struct ntb_view view;
	const char *says = ntb_check(&host->modem.queue.rules, host->got.data, host->got.actual,
				     &view);

	if (says)
		fail_msg("bulk IN: %s", says);
	return &view;
}

static void echo_comes_back(void **state)
{
	uint32_t in = host_submit_in(host, ENDPOINT_IN, 16384), out = send_ntb(1, 3, 100);

	(void)state;
	host_run(host);
	expect(out, 0);
	expect(in, 0);
	assert_int_equal(received()->n_datagrams, 3);
	assert_int_equal(received()->payload, 300);
	assert_int_equal(host->modem.stats.errors, 0);
}

/* What waits is put together into as few NTBs as it takes. */
static void echo_is_aggregated(void **state)
{
	uint32_t in;

	(void)state;
	for (int i = 0; i < 20; i++)
		send_ntb(1, 1, 100);
	host_run(host);
	while (host_next(host))
		;
	in = host_submit_in(host, ENDPOINT_IN, 16384);
	host_run(host);
	expect(in, 0);
	assert_int_equal(received()->n_datagrams, 20);
}

static void full_echo_stops_bulk_out(void **state)
{
	unsigned int sent = 0, back = 0;
	struct usbip *usbip = &host->modem.usbip;

	(void)state;
	while (usbip->queue[USBIP_PIPE_OUT].count < 5) {
		send_ntb(1, 7, 2048);
		host_run(host);
		assert_in_range(++sent, 1, 1000);
		while (host_next(host))
			;
	}
	assert_true(host->modem.queue.count * 16384 <= QUEUE_BYTES);
	for (int i = 0; i < 1000 && back < 7 * sent; i++) {
		host_submit_in(host, ENDPOINT_IN, 16384);
		host_run(host);
		while (host_next(host))
			if (host->got.in)
				back += received()->n_datagrams;
	}
	assert_int_equal(back, 7 * sent);
	assert_int_equal(usbip->queue[USBIP_PIPE_OUT].count, 0);
	assert_int_equal(host->modem.stats.dropped_in, 0);
}

/* As many NDPs as there can be, each of another session: their echo needs the most NTBs. */
static void echo_of_many_sessions(void **state)
{
	uint32_t index = 12, last = 10;
	unsigned int back = 0;

	(void)state;
	memset(ntb, 0, sizeof(ntb));
	put_le32(ntb, NTH16_SIGNATURE);
	put_le16(ntb + 4, 12);
	for (int i = 0; i < 500; i++, index += 20) {
		if (!host->modem.sessions.session[i % 200].service)
			open_session(i % 200, "echo");
		put_le16(ntb + last, index);
		last = index + 6;
		put_le32(ntb + index, NDP16_DSS | (uint32_t)(i % 200) << 24);
		put_le16(ntb + index + 4, 16);
		put_le32(ntb + index + 8, (index + 16) | 4u << 16);
	}
	put_le16(ntb + 8, index);
	session_close(&host->modem, &host->modem.sessions.session[2]);
	session_close(&host->modem, &host->modem.sessions.session[3]);
	open_session(2, "echo");
	open_session(3, "echo");
	host_submit_out(host, ENDPOINT_OUT, 0, ntb, index);
	for (int i = 0; i < 100; i++)
		host_submit_in(host, ENDPOINT_IN, 16384);
	host_run(host);
	while (host_next(host))
		if (host->got.in)
			back += received()->n_datagrams;
	assert_int_equal(back, 500);
	assert_int_equal(host->modem.stats.errors, 0);
}

static void sink_counts_and_hashes(void **state)
{
	struct session *s = &host->modem.sessions.session[2];
	uint32_t crc = CRC32C_INIT;
	uint8_t bytes[100];

	(void)state;
	send_ntb(2, 4, 100);
	host_run(host);
	memset(bytes, 2, sizeof(bytes));
	for (int i = 0; i < 4; i++)
		crc = crc32c(crc, bytes, sizeof(bytes));
	assert_int_equal(s->datagrams_out, 4);
	assert_int_equal(s->bytes_out, 400);
	assert_int_equal(s->crc, crc);
	assert_int_equal(~crc32c(CRC32C_INIT, "123456789", 9), 0xe3069283);
}

static void data_where_none_belongs(void **state)
{
	(void)state;
	send_ntb(9, 1, 10);
	host_run(host);
	assert_int_equal(host->modem.stats.errors, 1);
	send_ntb(3, 1, 10);
	host_run(host);
	assert_int_equal(host->modem.stats.errors, 2);
}

static void transfer_ends(void **state)
{
	uint8_t full[16384];
	struct modem *m = &host->modem;

	(void)state;
	/* 512 bytes: header, NDP of 16, datagram; no short packet at the end. */
	memset(full, 0, sizeof(full));
	put_le32(full, NTH16_SIGNATURE);
	put_le16(full + 4, 12);
	put_le16(full + 8, 512);
	put_le16(full + 10, 12);
	put_le32(full + 12, NDP16_DSS | 2u << 24);
	put_le16(full + 16, 16);
	put_le32(full + 20, 28 | (512 - 28) << 16);
	host_submit_out(host, ENDPOINT_OUT, 0, full, 512);
	host_run(host);
	assert_int_equal(m->stats.errors, 1);
	assert_int_equal(m->stats.ntbs_out, 0);
	host_submit_out(host, ENDPOINT_OUT, USBIP_FLAG_ZERO_PACKET, full, 512);
	host_run(host);
	assert_int_equal(m->stats.errors, 1);
	assert_int_equal(m->stats.ntbs_out, 1);
	/* Of the largest size: ends by itself; a ZLP is only for those who bear it. */
	put_le16(full + 8, 16384);
	host_submit_out(host, ENDPOINT_OUT, 0, full, 16384);
	host_submit_out(host, ENDPOINT_OUT, USBIP_FLAG_ZERO_PACKET, full, 16384);
	host_run(host);
	assert_int_equal(m->stats.errors, 1);
	m->config.no_zlp = true;
	host_submit_out(host, ENDPOINT_OUT, USBIP_FLAG_ZERO_PACKET, full, 16384);
	host_run(host);
	assert_int_equal(m->stats.errors, 2);
}

static void stall_until_cleared(void **state)
{
	uint32_t first, second, third;

	(void)state;
	host->modem.pipes.out.stalls = 1;
	first = send_ntb(2, 1, 10);
	second = send_ntb(2, 1, 10);
	host_run(host);
	expect(first, -EPIPE);
	expect(second, -EPIPE);
	assert_int_equal(host_request(host, USB_DIR_IN | USB_RECIP_ENDPOINT, USB_REQ_GET_STATUS,
				      0, ENDPOINT_OUT, 2, NULL), 0);
	assert_int_equal(host->got.data[0], 1);
	assert_int_equal(host_request(host, USB_RECIP_ENDPOINT, USB_REQ_CLEAR_FEATURE,
				      USB_ENDPOINT_HALT, ENDPOINT_OUT, 0, NULL), 0);
	third = send_ntb(2, 1, 10);
	host_run(host);
	expect(third, 0);
	assert_int_equal(host->modem.stats.datagrams_out, 1);
}

static void stall_of_bulk_in_ends_pending_urbs(void **state)
{
	uint32_t a = host_submit_in(host, ENDPOINT_IN, 512);
	uint32_t b = host_submit_in(host, ENDPOINT_IN, 512);

	(void)state;
	host_run(host);
	assert_false(host_next(host));
	host->modem.pipes.in.stalls = 1;
	modem_run(&host->modem);
	expect(a, -EPIPE);
	expect(b, -EPIPE);
}

static void transfers_end_with_a_status(void **state)
{
	uint32_t seqnum;

	(void)state;
	host->modem.pipes.out.status = -EILSEQ;
	host->modem.pipes.out.statuses = 1;
	seqnum = send_ntb(2, 1, 10);
	host_run(host);
	expect(seqnum, -EILSEQ);
	assert_int_equal(host->got.actual, 0);
	seqnum = send_ntb(2, 1, 10);
	host_run(host);
	expect(seqnum, 0);
	assert_int_equal(host->modem.stats.datagrams_out, 1);
}

static void nak_holds_until_off(void **state)
{
	uint32_t first, second;

	(void)state;
	host->modem.pipes.out.nak = true;
	first = send_ntb(2, 1, 10);
	second = send_ntb(2, 1, 11);
	host_run(host);
	assert_false(host_next(host));
	host->modem.pipes.out.nak = false;
	modem_run(&host->modem);
	expect(first, 0);
	expect(second, 0);
	assert_int_equal(host->modem.stats.bytes_out, 21);
}

static void delayed_transfers(void **state)
{
	struct modem *m = &host->modem;
	struct pollfd poll_fd = { .fd = m->pipes.out.timer, .events = POLLIN };
	uint32_t first, second;

	(void)state;
	m->pipes.out.delay = 20;
	first = send_ntb(2, 1, 10);
	second = send_ntb(2, 1, 10);
	host_run(host);
	assert_false(host_next(host));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(poll(&poll_fd, 1, 5000), 1);
		pipe_timeout(&m->pipes.out);
		modem_run(m);
		expect(i ? second : first, 0);
		assert_false(host_next(host));
	}
}

static void small_urbs_take_a_transfer_in_parts(void **state)
{
	uint8_t pattern[1300], *got = malloc(1300);
	uint32_t urb;

	(void)state;
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i * 7;
	queue_append_raw(&host->modem.queue, pattern, sizeof(pattern));
	for (int i = 0; i < 3; i++) {
		urb = host_submit_in(host, ENDPOINT_IN, 512);
		host_run(host);
		expect(urb, 0);
		assert_int_equal(host->got.actual, i < 2 ? 512 : 1300 - 1024);
		memcpy(got + 512 * i, host->got.data, host->got.actual);
	}
	assert_memory_equal(got, pattern, sizeof(pattern));
	free(got);
	/* A URB of no whole number of packets overflows. */
	queue_append_raw(&host->modem.queue, pattern, sizeof(pattern));
	urb = host_submit_in(host, ENDPOINT_IN, 1000);
	host_run(host);
	expect(urb, -EOVERFLOW);
}

static void closed_sessions_send_nothing(void **state)
{
	uint32_t in;

	(void)state;
	send_ntb(1, 3, 100);
	host_run(host);
	session_close(&host->modem, &host->modem.sessions.session[1]);
	queue_append_raw(&host->modem.queue, "next", 4);
	while (host_next(host))
		;
	in = host_submit_in(host, ENDPOINT_IN, 16384);
	host_run(host);
	expect(in, 0);
	assert_memory_equal(host->got.data, "next", 4);
}

/* -------- floods -------- */

static void check_flood_datagram(const uint8_t *bytes, uint32_t size, uint32_t number)
{
	for (uint32_t i = 0; i < size && i < 4; i++)
		assert_int_equal(bytes[i], number >> 8 * i & 0xff);
	for (uint32_t i = 4; i < size; i++)
		assert_int_equal(bytes[i], (i + 3) & 0xff);
}

static void drain_flood(uint32_t size, uint32_t count)
{
	uint32_t number = 0;

	while (number < count) {
		/* Several at a time, as usbnet has them. */
		for (int i = 0; i < 20; i++)
			host_submit_in(host, ENDPOINT_IN, 16384);
		host_run(host);
		while (host_next(host)) {
			const struct ntb_view *view = received();
			const uint8_t *entry = view->ndp[0].entries;

			for (unsigned int i = 0; i < view->n_datagrams; i++, entry += 4) {
				assert_int_equal(get_le16(entry + 2), size);
				check_flood_datagram(host->got.data + get_le16(entry), size,
						     number++);
			}
		}
	}
	assert_int_equal(number, count);
}

static void floods_count_up(void **state)
{
	static const uint32_t sizes[] = { 1, 3, 4, 5, 64, 1500, 2048 };
	struct session *s = &host->modem.sessions.session[3];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(flood_start(&host->modem, s, sizes[i], 1001), 0);
		drain_flood(sizes[i], 1001);
		assert_int_equal(s->flood->left, 0);
		assert_int_equal(host->modem.sessions.n_floods, 0);
		/* Those that found nothing are still there. */
		modem_reset(&host->modem);
		tear_down(NULL);
		set_up(NULL);
		s = &host->modem.sessions.session[3];
	}
}

static void floods_take_turns(void **state)
{
	struct session *a = &host->modem.sessions.session[1];
	struct session *b = &host->modem.sessions.session[3];

	(void)state;
	assert_int_equal(flood_start(&host->modem, a, 100, FLOOD_ENDLESS), 0);
	assert_int_equal(flood_start(&host->modem, b, 100, FLOOD_ENDLESS), 0);
	for (int i = 0; i < 10; i++)
		host_submit_in(host, ENDPOINT_IN, 16384);
	host_run(host);
	assert_int_equal(a->flood->sent, b->flood->sent);
	assert_true(a->flood->sent > 0);
	flood_stop(&host->modem, a);
	flood_stop(&host->modem, b);
	assert_int_equal(host->modem.sessions.n_floods, 0);
}

/* -------- requests -------- */

static void smaller_ntbs_on_request(void **state)
{
	uint8_t size[4];

	(void)state;
	put_le32(size, 2048);
	assert_int_equal(host_request(host, USB_TYPE_CLASS | USB_RECIP_INTERFACE,
				      USB_CDC_SET_NTB_INPUT_SIZE, 0, 0, 4, size), 0);
	send_ntb(1, 7, 1500);
	host_run(host);
	while (host_next(host))
		;
	for (int i = 0; i < 7; i++) {
		uint32_t in = host_submit_in(host, ENDPOINT_IN, 2048);

		host_run(host);
		expect(in, 0);
		assert_int_equal(received()->n_datagrams, 1);
	}
	put_le32(size, 2047);
	assert_int_equal(host_request(host, USB_TYPE_CLASS | USB_RECIP_INTERFACE,
				      USB_CDC_SET_NTB_INPUT_SIZE, 0, 0, 4, size), -EPIPE);
	assert_int_equal(host->modem.stats.errors, 1);
}

static void alternate_setting_0_forgets_data(void **state)
{
	(void)state;
	send_ntb(1, 7, 1500);
	host_run(host);
	assert_true(host->modem.queue.count > 0);
	assert_int_equal(host_request(host, USB_RECIP_INTERFACE, USB_REQ_SET_INTERFACE, 0,
				      DATA_INTERFACE, 0, NULL), 0);
	assert_int_equal(host->modem.queue.count, 0);
	host_submit_in(host, ENDPOINT_IN, 512);
	host_run(host);
	assert_true(host_next(host));
	assert_int_equal(host->got.status, -EPROTO);
	assert_int_equal(host->modem.stats.errors, 1);
}

static void unknown_requests_stall(void **state)
{
	(void)state;
	assert_int_equal(host_request(host, USB_TYPE_VENDOR, 1, 0, 0, 0, NULL), -EPIPE);
	assert_int_equal(host_request(host, USB_TYPE_CLASS | USB_RECIP_INTERFACE, 0x43, 0, 0, 0,
				      NULL), -EPIPE);
	assert_int_equal(host_request(host, USB_DIR_IN, USB_REQ_GET_DESCRIPTOR,
				      USB_DT_DEVICE_QUALIFIER << 8, 0, 10, NULL), -EPIPE);
	assert_int_equal(host_request(host, USB_RECIP_INTERFACE, USB_REQ_SET_INTERFACE, 2,
				      DATA_INTERFACE, 0, NULL), -EPIPE);
}

/* A host first asks for the first 9 bytes of the configuration. */
static void descriptors_are_cut_to_what_is_asked(void **state)
{
	(void)state;
	assert_int_equal(host_request(host, USB_DIR_IN, USB_REQ_GET_DESCRIPTOR,
				      USB_DT_CONFIG << 8, 0, 9, NULL), 0);
	assert_int_equal(host->got.actual, 9);
	assert_int_equal(host_request(host, USB_DIR_IN, USB_REQ_GET_DESCRIPTOR,
				      USB_DT_CONFIG << 8, 0, 0xffff, NULL), 0);
	assert_int_equal(host->got.actual, get_le16(host->got.data + 2));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(echo_comes_back),
		TEST(echo_is_aggregated),
		TEST(full_echo_stops_bulk_out),
		TEST(echo_of_many_sessions),
		TEST(sink_counts_and_hashes),
		TEST(data_where_none_belongs),
		TEST(transfer_ends),
		TEST(stall_until_cleared),
		TEST(stall_of_bulk_in_ends_pending_urbs),
		TEST(transfers_end_with_a_status),
		TEST(nak_holds_until_off),
		TEST(delayed_transfers),
		TEST(small_urbs_take_a_transfer_in_parts),
		TEST(closed_sessions_send_nothing),
		TEST(floods_count_up),
		TEST(floods_take_turns),
		TEST(smaller_ntbs_on_request),
		TEST(alternate_setting_0_forgets_data),
		TEST(unknown_requests_stall),
		TEST(descriptors_are_cut_to_what_is_asked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
