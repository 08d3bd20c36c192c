/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * MBIM device service sessions: the character device interface.
 *
 * There are two kinds of files:
 *
 * /dev/mbim/control
 *	Every open of it is a handle. %MBIM_DSS_IOC_HELLO agrees on a version;
 *	the other ioctls list modems, services and sessions, and open and close
 *	sessions. Open and close are asynchronous: they return a request id at
 *	once, and exactly one completion for each id is read from the file.
 *	poll(2): POLLIN when a completion can be read.
 *
 * /dev/mbim/dss<M>s<S>
 *	The node of open session S of modem M. write(2) sends, read(2) receives;
 *	SEND, RECV and REAP do the same for many datagrams a call. poll(2):
 *	POLLIN when there is data or the session has ended, POLLOUT when a write
 *	would not block (each of a file that was opened for it), POLLPRI when there
 *	are completions to reap or datagrams were lost since the last
 *	%MBIM_DSS_IOC_INFO, POLLHUP when the session has ended, POLLERR as well when
 *	its modem is gone.
 *
 * Every ioctl takes a pointer to a structure that begins with @size and @flags.
 * @size is what the caller's structure has; a kernel that knows fewer fields
 * accepts the structure when those it does not know are zero, a kernel that
 * knows more takes the missing ones as zero. Errors that every ioctl may give:
 *
 *	ENOTTY		no such ioctl on this kind of file
 *	EINVAL		@size is smaller than the first version of the structure;
 *			an unknown bit in @flags; a reserved field that is not zero
 *	E2BIG		a field beyond those the kernel knows is not zero
 *	EBADF		the file is not open for it (SEND: writing, RECV: reading)
 *	EFAULT		a pointer is bad
 *	EINTR		a signal came while it waited, and nothing had been done
 *	ENOMEM		there is no memory for it
 *	EPROTO		%MBIM_DSS_IOC_HELLO has not agreed on a version (control
 *			file only)
 *	ENODEV		the modem, or the session node's modem, is gone
 *
 * What goes wrong with a request, as the errno of a call or in the @error of a
 * completion:
 *
 *	EACCES		refused by the agent's access policy, or a native MBIM
 *			service, or a missing capability
 *	EAGAIN		the agent has not told the modem's services yet; or a
 *			non-blocking call would block
 *	EBUSY		the session id is taken; its VLAN device (256 + id) exists
 *	ECANCELED	ended by a close or a cancel
 *	ECONNREFUSED	there is no agent
 *	ECONNRESET	the agent died and no other took its place in time
 *	EMSGSIZE	a datagram larger than the modem takes (write, SEND) or than
 *			the buffer given for it (read and RECV; it stays queued)
 *	ENOBUFS		too many requests whose completions have not been fetched
 *	ENODEV		no such modem, or it is gone
 *	ENOENT		no such service on this modem; no such request
 *	ENOTCONN	the session is not open
 *	EOPNOTSUPP	the service has no data session in that direction
 *	EPIPE, EPROTO, EILSEQ, ETIME, EIO
 *			the USB transfer that carried the datagram ended so; EIO as well:
 *			a modem that sleeps cannot be woken
 *	EPROTONOSUPPORT	no common version
 *	EREMOTEIO	the modem refused, see @mbim_status
 *	ETIMEDOUT	the agent, or the modem, did not answer in time
 *	EUSERS		the modem or the service has no session left (also MBIM
 *			status 33)
 */
#ifndef _UAPI_LINUX_MBIM_DSS_H
#define _UAPI_LINUX_MBIM_DSS_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** The newest version of this interface; versions count from 1. */
#define MBIM_DSS_VERSION	1

