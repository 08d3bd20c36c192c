// SPDX-License-Identifier: GPL-2.0-or-later
/* Names and UUIDs of services, and the list that the kernel is told. */
#include "test.h"

#include <string.h>

#include <libmbim-glib.h>

#include "service.h"

static const uint8_t nmea[MBIM_DSS_UUID_SIZE] = {
	0x6d, 0x62, 0x69, 0x6d, 0x2d, 0x73, 0x69, 0x6d, 0, 1, 0, 0, 0, 0, 0, 2
};

static void uuid_goes_to_text_and_back(void **state)
{
	char text[UUID_TEXT_SIZE];
	uint8_t uuid[MBIM_DSS_UUID_SIZE];

	(void)state;
	uuid_to_text(nmea, text);
	assert_string_equal(text, "6d62696d-2d73-696d-0001-000000000002");
	assert_true(uuid_from_text(text, uuid));
	assert_memory_equal(uuid, nmea, sizeof(nmea));
	assert_true(uuid_from_text("6D62696D-2D73-696D-0001-000000000002", uuid));
	assert_memory_equal(uuid, nmea, sizeof(nmea));
}

static void texts_that_are_no_uuid(void **state)
{
	static const char * const texts[] = {
		"", "-", "6d62696d", "nmea ",
		"6d62696d-2d73-696d-0001-00000000000",		/* short */
		"6d62696d-2d73-696d-0001-0000000000023",	/* long */
		"6d62696d-2d73-696d-0001-000000000002 ",
		"6d62696d2d73696d0001000000000002",		/* no dashes */
		"6d62696d-2d73-696d-00010-00000000002",
		"6d62696g-2d73-696d-0001-000000000002",
		"6d62696d-2d73-696d-0001_000000000002",
	};
	uint8_t uuid[MBIM_DSS_UUID_SIZE] = { 1, 2, 3 };
	uint8_t before[MBIM_DSS_UUID_SIZE];

	(void)state;
	memcpy(before, uuid, sizeof(uuid));
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		assert_false(uuid_from_text(texts[i], uuid));
		assert_false(service_lookup(texts[i], uuid));
		assert_memory_equal(uuid, before, sizeof(uuid));
	}
}

static void names_are_found_both_ways(void **state)
{
	uint8_t uuid[MBIM_DSS_UUID_SIZE];

	(void)state;
	assert_true(service_lookup("nmea", uuid));
	assert_memory_equal(uuid, nmea, sizeof(nmea));
	assert_string_equal(service_name(nmea), "nmea");
	uuid[15] = 99;
	assert_string_equal(service_name(uuid), "");
	assert_false(service_is_native(uuid));
}

/* Against the UUIDs that libmbim was built with: a typing error shows here. */
static void uuids_are_those_of_libmbim(void **state)
{
	static const struct {
		MbimService service;
		const char *name;
		bool native;
	} known[] = {
		{ MBIM_SERVICE_BASIC_CONNECT, "basic-connect", true },
		{ MBIM_SERVICE_SMS, "sms", true },
		{ MBIM_SERVICE_USSD, "ussd", true },
		{ MBIM_SERVICE_PHONEBOOK, "phonebook", true },
		{ MBIM_SERVICE_STK, "stk", true },
		{ MBIM_SERVICE_AUTH, "auth", true },
		{ MBIM_SERVICE_DSS, "dss", true },
		{ MBIM_SERVICE_MS_BASIC_CONNECT_EXTENSIONS, "ms-basic-connect-extensions", true },
		{ MBIM_SERVICE_MS_FIRMWARE_ID, "ms-firmware-id", true },
		{ MBIM_SERVICE_MS_HOST_SHUTDOWN, "ms-host-shutdown", true },
		{ MBIM_SERVICE_MS_SAR, "ms-sar", true },
		{ MBIM_SERVICE_MS_UICC_LOW_LEVEL_ACCESS, "ms-uicc-low-level-access", true },
		{ MBIM_SERVICE_MS_VOICE_EXTENSIONS, "ms-voice-extensions", true },
		{ MBIM_SERVICE_PROXY_CONTROL, "proxy-control", true },
		{ MBIM_SERVICE_QMI, "qmi", false },
		{ MBIM_SERVICE_ATDS, "atds", false },
		{ MBIM_SERVICE_INTEL_FIRMWARE_UPDATE, "intel-firmware-update", false },
		{ MBIM_SERVICE_QDU, "qdu", false },
		{ MBIM_SERVICE_QUECTEL, "quectel", false },
		{ MBIM_SERVICE_INTEL_THERMAL_RF, "intel-thermal-rf", false },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		const uint8_t *uuid = (const uint8_t *)mbim_uuid_from_service(known[i].service);

		assert_string_equal(service_name(uuid), known[i].name);
		assert_int_equal(service_is_native(uuid), known[i].native);
	}
}

static void list_keeps_to_the_limits_of_the_kernel(void **state)
{
	struct service_list *list = g_new0(struct service_list, 1);
	uint8_t uuid[MBIM_DSS_UUID_SIZE] = { 0 };
	const uint32_t many_cids = MBIM_DSS_MAX_CIDS + 1;
	uint32_t cids[MBIM_DSS_MAX_CIDS + 1];

	(void)state;
	for (uint32_t i = 0; i < many_cids; i++)
		cids[i] = i + 1;
	assert_null(service_list_add(list, nmea, 2, 2, cids, MBIM_DSS_MAX_CIDS));
	assert_non_null(service_list_add(list, nmea, 2, 2, NULL, 0));
	assert_int_equal(list->count, 1);

	assert_non_null(service_list_add(list, uuid, 0x7, 0, cids, many_cids));
	assert_int_equal(list->services[1].directions, 3);
	assert_int_equal(list->services[1].cid_count, MBIM_DSS_MAX_CIDS);
	assert_int_equal(list->services[1].cids[MBIM_DSS_MAX_CIDS - 1], MBIM_DSS_MAX_CIDS);

	for (unsigned int i = 1; list->count < SERVICES_MAX; i++) {
		uuid[0] = i;
		uuid[1] = i >> 8;
		assert_null(service_list_add(list, uuid, 0, 0, NULL, 0));
	}
	uuid[2] = 1;
	assert_non_null(service_list_add(list, uuid, 0, 0, NULL, 0));
	assert_int_equal(list->count, SERVICES_MAX);
	assert_null(service_list_find(list, uuid));
	assert_ptr_equal(service_list_find(list, nmea), &list->services[0]);
	g_free(list);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(uuid_goes_to_text_and_back),
	cmocka_unit_test(texts_that_are_no_uuid),
	cmocka_unit_test(names_are_found_both_ways),
	cmocka_unit_test(uuids_are_those_of_libmbim),
	cmocka_unit_test(list_keeps_to_the_limits_of_the_kernel),
};

test_main(tests)
