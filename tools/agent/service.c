// SPDX-License-Identifier: GPL-2.0-or-later
/* Device services: their names, which of them are the system's own, lists. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "service.h"

struct known_service {
	const char *uuid;
	const char *name;
	bool native;
};

/*
 * MBIM 1.0, 10.1; Microsoft's MBIM extensions; the vendors' services as libmbim
 * lists them (modem-logging: Microsoft's "MB modem logging with DSS"); those of
 * the simulator in tools/sim. NMEA has no UUID that all vendors share.
 */
static const struct known_service known_services[] = {
	{ "a289cc33-bcbb-8b4f-b6b0-133ec2aae6df", "basic-connect", true },
	{ "533fbeeb-14fe-4467-9f90-33a223e56c3f", "sms", true },
	{ "e550a0c8-5e82-479e-82f7-10abf4c3351f", "ussd", true },
	{ "4bf38476-1e6a-41db-b1d8-bed289c25bdb", "phonebook", true },
	{ "d8f20131-fcb5-4e17-8602-d6ed3816164c", "stk", true },
	{ "1d2b5ff7-0aa1-48b2-aa52-50f15767174e", "auth", true },
	{ "c08a26dd-7718-4382-8482-6e0d583c4d0e", "dss", true },
	{ "3d01dcc5-fef5-4d05-0d3a-bef7058e9aaf", "ms-basic-connect-extensions", true },
	{ "e9f7dea2-feaf-4009-93ce-90a3694103b6", "ms-firmware-id", true },
	{ "883b7c26-985f-43fa-9804-27d7fb80959c", "ms-host-shutdown", true },
	{ "68223d04-9f6c-4e0f-822d-28441fb72340", "ms-sar", true },
	{ "c2f6588e-f037-4bc9-8665-f4d44bd09367", "ms-uicc-low-level-access", true },
	{ "8d8b9eba-37be-449b-8f1e-61cb034a702e", "ms-voice-extensions", true },
	{ "838cf7fb-8d0d-4d7f-871e-d71dbefbb39b", "proxy-control", true },
	{ "0ebb1ceb-af2d-484d-8df3-53bc51fd162c", "modem-logging", false },
	{ "d1a30bc2-f97a-6e43-bf65-c7e24fb0f0d3", "qmi", false },
	{ "5967bdcc-7fd2-49a2-9f5c-b2e70e527db3", "atds", false },
	{ "0ed374cb-f835-4474-bc11-3b3fd76f5641", "intel-firmware-update", false },
	{ "6427015f-579d-48f5-8c54-f43ed1e76f83", "qdu", false },
	{ "11223344-5566-7788-99aa-bbccddeeff11", "quectel", false },
	{ "fdc22af2-f441-4d46-af8d-259fcdde4635", "intel-thermal-rf", false },
	{ "f85d46ef-ab26-4081-9868-4d183c0a3aec", "intel-mutual-authentication", false },
	{ "4ada4962-b988-46c3-87a7-97f20f994abb", "intel-tools", false },
	{ "da138c64-6515-4893-92b2-a1e1ca7c81ca", "intel-at-tunnel", false },
	{ "3e1e92cf-c53d-4f14-85d0-a86ad9e12245", "google", false },
	{ "ffffffff-abca-4b11-a4e2-f2fc87f94488", "fibocom", false },
	{ "a2a32a97-cab1-4f57-9ae1-451c74dda957", "compal", false },
	{ "6d62696d-2d73-696d-0001-000000000001", "echo", false },
	{ "6d62696d-2d73-696d-0001-000000000002", "nmea", false },
	{ "6d62696d-2d73-696d-0001-000000000003", "sink", false },
	{ "6d62696d-2d73-696d-0001-000000000004", "idle", false },
	{ "6d62696d-2d73-696d-0001-000000000005", "source", false },
};

static const struct known_service *known_service_find(const uint8_t uuid[MBIM_DSS_UUID_SIZE])
{
	char text[UUID_TEXT_SIZE];

	uuid_to_text(uuid, text);
	for (size_t i = 0; i < G_N_ELEMENTS(known_services); i++)
		if (!strcmp(known_services[i].uuid, text))
			return &known_services[i];
	return NULL;
}

const char *service_name(const uint8_t uuid[MBIM_DSS_UUID_SIZE])
{
	const struct known_service *known = known_service_find(uuid);

	return known ? known->name : "";
}

bool service_is_native(const uint8_t uuid[MBIM_DSS_UUID_SIZE])
{
	const struct known_service *known = known_service_find(uuid);

	return known && known->native;
}

bool service_lookup(const char *text, uint8_t uuid[MBIM_DSS_UUID_SIZE])
{
	for (size_t i = 0; i < G_N_ELEMENTS(known_services); i++)
		if (!strcmp(known_services[i].name, text))
			return uuid_from_text(known_services[i].uuid, uuid);
	return uuid_from_text(text, uuid);
}

static bool dash_before_byte(unsigned int byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_to_text(const uint8_t uuid[MBIM_DSS_UUID_SIZE], char text[UUID_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *p = text;

	for (unsigned int i = 0; i < MBIM_DSS_UUID_SIZE; i++) {
		if (dash_before_byte(i))
			*p++ = '-';
		*p++ = digits[uuid[i] >> 4];
		*p++ = digits[uuid[i] & 15];
	}
	*p = '\0';
}

bool uuid_from_text(const char *text, uint8_t uuid[MBIM_DSS_UUID_SIZE])
{
	uint8_t bytes[MBIM_DSS_UUID_SIZE];
	const char *p = text;

	for (unsigned int i = 0; i < MBIM_DSS_UUID_SIZE; i++) {
		if (dash_before_byte(i) && *p++ != '-')
			return false;
		if (!isxdigit((unsigned char)p[0]) || !isxdigit((unsigned char)p[1]))
			return false;
		bytes[i] = g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]);
		p += 2;
	}
	if (*p)
		return false;
	memcpy(uuid, bytes, sizeof(bytes));
	return true;
}

const struct service *service_list_find(const struct service_list *list,
					const uint8_t uuid[MBIM_DSS_UUID_SIZE])
{
	for (unsigned int i = 0; i < list->count; i++)
		if (!memcmp(list->services[i].uuid, uuid, MBIM_DSS_UUID_SIZE))
			return &list->services[i];
	return NULL;
}

const char *service_list_add(struct service_list *list,
			     const uint8_t uuid[MBIM_DSS_UUID_SIZE],
			     uint32_t directions, uint32_t max_instances,
			     const uint32_t *cids, uint32_t cid_count)
{
	const uint32_t known_directions = MBIM_DSS_DIR_OUT | MBIM_DSS_DIR_IN;
	const char *left_out = NULL;
	struct service *service;

	if (service_list_find(list, uuid))
		return "the modem lists it twice, the second is left out";
	if (list->count == SERVICES_MAX)
		return "the modem lists too many services, it is left out";

	service = &list->services[list->count++];
	memset(service, 0, sizeof(*service));
	memcpy(service->uuid, uuid, MBIM_DSS_UUID_SIZE);
	service->directions = directions & known_directions;
	if (directions & ~known_directions)
		left_out = "unknown bits in DssPayload are left out";
	service->max_instances = max_instances;
	service->cid_count = MIN(cid_count, MBIM_DSS_MAX_CIDS);
	if (cid_count > MBIM_DSS_MAX_CIDS)
		left_out = "only the first 64 CIDs are kept";
	if (service->cid_count)
		memcpy(service->cids, cids, service->cid_count * sizeof(*cids));
	return left_out;
}