/** Bytes of a service UUID, in network order as on the wire (MBIM 1.0, 9.1). */
#define MBIM_DSS_UUID_SIZE	16
/** Session ids are 0 to 255 (MBIM 1.0, 10.5.38: DssSessionId, as NDP "DSS" carries it). */
#define MBIM_DSS_MAX_SESSIONS	256
/** Most modems at a time; modem numbers are 0 to 15. */
#define MBIM_DSS_MAX_MODEMS	16
/** Most CIDs that the kernel keeps for a service. */
#define MBIM_DSS_MAX_CIDS	64
/** Most entries in one call of SEND, RECV or REAP. More is EINVAL. */
#define MBIM_DSS_BATCH_MAX	1024
/** Most requests of one file that are under way or wait to be fetched. */
#define MBIM_DSS_REQUESTS_MAX	16384

/** As a session id in %MBIM_DSS_IOC_OPEN: the lowest free one. */
#define MBIM_DSS_SESSION_ANY	0xffffffffu
/** As a modem in %MBIM_DSS_IOC_SESSIONS: those of all modems. */
#define MBIM_DSS_MODEM_ANY	0xffffffffu

/**
 * enum mbim_dss_feature - bits of mbim_dss_hello.features
 * @MBIM_DSS_FEATURE_ATTACH: %MBIM_DSS_OPEN_ATTACH works
 * @MBIM_DSS_FEATURE_PERSIST: %MBIM_DSS_OPEN_PERSIST works
 * @MBIM_DSS_FEATURE_AIO: io_uring and libaio writes complete at the end of the
 *	USB transfer
 * @MBIM_DSS_FEATURE_RX_DOWN: sessions receive while the netdev is down
 *
 * Programs test a bit instead of comparing versions.
 */
enum mbim_dss_feature {
	MBIM_DSS_FEATURE_ATTACH		= 1 << 0,
	MBIM_DSS_FEATURE_PERSIST	= 1 << 1,
	MBIM_DSS_FEATURE_AIO		= 1 << 2,
	MBIM_DSS_FEATURE_RX_DOWN	= 1 << 3,
};

/**
 * struct mbim_dss_hello - agree on a version (%MBIM_DSS_IOC_HELLO)
 * @size: in, sizeof(struct mbim_dss_hello)
 * @flags: in, 0
 * @version: in, the newest version the caller supports; out, the newest both
 *	do. 0 is EPROTONOSUPPORT
 * @reserved: 0
 * @features: out, bits of &enum mbim_dss_feature
 */
struct mbim_dss_hello {
	__u32 size;
	__u32 flags;
	__u32 version;
	__u32 reserved;
	__u64 features;
};

/**
 * struct mbim_dss_list - fetch an array (MODEMS, SERVICES, SESSIONS)
 * @size: in, sizeof(struct mbim_dss_list)
 * @flags: in, 0
 * @modem: in, the modem (SERVICES, SESSIONS; %MBIM_DSS_MODEM_ANY for SESSIONS
 *	of all), 0 for MODEMS
 * @entry_size: in, bytes of one array element as the caller knows it; out, as
 *	the kernel knows it. The smaller of both is copied, the rest zeroed. More
 *	than a page is E2BIG, 0 EINVAL, unless @capacity is 0
 * @capacity: in, elements that the array has room for
 * @count: out, elements there are. More than @capacity: only that many were
 *	copied, call again with more room
 * @entries: in, address of the array
 *
 * SERVICES gives EAGAIN until the agent has told the services of the modem; an
 * empty list is no error.
 */
struct mbim_dss_list {
	__u32 size;
	__u32 flags;
	__u32 modem;
	__u32 entry_size;
	__u32 capacity;
	__u32 count;
	__u64 entries;
};

/**
 * enum mbim_dss_modem_flag - bits of mbim_dss_modem.flags
 * @MBIM_DSS_MODEM_PROBED: the agent has told the modem's services and limits
 * @MBIM_DSS_MODEM_UP: the netdev is up, and cdc_mbim receives
 */
enum mbim_dss_modem_flag {
	MBIM_DSS_MODEM_PROBED	= 1 << 0,
	MBIM_DSS_MODEM_UP	= 1 << 1,
};

