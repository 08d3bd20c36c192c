/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libwwandss: MBIM device service sessions for C programs.
 *
 * A handle is a connection to the mbim_dss driver and, through it, to the agent that
 * talks to the modems. On a handle a program lists modems and their device
 * services, opens and closes data sessions, and hears what changes. A session object
 * stands for an open session: datagrams are written to it and read from it, and each write
 * ends with exactly one completion.
 *
 * Return values
 *	Every function that returns int gives 0 or a positive errno value, as
 *	pthread functions do; errno itself means nothing. wwan_strerror() has words for
 *	them. The library prints nothing, starts no thread and changes no signal. Errors that
 *	any function may give and that are not listed again:
 *	EINVAL		a pointer that must not be NULL is, a reserved argument
 *			is not NULL, or an unknown bit is set in flags
 *	ENOMEM		no memory
 *	ENODEV		the modem is gone, or there is none with that number
 *	EINTR		a signal handler ran while the function waited
 *
 * Waiting
 *	timeout_ms is the longest time to wait, in milliseconds: 0 does not wait, a
 *	negative one waits for ever. Running out of time is ETIMEDOUT.
 *
 * Threads
 *	A handle, wwan_dispatch() on it included, is for one thread at a time.
 *	Different handles are independent. Of one session, one thread may read, another
 *	write and a third reap at the same time, and beside the thread that
 *	uses the handle; freeing it, setting its callbacks, and closing the handle need all
 *	others to be done with it.
 *
 * Callbacks
 *	Callbacks run in wwan_dispatch() only, in the thread that called it. In a
 *	callback everything may be called but wwan_close_handle(), wwan_dispatch() and
 *	wwan_register_notification(), which give EDEADLK. A session may be freed in
 *	its own callback.
 *
 * Records (struct wwan_interface and so on) are laid out as the kernel's, in
 * <linux/mbim_dss.h>, where limits and units are explained in full.
 */
#ifndef WWANDSS_H
#define WWANDSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The newest version of the interface that this library speaks. */
#define WWAN_VERSION		1

/** Bytes of a service UUID, in network order. */
#define WWAN_UUID_SIZE		16
/** Characters of a UUID as text, with the terminating NUL. */
#define WWAN_UUID_STRING_SIZE	37
/** Most CIDs in a struct wwan_service. */
#define WWAN_MAX_CIDS		64
/** Most elements in one call of a batch function. More is EINVAL. */
#define WWAN_BATCH_MAX		1024
/** Most requests of a handle, or of a session object, that have not been told or reaped. */
#define WWAN_REQUESTS_MAX	16384
/** As a session id: the lowest free one. */
#define WWAN_SESSION_ANY	0xffffffffu
/** As a modem, where it says so: all of them. */
#define WWAN_MODEM_ANY		0xffffffffu

/** A connection to the driver. Made by wwan_open_handle(). */
struct wwan_handle;
/** An open node of a session. Belongs to the handle it was made with. */
struct wwan_session;

/*
 * Handles
 */

/**
 * wwan_open_handle() - connect to the driver
 * @version: newest version that the caller supports, WWAN_VERSION as a rule
 * @reserved: NULL
 * @negotiated: out, the version both sides use; may be NULL
 * @handle: out, the handle; give it to wwan_close_handle()
 *
 * Returns: 0; EPROTONOSUPPORT: no common version (@version 0); ENXIO: the driver is not
 * loaded; EACCES: the caller may not open /dev/mbim/control; EMFILE, ENFILE.
 */
int wwan_open_handle(uint32_t version, void *reserved, uint32_t *negotiated,
		     struct wwan_handle **handle);

/**
 * wwan_close_handle() - end a connection
 * @handle: the handle; not to be used again
 * @reserved: NULL
 *
 * Closes the sessions that were opened on the handle without WWAN_OPEN_PERSIST, frees
 * all session objects of the handle, undoes the notification registration, and discards
 * what has not been dispatched.
 *
 * Returns: 0; EDEADLK: called from a callback of this handle.
 */
int wwan_close_handle(struct wwan_handle *handle, void *reserved);

/** Bits of wwan_get_features(): what the driver can do. */
enum wwan_feature {
	/** WWAN_OPEN_ATTACH works. */
	WWAN_FEATURE_ATTACH	= 1 << 0,
	/** WWAN_OPEN_PERSIST works. */
	WWAN_FEATURE_PERSIST	= 1 << 1,
	/** io_uring and libaio writes on the file end with the USB transfer. */
	WWAN_FEATURE_AIO	= 1 << 2,
	/** Sessions receive while the network device is down. */
	WWAN_FEATURE_RX_DOWN	= 1 << 3,
};

