// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of modems, services and sessions, and what is looked up in them. */
#include "fake.h"

/* The kernel's side of a list: @fake_count records of @record, cut to what there is room for. */
static union {
	struct mbim_dss_modem modem;
	struct mbim_dss_service service;
	struct mbim_dss_session session;
} record;
static uint32_t fake_count;
static uint32_t asked_modem;

static int answer_list(void *arg)
{
	struct mbim_dss_list *list = arg;
	char *entries = (char *)(uintptr_t)list->entries;
	uint32_t i;

	asked_modem = list->modem;
	assert_int_equal(list->flags, 0);
	for (i = 0; i < fake_count && i < list->capacity; i++)
		memcpy(entries + i * list->entry_size, &record, list->entry_size);
	list->count = fake_count;
	return 0;
}

/* A list that has always grown meanwhile. */
static int answer_growing(void *arg)
{
	struct mbim_dss_list *list = arg;

	list->count = list->capacity + 1;
	return 0;
}

static int set_up(void **state)
{
	memset(&record, 0, sizeof(record));
	fake_count = 1;
	asked_modem = 0;
	fake_reset(state);
	fake_answer(MBIM_DSS_IOC_MODEMS, answer_list);
	fake_answer(MBIM_DSS_IOC_SERVICES, answer_list);
	fake_answer(MBIM_DSS_IOC_SESSIONS, answer_list);
	return 0;
}

static void interfaces(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_interface_list *list;

	(void)state;
	record.modem = (struct mbim_dss_modem) {
		.modem = 3,
		.flags = MBIM_DSS_MODEM_PROBED,
		.ifindex = 9,
		.max_sessions = 8,
		.open_sessions = 1,
		.max_datagram = 2048,
		.max_command = 4096,
		.ifname = "wwan3",
		.device = "1-2:1.0",
	};
	fake_count = 2;
	assert_int_equal(wwan_enumerate_interfaces(handle, NULL, &list), 0);
	assert_int_equal(list->count, 2);
	assert_int_equal(list->items[1].modem, 3);
	assert_int_equal(list->items[1].flags, WWAN_INTERFACE_PROBED);
	assert_int_equal(list->items[1].max_sessions, 8);
	assert_int_equal(list->items[1].max_command, 4096);
	assert_string_equal(list->items[1].ifname, "wwan3");
	assert_string_equal(list->items[1].device, "1-2:1.0");
	wwan_free_memory(list);
	fake_close(handle);
}

static void empty_is_no_error(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_interface_list *modems;
	struct wwan_service_list *services;
	struct wwan_session_list *sessions;

	(void)state;
	fake_count = 0;
	assert_int_equal(wwan_enumerate_interfaces(handle, NULL, &modems), 0);
	assert_int_equal(modems->count, 0);
	assert_int_equal(wwan_enumerate_device_services(handle, 0, NULL, &services), 0);
	assert_int_equal(services->count, 0);
	assert_int_equal(wwan_enumerate_data_sessions(handle, 0, NULL, &sessions), 0);
	assert_int_equal(sessions->count, 0);
	wwan_free_memory(modems);
	wwan_free_memory(services);
	wwan_free_memory(sessions);
	wwan_free_memory(NULL);
	fake_close(handle);
}

/* More than the first guess has room for: fetched again, whole. */
static void long_list_is_fetched_again(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session_list *list;

	(void)state;
	fake_count = 256;
	assert_int_equal(wwan_enumerate_data_sessions(handle, WWAN_MODEM_ANY, NULL, &list), 0);
	assert_int_equal(asked_modem, MBIM_DSS_MODEM_ANY);
	assert_int_equal(list->count, 256);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_SESSIONS), 2);
	wwan_free_memory(list);
	fake_close(handle);
}

static void growing_list_ends(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session_list *list;

	(void)state;
	fake_answer(MBIM_DSS_IOC_SESSIONS, answer_growing);
	assert_int_equal(wwan_enumerate_data_sessions(handle, 0, NULL, &list), EAGAIN);
	assert_in_range(fake_calls(MBIM_DSS_IOC_SESSIONS), 2, 100);
	fake_close(handle);
}

static void list_errors(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_interface_list *modems;
	struct wwan_service_list *services;
	struct wwan_session_list *sessions;

	(void)state;
	fake_fail(MBIM_DSS_IOC_MODEMS, EPROTO);
	assert_int_equal(wwan_enumerate_interfaces(handle, NULL, &modems), EPROTO);
	fake_fail(MBIM_DSS_IOC_SERVICES, EAGAIN);
	assert_int_equal(wwan_enumerate_device_services(handle, 0, NULL, &services), EAGAIN);
	fake_fail(MBIM_DSS_IOC_SESSIONS, ENODEV);
	assert_int_equal(wwan_enumerate_data_sessions(handle, 0, NULL, &sessions), ENODEV);
	fake.fail_calloc = 1;
	assert_int_equal(wwan_enumerate_interfaces(handle, NULL, &modems), ENOMEM);
	fake_close(handle);
}