/**
 * struct mbim_dss_modem - one modem, an element of MODEMS
 * @modem: its number, 0 to %MBIM_DSS_MAX_MODEMS - 1: "dss<M>"
 * @flags: bits of &enum mbim_dss_modem_flag
 * @ifindex: index of its netdev, in the network namespace of that
 * @max_sessions: DSS sessions it can have open, 0 to 256 (MaxDssSessions); 0 until probed
 * @open_sessions: DSS sessions in use, those being opened or closed included
 * @max_datagram: bytes of the largest datagram it takes; 2048 or more
 *	(MBIM 1.0, 8.1.3)
 * @max_command: bytes of the largest control message (MBIM_OPEN's
 *	MaxControlTransfer); 0 until probed
 * @reserved: 0
 * @ifname: name of its netdev, a C string
 * @device: name of its USB control interface in sysfs, such as "1-2:1.0", a C
 *	string
 */
struct mbim_dss_modem {
	__u32 modem;
	__u32 flags;
	__u32 ifindex;
	__u32 max_sessions;
	__u32 open_sessions;
	__u32 max_datagram;
	__u32 max_command;
	__u32 reserved;
	__u8  ifname[16];
	__u8  device[32];
};

/**
 * enum mbim_dss_direction - bits of mbim_dss_service.directions, the
 *	DssPayload of MBIM 1.0, 10.5.36
 * @MBIM_DSS_DIR_OUT: host to modem: it can be written
 * @MBIM_DSS_DIR_IN: modem to host: it can be read
 */
enum mbim_dss_direction {
	MBIM_DSS_DIR_OUT	= 1 << 0,
	MBIM_DSS_DIR_IN		= 1 << 1,
};

/**
 * struct mbim_dss_service - one device service, an element of SERVICES
 * @uuid: the service's UUID
 * @directions: bits of &enum mbim_dss_direction; 0: no data session
 * @max_instances: sessions that it can have open (MaxDssInstances); 0: no limit
 *	but the modem's
 * @open_sessions: sessions bound to it, those being opened or closed included
 * @cid_count: valid elements of @cids
 * @cids: its command ids
 * @name: what the agent calls it, a C string, "" when it is not known
 */
struct mbim_dss_service {
	__u8  uuid[MBIM_DSS_UUID_SIZE];
	__u32 directions;
	__u32 max_instances;
	__u32 open_sessions;
	__u32 cid_count;
	__u32 cids[MBIM_DSS_MAX_CIDS];
	__u8  name[32];
};

/**
 * enum mbim_dss_session_state - mbim_dss_session.state
 * @MBIM_DSS_SESSION_OPENING: the modem has been asked for it
 * @MBIM_DSS_SESSION_OPEN: open; it has a node
 * @MBIM_DSS_SESSION_CLOSING: being closed; its id is not free yet
 * @MBIM_DSS_SESSION_CLOSED: ended by a close (seen through a node still open)
 * @MBIM_DSS_SESSION_GONE: ended, its modem is gone (likewise)
 */
enum mbim_dss_session_state {
	MBIM_DSS_SESSION_OPENING	= 1,
	MBIM_DSS_SESSION_OPEN		= 2,
	MBIM_DSS_SESSION_CLOSING	= 3,
	MBIM_DSS_SESSION_CLOSED		= 4,
	MBIM_DSS_SESSION_GONE		= 5,
};

