// SPDX-License-Identifier: GPL-2.0-or-later
/* Modems, sessions and services as the user names them. */
#include <string.h>
#include <time.h>

#include "cli.h"

#define NODE_FOLDER	"/dev/mbim/"

/* More than the kernel has; what is beyond its limits it refuses itself. */
#define MAX_NUMBER	65535

int connect_driver(struct wwan_handle **handle)
{
	int err;

	err = wwan_open_handle(WWAN_VERSION, NULL, NULL, handle);
	if (err == EACCES) {
		note("/dev/mbim/control: access denied by its file mode, which a udev rule can widen");
		return EXIT_FAILED;
	}
	if (err)
		return fail(err, NULL);
	return EXIT_OK;
}

static bool is_modem(const struct wwan_interface *modem, const char *name)
{
	uint32_t number;

	if (!strcmp(modem->ifname, name) || !strcmp(modem->device, name))
		return true;
	if (!strncmp(name, "dss", 3))
		name += 3;
	return parse_number(name, MAX_NUMBER, &number) && number == modem->modem;
}

static int pick_modem(const struct wwan_interface_list *list, const char *name,
		      struct wwan_interface *modem)
{
	uint32_t i;

	if (!name && list->count == 1) {
		*modem = list->items[0];
		return EXIT_OK;
	}
	if (!list->count) {
		note("there is no MBIM modem");
		return EXIT_GONE;
	}
	if (!name) {
		note("there are %u modems: name one with --modem", list->count);
		return EXIT_USAGE;
	}
	for (i = 0; i < list->count; i++) {
		if (is_modem(&list->items[i], name)) {
			*modem = list->items[i];
			return EXIT_OK;
		}
	}
	return fail(ENODEV, "modem %s", name);
}

/* "dss0", "0", "wwan0" or "1-2:1.0"; NULL is the only one. */
int find_modem(struct wwan_handle *handle, const char *name, struct wwan_interface *modem)
{
	struct wwan_interface_list *list;
	int err, code;

	err = wwan_enumerate_interfaces(handle, NULL, &list);
	if (err)
		return fail(err, "cannot list the modems");
	code = pick_modem(list, name, modem);
	wwan_free_memory(list);
	return code;
}

/* "dss0s5" or "/dev/mbim/dss0s5" */
static bool parse_node(const char *name, struct target *target)
{
	char modem[8];
	const char *s;

	if (strncmp(name, NODE_FOLDER, strlen(NODE_FOLDER)) == 0)
		name += strlen(NODE_FOLDER);
	if (strncmp(name, "dss", 3) != 0)
		return false;
	name += 3;
	s = strchr(name, 's');
	if (!s || (size_t)(s - name) >= sizeof(modem))
		return false;
	memcpy(modem, name, s - name);
	modem[s - name] = '\0';
	return parse_number(modem, MAX_NUMBER, &target->modem) &&
	       parse_number(s + 1, MAX_NUMBER, &target->session);
}

bool is_session_name(const char *name)
{
	struct target target;

	return parse_node(name, &target);
}

/* A node's name, or the number of a session of @modem, or of the only modem. */
int find_session(struct wwan_handle *handle, const char *name, const char *modem,
		 struct target *target)
{
	struct wwan_interface interface = { 0 };
	int code;

	if (parse_node(name, target)) {
		if (modem)
			return fail_usage("%s names its modem itself: leave --modem away", name);
	} else {
		if (!parse_number(name, MAX_NUMBER, &target->session))
			return fail_usage("'%s' is no session: write dss0s5, /dev/mbim/dss0s5, "
					  "or 5", name);
		code = find_modem(handle, modem, &interface);
		if (code)
			return code;
		target->modem = interface.modem;
	}
	if (target->session > 255)
		return fail_usage("session ids are 0 to 255, not %u", target->session);
	return EXIT_OK;
}

/*
 * A session, all of @modem when @name is NULL, or all there are when both are: what is not
 * told apart is WWAN_SESSION_ANY and WWAN_MODEM_ANY.
 */
int find_sessions(struct wwan_handle *handle, const char *name, const char *modem,
		  struct target *target)
{
	struct wwan_interface interface = { .modem = WWAN_MODEM_ANY };
	int code;

	if (name)
		return find_session(handle, name, modem, target);
	code = modem ? find_modem(handle, modem, &interface) : EXIT_OK;
	*target = (struct target) { .modem = interface.modem, .session = WWAN_SESSION_ANY };
	return code;
}

int fail_no_service(const char *name, uint32_t modem)
{
	note("dss%u has no service %s: 'mbim-dss services %u' lists those it has", modem, name,
	     modem);
	return EXIT_FAILED;
}

/* A UUID is taken as it is: whether the modem has it is for the kernel to say. */
int find_service(struct wwan_handle *handle, const struct wwan_interface *modem,
		 const char *name, uint8_t uuid[WWAN_UUID_SIZE])
{
	struct wwan_service service;
	int err;

	if (!wwan_parse_uuid(name, uuid))
		return EXIT_OK;
	err = wwan_find_device_service(handle, modem->modem, name, &service);
	if (err == ENOENT)
		return fail_no_service(name, modem->modem);
	if (err)
		return fail(err, "dss%u", modem->modem);
	memcpy(uuid, service.uuid, WWAN_UUID_SIZE);
	return EXIT_OK;
}

/* Only the event matters, and that wwan_dispatch() returns. */
static void on_event(struct wwan_handle *handle, const struct wwan_notification *notification,
		     void *context)
{
	(void)handle;
	(void)notification;
	(void)context;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int64_t deadline_in(int timeout_ms)
{
	return now_ms() + timeout_ms;
}

/* Wait for what @is_there asks; EAGAIN: it did not come. */
static int wait_for(struct wwan_handle *handle, int64_t deadline,
		    int (*is_there)(struct wwan_handle *handle, const void *what), const void *what)
{
	int64_t left;
	int err;

	err = is_there(handle, what);
	if (err != EAGAIN || now_ms() >= deadline)
		return err;
	err = wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_INTERFACE, on_event,
					 NULL, NULL, NULL);
	if (err)
		return err;
	for (;;) {
		err = is_there(handle, what);
		left = deadline - now_ms();
		if (err != EAGAIN || left <= 0)
			break;
		err = wwan_dispatch(handle, left);
		if (err && err != ETIMEDOUT)
			break;
	}
	wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_NONE, NULL, NULL, NULL,
				   NULL);
	return err;
}

static int modem_is_there(struct wwan_handle *handle, const void *name)
{
	struct wwan_interface_list *list;
	uint32_t i;
	int err;

	err = wwan_enumerate_interfaces(handle, NULL, &list);
	if (err)
		return err;
	err = EAGAIN;
	for (i = 0; i < list->count && err; i++) {
		if (!name || is_modem(&list->items[i], name))
			err = 0;
	}
	wwan_free_memory(list);
	return err;
}

/* Wait for the modem of that name; NULL: for any. EAGAIN: it did not come. */
int wait_modem(struct wwan_handle *handle, const char *name, int64_t deadline)
{
	return wait_for(handle, deadline, modem_is_there, name);
}

static int services_are_there(struct wwan_handle *handle, const void *modem)
{
	struct wwan_service_list *list;
	int err;

	err = wwan_enumerate_device_services(handle, *(const uint32_t *)modem, NULL, &list);
	if (!err)
		wwan_free_memory(list);
	return err;
}

/* Wait until the agent has told the services of @modem; EAGAIN: it has not. */
int wait_probed(struct wwan_handle *handle, uint32_t modem, int64_t deadline)
{
	return wait_for(handle, deadline, services_are_there, &modem);
}
