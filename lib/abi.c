// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The library's records are the kernel's: same size, same places, same values. This file
 * makes no code; it stops the build when one side moves.
 */
#include <assert.h>
#include <stddef.h>

#include "internal.h"

#define SAME_SIZE(_ours, _theirs, _size) \
	static_assert(sizeof(struct _ours) == (_size) && \
		      sizeof(struct _theirs) == (_size), #_ours)
#define SAME_FIELD(_ours, _theirs, _field) \
	static_assert(offsetof(struct _ours, _field) == offsetof(struct _theirs, _field) && \
		      sizeof(((struct _ours *)0)->_field) == \
		      sizeof(((struct _theirs *)0)->_field), #_ours "." #_field)
#define SAME_VALUE(_name) \
	static_assert((unsigned int)WWAN_##_name == (unsigned int)MBIM_DSS_##_name, #_name)

/* What the kernel takes and gives: sizes of version 1. */
static_assert(sizeof(struct mbim_dss_hello) == 24, "mbim_dss_hello");
static_assert(sizeof(struct mbim_dss_list) == 32, "mbim_dss_list");
static_assert(sizeof(struct mbim_dss_open) == 48, "mbim_dss_open");
static_assert(sizeof(struct mbim_dss_close) == 32, "mbim_dss_close");
static_assert(sizeof(struct mbim_dss_cancel) == 16, "mbim_dss_cancel");
static_assert(sizeof(struct mbim_dss_set_mode) == 16, "mbim_dss_set_mode");
static_assert(sizeof(struct mbim_dss_datagram) == 32, "mbim_dss_datagram");
static_assert(sizeof(struct mbim_dss_batch) == 40, "mbim_dss_batch");

SAME_SIZE(wwan_interface, mbim_dss_modem, 80);
SAME_FIELD(wwan_interface, mbim_dss_modem, modem);
SAME_FIELD(wwan_interface, mbim_dss_modem, flags);
SAME_FIELD(wwan_interface, mbim_dss_modem, ifindex);
SAME_FIELD(wwan_interface, mbim_dss_modem, max_sessions);
SAME_FIELD(wwan_interface, mbim_dss_modem, open_sessions);
SAME_FIELD(wwan_interface, mbim_dss_modem, max_datagram);
SAME_FIELD(wwan_interface, mbim_dss_modem, max_command);
SAME_FIELD(wwan_interface, mbim_dss_modem, ifname);
SAME_FIELD(wwan_interface, mbim_dss_modem, device);

SAME_SIZE(wwan_service, mbim_dss_service, 320);
SAME_FIELD(wwan_service, mbim_dss_service, uuid);
SAME_FIELD(wwan_service, mbim_dss_service, directions);
SAME_FIELD(wwan_service, mbim_dss_service, max_instances);
SAME_FIELD(wwan_service, mbim_dss_service, open_sessions);
SAME_FIELD(wwan_service, mbim_dss_service, cid_count);
SAME_FIELD(wwan_service, mbim_dss_service, cids);
SAME_FIELD(wwan_service, mbim_dss_service, name);

SAME_SIZE(wwan_session_info, mbim_dss_session, 128);
SAME_FIELD(wwan_session_info, mbim_dss_session, size);
SAME_FIELD(wwan_session_info, mbim_dss_session, flags);
SAME_FIELD(wwan_session_info, mbim_dss_session, modem);
SAME_FIELD(wwan_session_info, mbim_dss_session, session);
SAME_FIELD(wwan_session_info, mbim_dss_session, service);
SAME_FIELD(wwan_session_info, mbim_dss_session, state);
SAME_FIELD(wwan_session_info, mbim_dss_session, directions);
SAME_FIELD(wwan_session_info, mbim_dss_session, uid);
SAME_FIELD(wwan_session_info, mbim_dss_session, gid);
SAME_FIELD(wwan_session_info, mbim_dss_session, max_datagram);
SAME_FIELD(wwan_session_info, mbim_dss_session, mode);
SAME_FIELD(wwan_session_info, mbim_dss_session, rx_queued);
SAME_FIELD(wwan_session_info, mbim_dss_session, rx_limit);
SAME_FIELD(wwan_session_info, mbim_dss_session, tx_queued);
SAME_FIELD(wwan_session_info, mbim_dss_session, tx_limit);
SAME_FIELD(wwan_session_info, mbim_dss_session, rx_datagrams);
SAME_FIELD(wwan_session_info, mbim_dss_session, rx_bytes);
SAME_FIELD(wwan_session_info, mbim_dss_session, rx_lost);
SAME_FIELD(wwan_session_info, mbim_dss_session, rx_backlog);
SAME_FIELD(wwan_session_info, mbim_dss_session, tx_datagrams);
SAME_FIELD(wwan_session_info, mbim_dss_session, tx_bytes);
SAME_FIELD(wwan_session_info, mbim_dss_session, tx_errors);

SAME_SIZE(wwan_completion, mbim_dss_completion, 64);
SAME_FIELD(wwan_completion, mbim_dss_completion, size);
SAME_FIELD(wwan_completion, mbim_dss_completion, type);
SAME_FIELD(wwan_completion, mbim_dss_completion, request_id);
SAME_FIELD(wwan_completion, mbim_dss_completion, user_data);
SAME_FIELD(wwan_completion, mbim_dss_completion, count);
SAME_FIELD(wwan_completion, mbim_dss_completion, user_step);
SAME_FIELD(wwan_completion, mbim_dss_completion, error);
SAME_FIELD(wwan_completion, mbim_dss_completion, mbim_status);
SAME_FIELD(wwan_completion, mbim_dss_completion, modem);
SAME_FIELD(wwan_completion, mbim_dss_completion, session);
SAME_FIELD(wwan_completion, mbim_dss_completion, bytes);
SAME_FIELD(wwan_completion, mbim_dss_completion, time_ns);

SAME_SIZE(wwan_limits, mbim_dss_limits, 24);
SAME_FIELD(wwan_limits, mbim_dss_limits, size);
SAME_FIELD(wwan_limits, mbim_dss_limits, flags);
SAME_FIELD(wwan_limits, mbim_dss_limits, rx_limit);
SAME_FIELD(wwan_limits, mbim_dss_limits, tx_limit);
SAME_FIELD(wwan_limits, mbim_dss_limits, tx_timeout_ms);
SAME_FIELD(wwan_limits, mbim_dss_limits, reserved);

/* A list's elements follow its count without a gap. */
static_assert(offsetof(struct wwan_interface_list, items) == 8, "wwan_interface_list");
static_assert(offsetof(struct wwan_service_list, items) == 8, "wwan_service_list");
static_assert(offsetof(struct wwan_session_list, items) == 8, "wwan_session_list");

SAME_VALUE(VERSION);
SAME_VALUE(UUID_SIZE);
SAME_VALUE(MAX_CIDS);
SAME_VALUE(BATCH_MAX);
SAME_VALUE(REQUESTS_MAX);
SAME_VALUE(SESSION_ANY);
SAME_VALUE(MODEM_ANY);
SAME_VALUE(FEATURE_ATTACH);
SAME_VALUE(FEATURE_PERSIST);
SAME_VALUE(FEATURE_AIO);
SAME_VALUE(FEATURE_RX_DOWN);
SAME_VALUE(OPEN_PERSIST);
SAME_VALUE(OPEN_ATTACH);
SAME_VALUE(SESSION_OPENING);
SAME_VALUE(SESSION_OPEN);
SAME_VALUE(SESSION_CLOSING);
SAME_VALUE(SESSION_CLOSED);
SAME_VALUE(SESSION_GONE);
SAME_VALUE(REQUEST_OPEN);
SAME_VALUE(REQUEST_CLOSE);
SAME_VALUE(REQUEST_WRITE);
SAME_VALUE(MODE_STREAM);
SAME_VALUE(MODE_MESSAGE);
SAME_VALUE(DATAGRAM_LOST);
SAME_VALUE(DATAGRAM_BACKLOG);
SAME_VALUE(DATAGRAM_REST);
SAME_VALUE(LIMITS_SET_RX);
SAME_VALUE(LIMITS_SET_TX);
SAME_VALUE(LIMITS_SET_TIMEOUT);
static_assert((int)WWAN_INTERFACE_PROBED == (int)MBIM_DSS_MODEM_PROBED, "PROBED");
static_assert((int)WWAN_INTERFACE_UP == (int)MBIM_DSS_MODEM_UP, "UP");
static_assert((int)WWAN_DIRECTION_OUT == (int)MBIM_DSS_DIR_OUT, "DIR_OUT");
static_assert((int)WWAN_DIRECTION_IN == (int)MBIM_DSS_DIR_IN, "DIR_IN");