/**
 * wwan_get_features() - what the driver can do
 * @handle: the handle
 * @features: out, bits of enum wwan_feature
 */
int wwan_get_features(struct wwan_handle *handle, uint64_t *features);

/**
 * wwan_get_fd() - the file descriptor that says when to dispatch
 * @handle: the handle
 * @fd: out, a descriptor that polls readable when wwan_dispatch() has something to do:
 *	completions, notifications, or events of sessions with callbacks
 *
 * The descriptor belongs to the handle. Only poll it: with poll(2), in an epoll set or a
 * main loop.
 */
int wwan_get_fd(struct wwan_handle *handle, int *fd);

/**
 * wwan_dispatch() - run the callbacks that are due
 * @handle: the handle
 * @timeout_ms: longest time to wait for the first
 *
 * A call does a bounded amount of work; more may be due when it returns.
 *
 * Returns: 0; ETIMEDOUT: there was nothing to do; EDEADLK: called from a callback of
 * this handle; the errno of reading from the driver.
 */
int wwan_dispatch(struct wwan_handle *handle, int timeout_ms);

/**
 * wwan_free_memory() - free what the library allocated
 * @memory: a list of an enumerate function, or NULL
 */
void wwan_free_memory(void *memory);

/*
 * Modems and services
 */

/** Bits of wwan_interface.flags. */
enum wwan_interface_flag {
	/** The agent has told the modem's services and limits. */
	WWAN_INTERFACE_PROBED	= 1 << 0,
	/** The network device is up. */
	WWAN_INTERFACE_UP	= 1 << 1,
};

/** One modem. */
struct wwan_interface {
	/** Its number, 0 to 15: "dss<M>". */
	uint32_t modem;
	/** Bits of enum wwan_interface_flag. */
	uint32_t flags;
	/** Index of its network device, in that device's namespace. */
	uint32_t ifindex;
	/** DSS sessions it can have open; 0: none at all, or not probed yet. */
	uint32_t max_sessions;
	/** DSS sessions in use. */
	uint32_t open_sessions;
	/** Bytes of the largest datagram it takes. */
	uint32_t max_datagram;
	/** Bytes of the largest control message; 0 until probed. */
	uint32_t max_command;
	uint32_t reserved;
	/** Name of its network device. */
	char ifname[16];
	/** Name of its USB control interface in sysfs, such as "1-2:1.0". */
	char device[32];
};

/** What wwan_enumerate_interfaces() gives. */
struct wwan_interface_list {
	uint32_t count;
	uint32_t reserved;
	struct wwan_interface items[];
};

/**
 * wwan_enumerate_interfaces() - list the modems
 * @handle: the handle
 * @reserved: NULL
 * @list: out, for wwan_free_memory(). No modem is an empty list, not an error
 */
int wwan_enumerate_interfaces(struct wwan_handle *handle, void *reserved,
			      struct wwan_interface_list **list);

/** Bits of wwan_service.directions. */
enum wwan_direction {
	/** Host to modem: it can be written. */
	WWAN_DIRECTION_OUT	= 1 << 0,
	/** Modem to host: it can be read. */
	WWAN_DIRECTION_IN	= 1 << 1,
};

/** One device service of a modem. */
struct wwan_service {
	uint8_t uuid[WWAN_UUID_SIZE];
	/** Bits of enum wwan_direction; 0: the service has no data session. */
	uint32_t directions;
	/** Sessions it can have open; 0: no limit but the modem's. */
	uint32_t max_instances;
	/** Sessions bound to it now. */
	uint32_t open_sessions;
	/** Valid elements of cids. */
	uint32_t cid_count;
	/** Its command ids. */
	uint32_t cids[WWAN_MAX_CIDS];
	/** What the agent calls it; "" when it is not known. */
	char name[32];
};

/** What wwan_enumerate_device_services() gives. */
struct wwan_service_list {
	uint32_t count;
	uint32_t reserved;
	struct wwan_service items[];
};

/**
 * wwan_enumerate_device_services() - list the services of a modem
 * @handle: the handle
 * @modem: the modem
 * @reserved: NULL
 * @list: out, for wwan_free_memory(). No service is an empty list, not an error
 *
 * Returns: 0; EAGAIN: the agent has not told them yet (WWAN_EVENT_MODEM_PROBED says
 * when).
 */
