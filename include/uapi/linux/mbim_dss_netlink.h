/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * MBIM device service sessions: the generic netlink family "mbim_dss".
 *
 * The family is described in Documentation/netlink/mbim_dss.yaml; this header
 * carries the same names and numbers. The agent binds to it and carries out what the
 * kernel asks; anybody may dump the state and listen to the "events" group.
 */
#ifndef _UAPI_LINUX_MBIM_DSS_NETLINK_H
#define _UAPI_LINUX_MBIM_DSS_NETLINK_H

#define MBIM_DSS_FAMILY_NAME	"mbim_dss"
#define MBIM_DSS_FAMILY_VERSION	1
#define MBIM_DSS_MCGRP_EVENTS	"events"

/**
 * enum mbim_dss_cmd - commands and notifications
 *
 * Anybody may dump and listen. What is said to be the agent's needs CAP_NET_ADMIN in
 * the initial user namespace (EPERM), and the socket that is bound (EPERM too). A dump during
 * which modems, services or sessions came or went has NLM_F_DUMP_INTR: ask once more.
 *
 * @MBIM_DSS_CMD_MODEM_GET: dump all modems: MODEM, IFINDEX, IFNAME, DEVICE,
 *	PROBED (flag), UP (flag), MAX_SESSIONS, MAX_DATAGRAM, MAX_COMMAND,
 *	OPEN_SESSIONS, and what is in its statistics/ in sysfs
 * @MBIM_DSS_CMD_SERVICE_GET: dump the services of all modems, or with MODEM in the
 *	request of one; a message a service: MODEM, SERVICE (nest)
 * @MBIM_DSS_CMD_SESSION_GET: dump sessions, or with MODEM of one modem: MODEM,
 *	SESSION, UUID, STATE, FLAGS, UID, GID, and what is in its statistics/
 * @MBIM_DSS_CMD_AGENT_BIND: become the agent. Needs CAP_NET_ADMIN as above.
 *	EBUSY: there is one. The binding ends with the socket
 * @MBIM_DSS_CMD_SERVICES_SET: agent: MODEM, MAX_SESSIONS, MAX_COMMAND, and a SERVICE
 *	nest for each service. Replaces what was known; the modem counts as probed.
 *	ENODEV: no such modem; EINVAL: an attribute is missing or out of range
 * @MBIM_DSS_CMD_REQUEST: kernel to agent, unicast: REQUEST_ID, OP, MODEM, DEVICE,
 *	SESSION, UUID, UID, GID, PID: carry this out and REPLY
 * @MBIM_DSS_CMD_REPLY: agent: REQUEST_ID, ERROR, MBIM_STATUS. ENOENT: the kernel
 *	no longer waits for it (and will ask to disconnect what was connected)
 * @MBIM_DSS_CMD_SESSIONS_RESTORED: agent: MODEM: it has connected the sessions of that
 *	modem anew, after a reset of the modem or in place of a former agent
 * @MBIM_DSS_CMD_SESSION_LOST: agent: MODEM, SESSION, ERROR, MBIM_STATUS: the session
 *	could not be connected anew; the kernel ends it as closed
 * @MBIM_DSS_CMD_EVENT: notification to "events": EVENT; of a modem with MODEM, IFINDEX,
 *	IFNAME, DEVICE; of a session with MODEM, SESSION, UUID, ERROR
 */
enum mbim_dss_cmd {
	MBIM_DSS_CMD_UNSPEC,
	MBIM_DSS_CMD_MODEM_GET,
	MBIM_DSS_CMD_SERVICE_GET,
	MBIM_DSS_CMD_SESSION_GET,
	MBIM_DSS_CMD_AGENT_BIND,
	MBIM_DSS_CMD_SERVICES_SET,
	MBIM_DSS_CMD_REQUEST,
	MBIM_DSS_CMD_REPLY,
	MBIM_DSS_CMD_SESSIONS_RESTORED,
	MBIM_DSS_CMD_SESSION_LOST,
	MBIM_DSS_CMD_EVENT,

	/* private: */
	__MBIM_DSS_CMD_MAX,
	MBIM_DSS_CMD_MAX = __MBIM_DSS_CMD_MAX - 1
};

/**
 * enum mbim_dss_op - what the agent is asked, MBIM_DSS_A_OP
 * @MBIM_DSS_OP_CONNECT: check the access policy against UID, GID, then DSS_CONNECT with
 *	DssLinkState 1
 * @MBIM_DSS_OP_DISCONNECT: DSS_CONNECT with DssLinkState 0
 */
enum mbim_dss_op {
	MBIM_DSS_OP_CONNECT	= 1,
	MBIM_DSS_OP_DISCONNECT	= 2,
};

