// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The NTB check, one broken rule at a time, and the builder against the check.
 */
#include "host.h"

#include <stdio.h>

#include "malformed.h"

static const struct ntb_rules plain = {
	.max_size = 16384, .max_datagram = 2048, .max_packet = 512, .ndp_modulus = 4, .modulus = 4,
};

static struct ntb_view view;

/* NTH, an NDP for session 5 at 12, datagrams of 10, 11 and 12 bytes behind it. */
#define GOOD_NDP	12
#define GOOD_ENTRIES	(GOOD_NDP + NDP16_SIZE)
#define GOOD_FIRST	36
#define GOOD_LEN	(GOOD_FIRST + 12 + 12 + 12)

static void make_good(uint8_t *ntb)
{
	memset(ntb, 0, GOOD_LEN);
	put_le32(ntb, NTH16_SIGNATURE);
	put_le16(ntb + 4, 12);
	put_le16(ntb + 6, 7);
	put_le16(ntb + 8, GOOD_LEN);
	put_le16(ntb + 10, GOOD_NDP);
	put_le32(ntb + GOOD_NDP, NDP16_DSS | 5u << 24);
	put_le16(ntb + GOOD_NDP + 4, NDP16_SIZE + 4 * DPE16_SIZE);
	for (int i = 0; i < 3; i++) {
		put_le16(ntb + GOOD_ENTRIES + 4 * i, GOOD_FIRST + 12 * i);
		put_le16(ntb + GOOD_ENTRIES + 4 * i + 2, 10 + i);
	}
}

static void good_is_good(void **state)
{
	uint8_t ntb[GOOD_LEN];

	(void)state;
	make_good(ntb);
	assert_null(ntb_check(&plain, ntb, sizeof(ntb), &view));
	assert_int_equal(view.sequence, 7);
	assert_int_equal(view.n_ndps, 1);
	assert_int_equal(view.n_datagrams, 3);
	assert_int_equal(view.payload, 33);
	assert_int_equal(view.ndp[0].signature, NDP16_DSS);
	assert_int_equal(view.ndp[0].session, 5);
	assert_int_equal(view.ndp[0].count, 3);
	assert_ptr_equal(view.ndp[0].entries, ntb + GOOD_ENTRIES);
}

/* One 16-bit field changed, and what the check has to say of it. */
struct fault {
	uint16_t at, value;
	const char *says;
};

static const struct fault faults[] = {
	{ 0, 0x1234, "bad NTH16 signature" },
	{ 4, 16, "wHeaderLength is not 12" },
	{ 8, GOOD_LEN - 4, "wBlockLength is not the length of the transfer" },
	{ 8, GOOD_LEN + 4, "wBlockLength is not the length of the transfer" },
	{ 8, 0, "wBlockLength is not the length of the transfer" },
	{ 10, 0, "wNdpIndex is 0" },
	{ 10, 4, "NDP inside the NTH" },
	{ 10, 14, "NDP not aligned to wNdpOutAlignment" },
	{ 10, GOOD_LEN - 12, "NDP beyond the end of the NTB" },
	{ 10, 0xfffc, "NDP beyond the end of the NTB" },
	{ GOOD_NDP, 0x5858, "bad NDP16 signature" },
	{ GOOD_NDP + 4, 12, "NDP wLength less than 16" },
	{ GOOD_NDP + 4, 22, "NDP wLength not a multiple of 4" },
	{ GOOD_NDP + 4, GOOD_LEN, "NDP entries beyond the end of the NTB" },
	{ GOOD_NDP + 4, 20, "last NDP entry is not the null terminator" },
	{ GOOD_NDP + 6, GOOD_NDP, "NDPs overlap or loop" },
	{ GOOD_ENTRIES, 0, "half a null entry" },
	{ GOOD_ENTRIES + 2, 0, "half a null entry" },
	{ GOOD_ENTRIES, 8, "datagram inside the NTH" },
	{ GOOD_ENTRIES, GOOD_NDP, "datagram overlaps a datagram or an NDP" },
	{ GOOD_ENTRIES, GOOD_FIRST + 12, "datagram overlaps a datagram or an NDP" },
	{ GOOD_ENTRIES + 2, 13, "datagram overlaps a datagram or an NDP" },
	{ GOOD_ENTRIES, GOOD_FIRST + 1, "datagram not aligned to divisor and remainder" },
	{ GOOD_ENTRIES + 8, GOOD_LEN - 8, "datagram beyond the end of the NTB" },
	{ GOOD_ENTRIES + 10, 13, "datagram beyond the end of the NTB" },
	{ GOOD_ENTRIES + 10, 0xffff, "datagram beyond the end of the NTB" },
};