int wwan_enumerate_device_services(struct wwan_handle *handle, uint32_t modem, void *reserved,
				   struct wwan_service_list **list);

/**
 * wwan_find_device_service() - look a service up by name or UUID
 * @handle: the handle
 * @modem: the modem
 * @name: name, compared without regard to case, or UUID as text
 * @service: out, a copy
 *
 * Returns: 0; ENOENT: the modem has no such service; EAGAIN: as above.
 */
int wwan_find_device_service(struct wwan_handle *handle, uint32_t modem, const char *name,
			     struct wwan_service *service);

/**
 * wwan_get_max_data_size() - bytes of the largest datagram that a modem takes
 * @handle: the handle
 * @modem: the modem
 * @bytes: out; a datagram of exactly so many is legal
 */
int wwan_get_max_data_size(struct wwan_handle *handle, uint32_t modem, uint32_t *bytes);

/**
 * wwan_get_max_command_size() - bytes of the largest control message of a modem
 * @handle: the handle
 * @modem: the modem
 * @bytes: out
 *
 * Returns: 0; EAGAIN: the agent has not told it yet.
 */
int wwan_get_max_command_size(struct wwan_handle *handle, uint32_t modem, uint32_t *bytes);

/**
 * wwan_parse_uuid() - read a UUID
 * @text: "6d62696d-2d73-696d-0001-000000000001", in either case
 * @uuid: out
 *
 * Returns: 0; EINVAL: @text is no UUID.
 */
int wwan_parse_uuid(const char *text, uint8_t uuid[WWAN_UUID_SIZE]);

/**
 * wwan_format_uuid() - write a UUID
 * @uuid: the UUID
 * @text: out, in lower case
 *
 * Returns: @text.
 */
char *wwan_format_uuid(const uint8_t uuid[WWAN_UUID_SIZE], char text[WWAN_UUID_STRING_SIZE]);

/*
 * Opening and closing data sessions
 */

/** What kind of request a completion ends. */
enum wwan_request_type {
	WWAN_REQUEST_OPEN	= 1,
	WWAN_REQUEST_CLOSE	= 2,
	WWAN_REQUEST_WRITE	= 3,
};

/** The end of a request, or of a run of writes with consecutive ids that ended alike. */
struct wwan_completion {
	/** Bytes of this record. */
	uint32_t size;
	/** One of enum wwan_request_type. */
	uint32_t type;
	/** Id of the (first) request. */
	uint64_t request_id;
	/** Writes: user data of the first. The library's own for open and close. */
	uint64_t user_data;
	/** Requests in the run; 1 for open and close. */
	uint32_t count;
	/** Write i of the run had the user data user_data + i * user_step. */
	uint32_t user_step;
	/** 0 or an errno value; see wwan_completion_strerror(). */
	uint32_t error;
	/** Open and close: the modem's answer; see wwan_mbim_status_string(). */
	uint32_t mbim_status;
	uint32_t modem;
	uint32_t session;
	/** Bytes that went to the modem, all of the run. */
	uint64_t bytes;
	/** When it ended: CLOCK_MONOTONIC, nanoseconds. */
	uint64_t time_ns;
};

/** Bits of wwan_open_args.flags. */
enum wwan_open_flag {
	/** The session stays when the handle is closed. */
	WWAN_OPEN_PERSIST	= 1 << 0,
	/**
	 * Somebody else has connected the session on the modem: nothing is asked of it.
	 * Needs CAP_NET_ADMIN and a session id.
	 */
	WWAN_OPEN_ATTACH	= 1 << 1,
};

/** Which session to open. */
struct wwan_open_args {
	/** The modem. */
	uint32_t modem;
	/** Session id, 0 to 255, or WWAN_SESSION_ANY. */
	uint32_t session;
	/** Bits of enum wwan_open_flag. */
	uint32_t flags;
	/** 0. */
	uint32_t reserved;
	/** The service. */
	uint8_t service[WWAN_UUID_SIZE];
};

/**
 * wwan_open_fn - an open has ended
 * @handle: the handle
 * @completion: how; valid during the call
 * @session: the session, now the caller's to free with wwan_session_free(); NULL when
 *	@completion->error is not 0
 * @context: as given to wwan_open_data_session()
 */
typedef void (*wwan_open_fn)(struct wwan_handle *handle,
			     const struct wwan_completion *completion,
			     struct wwan_session *session, void *context);

/**
 * wwan_close_fn - a close has ended
 * @handle: the handle
 * @completion: how; valid during the call
 * @context: as given to wwan_close_data_session()
 */