/**
 * enum mbim_dss_event - MBIM_DSS_A_EVENT
 * @MBIM_DSS_EVENT_MODEM_ADDED: a modem has come (interface arrival)
 * @MBIM_DSS_EVENT_MODEM_REMOVED: it is gone (interface removal)
 * @MBIM_DSS_EVENT_MODEM_PROBED: its services are known, or were told anew
 * @MBIM_DSS_EVENT_SESSION_OPENED: a session is open, its node is there
 * @MBIM_DSS_EVENT_SESSION_CLOSED: a session has ended; ERROR says why, 0: closed
 * @MBIM_DSS_EVENT_SESSIONS_RESTORED: the modem's sessions were connected anew
 * @MBIM_DSS_EVENT_AGENT_BOUND: there is an agent
 * @MBIM_DSS_EVENT_AGENT_LOST: there is none any more
 */
enum mbim_dss_event {
	MBIM_DSS_EVENT_MODEM_ADDED		= 1,
	MBIM_DSS_EVENT_MODEM_REMOVED		= 2,
	MBIM_DSS_EVENT_MODEM_PROBED		= 3,
	MBIM_DSS_EVENT_SESSION_OPENED		= 4,
	MBIM_DSS_EVENT_SESSION_CLOSED		= 5,
	MBIM_DSS_EVENT_SESSIONS_RESTORED	= 6,
	MBIM_DSS_EVENT_AGENT_BOUND		= 7,
	MBIM_DSS_EVENT_AGENT_LOST		= 8,
};

/**
 * enum mbim_dss_attr - top-level attributes
 * @MBIM_DSS_A_MODEM: u32, modem number
 * @MBIM_DSS_A_IFINDEX: u32, of its netdev
 * @MBIM_DSS_A_IFNAME: string, of its netdev
 * @MBIM_DSS_A_DEVICE: string, its USB control interface in sysfs, "1-2:1.0"
 * @MBIM_DSS_A_PROBED: flag
 * @MBIM_DSS_A_UP: flag, the netdev is up
 * @MBIM_DSS_A_MAX_SESSIONS: u32, MaxDssSessions
 * @MBIM_DSS_A_MAX_DATAGRAM: u32, bytes
 * @MBIM_DSS_A_MAX_COMMAND: u32, bytes
 * @MBIM_DSS_A_OPEN_SESSIONS: u32
 * @MBIM_DSS_A_SERVICE: nest of &enum mbim_dss_service_attr; several in SERVICES_SET
 * @MBIM_DSS_A_SESSION: u32, 0 to 255
 * @MBIM_DSS_A_UUID: binary, 16 bytes, network order
 * @MBIM_DSS_A_STATE: u32, &enum mbim_dss_session_state
 * @MBIM_DSS_A_FLAGS: u32, MBIM_DSS_OPEN_*
 * @MBIM_DSS_A_UID: u32, of the opener
 * @MBIM_DSS_A_GID: u32
 * @MBIM_DSS_A_PID: u32, process id of who opens, or closes; 0 when it is not known
 * @MBIM_DSS_A_REQUEST_ID: u64, the kernel's id of a request to the agent
 * @MBIM_DSS_A_OP: u32, &enum mbim_dss_op
 * @MBIM_DSS_A_ERROR: u32, an errno (positive) or 0
 * @MBIM_DSS_A_MBIM_STATUS: u32, raw status of the modem's answer
 * @MBIM_DSS_A_EVENT: u32, &enum mbim_dss_event
 * @MBIM_DSS_A_RX_DATAGRAMS: u64, this and the following as in &struct mbim_dss_session
 * @MBIM_DSS_A_RX_BYTES: u64
 * @MBIM_DSS_A_RX_LOST: u64
 * @MBIM_DSS_A_RX_BACKLOG: u64
 * @MBIM_DSS_A_TX_DATAGRAMS: u64
 * @MBIM_DSS_A_TX_BYTES: u64
 * @MBIM_DSS_A_TX_ERRORS: u64
 * @MBIM_DSS_A_RX_QUEUED: u64, bytes, now: of datagrams that wait to be read
 * @MBIM_DSS_A_RX_MEMORY: u64, bytes, now: held by the receive queue
 * @MBIM_DSS_A_RX_MEMORY_MAX: u64, bytes: the most that were
 * @MBIM_DSS_A_TX_NTBS_HELD: u64, now: NTBs being filled, queued or in flight
 * @MBIM_DSS_A_TX_NTBS_HELD_MAX: u64, the most that were
 * @MBIM_DSS_A_TX_NTBS: u64, of a modem, as those below: NTBs sent
 * @MBIM_DSS_A_TX_NTBS_IN_FLIGHT: u64, now: NTBs that the host controller has
 * @MBIM_DSS_A_TX_NTBS_IN_FLIGHT_MAX: u64, the most that were
 * @MBIM_DSS_A_TX_NTBS_POOLED: u64, now: NTB buffers kept for the next writes
 * @MBIM_DSS_A_RX_NTBS: u64, NTBs received
 * @MBIM_DSS_A_RX_ERRORS: u64, transfers that ended with an error
 * @MBIM_DSS_A_RX_MALFORMED: u64, NTBs with a fault
 * @MBIM_DSS_A_RX_CANCELLED: u64, transfers taken back when they held data
 * @MBIM_DSS_A_RX_STRAY: u64, datagrams for sessions that are not open, or whose service does not
 *	send
 * @MBIM_DSS_A_RX_IP: u64, datagrams of IP sessions
 * @MBIM_DSS_A_PAD: padding
 * @MBIM_DSS_A_RX_START_ERRORS: u64, of a modem: tries to begin receiving, with the netdev down,
 *	that failed
 */
