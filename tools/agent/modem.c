// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens the control port of a modem, and again when it was lost. */
#include <string.h>

#include <gio/gio.h>
#include <libmbim-glib.h>

#include "connector.h"
#include "log.h"
#include "modem.h"
#include "netlink.h"
#include "port.h"
#include "proxy.h"
#include "service.h"
#include "status.h"

#define USB_DEVICES		"/sys/bus/usb/devices"
#define RETRY_MIN_MS		100u
#define RETRY_MAX_MS		30000u
/*
 * A modem that became ready begins here when it is lost again: soon, but one that is lost
 * each time does not keep the machine busy.
 */
#define RETRIES_WHEN_READY	2u
/* How long to look for a device node before that counts as a failure. */
#define PORT_WAIT_S		10
/* Commands at a time for a modem that does not say how many it takes. */
#define COMMANDS_UNLESS_TOLD	4

enum modem_state {
	MODEM_WAIT,	/* for modem_start() */
	MODEM_PORT,	/* waits for /dev/cdc-wdmN */
	MODEM_OPENING,
	MODEM_PROBING,	/* asks for the services */
	MODEM_READY,
	MODEM_RETRY,	/* waits before it begins again */
	MODEM_LEAVING,	/* disconnects its sessions; the channel is its last */
};

struct modem {
	struct netlink *nl;
	struct message_modem info;
	char name[16];
	unsigned int timeout;
	enum modem_state state;
	struct connector *connector;

	MbimDevice *channel;		/* OPENING to READY */
	gulong removed_handler;
	gulong error_handler;
	struct call *call;		/* what libmbim does for it, or NULL */

	GFileMonitor *dev_monitor;	/* PORT */
	guint timer;			/* PORT, RETRY; LEAVING: to tell of its end */
	unsigned int retries;
	unsigned int refusals;		/* NOT_OPENED just after it was opened, in a row */
	bool proxy_ended;		/* for that, since the services were last read */

	void (*left)(void *data, struct modem *modem);	/* LEAVING */
	void *left_data;
};

/*
 * An asynchronous call of libmbim. It outlives the modem's interest: then modem is
 * NULL, and whatever comes of it is dropped.
 */
struct call {
	struct modem *modem;
	GCancellable *cancellable;
};

static void modem_find_port(struct modem *modem);
static void modem_lost(struct modem *modem, const char *why);

static struct call *call_new(struct modem *modem)
{
	struct call *call = g_new0(struct call, 1);

	call->modem = modem;
	call->cancellable = g_cancellable_new();
	modem->call = call;
	proxy_expect();
	return call;
}

/* The end of a call. Return: its modem, or NULL when it is of no interest. */
static struct modem *call_end(struct call *call)
{
	struct modem *modem = call->modem;

	proxy_answered();
	if (modem)
		modem->call = NULL;
	g_object_unref(call->cancellable);
	g_free(call);
	return modem;
}

static void call_drop(struct modem *modem)
{
	g_autoptr(GCancellable) cancellable = NULL;

	if (!modem->call)
		return;
	/* A cancel may end the call, and free it, before it returns. */
	cancellable = g_object_ref(modem->call->cancellable);
	modem->call->modem = NULL;
	modem->call = NULL;
	g_cancellable_cancel(cancellable);
}

/* Back to the beginning: nothing under way, nothing open. */
static void modem_close(struct modem *modem)
{
	connector_stop(modem->connector);
	call_drop(modem);
	g_clear_handle_id(&modem->timer, g_source_remove);
	g_clear_object(&modem->dev_monitor);
	if (!modem->channel)
		return;
	g_clear_signal_handler(&modem->removed_handler, modem->channel);
	g_clear_signal_handler(&modem->error_handler, modem->channel);
	/*
	 * Our connection to the proxy only. MBIM_CLOSE would close the function for
	 * ModemManager as well.
	 */
	mbim_device_close_force(modem->channel, NULL);
	g_clear_object(&modem->channel);
}