typedef void (*wwan_close_fn)(struct wwan_handle *handle,
			      const struct wwan_completion *completion, void *context);

/**
 * wwan_open_data_session() - ask for a session, do not wait
 * @handle: the handle
 * @args: which
 * @done: called once when it has ended, if the handle lives so long
 * @context: for @done
 * @request_id: out, names the request in the completion; may be NULL
 *
 * When it has ended well, the library has opened the session's node and set it to
 * message mode.
 *
 * Returns: 0: @done will be called. Otherwise nothing was asked: EAGAIN: services
 * not known yet; ENOENT: no such service; EOPNOTSUPP: it has no data session; EUSERS:
 * the modem or the service has no session left; EBUSY: the id is taken, or the network
 * device is in somebody's way; EACCES: the service is a native one, or a capability is
 * missing; ECONNREFUSED: no agent; ENOBUFS: too many requests not dispatched; EIO: the
 * modem sleeps and cannot be woken. The completion may say besides: EACCES, EUSERS,
 * EREMOTEIO (see its mbim_status), ETIMEDOUT, ECONNRESET, ECANCELED.
 */
int wwan_open_data_session(struct wwan_handle *handle, const struct wwan_open_args *args,
			   wwan_open_fn done, void *context, uint64_t *request_id);

/**
 * wwan_open_data_session_wait() - open a session and wait until it is
 * @handle: the handle
 * @args: which
 * @timeout_ms: longest time to wait
 * @completion: out, when the request was made (its request_id is not 0); if it has not
 *	ended, its size is 0. May be NULL
 * @session: out, the session, for wwan_session_free()
 *
 * Completions of other requests stay for wwan_dispatch(). When time runs out the request
 * is cancelled; a session that opens nevertheless is closed.
 *
 * Returns: as wwan_open_data_session() and its completion.
 */
int wwan_open_data_session_wait(struct wwan_handle *handle, const struct wwan_open_args *args,
				int timeout_ms, struct wwan_completion *completion,
				struct wwan_session **session);

/**
 * wwan_close_data_session() - close a session, do not wait
 * @handle: the handle
 * @modem: the modem
 * @session: the session's id, 0 to 255
 * @done: called once when it has ended, if the handle lives so long; may be NULL
 * @context: for @done
 * @request_id: out; may be NULL
 *
 * The session must be this handle's or this user's, or the caller has CAP_NET_ADMIN.
 * What was written is still sent if the modem takes it within a second; the rest ends
 * with ECANCELED. Session objects of it stay, see wwan_session_read().
 *
 * Returns: 0: the request was made; ENOTCONN: it is not open; EACCES: it is somebody
 * else's; ECONNREFUSED: no agent.
 */
int wwan_close_data_session(struct wwan_handle *handle, uint32_t modem, uint32_t session,
			    wwan_close_fn done, void *context, uint64_t *request_id);

/**
 * wwan_close_data_session_wait() - close a session and wait until it is
 * @handle: the handle
 * @modem: the modem
 * @session: the session's id
 * @timeout_ms: longest time to wait. A close cannot be withdrawn: after ETIMEDOUT it
 *	still goes on
 * @completion: out, as for wwan_open_data_session_wait(); may be NULL
 */
int wwan_close_data_session_wait(struct wwan_handle *handle, uint32_t modem, uint32_t session,
				 int timeout_ms, struct wwan_completion *completion);

/**
 * wwan_cancel_request() - cancel an open
 * @handle: the handle
 * @request_id: the request
 *
 * Returns: 0: its completion will say ECANCELED; ENOENT: there is no such request or
 * it has ended; EALREADY: it is a close.
 */
int wwan_cancel_request(struct wwan_handle *handle, uint64_t request_id);

/** wwan_session_info.state */
enum wwan_session_state {
	WWAN_SESSION_OPENING	= 1,
	WWAN_SESSION_OPEN	= 2,
	WWAN_SESSION_CLOSING	= 3,
	/** Ended by a close. */
	WWAN_SESSION_CLOSED	= 4,
	/** Ended, its modem is gone. */
	WWAN_SESSION_GONE	= 5,
};

/** How read(2) and write(2) on the file of a session see datagrams. */
enum wwan_session_mode {
	/** A byte stream. */
	WWAN_MODE_STREAM	= 1,
	/** A call a datagram. The library's default. */
	WWAN_MODE_MESSAGE	= 2,
};

