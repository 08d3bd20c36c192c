// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints each record of mbim-dss as JSON, with names that are hard to print: see json_test.sh. */
#include "../../tools/cli/cli.h"
#include "../../tools/cli/json.h"

static const char name[] = "\"a\\\n\x01\x7f\xff{}[],:";

static void put_modem(struct json *json)
{
	struct wwan_interface modem = { .flags = WWAN_INTERFACE_UP, .max_datagram = 2048 };

	snprintf(modem.ifname, sizeof(modem.ifname), "%s", name);
	json_modem(json, &modem);
	json_close(json, '}');
}

static void put_service(struct json *json, uint32_t cids)
{
	struct wwan_service service = { .cid_count = cids, .cids = { 1, 4294967295u } };

	snprintf(service.name, sizeof(service.name), "%s", name);
	json_service(json, &service);
}

static void put_completion(struct json *json)
{
	struct wwan_completion completion = { .error = EREMOTEIO, .mbim_status = 21 };

	json_open(json, NULL, '{');
	json_completion(json, &completion);
	json_hex(json, "data", (const uint8_t *)name, sizeof(name) - 1);
	json_hex(json, "none", NULL, 0);
	json_close(json, '}');
}

int main(void)
{
	struct wwan_session_info session = { .rx_bytes = UINT64_MAX };
	struct json json = JSON_INIT;

	json_open(&json, NULL, '[');
	put_modem(&json);
	put_service(&json, 0);
	put_service(&json, 2);
	put_completion(&json);
	json_session(&json, &session);
	json_open(&json, NULL, '[');
	json_close(&json, ']');
	json_close(&json, ']');
	json_end_line(&json);
	return 0;
}