static gboolean retry_over(gpointer data)
{
	struct modem *modem = data;

	modem->timer = 0;
	modem_find_port(modem);
	return G_SOURCE_REMOVE;
}

static unsigned int retry_delay(unsigned int retries)
{
	/* 100 ms times 2^9 is beyond the most already. */
	return MIN(RETRY_MIN_MS << MIN(retries, 9), RETRY_MAX_MS);
}

/* LEAVING: its sessions are disconnected, and that is the end of it. */

static gboolean leaving_over(gpointer data)
{
	struct modem *modem = data;

	modem->timer = 0;
	modem->left(modem->left_data, modem);
	return G_SOURCE_REMOVE;
}

/* From callbacks of the connector or the channel, which must not be freed in them. */
static void leaving_end(struct modem *modem)
{
	if (!modem->timer)
		modem->timer = g_idle_add(leaving_over, modem);
}

static void modem_lost(struct modem *modem, const char *why)
{
	unsigned int delay;

	if (modem->state == MODEM_LEAVING) {
		log_debug("%s: %s: nothing to disconnect any more", modem->name, why);
		modem_close(modem);
		leaving_end(modem);
		return;
	}
	delay = retry_delay(modem->retries++);
	log_warning("%s: %s; trying again in %u ms", modem->name, why, delay);
	modem_close(modem);
	modem->state = MODEM_RETRY;
	modem->timer = g_timeout_add(delay, retry_over, modem);
}

static void modem_failed(struct modem *modem, const char *what, const GError *error)
{
	g_autofree char *why = g_strdup_printf("%s: %s", what, error->message);

	modem_lost(modem, why);
}

/* READY: sessions are connected anew, requests are carried out. */

static void assert_session(void *data, const struct message_session *session)
{
	struct modem *modem = data;

	if (session->modem != modem->info.number || session->state != MBIM_DSS_SESSION_OPEN ||
	    session->flags & MBIM_DSS_OPEN_ATTACH)
		return;
	connector_assert(modem->connector, session->session, session->uuid);
}

/* Other programs have commands under way too: half of what the modem takes is theirs. */
static unsigned int commands_at_a_time(const struct modem *modem)
{
	unsigned int outstanding = port_limits(USB_DEVICES, modem->info.device).outstanding;

	return outstanding ? MAX(outstanding / 2, 1) : COMMANDS_UNLESS_TOLD;
}

static void modem_ready(struct modem *modem)
{
	/*
	 * The modem, or the agent before this one, may have lost any of them: the
	 * kernel's list is what counts.
	 */
	if (netlink_dump_sessions(modem->nl, modem->info.number, assert_session, modem)) {
		modem_lost(modem, "the kernel does not tell its sessions");
		return;
	}
	modem->state = MODEM_READY;
	modem->retries = MIN(modem->retries, RETRIES_WHEN_READY);
	connector_start(modem->connector, modem->channel, commands_at_a_time(modem));
}

static void connector_reply(void *data, uint64_t id, uint32_t error, uint32_t status)
{
	struct modem *modem = data;

	netlink_reply(modem->nl, id, error, status);
}

static void connector_lost(void *data, uint32_t session, uint32_t error, uint32_t status)
{
	struct modem *modem = data;

	log_warning("%s: session %u is lost", modem->name, session);
	netlink_lost(modem->nl, modem->info.number, session, error, status);
}

static void connector_restored(void *data)
{
	struct modem *modem = data;

	log_info("%s: its sessions are connected again", modem->name);
	netlink_restored(modem->nl, modem->info.number);
}

static void connector_broken(void *data, const char *why)
{
	modem_lost(data, why);
}

static void connector_left(void *data)
{
	leaving_end(data);
}

static const struct connector_ops connector_ops = {
	.reply = connector_reply,
	.lost = connector_lost,
	.restored = connector_restored,
	.broken = connector_broken,
	.left = connector_left,
};