/**
 * struct mbim_dss_session - one session: an element of SESSIONS, and what
 *	%MBIM_DSS_IOC_INFO fills
 * @size: in for INFO, sizeof(struct mbim_dss_session); out in SESSIONS
 * @flags: in for INFO, 0; out, the MBIM_DSS_OPEN_* flags it was opened with
 * @modem: out, its modem
 * @session: out, its id, 0 to 255
 * @service: out, UUID of the service it is bound to
 * @state: out, one of &enum mbim_dss_session_state
 * @directions: out, bits of &enum mbim_dss_direction
 * @uid: out, user who opened it, as seen by the caller
 * @gid: out, group who opened it
 * @max_datagram: out, bytes of the largest datagram it takes
 * @mode: out, one of &enum mbim_dss_mode, of the file asked; 0 in SESSIONS
 * @rx_queued: out, bytes received that wait to be read
 * @rx_limit: out, bytes that may wait, see %MBIM_DSS_IOC_LIMITS
 * @tx_queued: out, bytes of buffers written that wait or are under way
 * @tx_limit: out, bytes that may be so
 * @rx_datagrams: out, datagrams received
 * @rx_bytes: out, bytes of them
 * @rx_lost: out, datagrams that were lost: the receive queue was full, or
 *	there was no memory
 * @rx_backlog: out, transfers from the modem that were lost while the session was
 *	open, as their numbers are missing: they failed, or the kernel took them
 *	back when the netdev went up or down. What was in them is not known: data of
 *	this session, of others, IP
 * @tx_datagrams: out, datagrams accepted
 * @tx_bytes: out, bytes of them
 * @tx_errors: out, datagrams that ended with an error
 *
 * INFO acknowledges losses: POLLPRI for them is off until the next.
 */
struct mbim_dss_session {
	__u32 size;
	__u32 flags;
	__u32 modem;
	__u32 session;
	__u8  service[MBIM_DSS_UUID_SIZE];
	__u32 state;
	__u32 directions;
	__u32 uid;
	__u32 gid;
	__u32 max_datagram;
	__u32 mode;
	__u32 rx_queued;
	__u32 rx_limit;
	__u32 tx_queued;
	__u32 tx_limit;
	__u64 rx_datagrams;
	__u64 rx_bytes;
	__u64 rx_lost;
	__u64 rx_backlog;
	__u64 tx_datagrams;
	__u64 tx_bytes;
	__u64 tx_errors;
};

/**
 * enum mbim_dss_open_flag - bits of mbim_dss_open.flags
 * @MBIM_DSS_OPEN_PERSIST: the session stays when the handle is closed
 * @MBIM_DSS_OPEN_ATTACH: somebody else has connected, and will disconnect, the
 *	session on the modem: the agent is not asked, services and limits are not
 *	checked. Needs CAP_NET_ADMIN (EACCES) and a session id
 */
enum mbim_dss_open_flag {
	MBIM_DSS_OPEN_PERSIST	= 1 << 0,
	MBIM_DSS_OPEN_ATTACH	= 1 << 1,
};

/**
 * struct mbim_dss_open - open a session (%MBIM_DSS_IOC_OPEN)
 * @size: in, sizeof(struct mbim_dss_open)
 * @flags: in, bits of &enum mbim_dss_open_flag
 * @modem: in, the modem
 * @session: in, 0 to 255, or %MBIM_DSS_SESSION_ANY; out, the id chosen
 * @service: in, the service's UUID
 * @user_data: in, comes back in the completion
 * @request_id: out, of this request; never 0, never used again on this file
 *
 * Refused at once with ENODEV, EAGAIN (services not known yet), ENOENT,
 * EOPNOTSUPP, EUSERS, EBUSY, EACCES, ECONNREFUSED, ENOBUFS or EIO; otherwise a
 * completion follows.
 */
struct mbim_dss_open {
	__u32 size;
	__u32 flags;
	__u32 modem;
	__u32 session;
	__u8  service[MBIM_DSS_UUID_SIZE];
	__u64 user_data;
	__u64 request_id;
};

/**
 * struct mbim_dss_close - close a session (%MBIM_DSS_IOC_CLOSE)
 * @size: in, sizeof(struct mbim_dss_close)
 * @flags: in, 0
 * @modem: in, the modem
 * @session: in, 0 to 255
 * @user_data: in, comes back in the completion
 * @request_id: out, of this request
 *
 * The session must be one of this handle's, or have been opened by the caller's
 * user, or the caller must have CAP_NET_ADMIN: EACCES otherwise. ENOTCONN when
 * it is not open. What has been written is still sent if the modem takes it
 * within a second; the rest ends with ECANCELED.
 */
