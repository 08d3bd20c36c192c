// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands of service "idle", for those who want to try commands and events
 * of a device service:
 *
 *	CID 1	set: keep these bytes (up to 1024); query: give them back
 *	CID 2	set or query: the information comes back as it is
 *	CID 3	set: the information comes back in an event of CID 3, if the host
 *		has subscribed to it
 *	CID 4	set: answer with the MBIM status of the first 4 bytes (LE)
 */
#include "bytes.h"
#include "modem.h"

enum { CID_STORE = 1, CID_ECHO, CID_EVENT, CID_STATUS };

/* The host's list: {UUID, count of CIDs, CIDs}; no CIDs: all of them. */
static bool lists_cid(const uint8_t *element, uint32_t len, const uint8_t service[16],
		      uint32_t cid)
{
	uint32_t count;

	if (len < 20 || memcmp(element, service, 16))
		return false;
	count = get_le32(element + 16);
	if (!count)
		return true;
	for (uint32_t i = 0; i < count && 24 + 4 * i <= len; i++)
		if (get_le32(element + 20 + 4 * i) == cid)
			return true;
	return false;
}

static bool subscribed(const struct mbim *mbim, const uint8_t service[16], uint32_t cid)
{
	const uint8_t *list = mbim->subscriptions;
	uint32_t len = mbim->subscriptions_len;

	/* basic.c has checked that all of it lies within the list. */
	for (uint32_t i = 0; len >= 4 && i < get_le32(list); i++) {
		const uint8_t *pair = list + 4 + 8 * i;

		if (lists_cid(list + get_le32(pair), get_le32(pair + 4), service, cid))
			return true;
	}
	return false;
}

static uint32_t store(struct modem *m, struct mbim_command *command)
{
	struct mbim *mbim = &m->mbim;

	if (!command->set) {
		mbim_put_bytes(command->reply, mbim->stored, mbim->stored_len);
		return MBIM_SUCCESS;
	}
	if (command->info_len > sizeof(mbim->stored))
		return MBIM_INVALID_PARAMETERS;
	memcpy(mbim->stored, command->info, command->info_len);
	mbim->stored_len = command->info_len;
	return MBIM_SUCCESS;
}

static uint32_t demo_cid(struct modem *m, struct mbim_command *command)
{
	switch (command->cid) {
	case CID_STORE:
		return store(m, command);
	case CID_ECHO:
		mbim_put_bytes(command->reply, command->info, command->info_len);
		return MBIM_SUCCESS;
	case CID_EVENT:
		if (!command->set)
			break;
		if (subscribed(&m->mbim, command->service, CID_EVENT))
			mbim_indicate(m, command->service, CID_EVENT, command->info,
				      command->info_len);
		return MBIM_SUCCESS;
	case CID_STATUS:
		if (!command->set)
			break;
		return command->info_len >= 4 ? get_le32(command->info) : MBIM_INVALID_PARAMETERS;
	}
	return MBIM_NO_DEVICE_SUPPORT;
}

bool demo_command(struct modem *m, struct mbim_command *command)
{
	const struct service *service = service_find(command->service);

	if (service && service->n_cids)
		command->status = demo_cid(m, command);
	return true;
}