/** One session: what it is, its bounds and its counters since it was opened. */
struct wwan_session_info {
	uint32_t size;
	/** Bits of enum wwan_open_flag. */
	uint32_t flags;
	uint32_t modem;
	uint32_t session;
	/** UUID of its service. */
	uint8_t service[WWAN_UUID_SIZE];
	/** One of enum wwan_session_state. */
	uint32_t state;
	/** Bits of enum wwan_direction. */
	uint32_t directions;
	/** Who opened it. */
	uint32_t uid;
	uint32_t gid;
	/** Bytes of the largest datagram it takes. */
	uint32_t max_datagram;
	/** Of the session object: one of enum wwan_session_mode. 0 in a list. */
	uint32_t mode;
	/** Bytes received that wait to be read, and how many may. */
	uint32_t rx_queued;
	uint32_t rx_limit;
	/** Bytes of buffers written that wait or are under way, and how many may. */
	uint32_t tx_queued;
	uint32_t tx_limit;
	uint64_t rx_datagrams;
	uint64_t rx_bytes;
	/** Datagrams lost: the receive queue was full or there was no memory. */
	uint64_t rx_lost;
	/** Transfers from the modem that were lost, whatever was in them. */
	uint64_t rx_backlog;
	uint64_t tx_datagrams;
	uint64_t tx_bytes;
	/** Datagrams that ended with an error. */
	uint64_t tx_errors;
};

/** What wwan_enumerate_data_sessions() gives. */
struct wwan_session_list {
	uint32_t count;
	uint32_t reserved;
	struct wwan_session_info items[];
};

/**
 * wwan_enumerate_data_sessions() - list sessions, whoever opened them
 * @handle: the handle
 * @modem: the modem, or WWAN_MODEM_ANY
 * @reserved: NULL
 * @list: out, for wwan_free_memory()
 */
int wwan_enumerate_data_sessions(struct wwan_handle *handle, uint32_t modem, void *reserved,
				 struct wwan_session_list **list);

/**
 * wwan_is_data_session_open() - whether a session is open
 * @handle: the handle
 * @modem: the modem
 * @session: the session's id; over 255 is EINVAL
 * @is_open: out, whether it is open; not while it is still being opened or closed
 */
int wwan_is_data_session_open(struct wwan_handle *handle, uint32_t modem, uint32_t session,
			      bool *is_open);

/*
 * Sessions
 */

/**
 * wwan_join_data_session() - use a session that is open already
 * @handle: the handle
 * @modem: the modem
 * @id: the session's id; over 255 is EINVAL
 * @session: out, for wwan_session_free()
 *
 * The session stays open when the handle is closed. What is received goes to whoever
 * reads first.
 *
 * A node that the caller may read only, or write only, is opened for that. The functions
 * for the other direction then give EACCES; calls on the file itself EBADF, and it does not
 * poll for that direction.
 *
 * Returns: 0; ENOTCONN: it is not open; EACCES: the caller may neither read nor write its
 * node; EOPNOTSUPP: he may do one of both, but the service has no data in that direction;
 * EEXIST: in the node's place there is a file that is none, to be removed.
 */
int wwan_join_data_session(struct wwan_handle *handle, uint32_t modem, uint32_t id,
			   struct wwan_session **session);

/**
 * wwan_session_free() - close the node and free the object
 * @session: the session, or NULL
 *
 * The session itself stays open, see wwan_close_data_session(). Completions that have not
 * been reaped are discarded; datagrams that were written are sent all the same.
 */
void wwan_session_free(struct wwan_session *session);

/** The modem of a session. */
uint32_t wwan_session_get_modem(const struct wwan_session *session);

/** The id of a session, 0 to 255. */
uint32_t wwan_session_get_id(const struct wwan_session *session);

/** Bytes of the largest datagram that a session takes. */
uint32_t wwan_session_get_max_data_size(const struct wwan_session *session);

/**
 * wwan_session_get_fd() - the file descriptor of the node
 * @session: the session
 *
 * For poll(2), read(2), write(2), fsync(2), io_uring. It belongs to the session object and
 * blocks. O_NONBLOCK may be set: the functions of the library wait all the same. Leave the
 * batch ioctls of <linux/mbim_dss.h> on it to the library.
 */
int wwan_session_get_fd(const struct wwan_session *session);

/**
 * wwan_session_get_info() - what a session is, its bounds and counters
 * @session: the session
 * @info: out
 *
 * Acknowledges losses: the file does not poll POLLPRI for those up to now any more.
 */
int wwan_session_get_info(struct wwan_session *session, struct wwan_session_info *info);