struct mbim_dss_close {
	__u32 size;
	__u32 flags;
	__u32 modem;
	__u32 session;
	__u64 user_data;
	__u64 request_id;
};

/**
 * struct mbim_dss_cancel - cancel a request of this file (%MBIM_DSS_IOC_CANCEL)
 * @size: in, sizeof(struct mbim_dss_cancel)
 * @flags: in, 0
 * @request_id: in, the request
 *
 * 0: its completion says ECANCELED. ENOENT: there is no such request, or it has
 * ended. EALREADY: a write that is on the wire already; its completion
 * will say how it ended. A close cannot be cancelled: EALREADY.
 */
struct mbim_dss_cancel {
	__u32 size;
	__u32 flags;
	__u64 request_id;
};

/**
 * enum mbim_dss_request_type - mbim_dss_completion.type
 * @MBIM_DSS_REQUEST_OPEN: an %MBIM_DSS_IOC_OPEN
 * @MBIM_DSS_REQUEST_CLOSE: an %MBIM_DSS_IOC_CLOSE
 * @MBIM_DSS_REQUEST_WRITE: datagrams of an %MBIM_DSS_IOC_SEND
 */
enum mbim_dss_request_type {
	MBIM_DSS_REQUEST_OPEN	= 1,
	MBIM_DSS_REQUEST_CLOSE	= 2,
	MBIM_DSS_REQUEST_WRITE	= 3,
};

/**
 * struct mbim_dss_completion - the end of a request, or of a run of requests
 *	with consecutive ids that ended alike
 * @size: bytes of this record. read(2) on a handle gives whole records, one
 *	after the other; a buffer smaller than one is EINVAL
 * @type: one of &enum mbim_dss_request_type
 * @request_id: id of the (first) request
 * @user_data: of the (first) request
 * @count: requests in the run: ids @request_id to @request_id + @count - 1; 1 for
 *	open and close
 * @user_step: request @request_id + i had the user data @user_data + i *
 *	@user_step; 0 or 1
 * @error: 0, or an errno (positive)
 * @mbim_status: open and close: the status that the modem answered (MBIM 1.0,
 *	9.4.5), 0 when it was not asked
 * @modem: the modem
 * @session: the session id
 * @bytes: bytes that the USB transfer took to the modem, all of the run
 * @time_ns: when it ended, CLOCK_MONOTONIC, nanoseconds
 */
struct mbim_dss_completion {
	__u32 size;
	__u32 type;
	__u64 request_id;
	__u64 user_data;
	__u32 count;
	__u32 user_step;
	__u32 error;
	__u32 mbim_status;
	__u32 modem;
	__u32 session;
	__u64 bytes;
	__u64 time_ns;
};

/**
 * enum mbim_dss_mode - how read(2) and write(2) on one open node see datagrams
 * @MBIM_DSS_MODE_STREAM: bytes: a write of any size is cut into datagrams of the
 *	largest size, a read returns what has arrived and keeps the rest. The
 *	mode of a file just opened
 * @MBIM_DSS_MODE_MESSAGE: one write is one datagram and one read is one. A
 *	buffer that is too small is EMSGSIZE and loses nothing
 */
enum mbim_dss_mode {
	MBIM_DSS_MODE_STREAM	= 1,
	MBIM_DSS_MODE_MESSAGE	= 2,
};

/**
 * struct mbim_dss_set_mode - set the mode of this file (%MBIM_DSS_IOC_MODE)
 * @size: in, sizeof(struct mbim_dss_set_mode)
 * @flags: in, 0
 * @mode: in, one of &enum mbim_dss_mode
 * @reserved: 0
 */
