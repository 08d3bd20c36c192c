// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of the library as JSON objects. */
#include "cli.h"
#include "json.h"

void json_uuid(struct json *json, const char *key, const uint8_t uuid[WWAN_UUID_SIZE])
{
	char text[WWAN_UUID_STRING_SIZE];

	json_string(json, key, wwan_format_uuid(uuid, text));
}

/* Without the closing bracket, for more to follow. */
void json_modem(struct json *json, const struct wwan_interface *modem)
{
	json_open(json, NULL, '{');
	json_number(json, "modem", modem->modem);
	json_string(json, "ifname", modem->ifname);
	json_number(json, "ifindex", modem->ifindex);
	json_string(json, "device", modem->device);
	json_bool(json, "probed", modem->flags & WWAN_INTERFACE_PROBED);
	json_bool(json, "up", modem->flags & WWAN_INTERFACE_UP);
	json_number(json, "max_sessions", modem->max_sessions);
	json_number(json, "open_sessions", modem->open_sessions);
	json_number(json, "max_datagram", modem->max_datagram);
	json_number(json, "max_command", modem->max_command);
}

void json_service(struct json *json, const struct wwan_service *service)
{
	uint32_t i;

	json_open(json, NULL, '{');
	json_string(json, "name", service->name);
	json_uuid(json, "uuid", service->uuid);
	json_bool(json, "in", service->directions & WWAN_DIRECTION_IN);
	json_bool(json, "out", service->directions & WWAN_DIRECTION_OUT);
	json_number(json, "max_instances", service->max_instances);
	json_number(json, "open_sessions", service->open_sessions);
	json_open(json, "cids", '[');
	for (i = 0; i < service->cid_count && i < WWAN_MAX_CIDS; i++)
		json_number(json, NULL, service->cids[i]);
	json_close(json, ']');
	json_close(json, '}');
}

static void json_counters(struct json *json, const struct wwan_session_info *session)
{
	json_number(json, "rx_datagrams", session->rx_datagrams);
	json_number(json, "rx_bytes", session->rx_bytes);
	json_number(json, "rx_lost", session->rx_lost);
	json_number(json, "rx_backlog", session->rx_backlog);
	json_number(json, "rx_queued", session->rx_queued);
	json_number(json, "rx_limit", session->rx_limit);
	json_number(json, "tx_datagrams", session->tx_datagrams);
	json_number(json, "tx_bytes", session->tx_bytes);
	json_number(json, "tx_errors", session->tx_errors);
	json_number(json, "tx_queued", session->tx_queued);
	json_number(json, "tx_limit", session->tx_limit);
}

void json_session(struct json *json, const struct wwan_session_info *session)
{
	char node[32];

	snprintf(node, sizeof(node), "/dev/mbim/dss%us%u", session->modem, session->session);
	json_open(json, NULL, '{');
	json_number(json, "modem", session->modem);
	json_number(json, "session", session->session);
	json_string(json, "node", node);
	json_uuid(json, "service", session->service);
	json_string(json, "state", session_state(session->state));
	json_bool(json, "in", session->directions & WWAN_DIRECTION_IN);
	json_bool(json, "out", session->directions & WWAN_DIRECTION_OUT);
	json_bool(json, "persist", session->flags & WWAN_OPEN_PERSIST);
	json_bool(json, "attach", session->flags & WWAN_OPEN_ATTACH);
	json_number(json, "uid", session->uid);
	json_number(json, "gid", session->gid);
	json_number(json, "max_datagram", session->max_datagram);
	json_counters(json, session);
	json_close(json, '}');
}

/* Without the brackets, for an object of the caller's. */
void json_completion(struct json *json, const struct wwan_completion *completion)
{
	char words[128];

	json_number(json, "request_id", completion->request_id);
	json_number(json, "error", completion->error);
	json_string(json, "status", wwan_completion_strerror(completion, words, sizeof(words)));
	json_number(json, "mbim_status", completion->mbim_status);
	json_number(json, "modem", completion->modem);
	json_number(json, "session", completion->session);
	json_number(json, "time_ns", completion->time_ns);
}