/* PROBING: the services. */

/*
 * The proxy has opened the channel, and the first command says that it is not open. Once
 * it can be a reset at that very moment. Twice it is the proxy, see proxy_end().
 */
#define REFUSALS_OF_A_STUCK_PROXY	2

static void probe_refused(struct modem *modem)
{
	if (++modem->refusals != REFUSALS_OF_A_STUCK_PROXY)
		return;
	/* Others use the proxy as well: what a new one does not mend is the modem's fault. */
	if (modem->proxy_ended) {
		log_warning("%s: so it does with another mbim-proxy, which is left alone",
			    modem->name);
		return;
	}
	modem->refusals = 0;
	modem->proxy_ended = proxy_end();
	if (modem->proxy_ended)
		log_warning("%s: mbim-proxy takes it for open after its reset, and was ended",
			    modem->name);
}

static void list_service(struct modem *modem, struct service_list *list,
			 const MbimDeviceServiceElement *element)
{
	const uint8_t *uuid = (const uint8_t *)&element->device_service_id;
	char text[UUID_TEXT_SIZE];
	const char *left_out;

	uuid_to_text(uuid, text);
	if (service_is_native(uuid)) {
		log_debug("%s: service %s (%s): native, not listed", modem->name, text,
			  service_name(uuid));
		return;
	}
	left_out = service_list_add(list, uuid, element->dss_payload,
				    element->max_dss_instances, element->cids,
				    element->cids_count);
	if (left_out)
		log_warning("%s: service %s: %s", modem->name, text, left_out);
	log_debug("%s: service %s (%s): payload %u, instances %u, %u CIDs", modem->name, text,
		  service_name(uuid), element->dss_payload, element->max_dss_instances,
		  element->cids_count);
}

static bool list_services(struct modem *modem, const MbimMessage *response,
			  struct service_list *list, GError **error)
{
	MbimDeviceServiceElement **elements = NULL;
	guint32 count, max_sessions;

	/* A function without device services is no fault: it has none. */
	if (mbim_message_get_message_type(response) == MBIM_MESSAGE_TYPE_COMMAND_DONE &&
	    mbim_message_command_done_get_status_code(response) ==
	    MBIM_STATUS_ERROR_NO_DEVICE_SUPPORT)
		return true;
	if (!mbim_message_response_get_result(response, MBIM_MESSAGE_TYPE_COMMAND_DONE, error))
		return false;
	if (!mbim_message_device_services_response_parse(response, &count, &max_sessions,
							 &elements, error))
		return false;
	if (max_sessions > SESSIONS_MAX)
		log_warning("%s: its MaxDssSessions is %u, 256 are used", modem->name,
			    max_sessions);
	list->max_sessions = MIN(max_sessions, SESSIONS_MAX);
	for (guint32 i = 0; i < count; i++)
		list_service(modem, list, elements[i]);
	mbim_device_service_element_array_free(elements);
	return true;
}

static void tell_services(struct modem *modem, struct service_list *list)
{
	list->max_command = port_limits(USB_DEVICES, modem->info.device).max_command;
	netlink_services(modem->nl, modem->info.number, list);
	if (!list->max_sessions)
		log_notice("%s: its MaxDssSessions is 0: there is nothing to open", modem->name);
	log_info("%s: ready: %u services, %u sessions, control messages of %u bytes",
		 modem->name, list->count, list->max_sessions, list->max_command);
}

static bool read_services(struct modem *modem, const MbimMessage *response, GError **error)
{
	struct service_list *list = g_new0(struct service_list, 1);
	bool ok = list_services(modem, response, list, error);

	if (ok)
		tell_services(modem, list);
	g_free(list);
	return ok;
}