struct mbim_dss_set_mode {
	__u32 size;
	__u32 flags;
	__u32 mode;
	__u32 reserved;
};

/**
 * enum mbim_dss_datagram_flag - bits of mbim_dss_datagram.flags, set by RECV
 * @MBIM_DSS_DATAGRAM_LOST: @lost datagrams are missing before this one
 * @MBIM_DSS_DATAGRAM_BACKLOG: transfers from this modem were lost at this place, see
 *	&struct mbim_dss_session.rx_backlog; some data may have been for this session
 * @MBIM_DSS_DATAGRAM_REST: the beginning was taken by a read in stream mode
 */
enum mbim_dss_datagram_flag {
	MBIM_DSS_DATAGRAM_LOST		= 1 << 0,
	MBIM_DSS_DATAGRAM_BACKLOG	= 1 << 1,
	MBIM_DSS_DATAGRAM_REST		= 1 << 2,
};

/**
 * struct mbim_dss_datagram - one datagram of a batch
 * @buf: in, address of its bytes
 * @user_data: SEND: in, comes back in the completion
 * @len: SEND: in, its bytes, 1 to max_datagram. RECV: in, room at @buf; out,
 *	bytes of the datagram
 * @flags: SEND: in, 0. RECV: out, bits of &enum mbim_dss_datagram_flag
 * @lost: SEND: in, 0. RECV: out, datagrams missing before this one
 * @reserved: 0
 */
struct mbim_dss_datagram {
	__u64 buf;
	__u64 user_data;
	__u32 len;
	__u32 flags;
	__u32 lost;
	__u32 reserved;
};

/**
 * enum mbim_dss_batch_flag - bits of mbim_dss_batch.flags
 * @MBIM_DSS_BATCH_NOWAIT: this call does not block, as if O_NONBLOCK were set
 */
enum mbim_dss_batch_flag {
	MBIM_DSS_BATCH_NOWAIT	= 1 << 0,
};

/**
 * struct mbim_dss_batch - move many datagrams or completions (SEND, RECV, REAP)
 * @size: in, sizeof(struct mbim_dss_batch)
 * @flags: in, bits of &enum mbim_dss_batch_flag
 * @entries: in, address of an array: &struct mbim_dss_datagram for SEND and
 *	RECV, &struct mbim_dss_completion for REAP
 * @count: in, elements of the array, 1 to %MBIM_DSS_BATCH_MAX
 * @done: out, elements that were dealt with, from the first on
 * @error: out, 0, or the errno (positive) of element @done, which stopped the batch
 * @reserved: 0
 * @request_id: SEND: out, id of the first datagram; those after it have
 *	consecutive ids
 *
 * The call succeeds when at least one element was dealt with. When it fails,
 * none was, and @error says the same as errno. An element that was not dealt
 * with was neither sent nor consumed.
 *
 * SEND waits until the first datagram is accepted, and goes on while the session's
 * bound allows; with a blocking file until all are. EMSGSIZE, EINVAL (length 0,
 * reserved not 0), ENOTCONN, ENODEV, EOPNOTSUPP, EAGAIN, ENOBUFS (REAP first), EIO.
 * RECV waits for the first datagram, not for more. After the end of the session
 * and of the data: @done is 0 and the call succeeds (closed), or ENODEV.
 * REAP waits for the first completion, not for more. With no request under
 * way it does not wait: EAGAIN.
 */
struct mbim_dss_batch {
	__u32 size;
	__u32 flags;
	__u64 entries;
	__u32 count;
	__u32 done;
	__u32 error;
	__u32 reserved;
	__u64 request_id;
};

/**
 * enum mbim_dss_limits_flag - bits of mbim_dss_limits.flags
 * @MBIM_DSS_LIMITS_SET_RX: set @rx_limit
 * @MBIM_DSS_LIMITS_SET_TX: set @tx_limit
 * @MBIM_DSS_LIMITS_SET_TIMEOUT: set @tx_timeout_ms
 */