enum mbim_dss_attr {
	MBIM_DSS_A_UNSPEC,
	MBIM_DSS_A_MODEM,
	MBIM_DSS_A_IFINDEX,
	MBIM_DSS_A_IFNAME,
	MBIM_DSS_A_DEVICE,
	MBIM_DSS_A_PROBED,
	MBIM_DSS_A_UP,
	MBIM_DSS_A_MAX_SESSIONS,
	MBIM_DSS_A_MAX_DATAGRAM,
	MBIM_DSS_A_MAX_COMMAND,
	MBIM_DSS_A_OPEN_SESSIONS,
	MBIM_DSS_A_SERVICE,
	MBIM_DSS_A_SESSION,
	MBIM_DSS_A_UUID,
	MBIM_DSS_A_STATE,
	MBIM_DSS_A_FLAGS,
	MBIM_DSS_A_UID,
	MBIM_DSS_A_GID,
	MBIM_DSS_A_PID,
	MBIM_DSS_A_REQUEST_ID,
	MBIM_DSS_A_OP,
	MBIM_DSS_A_ERROR,
	MBIM_DSS_A_MBIM_STATUS,
	MBIM_DSS_A_EVENT,
	MBIM_DSS_A_RX_DATAGRAMS,
	MBIM_DSS_A_RX_BYTES,
	MBIM_DSS_A_RX_LOST,
	MBIM_DSS_A_RX_BACKLOG,
	MBIM_DSS_A_TX_DATAGRAMS,
	MBIM_DSS_A_TX_BYTES,
	MBIM_DSS_A_TX_ERRORS,
	MBIM_DSS_A_RX_QUEUED,
	MBIM_DSS_A_RX_MEMORY,
	MBIM_DSS_A_RX_MEMORY_MAX,
	MBIM_DSS_A_TX_NTBS_HELD,
	MBIM_DSS_A_TX_NTBS_HELD_MAX,
	MBIM_DSS_A_TX_NTBS,
	MBIM_DSS_A_TX_NTBS_IN_FLIGHT,
	MBIM_DSS_A_TX_NTBS_IN_FLIGHT_MAX,
	MBIM_DSS_A_TX_NTBS_POOLED,
	MBIM_DSS_A_RX_NTBS,
	MBIM_DSS_A_RX_ERRORS,
	MBIM_DSS_A_RX_MALFORMED,
	MBIM_DSS_A_RX_CANCELLED,
	MBIM_DSS_A_RX_STRAY,
	MBIM_DSS_A_RX_IP,
	MBIM_DSS_A_PAD,
	MBIM_DSS_A_RX_START_ERRORS,

	/* private: */
	__MBIM_DSS_A_MAX,
	MBIM_DSS_A_MAX = __MBIM_DSS_A_MAX - 1
};

/**
 * enum mbim_dss_service_attr - inside MBIM_DSS_A_SERVICE
 * @MBIM_DSS_SERVICE_A_UUID: binary, 16 bytes, network order
 * @MBIM_DSS_SERVICE_A_DIRECTIONS: u32, DssPayload, 0 to 3
 * @MBIM_DSS_SERVICE_A_MAX_INSTANCES: u32, MaxDssInstances
 * @MBIM_DSS_SERVICE_A_NAME: string, up to 31 characters
 * @MBIM_DSS_SERVICE_A_CIDS: binary, up to 64 u32 in host order
 * @MBIM_DSS_SERVICE_A_OPEN_SESSIONS: u32, in dumps
 */
enum mbim_dss_service_attr {
	MBIM_DSS_SERVICE_A_UNSPEC,
	MBIM_DSS_SERVICE_A_UUID,
	MBIM_DSS_SERVICE_A_DIRECTIONS,
	MBIM_DSS_SERVICE_A_MAX_INSTANCES,
	MBIM_DSS_SERVICE_A_NAME,
	MBIM_DSS_SERVICE_A_CIDS,
	MBIM_DSS_SERVICE_A_OPEN_SESSIONS,

	/* private: */
	__MBIM_DSS_SERVICE_A_MAX,
	MBIM_DSS_SERVICE_A_MAX = __MBIM_DSS_SERVICE_A_MAX - 1
};

#endif /* _UAPI_LINUX_MBIM_DSS_NETLINK_H */