static void services_done(GObject *source, GAsyncResult *result, gpointer data)
{
	struct modem *modem = call_end(data);
	g_autoptr(MbimMessage) response = NULL;
	g_autoptr(GError) error = NULL;

	response = mbim_device_command_finish(MBIM_DEVICE(source), result, &error);
	if (!modem)
		return;
	if (response && read_services(modem, response, &error)) {
		modem->refusals = 0;
		modem->proxy_ended = false;
		modem_ready(modem);
		return;
	}
	if (g_error_matches(error, MBIM_PROTOCOL_ERROR, MBIM_PROTOCOL_ERROR_NOT_OPENED))
		probe_refused(modem);
	modem_failed(modem, "cannot read its services", error);
}

static void modem_probe(struct modem *modem)
{
	g_autoptr(MbimMessage) message = mbim_message_device_services_query_new(NULL);
	struct call *call = call_new(modem);

	modem->state = MODEM_PROBING;
	mbim_device_command(modem->channel, message, modem->timeout, call->cancellable,
			    services_done, call);
}

/* OPENING. */

static void channel_removed(MbimDevice *channel G_GNUC_UNUSED, gpointer data)
{
	modem_lost(data, "its control channel hung up (unplugged, or mbim-proxy ended)");
}

static void channel_error(MbimDevice *channel G_GNUC_UNUSED, const GError *error, gpointer data)
{
	if (g_error_matches(error, MBIM_PROTOCOL_ERROR, MBIM_PROTOCOL_ERROR_NOT_OPENED))
		modem_lost(data, "the modem was reset (MBIM function error NOT_OPENED)");
}

static void channel_opened(GObject *source, GAsyncResult *result, gpointer data)
{
	struct modem *modem = call_end(data);
	g_autoptr(GError) error = NULL;
	bool open;

	open = mbim_device_open_full_finish(MBIM_DEVICE(source), result, &error);
	if (!modem) {
		/* Nobody wants it any more: give back the connection to the proxy. */
		if (open)
			mbim_device_close_force(MBIM_DEVICE(source), NULL);
		return;
	}
	if (!open) {
		modem_failed(modem, "cannot open the control channel through mbim-proxy", error);
		return;
	}
	modem->removed_handler = g_signal_connect(modem->channel, MBIM_DEVICE_SIGNAL_REMOVED,
						  G_CALLBACK(channel_removed), modem);
	modem->error_handler = g_signal_connect(modem->channel, MBIM_DEVICE_SIGNAL_ERROR,
						G_CALLBACK(channel_error), modem);
	modem_probe(modem);
}

static void channel_created(GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer data)
{
	struct modem *modem = call_end(data);
	g_autoptr(MbimDevice) channel = NULL;
	g_autoptr(GError) error = NULL;
	struct call *call;

	channel = mbim_device_new_finish(result, &error);
	if (!modem)
		return;
	if (!channel) {
		modem_failed(modem, "cannot use the control port", error);
		return;
	}
	modem->channel = g_steal_pointer(&channel);
	call = call_new(modem);
	mbim_device_open_full(modem->channel, MBIM_DEVICE_OPEN_FLAGS_PROXY, modem->timeout,
			      call->cancellable, channel_opened, call);
}

static void modem_open(struct modem *modem, const char *path)
{
	g_autoptr(GFile) file = g_file_new_for_path(path);
	struct call *call = call_new(modem);

	log_debug("%s: opening %s", modem->name, path);
	modem->state = MODEM_OPENING;
	g_clear_object(&modem->dev_monitor);
	g_clear_handle_id(&modem->timer, g_source_remove);
	mbim_device_new(file, call->cancellable, channel_created, call);
}

/* PORT. */

static bool modem_try_port(struct modem *modem)
{
	g_autofree char *port = port_find(USB_DEVICES, modem->info.device);
	g_autofree char *path = port ? g_build_filename("/dev", port, NULL) : NULL;

	if (!path || !g_file_test(path, G_FILE_TEST_EXISTS))
		return false;
	modem_open(modem, path);
	return true;
}