static void each_fault_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		/* On the heap, so that a read beyond the end is seen. */
		uint8_t *ntb = malloc(GOOD_LEN);
		const char *says;

		make_good(ntb);
		put_le16(ntb + faults[i].at, faults[i].value);
		says = ntb_check(&plain, ntb, GOOD_LEN, &view);
		if (!says || strcmp(says, faults[i].says))
			fail_msg("fault %zu: \"%s\" instead of \"%s\"", i, says ? says : "nothing",
				 faults[i].says);
		free(ntb);
	}
}

static void too_short_and_too_long(void **state)
{
	struct ntb_rules small = plain;
	uint8_t *ntb = malloc(GOOD_LEN);

	(void)state;
	make_good(ntb);
	for (size_t len = 0; len < NTH16_SIZE + NDP16_MIN_SIZE; len++)
		assert_string_equal(ntb_check(&plain, ntb, len, &view),
				    "NTB shorter than header and NDP");
	small.max_size = GOOD_LEN - 1;
	assert_string_equal(ntb_check(&small, ntb, GOOD_LEN, &view),
			    "NTB longer than dwNtbOutMaxSize");
	free(ntb);
}

static void no_datagrams(void **state)
{
	uint8_t ntb[GOOD_LEN];

	(void)state;
	make_good(ntb);
	put_le32(ntb + GOOD_ENTRIES, 0);
	assert_string_equal(ntb_check(&plain, ntb, sizeof(ntb), &view), "NDP without datagrams");
}

/* NCM 1.0, 3.7: what follows the first null entry is ignored. */
static void early_null_ends_the_list(void **state)
{
	uint8_t ntb[GOOD_LEN];

	(void)state;
	make_good(ntb);
	put_le32(ntb + GOOD_ENTRIES + 4, 0);
	put_le32(ntb + GOOD_ENTRIES + 8, 0xffffffff);
	assert_null(ntb_check(&plain, ntb, sizeof(ntb), &view));
	assert_int_equal(view.n_datagrams, 1);
}

static void limits_of_the_modem(void **state)
{
	struct ntb_rules rules = plain;
	uint8_t ntb[GOOD_LEN];

	(void)state;
	make_good(ntb);
	rules.max_datagram = 11;
	assert_string_equal(ntb_check(&rules, ntb, sizeof(ntb), &view),
			    "datagram larger than the maximum datagram size");
	rules.max_datagram = 12;
	rules.max_datagrams = 2;
	assert_string_equal(ntb_check(&rules, ntb, sizeof(ntb), &view),
			    "more datagrams than wNtbOutMaxDatagrams");
	rules.max_datagrams = 3;
	assert_null(ntb_check(&rules, ntb, sizeof(ntb), &view));
	rules.ndp_end = true;
	assert_string_equal(ntb_check(&rules, ntb, sizeof(ntb), &view),
			    "NDP not behind the datagrams");
}

static void datagrams_in_any_order(void **state)
{
	uint8_t ntb[GOOD_LEN];

	(void)state;
	make_good(ntb);
	put_le16(ntb + GOOD_ENTRIES, GOOD_FIRST + 24);
	put_le16(ntb + GOOD_ENTRIES + 8, GOOD_FIRST);
	put_le16(ntb + GOOD_ENTRIES + 2, 12);
	put_le16(ntb + GOOD_ENTRIES + 10, 10);
	assert_null(ntb_check(&plain, ntb, sizeof(ntb), &view));
}

static void malformed_kinds_are_malformed(void **state)
{
	const char *kind;

	(void)state;
	for (unsigned int i = 0; (kind = malformed_name(i)); i++) {
		uint8_t out[MALFORMED_MAX], *exact;
		const char *says;
		int len = malformed_make(kind, &plain, 3, out);
		bool legal = !strcmp(kind, "ndp-order") || !strcmp(kind, "early-null") ||
			     !strcmp(kind, "ips");

		assert_in_range(len, 0, MALFORMED_MAX);
		exact = malloc(len + 1);
		memcpy(exact, out, len);
		says = ntb_check(&plain, exact, len, &view);
		if (!says != legal)
			fail_msg("%s: %s", kind, says ? says : "is legal");
		free(exact);
	}
	assert_int_equal(malformed_make("nonsense", &plain, 3, NULL), -1);
}

/* -------- building -------- */

static const struct ntb_rules shapes[] = {
	{ 16384, 2048, 512, 0, 4, 4, 0, false },
	{ 2048, 1500, 512, 0, 4, 4, 0, false },
	{ 4096, 2048, 512, 0, 16, 32, 14, false },
	{ 65535, 65535, 1024, 0, 64, 256, 255, false },
	{ 16384, 2048, 512, 7, 8, 4, 2, false },
};

