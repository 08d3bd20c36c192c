/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_SERVICE_H
#define AGENT_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/mbim_dss.h>

/** Characters of "6d62696d-2d73-696d-0001-000000000001", with the zero. */
#define UUID_TEXT_SIZE		37
/** Most services of one modem that are told to the kernel. */
#define SERVICES_MAX		256
/** Most DSS sessions that a modem can have: ids are 8 bits of an NDP signature. */
#define SESSIONS_MAX		256

/** struct service - one device service as the modem tells it */
struct service {
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	uint32_t directions;
	uint32_t max_instances;
	uint32_t cid_count;
	uint32_t cids[MBIM_DSS_MAX_CIDS];
};

/** struct service_list - what SERVICES_SET carries */
struct service_list {
	uint32_t max_sessions;
	uint32_t max_command;
	unsigned int count;
	struct service services[SERVICES_MAX];
};

/** service_name - what the service is called, "" when it is not known */
const char *service_name(const uint8_t uuid[MBIM_DSS_UUID_SIZE]);

/**
 * service_is_native - one of the services that the system itself uses
 *
 * Basic Connect, SMS and the like, of MBIM 1.0 and Microsoft's extensions. They
 * are not listed, and a session for one is refused.
 */
bool service_is_native(const uint8_t uuid[MBIM_DSS_UUID_SIZE]);

/**
 * service_lookup - UUID from a name or from the text of a UUID
 * @text: "nmea", or "6d62696d-2d73-696d-0001-000000000002" in any case
 * @uuid: out
 *
 * Return: whether @text is one of both.
 */
bool service_lookup(const char *text, uint8_t uuid[MBIM_DSS_UUID_SIZE]);

void uuid_to_text(const uint8_t uuid[MBIM_DSS_UUID_SIZE], char text[UUID_TEXT_SIZE]);
bool uuid_from_text(const char *text, uint8_t uuid[MBIM_DSS_UUID_SIZE]);

/**
 * service_list_add - append a service as the modem described it
 *
 * The kernel's limits hold: bits of @directions beyond DssPayload's two and CIDs
 * beyond %MBIM_DSS_MAX_CIDS are cut off.
 *
 * Return: NULL, or what was left out, in words, for the log.
 */
const char *service_list_add(struct service_list *list,
			     const uint8_t uuid[MBIM_DSS_UUID_SIZE],
			     uint32_t directions, uint32_t max_instances,
			     const uint32_t *cids, uint32_t cid_count);

/** service_list_find - the service, or NULL when the modem does not have it */
const struct service *service_list_find(const struct service_list *list,
					const uint8_t uuid[MBIM_DSS_UUID_SIZE]);

#endif /* AGENT_SERVICE_H */