static gboolean port_overdue(gpointer data)
{
	struct modem *modem = data;
	g_autofree char *why = g_strdup_printf("there is no control port /dev/cdc-wdm* of %s",
					       modem->info.device);

	modem->timer = 0;
	modem_lost(modem, why);
	return G_SOURCE_REMOVE;
}

static void dev_changed(GFileMonitor *monitor G_GNUC_UNUSED, GFile *file G_GNUC_UNUSED,
			GFile *other G_GNUC_UNUSED, GFileMonitorEvent event, gpointer data)
{
	if (event == G_FILE_MONITOR_EVENT_CREATED)
		modem_try_port(data);
}

/* The node may come a moment after the modem, when udev has dealt with it. */
static void modem_find_port(struct modem *modem)
{
	g_autoptr(GFile) dev = g_file_new_for_path("/dev");

	modem->state = MODEM_PORT;
	/* First the watch, then the look, or the node can come in between. */
	modem->dev_monitor = g_file_monitor_directory(dev, G_FILE_MONITOR_NONE, NULL, NULL);
	if (modem->dev_monitor)
		g_signal_connect(modem->dev_monitor, "changed", G_CALLBACK(dev_changed), modem);
	if (modem_try_port(modem))
		return;
	log_debug("%s: waiting for a control port of %s", modem->name, modem->info.device);
	modem->timer = g_timeout_add_seconds(PORT_WAIT_S, port_overdue, modem);
}

struct modem *modem_new(struct netlink *nl, const struct message_modem *info,
			unsigned int timeout)
{
	struct modem *modem = g_new0(struct modem, 1);

	modem->nl = nl;
	modem->info = *info;
	g_snprintf(modem->name, sizeof(modem->name), "dss%u", info->number);
	modem->timeout = timeout;
	modem->connector = connector_new(modem->name, timeout, &connector_ops, modem);
	log_info("%s: modem %s (%s)", modem->name, info->device, info->ifname);
	return modem;
}

void modem_start(struct modem *modem)
{
	if (modem->state == MODEM_WAIT)
		modem_find_port(modem);
}

bool modem_leave(struct modem *modem, void (*left)(void *data, struct modem *modem), void *data)
{
	unsigned int count;

	/* In any other state it has been reset, or its channel hung up. */
	if (modem->state != MODEM_READY)
		return false;
	modem->state = MODEM_LEAVING;
	modem->left = left;
	modem->left_data = data;
	call_drop(modem);
	count = connector_leave(modem->connector);
	if (count)
		log_info("%s: disconnecting its %u sessions", modem->name, count);
	return count;
}

const char *modem_device(const struct modem *modem)
{
	return modem->info.device;
}

void modem_free(struct modem *modem)
{
	modem_close(modem);
	connector_free(modem->connector);
	g_free(modem);
}

bool modem_is(const struct modem *modem, const struct message_modem *info)
{
	bool probed = modem->state == MODEM_READY;

	if (strcmp(modem->info.device, info->device))
		return false;
	/* A new one in the old one's place: the kernel has not heard its services. */
	return info->probed || !probed;
}

void modem_request(struct modem *modem, const struct message_request *request, bool again)
{
	connector_request(modem->connector, request, again);
}

static void check_done(GObject *source, GAsyncResult *result, gpointer data)
{
	struct modem *modem = call_end(data);
	g_autoptr(MbimMessage) response = NULL;
	g_autoptr(GError) error = NULL;

	response = mbim_device_command_finish(MBIM_DEVICE(source), result, &error);
	/* NOT_OPENED comes by channel_error() as well, which may be first. */
	if (modem && !response)
		modem_failed(modem, "it does not answer", error);
}

void modem_check(struct modem *modem)
{
	g_autoptr(MbimMessage) message = NULL;
	struct call *call;

	if (modem->state != MODEM_READY || modem->call)
		return;
	message = mbim_message_device_services_query_new(NULL);
	call = call_new(modem);
	mbim_device_command(modem->channel, message, modem->timeout, call->cancellable,
			    check_done, call);
}
