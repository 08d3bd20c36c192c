// SPDX-License-Identifier: GPL-2.0-or-later
/* UUIDs and words. */
#include "fake.h"

static const char echo_text[] = "6d62696d-2d73-696d-0001-000000000001";
static const uint8_t echo_uuid[WWAN_UUID_SIZE] = {
	'm', 'b', 'i', 'm', '-', 's', 'i', 'm', 0, 1, 0, 0, 0, 0, 0, 1,
};

static void uuid_both_ways(void **state)
{
	char text[WWAN_UUID_STRING_SIZE];
	uint8_t uuid[WWAN_UUID_SIZE];

	(void)state;
	assert_int_equal(wwan_parse_uuid(echo_text, uuid), 0);
	assert_memory_equal(uuid, echo_uuid, sizeof(uuid));
	assert_int_equal(wwan_parse_uuid("6D62696D-2D73-696D-0001-000000000001", uuid), 0);
	assert_memory_equal(uuid, echo_uuid, sizeof(uuid));
	assert_ptr_equal(wwan_format_uuid(echo_uuid, text), text);
	assert_string_equal(text, echo_text);
}

static void uuid_malformed(void **state)
{
	static const char * const texts[] = {
		"",
		"echo",
		"6d62696d-2d73-696d-0001-00000000000",
		"6d62696d-2d73-696d-0001-0000000000011",
		"6d62696d2d73-696d-0001-000000000001",
		"6d62696d-2d73-696d-0001-00000000000g",
		"6d62696d-2d73-696d-0001-0000000000-1",
		" 6d62696d-2d73-696d-0001-000000000001",
		"6d62696d-2d73-696d-0001-000000000001 ",
		"{6d62696d-2d73-696d-0001-000000000001}",
		"6d62696d-2d73-696d-0001-+0000000000x",
		"6d62696d-2d73-696d_0001-000000000001",
	};
	uint8_t uuid[WWAN_UUID_SIZE] = { 0xaa };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(wwan_parse_uuid(texts[i], uuid), EINVAL);
	assert_int_equal(uuid[0], 0xaa);
	assert_int_equal(wwan_parse_uuid(NULL, uuid), EINVAL);
	assert_int_equal(wwan_parse_uuid(echo_text, NULL), EINVAL);
}

/* Each error of the interface has words of its own: none the C library's, no two alike. */
static void errors_have_own_words(void **state)
{
	static const int errors[] = {
		0, E2BIG, EACCES, EAGAIN, EALREADY, EBUSY, ECANCELED, ECONNREFUSED, ECONNRESET,
		EDEADLK, EEXIST, EILSEQ, EINVAL, EIO, EMSGSIZE, ENOBUFS, ENODEV, ENOENT, ENOMEM,
		ENOTCONN, ENOTTY, ENXIO, EOPNOTSUPP, EPIPE, EPROTO, EPROTONOSUPPORT, EREMOTEIO,
		ETIME, ETIMEDOUT, EUSERS,
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		assert_string_not_equal(wwan_strerror(errors[i]), strerror(errors[i]));
		for (j = 0; j < i; j++)
			assert_string_not_equal(wwan_strerror(errors[i]),
						wwan_strerror(errors[j]));
	}
	assert_string_equal(wwan_strerror(ENOTCONN), "the session is not open");
	assert_non_null(strstr(wwan_strerror(ECONNREFUSED), "no agent"));
	assert_non_null(strstr(wwan_strerror(EMSGSIZE), "larger than the modem takes"));
	/* what an open may give, and has nothing to do with a transfer */
	assert_non_null(strstr(wwan_strerror(EIO), "the modem sleeps and cannot be woken"));
}

static void other_errors_have_words(void **state)
{
	(void)state;
	assert_string_equal(wwan_strerror(ENOSPC), strerror(ENOSPC));
	assert_string_equal(wwan_strerror(-1), "unknown error");
	assert_string_equal(wwan_strerror(99999), "unknown error");
}

static void session_words(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	char text[100], small[5];

	(void)state;
	assert_non_null(strstr(wwan_session_strerror(session, EMSGSIZE, text, sizeof(text)),
			       "(2048 bytes)"));
	assert_non_null(strstr(wwan_session_strerror(session, ENOTCONN, text, sizeof(text)),
			       "dss0s5"));
	assert_string_equal(wwan_session_strerror(session, EUSERS, text, sizeof(text)),
			    wwan_strerror(EUSERS));
	assert_string_equal(wwan_session_strerror(session, EUSERS, small, sizeof(small)),
			    "the ");
	fake_close(handle);
}

static void completion_words(void **state)
{
	struct wwan_completion completion = { .error = EREMOTEIO, .mbim_status = 21 };
	char text[100];

	(void)state;
	assert_string_equal(wwan_completion_strerror(&completion, text, sizeof(text)),
			    "the modem refused: invalid parameters (MBIM status 21)");
	completion = (struct wwan_completion) { .error = EUSERS, .mbim_status = 33 };
	assert_string_equal(wwan_completion_strerror(&completion, text, sizeof(text)),
			    "the modem or the service has no session left: DSS instance limit "
			    "(MBIM status 33)");
	completion = (struct wwan_completion) { .error = ECANCELED };
	assert_string_equal(wwan_completion_strerror(&completion, text, sizeof(text)),
			    wwan_strerror(ECANCELED));
	completion.error = 0;
	assert_string_equal(wwan_completion_strerror(&completion, text, sizeof(text)),
			    "success");
}

static void status_words(void **state)
{
	(void)state;
	assert_string_equal(wwan_mbim_status_string(0), "success");
	assert_string_equal(wwan_mbim_status_string(33), "DSS instance limit");
	assert_string_equal(wwan_mbim_status_string(34), "invalid device service operation");
	assert_string_equal(wwan_mbim_status_string(24), "unknown status");
	assert_string_equal(wwan_mbim_status_string(0xffffffff), "unknown status");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuid_both_ways),
		cmocka_unit_test(uuid_malformed),
		cmocka_unit_test(errors_have_own_words),
		cmocka_unit_test(other_errors_have_words),
		cmocka_unit_test_setup(session_words, fake_reset),
		cmocka_unit_test(completion_words),
		cmocka_unit_test(status_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