/**
 * wwan_session_set_mode() - how read(2) and write(2) on the file see datagrams
 * @session: the session
 * @mode: one of enum wwan_session_mode; anything else is EINVAL
 *
 * The functions of the library move datagrams in either mode.
 */
int wwan_session_set_mode(struct wwan_session *session, uint32_t mode);

/** Bits of wwan_limits.flags: what to set. */
enum wwan_limits_flag {
	WWAN_LIMITS_SET_RX	= 1 << 0,
	WWAN_LIMITS_SET_TX	= 1 << 1,
	WWAN_LIMITS_SET_TIMEOUT	= 1 << 2,
};

/** The bounds of a session. */
struct wwan_limits {
	uint32_t size;
	/** Bits of enum wwan_limits_flag. */
	uint32_t flags;
	/** Bytes of memory for received data, 4096 to 16 MiB. */
	uint32_t rx_limit;
	/** Bytes of memory for data written, same range. */
	uint32_t tx_limit;
	/**
	 * When the modem has taken nothing for so many milliseconds, what waits as long is
	 * withdrawn, 100 to 3600000.
	 */
	uint32_t tx_timeout_ms;
	uint32_t reserved;
};

/**
 * wwan_session_set_limits() - set and get the bounds of a session
 * @session: the session
 * @limits: in, flags and the values they name (size and reserved do not matter); out, all
 *	values as they are now. flags 0 only gets
 *
 * Returns: 0; EINVAL: a value is out of range, nothing was set.
 */
int wwan_session_set_limits(struct wwan_session *session, struct wwan_limits *limits);

/** Bits of wwan_datagram.flags, set by wwan_session_read_batch(). */
enum wwan_datagram_flag {
	/** lost datagrams are missing before this one. */
	WWAN_DATAGRAM_LOST	= 1 << 0,
	/** Transfers from this modem, perhaps with data of this session, were lost here. */
	WWAN_DATAGRAM_BACKLOG	= 1 << 1,
	/** The beginning was taken by a read(2) in stream mode. */
	WWAN_DATAGRAM_REST	= 1 << 2,
};

/** One datagram of a batch. */
struct wwan_datagram {
	/** Its bytes; written by wwan_session_read_batch(), else only read. */
	void *data;
	/** Write: comes back in the completion. */
	uint64_t user_data;
	/** Write: in, its bytes. Read: in, room at data; out, bytes of the datagram. */
	uint32_t len;
	/** Write: 0. Read: out, bits of enum wwan_datagram_flag. */
	uint32_t flags;
	/** Read: out, datagrams missing before this one. */
	uint32_t lost;
};

/**
 * wwan_session_write() - send one datagram, do not wait until the modem has it
 * @session: the session
 * @data: its bytes; copied before the function returns
 * @len: how many, 1 to wwan_session_get_max_data_size()
 * @user_data: comes back in the completion
 * @timeout_ms: longest time to wait for room
 * @request_id: out; may be NULL
 *
 * Exactly one completion follows, see wwan_session_reap(). Completions that nobody
 * reaps are kept, up to WWAN_REQUESTS_MAX; then writes fail with ENOBUFS.
 *
 * Returns: 0; EINVAL: @len is 0; EMSGSIZE: larger than the modem takes; ENOTCONN: the
 * session is not open any more; EOPNOTSUPP: the service does not take data; EACCES: the
 * node may only be read; ETIMEDOUT: no room in time; ENOBUFS: reap first; EIO: the modem
 * sleeps and cannot be woken.
 */
int wwan_session_write(struct wwan_session *session, const void *data, size_t len,
		       uint64_t user_data, int timeout_ms, uint64_t *request_id);

/**
 * wwan_session_write_batch() - send many datagrams
 * @session: the session
 * @datagrams: what to send
 * @count: how many, 1 to WWAN_BATCH_MAX
 * @timeout_ms: longest time to wait for room for the first
 * @done: out, how many were accepted, from the first on
 * @request_id: out, id of the first; the others have the ids after it. May be NULL
 *
 * With @done less than @count, call again with the rest: there was no more room, or
 * that call gives the error of the datagram that stopped this one.
 *
 * Returns: 0: at least one was accepted; otherwise as wwan_session_write(), and none was;
 * ENOMEM only with more than 64.
 */
int wwan_session_write_batch(struct wwan_session *session, const struct wwan_datagram *datagrams,
			     uint32_t count, int timeout_ms, uint32_t *done,
			     uint64_t *request_id);