static void list_bad_arguments(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_interface_list *modems;
	struct wwan_service_list *services;
	struct wwan_session_list *sessions;
	struct wwan_service service;
	bool is_open;
	uint32_t size;

	(void)state;
	assert_int_equal(wwan_enumerate_interfaces(NULL, NULL, &modems), EINVAL);
	assert_int_equal(wwan_enumerate_interfaces(handle, &size, &modems), EINVAL);
	assert_int_equal(wwan_enumerate_interfaces(handle, NULL, NULL), EINVAL);
	assert_int_equal(wwan_enumerate_device_services(NULL, 0, NULL, &services), EINVAL);
	assert_int_equal(wwan_enumerate_device_services(handle, 0, &size, &services), EINVAL);
	assert_int_equal(wwan_enumerate_device_services(handle, 0, NULL, NULL), EINVAL);
	assert_int_equal(wwan_enumerate_data_sessions(NULL, 0, NULL, &sessions), EINVAL);
	assert_int_equal(wwan_enumerate_data_sessions(handle, 0, &size, &sessions), EINVAL);
	assert_int_equal(wwan_enumerate_data_sessions(handle, 0, NULL, NULL), EINVAL);
	assert_int_equal(wwan_find_device_service(NULL, 0, "echo", &service), EINVAL);
	assert_int_equal(wwan_find_device_service(handle, 0, NULL, &service), EINVAL);
	assert_int_equal(wwan_find_device_service(handle, 0, "", &service), EINVAL);
	assert_int_equal(wwan_find_device_service(handle, 0, "echo", NULL), EINVAL);
	assert_int_equal(wwan_get_max_data_size(NULL, 0, &size), EINVAL);
	assert_int_equal(wwan_get_max_data_size(handle, 0, NULL), EINVAL);
	assert_int_equal(wwan_get_max_command_size(NULL, 0, &size), EINVAL);
	assert_int_equal(wwan_get_max_command_size(handle, 0, NULL), EINVAL);
	assert_int_equal(wwan_is_data_session_open(NULL, 0, 5, &is_open), EINVAL);
	assert_int_equal(wwan_is_data_session_open(handle, 0, 256, &is_open), EINVAL);
	assert_int_equal(wwan_is_data_session_open(handle, 0, 5, NULL), EINVAL);
	assert_int_equal(wwan_is_data_session_open(handle, WWAN_MODEM_ANY, 5, &is_open), EINVAL);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_MODEMS), 0);
	fake_close(handle);
}

static void service_by_name_and_uuid(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_service service;

	(void)state;
	memcpy(record.service.uuid, "mbim-sim\0\1\0\0\0\0\0\1", WWAN_UUID_SIZE);
	memcpy(record.service.name, "echo", 5);
	record.service.directions = MBIM_DSS_DIR_IN | MBIM_DSS_DIR_OUT;
	assert_int_equal(wwan_find_device_service(handle, 2, "Echo", &service), 0);
	assert_int_equal(asked_modem, 2);
	assert_string_equal(service.name, "echo");
	assert_int_equal(service.directions, WWAN_DIRECTION_IN | WWAN_DIRECTION_OUT);
	assert_int_equal(wwan_find_device_service(handle, 2,
						  "6D62696D-2d73-696d-0001-000000000001",
						  &service), 0);
	assert_string_equal(service.name, "echo");
	assert_int_equal(wwan_find_device_service(handle, 2,
						  "6d62696d-2d73-696d-0001-000000000002",
						  &service), ENOENT);
	assert_int_equal(wwan_find_device_service(handle, 2, "ech", &service), ENOENT);
	fake_close(handle);
}

static void sizes(void **state)
{
	struct wwan_handle *handle = fake_handle();
	uint32_t size = 0;

	(void)state;
	record.modem.modem = 1;
	record.modem.max_datagram = 2048;
	record.modem.max_command = 4096;
	assert_int_equal(wwan_get_max_data_size(handle, 1, &size), 0);
	assert_int_equal(size, 2048);
	assert_int_equal(wwan_get_max_command_size(handle, 1, &size), EAGAIN);
	record.modem.flags = MBIM_DSS_MODEM_PROBED;
	assert_int_equal(wwan_get_max_command_size(handle, 1, &size), 0);
	assert_int_equal(size, 4096);
	assert_int_equal(wwan_get_max_data_size(handle, 0, &size), ENODEV);
	assert_int_equal(wwan_get_max_command_size(handle, 0, &size), ENODEV);
	fake_close(handle);
}

static void is_open_in_each_state(void **state)
{
	struct wwan_handle *handle = fake_handle();
	bool is_open;
	uint32_t i;

	(void)state;
	record.session.session = 5;
	for (i = MBIM_DSS_SESSION_OPENING; i <= MBIM_DSS_SESSION_GONE; i++) {
		record.session.state = i;
		assert_int_equal(wwan_is_data_session_open(handle, 0, 5, &is_open), 0);
		assert_int_equal(is_open, i == MBIM_DSS_SESSION_OPEN);
	}
	record.session.state = MBIM_DSS_SESSION_OPEN;
	assert_int_equal(wwan_is_data_session_open(handle, 0, 6, &is_open), 0);
	assert_false(is_open);
	fake_fail(MBIM_DSS_IOC_SESSIONS, ENODEV);
	assert_int_equal(wwan_is_data_session_open(handle, 0, 6, &is_open), ENODEV);
	fake_close(handle);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(interfaces, set_up),
		cmocka_unit_test_setup(empty_is_no_error, set_up),
		cmocka_unit_test_setup(long_list_is_fetched_again, set_up),
		cmocka_unit_test_setup(growing_list_ends, set_up),
		cmocka_unit_test_setup(list_errors, set_up),
		cmocka_unit_test_setup(list_bad_arguments, set_up),
		cmocka_unit_test_setup(service_by_name_and_uuid, set_up),
		cmocka_unit_test_setup(sizes, set_up),
		cmocka_unit_test_setup(is_open_in_each_state, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