/* Adds datagrams that say who they are, until one does not fit. */
static unsigned int fill(struct ntb *ntb, const struct ntb_rules *rules, unsigned int seed)
{
	uint8_t datagram[2048];
	unsigned int n = 0;

	for (;; n++) {
		uint32_t size = 1 + (n * 37 + seed * 11) % 1400;
		uint32_t signature = NDP16_DSS | ((seed + n / 3) % 256) << 24;

		memset(datagram, n, size);
		if (!ntb_append(ntb, rules, signature, datagram, size))
			return n;
	}
}

static void check_filled(const struct ntb_rules *rules, const uint8_t *data, unsigned int n,
			 unsigned int seed)
{
	unsigned int seen = 0;

	assert_int_equal(view.n_datagrams, n);
	for (unsigned int i = 0; i < view.n_ndps; i++) {
		const struct ntb_ndp *ndp = &view.ndp[i];

		for (unsigned int j = 0; j < ndp->count; j++, seen++) {
			const uint8_t *entry = ndp->entries + j * DPE16_SIZE;

			assert_int_equal(ndp->session, (seed + seen / 3) % 256);
			assert_int_equal(get_le16(entry + 2), 1 + (seen * 37 + seed * 11) % 1400);
			assert_int_equal(get_le16(entry) % rules->modulus, rules->remainder);
			assert_int_equal(data[get_le16(entry)], seen & 0xff);
		}
	}
}

static void what_is_built_passes_the_check(void **state)
{
	(void)state;
	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		const struct ntb_rules *rules = &shapes[s];
		struct ntb *ntb = ntb_alloc(rules->max_size);

		for (unsigned int seed = 0; seed < 200; seed++) {
			unsigned int n;
			uint32_t len;
			const char *says;

			ntb_reset(ntb);
			n = fill(ntb, rules, seed);
			assert_true(n > 0);
			len = ntb_finish(ntb, rules, seed);
			assert_true(len <= rules->max_size);
			says = ntb_check(rules, ntb->data, len, &view);
			if (says)
				fail_msg("shape %zu, seed %u: %s", s, seed, says);
			assert_int_equal(view.sequence, seed);
			check_filled(rules, ntb->data, n, seed);
		}
		ntb_free(ntb);
	}
}

static void no_transfer_needs_a_zero_length_packet(void **state)
{
	uint8_t datagram[2048] = { 0 };

	(void)state;
	for (uint32_t size = 1; size <= 1024; size++) {
		struct ntb *ntb = ntb_alloc(plain.max_size);

		assert_true(ntb_append(ntb, &plain, NDP16_DSS, datagram, size));
		assert_int_not_equal(ntb_finish(ntb, &plain, 0) % 512, 0);
		ntb_free(ntb);
	}
}

static void withdrawn_sessions_leave_nothing(void **state)
{
	struct ntb *ntb = ntb_alloc(plain.max_size);
	uint8_t datagram[16] = { 0 };

	(void)state;
	assert_true(ntb_append(ntb, &plain, NDP16_DSS | 1u << 24, datagram, 16));
	assert_true(ntb_append(ntb, &plain, NDP16_DSS | 2u << 24, datagram, 16));
	assert_true(ntb_append(ntb, &plain, NDP16_DSS | 1u << 24, datagram, 16));
	assert_false(ntb_withdraw(ntb, NDP16_DSS | 1u << 24));
	assert_null(ntb_check(&plain, ntb->data, ntb_finish(ntb, &plain, 0), &view));
	assert_int_equal(view.n_datagrams, 1);
	assert_int_equal(view.ndp[0].session, 2);
	assert_true(ntb_withdraw(ntb, NDP16_DSS | 2u << 24));
	ntb_free(ntb);
}

/* -------- bytes of every kind: the check must neither crash nor read beyond -------- */

static void random_bytes(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		uint8_t *ntb = malloc(GOOD_LEN);

		make_good(ntb);
		for (int changes = 0; changes < 3; changes++) {
			random = random * 1664525 + 1013904223;
			ntb[(random >> 8) % GOOD_LEN] = random >> 24;
		}
		ntb_check(&plain, ntb, GOOD_LEN, &view);
		free(ntb);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_is_good),
		cmocka_unit_test(each_fault_is_named),
		cmocka_unit_test(too_short_and_too_long),
		cmocka_unit_test(no_datagrams),
		cmocka_unit_test(early_null_ends_the_list),
		cmocka_unit_test(limits_of_the_modem),
		cmocka_unit_test(datagrams_in_any_order),
		cmocka_unit_test(malformed_kinds_are_malformed),
		cmocka_unit_test(what_is_built_passes_the_check),
		cmocka_unit_test(no_transfer_needs_a_zero_length_packet),
		cmocka_unit_test(withdrawn_sessions_leave_nothing),
		cmocka_unit_test(random_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