/**
 * wwan_session_reap() - fetch completions of writes
 * @session: the session
 * @completions: out
 * @count: room in @completions, 1 to WWAN_BATCH_MAX
 * @timeout_ms: longest time to wait for the first
 * @done: out, how many records there are; each may stand for many writes
 *
 * Returns: 0: at least one; EAGAIN: no write is under way; ETIMEDOUT: none has ended in
 * time.
 */
int wwan_session_reap(struct wwan_session *session, struct wwan_completion *completions,
		      uint32_t count, int timeout_ms, uint32_t *done);

/**
 * wwan_session_cancel() - cancel a write
 * @session: the session
 * @request_id: the request
 *
 * Returns: 0: its completion will say ECANCELED; ENOENT: there is no such request or it
 * has ended; EALREADY: it is on the wire, its completion will say how it ended.
 */
int wwan_session_cancel(struct wwan_session *session, uint64_t request_id);

/**
 * wwan_session_read() - receive one datagram
 * @session: the session
 * @data: where to put it
 * @size: room there
 * @timeout_ms: longest time to wait
 * @len: out, its bytes; 0: the session was closed and everything has been read
 *
 * Losses before a datagram are told by wwan_session_read_batch().
 *
 * Returns: 0; EMSGSIZE: the datagram is larger than @size and stays queued, see
 * wwan_session_get_readable(); ENODEV: the modem is gone and everything has been read;
 * EOPNOTSUPP: the service does not send; EACCES: the node may only be written; ETIMEDOUT.
 */
int wwan_session_read(struct wwan_session *session, void *data, size_t size, int timeout_ms,
		      size_t *len);

/**
 * wwan_session_read_batch() - receive many datagrams
 * @session: the session
 * @datagrams: data and len say where to put them
 * @count: how many there is room for, 1 to WWAN_BATCH_MAX
 * @timeout_ms: longest time to wait for the first
 * @done: out, how many were received; 0: the session was closed and everything has been
 *	read. Fewer than @count: there were no more, or the next is larger than its
 *	buffer, as the next call will say
 *
 * Returns: as wwan_session_read(); ENOMEM only with more than 64.
 */
int wwan_session_read_batch(struct wwan_session *session, struct wwan_datagram *datagrams,
			    uint32_t count, int timeout_ms, uint32_t *done);

/**
 * wwan_session_get_readable() - bytes that a read(2) of the file would give
 * @session: the session
 * @bytes: out; in message mode those of the next datagram. 0: there is none
 *
 * Returns: 0; EACCES: the node may only be written.
 */
int wwan_session_get_readable(struct wwan_session *session, size_t *bytes);

/**
 * struct wwan_session_callbacks - what wwan_dispatch() tells about a session
 *
 * Any of them may be NULL, but lost needs written. The session may be freed in any of them.
 */
struct wwan_session_callbacks {
	/** There is something to read. Called again until it has been read. */
	void (*readable)(struct wwan_session *session, void *context);
	/**
	 * Writes have ended. While this is set, completions come here, and
	 * wwan_session_reap() is not to be called. Each is told or reaped once, in order,
	 * also when that changes in a callback.
	 */
	void (*written)(struct wwan_session *session, const struct wwan_completion *completion,
			void *context);
	/** Datagrams were lost: counters of the session as they are now. */
	void (*lost)(struct wwan_session *session, const struct wwan_session_info *info,
		     void *context);
	/**
	 * The session has ended and everything has been read and completed: error 0 by a
	 * close, ENODEV by the loss of its modem. Called once, the last callback.
	 */
	void (*ended)(struct wwan_session *session, int error, void *context);
};

/**
 * wwan_session_set_callbacks() - have wwan_dispatch() tell about a session
 * @session: the session
 * @callbacks: copied; NULL: none any more
 * @context: for them
 *
 * Returns: 0; EINVAL: there is lost without written. The file's POLLPRI stands for both, and
 * would not cease while completions wait.
 */
int wwan_session_set_callbacks(struct wwan_session *session,
			       const struct wwan_session_callbacks *callbacks, void *context);

/*
 * Notifications
 */

/** What to be notified of. */
enum wwan_notification_source {
	WWAN_NOTIFICATION_SOURCE_NONE		= 0,
	/** Modems: added, removed, probed. */
	WWAN_NOTIFICATION_SOURCE_INTERFACE	= 1 << 0,
	/** Sessions: opened, closed, restored. */
	WWAN_NOTIFICATION_SOURCE_SESSION	= 1 << 1,
	/** The agent: bound, lost. */
	WWAN_NOTIFICATION_SOURCE_AGENT		= 1 << 2,
	WWAN_NOTIFICATION_SOURCE_ALL		= 7,
};

