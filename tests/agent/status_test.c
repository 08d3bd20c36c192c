// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of status.h, line by line. */
#include "test.h"

#include <errno.h>

#include <libmbim-glib.h>

#include "status.h"

static void connect_statuses(void **state)
{
	(void)state;
	assert_int_equal(status_to_errno(MBIM_DSS_OP_CONNECT, 0), 0);
	assert_int_equal(status_to_errno(MBIM_DSS_OP_CONNECT, 33), EUSERS);
	assert_int_equal(status_to_errno(MBIM_DSS_OP_CONNECT, 34), ENOENT);
	for (uint32_t status = 1; status < 200; status++)
		if (status != 33 && status != 34)
			assert_int_equal(status_to_errno(MBIM_DSS_OP_CONNECT, status), EREMOTEIO);
	assert_int_equal(status_to_errno(MBIM_DSS_OP_CONNECT, UINT32_MAX), EREMOTEIO);
}

static void disconnect_statuses(void **state)
{
	(void)state;
	for (uint32_t status = 0; status < 200; status++) {
		bool done = status == 0 || status == 16 || status == 17 || status == 34;

		assert_int_equal(status_to_errno(MBIM_DSS_OP_DISCONNECT, status),
				 done ? 0 : EREMOTEIO);
	}
}

static void connected_statuses(void **state)
{
	(void)state;
	for (uint32_t status = 0; status < 200; status++)
		assert_int_equal(status_means_connected(status), status == 0 || status == 42);
}

static void numbers_are_those_of_libmbim(void **state)
{
	(void)state;
	assert_int_equal(MBIM_STATUS_NO_DEVICE_SUPPORT, MBIM_STATUS_ERROR_NO_DEVICE_SUPPORT);
	assert_int_equal(MBIM_STATUS_CONTEXT_NOT_ACTIVATED,
			 MBIM_STATUS_ERROR_CONTEXT_NOT_ACTIVATED);
	assert_int_equal(MBIM_STATUS_SERVICE_NOT_ACTIVATED,
			 MBIM_STATUS_ERROR_SERVICE_NOT_ACTIVATED);
	assert_int_equal(MBIM_STATUS_DSS_INSTANCE_LIMIT, MBIM_STATUS_ERROR_DSS_INSTANCE_LIMIT);
	assert_int_equal(MBIM_STATUS_INVALID_DEVICE_SERVICE_OPERATION,
			 MBIM_STATUS_ERROR_INVALID_DEVICE_SERVICE_OPERATION);
}

static void every_status_has_words(void **state)
{
	(void)state;
	assert_non_null(status_name(0));
	assert_string_equal(status_name(42), "SessionAlreadyExists");
	assert_string_equal(status_name(9999), "unknown status");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(connect_statuses),
	cmocka_unit_test(disconnect_statuses),
	cmocka_unit_test(connected_statuses),
	cmocka_unit_test(numbers_are_those_of_libmbim),
	cmocka_unit_test(every_status_has_words),
};

test_main(tests)
