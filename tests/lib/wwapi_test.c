// SPDX-License-Identifier: GPL-2.0-or-later
/* Windows' spelling: error codes, and handles that are known for what they are. */
#include <sys/epoll.h>
#include <sys/socket.h>

#include "fake.h"
#include "wwapi.h"

static HANDLE open_client(void)
{
	HANDLE handle = NULL;
	DWORD version = 0;

	assert_int_equal(WwanOpenHandle(1, NULL, &version, &handle), ERROR_SUCCESS);
	assert_int_equal(version, 1);
	assert_non_null(handle);
	return handle;
}

static void callback(PWWAN_NOTIFICATION_DATA data, PVOID context)
{
	(void)data;
	(void)context;
}

static void open_arguments(void **state)
{
	HANDLE handle;
	DWORD version;

	(void)state;
	assert_int_equal(WwanOpenHandle(1, &version, &version, &handle),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(WwanOpenHandle(1, NULL, NULL, &handle), ERROR_INVALID_PARAMETER);
	assert_int_equal(WwanOpenHandle(1, NULL, &version, NULL), ERROR_INVALID_PARAMETER);
	assert_int_equal(WwanOpenHandle(0, NULL, &version, &handle), ERROR_NOT_SUPPORTED);
	fake.open_errno[FAKE_CONTROL] = ENOENT;
	assert_int_equal(WwanOpenHandle(1, NULL, &version, &handle), ERROR_SERVICE_NOT_ACTIVE);
	fake.open_errno[FAKE_CONTROL] = EACCES;
	assert_int_equal(WwanOpenHandle(1, NULL, &version, &handle), ERROR_ACCESS_DENIED);
	fake.fail_calloc = 1;
	assert_int_equal(WwanOpenHandle(1, NULL, &version, &handle), ERROR_NOT_ENOUGH_MEMORY);
}

static void closed_handle(void **state)
{
	static const HANDLE never[] = { NULL, (HANDLE)1, (HANDLE)-1 };
	HANDLE first = open_client(), second;
	PWWAN_INTERFACE_INFO_LIST list;
	struct wwan_handle *library;
	size_t i;

	(void)state;
	assert_int_equal(WwanGetLibraryHandle(first, &library), ERROR_SUCCESS);
	assert_int_equal(WwanGetLibraryHandle(first, NULL), ERROR_INVALID_PARAMETER);
	assert_int_equal(WwanCloseHandle(first, &list), ERROR_INVALID_PARAMETER);
	assert_int_equal(WwanCloseHandle(first, NULL), ERROR_SUCCESS);
	assert_int_equal(WwanCloseHandle(first, NULL), ERROR_INVALID_HANDLE);
	/* Another in the same place is another. */
	second = open_client();
	assert_ptr_not_equal(first, second);
	assert_int_equal(WwanEnumerateInterfaces(first, NULL, &list), ERROR_INVALID_HANDLE);
	assert_int_equal(WwanGetLibraryHandle(first, &library), ERROR_INVALID_HANDLE);
	assert_int_equal(WwanRegisterNotification(first, 1, 0, callback, NULL, NULL, NULL),
			 ERROR_INVALID_HANDLE);
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_int_equal(WwanCloseHandle(never[i], NULL), ERROR_INVALID_HANDLE);
	assert_int_equal(WwanCloseHandle(second, NULL), ERROR_SUCCESS);
}

static void too_many_handles(void **state)
{
	HANDLE handles[WWAPI_HANDLES_MAX], one_more;
	unsigned int i, j;
	DWORD version;

	(void)state;
	for (i = 0; i < WWAPI_HANDLES_MAX; i++) {
		handles[i] = open_client();
		for (j = 0; j < i; j++)
			assert_ptr_not_equal(handles[i], handles[j]);
	}
	assert_int_equal(WwanOpenHandle(1, NULL, &version, &one_more),
			 ERROR_REMOTE_SESSION_LIMIT_EXCEEDED);
	assert_int_equal(WwanCloseHandle(handles[7], NULL), ERROR_SUCCESS);
	handles[7] = open_client();
	for (i = 0; i < WWAPI_HANDLES_MAX; i++)
		assert_int_equal(WwanCloseHandle(handles[i], NULL), ERROR_SUCCESS);
}

static unsigned int closings;

static void on_ended(struct wwan_session *session, int error, void *handle)
{
	(void)session;
	(void)error;
	closings++;
	assert_int_equal(WwanCloseHandle(handle, NULL), ERROR_POSSIBLE_DEADLOCK);
}

/* The handle stays what it was: it can be used, and closed later. */
static void closed_in_a_callback(void **state)
{
	static const struct wwan_session_callbacks callbacks = { .ended = on_ended };
	HANDLE handle = open_client();
	struct wwan_handle *library;
	struct wwan_session *session;

	(void)state;
	closings = 0;
	assert_int_equal(WwanGetLibraryHandle(handle, &library), ERROR_SUCCESS);
	session = fake_session(library);
	assert_int_equal(wwan_session_set_callbacks(session, &callbacks, handle), 0);
	fake_epoll(fake.file[FAKE_NODE], EPOLLHUP);
	assert_int_equal(wwan_dispatch(library, 0), 0);
	assert_int_equal(closings, 1);
	assert_int_equal(WwanGetLibraryHandle(handle, &library), ERROR_SUCCESS);
	assert_int_equal(WwanCloseHandle(handle, NULL), ERROR_SUCCESS);
	/* its files have been closed */
	assert_int_equal(recv(fake.peer[FAKE_NODE], &library, 1, MSG_DONTWAIT), 0);
	assert_int_equal(recv(fake.peer[FAKE_CONTROL], &library, 1, MSG_DONTWAIT), 0);
}

static int answer_modems(void *arg)
{
	struct mbim_dss_list *list = arg;
	struct mbim_dss_modem *modem = (void *)(uintptr_t)list->entries;

	*modem = (struct mbim_dss_modem) {
		.modem = 3,
		.flags = MBIM_DSS_MODEM_PROBED,
		.ifname = "wwan3",
		.device = "1-2:1.0",
	};
	list->count = 1;
	return 0;
}

static void interfaces(void **state)
{
	HANDLE handle = open_client();
	PWWAN_INTERFACE_INFO_LIST list;
	DWORD reserved;

	(void)state;
	assert_int_equal(WwanEnumerateInterfaces(handle, &reserved, &list),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(WwanEnumerateInterfaces(handle, NULL, NULL), ERROR_INVALID_PARAMETER);
	fake_fail(MBIM_DSS_IOC_MODEMS, EPROTO);
	assert_int_equal(WwanEnumerateInterfaces(handle, NULL, &list), ERROR_GEN_FAILURE);
	fake_answer(MBIM_DSS_IOC_MODEMS, answer_modems);
	/* The kernel's list has its memory, ours has none. */
	fake.fail_calloc = 2;
	assert_int_equal(WwanEnumerateInterfaces(handle, NULL, &list), ERROR_NOT_ENOUGH_MEMORY);
	assert_int_equal(WwanEnumerateInterfaces(handle, NULL, &list), ERROR_SUCCESS);
	assert_int_equal(list->dwNumberOfItems, 1);
	assert_int_equal(list->InterfaceInfo[0].dwModem, 3);
	assert_int_equal(list->InterfaceInfo[0].InterfaceGuid.Data1, 3);
	assert_int_equal(list->InterfaceInfo[0].dwFlags, WWAN_INTERFACE_PROBED);
	assert_string_equal(list->InterfaceInfo[0].strInterfaceDescription, "wwan3 (1-2:1.0)");
	WwanFreeMemory(list);
	WwanFreeMemory(NULL);
	assert_int_equal(WwanCloseHandle(handle, NULL), ERROR_SUCCESS);
}

static void register_arguments(void **state)
{
	HANDLE handle = open_client();
	DWORD previous;

	(void)state;
	assert_int_equal(WwanRegisterNotification(handle, 1, 0, callback, NULL, &previous,
						  &previous), ERROR_INVALID_PARAMETER);
	assert_int_equal(WwanRegisterNotification(handle, 1, 0, NULL, NULL, NULL, &previous),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(WwanRegisterNotification(handle, 8, 0, callback, NULL, NULL, &previous),
			 ERROR_INVALID_PARAMETER);
	/* The driver's netlink family is not on this machine: a thread comes and goes. */
	assert_int_equal(WwanRegisterNotification(handle, 0, 0, NULL, NULL, NULL, &previous),
			 ERROR_SUCCESS);
	assert_int_equal(previous, WWAN_NOTIFICATION_SOURCE_NONE);
	assert_int_equal(WwanCloseHandle(handle, NULL), ERROR_SUCCESS);
}

static void register_errors(void **state)
{
	HANDLE handle = open_client();

	(void)state;
	fake.fail_calloc = 1;
	assert_int_equal(WwanRegisterNotification(handle, 1, 0, callback, NULL, NULL, NULL),
			 ERROR_NOT_ENOUGH_MEMORY);
	fake.fail_eventfd = EMFILE;
	assert_int_equal(WwanRegisterNotification(handle, 1, 0, callback, NULL, NULL, NULL),
			 ERROR_REMOTE_SESSION_LIMIT_EXCEEDED);
	fake.fail_eventfd = 0;
	assert_int_equal(WwanCloseHandle(handle, NULL), ERROR_SUCCESS);
}

static void error_codes(void **state)
{
	static const struct {
		int error;
		DWORD code;
	} codes[] = {
		{ 0, ERROR_SUCCESS }, { EACCES, ERROR_ACCESS_DENIED },
		{ EUSERS, ERROR_TOO_MANY_SESS }, { ENOTCONN, ERROR_OPEN_FAILED },
		{ EMSGSIZE, ERROR_BUFFER_OVERFLOW }, { ENOENT, ERROR_NOT_FOUND },
		{ EOPNOTSUPP, ERROR_NOT_SUPPORTED }, { EPROTONOSUPPORT, ERROR_NOT_SUPPORTED },
		{ EINVAL, ERROR_INVALID_PARAMETER }, { EBUSY, ERROR_BUSY },
		{ EAGAIN, ERROR_NOT_READY }, { ECANCELED, ERROR_CANCELLED },
		{ ECONNREFUSED, ERROR_SERVICE_NOT_ACTIVE }, { ETIMEDOUT, ERROR_TIMEOUT },
		{ ENODEV, ERROR_DEVICE_NOT_CONNECTED }, { ENOMEM, ERROR_NOT_ENOUGH_MEMORY },
		{ EDEADLK, ERROR_POSSIBLE_DEADLOCK }, { EIO, ERROR_GEN_FAILURE },
		{ EREMOTEIO, ERROR_GEN_FAILURE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(WwanErrorCode(codes[i].error), codes[i].code);
	/* Programs that were compiled elsewhere know the numbers. */
	assert_int_equal(ERROR_TOO_MANY_SESS, 0x45);
	assert_int_equal(ERROR_BUFFER_OVERFLOW, 0x6f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(open_arguments, fake_reset),
		cmocka_unit_test_setup(closed_handle, fake_reset),
		cmocka_unit_test_setup(closed_in_a_callback, fake_reset),
		cmocka_unit_test_setup(too_many_handles, fake_reset),
		cmocka_unit_test_setup(interfaces, fake_reset),
		cmocka_unit_test_setup(register_arguments, fake_reset),
		cmocka_unit_test_setup(register_errors, fake_reset),
		cmocka_unit_test(error_codes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
