// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DSS service (MBIM 1.0, 10.5.38): DSS_CONNECT, with all its refusals.
 */
#include <time.h>

#include "bytes.h"
#include "modem.h"

#define CID_DSS_CONNECT		1
#define INFO_SIZE		24	/* service UUID, session id, link state */

static uint32_t activate(struct modem *m, struct session *s, const struct service *service)
{
	if (!(service->payload & (DSS_PAYLOAD_IN | DSS_PAYLOAD_OUT)))
		return MBIM_INVALID_DEVICE_SERVICE_OPERATION;
	if (s->service)
		return MBIM_SESSION_EXISTS;
	if (m->sessions.n_open >= m->config.max_sessions)
		return MBIM_DSS_INSTANCE_LIMIT;
	if (service->max_instances && service_instances(m, service) >= service->max_instances)
		return MBIM_DSS_INSTANCE_LIMIT;
	session_open(m, s, service);
	m->stats.dss_connects++;
	return MBIM_SUCCESS;
}

static uint32_t deactivate(struct modem *m, struct session *s, const struct service *service)
{
	if (!s->service)
		return MBIM_SERVICE_NOT_ACTIVATED;
	if (s->service != service)
		return MBIM_INVALID_DEVICE_SERVICE_OPERATION;
	session_close(m, s);
	m->stats.dss_disconnects++;
	return MBIM_SUCCESS;
}

static uint32_t connect(struct modem *m, const uint8_t *info)
{
	const struct service *service = service_find(info);
	uint32_t id = get_le32(info + 16), state = get_le32(info + 20);

	if (id >= MAX_SESSIONS || state > 1) {
		modem_violation(m, "DSS_CONNECT with session %u, link state %u", id, state);
		return MBIM_INVALID_PARAMETERS;
	}
	if (!service)
		return MBIM_INVALID_DEVICE_SERVICE_OPERATION;
	if (state)
		return activate(m, &m->sessions.session[id], service);
	return deactivate(m, &m->sessions.session[id], service);
}

uint32_t dss_connect(struct modem *m, const uint8_t *info)
{
	uint32_t status;

	if (m->mbim.dss_status_count) {
		m->mbim.dss_status_count--;
		status = m->mbim.dss_status;
	} else {
		status = connect(m, info);
	}
	if (status) {
		m->stats.dss_refused++;
		modem_log(m, "DSS_CONNECT refused, status %u", status);
	}
	return status;
}

/* Keeps the command for later. False when too many are outstanding. */
static bool delay(struct modem *m, const struct mbim_command *command)
{
	struct timespec now;

	for (int i = 0; i < MBIM_MAX_OUTSTANDING; i++) {
		struct mbim_delayed *delayed = &m->mbim.delayed[i];

		if (delayed->used)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		delayed->used = true;
		delayed->transaction = command->transaction;
		memcpy(delayed->info, command->info, INFO_SIZE);
		delayed->due = now.tv_sec * 1000ULL + now.tv_nsec / 1000000 + m->mbim.dss_delay;
		mbim_arm_timer(m);
		return true;
	}
	return false;
}

bool dss_command(struct modem *m, struct mbim_command *command)
{
	/* Set only; it cannot be queried. */
	if (command->cid != CID_DSS_CONNECT || !command->set)
		return true;
	if (command->info_len != INFO_SIZE) {
		modem_violation(m, "DSS_CONNECT of %u bytes", command->info_len);
		command->status = MBIM_INVALID_PARAMETERS;
		return true;
	}
	if (m->mbim.dss_silent) {
		m->stats.dss_unanswered++;
		return false;
	}
	if (m->mbim.dss_delay) {
		if (delay(m, command))
			return false;
		command->status = MBIM_BUSY;
		return true;
	}
	command->status = dss_connect(m, command->info);
	return true;
}