/** What has happened. */
enum wwan_event {
	/**
	 * Notifications were lost, of any source: look at everything anew. Nothing that
	 * happens later is missed; what was told just before may be out of date.
	 */
	WWAN_EVENT_OVERRUN		= 0,
	WWAN_EVENT_MODEM_ADDED		= 1,
	WWAN_EVENT_MODEM_REMOVED	= 2,
	/** The modem's services are known, or were told anew. */
	WWAN_EVENT_MODEM_PROBED		= 3,
	WWAN_EVENT_SESSION_OPENED	= 4,
	/** A session has ended; error says why, 0: closed. */
	WWAN_EVENT_SESSION_CLOSED	= 5,
	/** The modem's sessions were connected anew, after a reset of it or of the agent. */
	WWAN_EVENT_SESSIONS_RESTORED	= 6,
	WWAN_EVENT_AGENT_BOUND		= 7,
	WWAN_EVENT_AGENT_LOST		= 8,
};

/** Bits of wwan_notification.valid: which of its fields are. */
enum wwan_notification_field {
	WWAN_NOTIFICATION_MODEM		= 1 << 0,
	WWAN_NOTIFICATION_SESSION	= 1 << 1,
	WWAN_NOTIFICATION_SERVICE	= 1 << 2,
};

/** One notification. */
struct wwan_notification {
	/** Bit of enum wwan_notification_source; all for an overrun. */
	uint32_t source;
	/** One of enum wwan_event; one that is not listed is of a newer driver. */
	uint32_t event;
	/** Bits of enum wwan_notification_field. */
	uint32_t valid;
	uint32_t modem;
	uint32_t session;
	/** An errno value or 0. */
	uint32_t error;
	uint8_t service[WWAN_UUID_SIZE];
};

/**
 * wwan_notification_fn - something has happened
 * @handle: the handle
 * @notification: what; valid during the call
 * @context: as given to wwan_register_notification()
 */
typedef void (*wwan_notification_fn)(struct wwan_handle *handle,
				     const struct wwan_notification *notification,
				     void *context);

/**
 * wwan_register_notification() - be notified of changes
 * @handle: the handle
 * @sources: bits of enum wwan_notification_source; NONE unregisters, and discards what
 *	has not been dispatched
 * @notify: called by wwan_dispatch(); may be NULL when @sources is NONE
 * @context: for @notify
 * @reserved: NULL
 * @previous: out, @sources of the registration that this one replaces; may be NULL
 *
 * A handle has one registration. After it has been made, list the state (for
 * instance with wwan_enumerate_interfaces()): nothing that happens later is missed.
 *
 * Returns: 0; EDEADLK: called from a callback of this handle; ENXIO: the driver's netlink
 * family is not there. On an error the former registration stays.
 */
int wwan_register_notification(struct wwan_handle *handle, uint32_t sources,
			       wwan_notification_fn notify, void *context, void *reserved,
			       uint32_t *previous);

/** Name of an event, such as "session-opened"; "unknown" for one not listed. */
const char *wwan_event_string(uint32_t event);

/*
 * Words for errors
 */

/**
 * wwan_strerror() - what an error means here
 * @error: a return value of this library, or the error of a completion
 *
 * Returns: a string that is never freed nor changed. In any thread.
 */
const char *wwan_strerror(int error);

/**
 * wwan_session_strerror() - the same with the session's own figures
 * @session: the session
 * @error: a return value of a function on it
 * @text: out, such as "larger than the modem takes (2048 bytes)", cut to @size
 * @size: bytes at @text, at least 1
 *
 * Returns: @text.
 */
const char *wwan_session_strerror(const struct wwan_session *session, int error, char *text,
				  size_t size);

/**
 * wwan_completion_strerror() - the same with the modem's answer
 * @completion: a completion
 * @text: out, such as "the modem refused: invalid parameters (MBIM status 21)", cut to
 *	@size
 * @size: bytes at @text, at least 1
 *
 * Returns: @text.
 */
const char *wwan_completion_strerror(const struct wwan_completion *completion, char *text,
				     size_t size);

/**
 * wwan_mbim_status_string() - name of an MBIM status (MBIM 1.0, 9.4.5)
 * @status: the status
 *
 * Returns: such as "DSS instance limit"; "unknown status" for one not listed.
 */
const char *wwan_mbim_status_string(uint32_t status);

#ifdef __cplusplus
}
#endif

#endif /* WWANDSS_H */