enum mbim_dss_limits_flag {
	MBIM_DSS_LIMITS_SET_RX		= 1 << 0,
	MBIM_DSS_LIMITS_SET_TX		= 1 << 1,
	MBIM_DSS_LIMITS_SET_TIMEOUT	= 1 << 2,
};

/** Range of mbim_dss_limits.rx_limit and .tx_limit, bytes. */
#define MBIM_DSS_LIMIT_MIN	4096u
#define MBIM_DSS_LIMIT_MAX	(16u << 20)
/** Range of mbim_dss_limits.tx_timeout_ms, milliseconds. */
#define MBIM_DSS_TIMEOUT_MIN	100u
#define MBIM_DSS_TIMEOUT_MAX	3600000u

/**
 * struct mbim_dss_limits - get and set the bounds of a session (%MBIM_DSS_IOC_LIMITS)
 * @size: in, sizeof(struct mbim_dss_limits)
 * @flags: in, what to set; 0 only gets
 * @rx_limit: bytes of memory for received data, %MBIM_DSS_LIMIT_MIN to
 *	%MBIM_DSS_LIMIT_MAX. When they are used up, the newest datagram is dropped and
 *	counted, and its place flagged
 * @tx_limit: bytes of NTB buffers for data written, same range; at least two NTBs
 *	are always allowed. When they are used up, writers wait
 * @tx_timeout_ms: when the modem has taken nothing at all for this many milliseconds,
 *	what has been written and not been taken for as long ends with ETIMEDOUT, in
 *	flight or not; a modem that is slow takes its time. %MBIM_DSS_TIMEOUT_MIN to
 *	%MBIM_DSS_TIMEOUT_MAX
 * @reserved: 0
 *
 * All three are of the session, and come back as they are after the call. A value out of
 * its range is EINVAL, and nothing is set.
 */
struct mbim_dss_limits {
	__u32 size;
	__u32 flags;
	__u32 rx_limit;
	__u32 tx_limit;
	__u32 tx_timeout_ms;
	__u32 reserved;
};

#define MBIM_DSS_IOC_MAGIC	0xD5

/* On /dev/mbim/control */
#define MBIM_DSS_IOC_HELLO	_IO(MBIM_DSS_IOC_MAGIC, 0x00)
#define MBIM_DSS_IOC_MODEMS	_IO(MBIM_DSS_IOC_MAGIC, 0x01)
#define MBIM_DSS_IOC_SERVICES	_IO(MBIM_DSS_IOC_MAGIC, 0x02)
#define MBIM_DSS_IOC_SESSIONS	_IO(MBIM_DSS_IOC_MAGIC, 0x03)
#define MBIM_DSS_IOC_OPEN	_IO(MBIM_DSS_IOC_MAGIC, 0x04)
#define MBIM_DSS_IOC_CLOSE	_IO(MBIM_DSS_IOC_MAGIC, 0x05)
/* On both */
#define MBIM_DSS_IOC_CANCEL	_IO(MBIM_DSS_IOC_MAGIC, 0x10)
/* On /dev/mbim/dss<M>s<S>; FIONREAD too: bytes that a read would give */
#define MBIM_DSS_IOC_INFO	_IO(MBIM_DSS_IOC_MAGIC, 0x20)
#define MBIM_DSS_IOC_MODE	_IO(MBIM_DSS_IOC_MAGIC, 0x21)
#define MBIM_DSS_IOC_LIMITS	_IO(MBIM_DSS_IOC_MAGIC, 0x22)
#define MBIM_DSS_IOC_SEND	_IO(MBIM_DSS_IOC_MAGIC, 0x23)
#define MBIM_DSS_IOC_RECV	_IO(MBIM_DSS_IOC_MAGIC, 0x24)
#define MBIM_DSS_IOC_REAP	_IO(MBIM_DSS_IOC_MAGIC, 0x25)

#endif /* _UAPI_LINUX_MBIM_DSS_H */
