/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the end-to-end programs share: cases and checks (case.c), the character
 * devices by their raw ABI (dss.c), the control socket of the virtual modem
 * (sim.c), NTBs of their own (ntb.c), calls that block (blocked.c), memory that
 * is not there yet (trap.c), the agent (agent.c).
 *
 * A program is a table of cases. Each case runs in a process of its own with a
 * deadline, so what it leaves open goes with it, and ends at the first check
 * that fails, in whatever thread. All waits here have a deadline; running into
 * it fails the case. Standard output is TAP.
 */
#ifndef E2E_DSS_H
#define E2E_DSS_H

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <linux/mbim_dss.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* How long a call may take that should not block, or should be released, ms. */
#define SOON	1000
/* What was written has a second to go, then it is withdrawn: see data-path.rst. */
#define CLOSED_WITHIN	(1000 + SOON)
/* How long anything may take, ms. */
#define LONG	10000
/* Largest datagram of the virtual modem as it is by default. */
#define MAX_DATAGRAM	2048
/* Its NTBs, both ways. */
#define NTB_SIZE	16384

/* ---- case.c */

struct test_case {
	const char *name;		/* what holds if it passes */
	void (*run)(void);
	unsigned int seconds;		/* deadline; 0: 30 */
};

/*
 * Runs the cases whose number (from 1) or beginning of a name is among the
 * arguments, or all. @before runs at the start of each, in its process.
 * Returns the exit status of the program.
 */
int run_cases(int argc, char **argv, const struct test_case *cases, unsigned int count,
	      void (*before)(void));

/* End the case. */
void fail_at(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
void skip(const char *why) __attribute__((noreturn));
/* The kernel has not got what the case needs: a debug kernel must have it. */
void skip_unless_debug(const char *why) __attribute__((noreturn));
/* A number from the environment. */
unsigned long setting(const char *name, unsigned long otherwise);
/* A line for whoever reads the log. */
void diag(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define fail(...)	fail_at(__FILE__, __LINE__, __VA_ARGS__)

/* The expression is true; errno is told if it is not. */
#define check(expression)						\
	do {								\
		if (!(expression))					\
			fail("%s (errno %d)", #expression, errno);	\
	} while (0)

/* Two integers are equal. */
#define check_eq(got, want)						\
	do {								\
		long long got_ = (got), want_ = (want);			\
									\
		if (got_ != want_)					\
			fail("%s is %lld, not %lld (errno %d)", #got, got_, want_, errno); \
	} while (0)

/* A call fails with this errno. */
#define check_err(call, error)						\
	do {								\
		long long ret_ = (errno = 0, (call));			\
		int got_ = errno;					\
									\
		if (ret_ != -1 || got_ != (error))			\
			fail("%s gave %lld, errno %d, not errno %d", #call, ret_, got_, error); \
	} while (0)

/* A statement takes no longer than this. */
#define check_within(ms, statement)					\
	do {								\
		uint64_t begun_ = now_ms(), took_;			\
									\
		statement;						\
		took_ = now_ms() - begun_;				\
		if (took_ > (ms))					\
			fail("%s took %llu ms", #statement, (unsigned long long)took_); \
	} while (0)

/* A condition becomes true in time. */
#define wait_until(ms, condition)					\
	do {								\
		uint64_t until_ = now_ms() + (ms);			\
									\
		while (!(condition)) {					\
			if (now_ms() > until_) {			\
				tell_system(#condition);		\
				fail("%s not within %d ms", #condition, (int)(ms)); \
			}						\
			pause_ms(2);					\
		}							\
	} while (0)

/* A condition has not come: what every process, processor and workqueue does, for the log. */
void tell_system(const char *condition);

uint64_t now_ns(void);
uint64_t now_ms(void);
void pause_ms(unsigned int ms);

/*
 * How long has been waited: the idle time of the processor that was idle least. On a busy host
 * any work takes any time, and a deadline for it would fail; a wait does not get longer.
 */
#define PROCESSORS	8

struct instant {
	unsigned int processors;
	uint64_t idle_ms[PROCESSORS];	/* since the boot */
};

void instant_now(struct instant *t);
unsigned int waited_ms(const struct instant *from, const struct instant *to);

/* Bytes that differ with @seed; whether bytes are those. */
void fill(void *bytes, size_t len, uint64_t seed);
bool filled(const void *bytes, size_t len, uint64_t seed);

/* A number file, such as one of sysfs. */
long long read_number(const char *path);
void write_text(const char *path, const char *text);
/* Runs a shell command; its exit status. */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- dss.c */

/* The services of the virtual modem, by the last byte of their UUID. */
enum service {
	SERVICE_ECHO = 1, SERVICE_NMEA, SERVICE_SINK, SERVICE_IDLE, SERVICE_SOURCE
};

struct session {
	int handle;			/* its owner's */
	int fd;				/* its node, read and write */
	uint32_t modem, id;
};

void service_uuid(uint8_t uuid[MBIM_DSS_UUID_SIZE], unsigned int service);

/* A handle, with the version agreed on. */
int handle_open(void);
/* OPEN; -1 and errno, or 0 and @request's out fields. */
int request_open(int handle, uint32_t modem, unsigned int service, uint32_t id, uint32_t flags,
		 struct mbim_dss_open *request);
int request_close(int handle, uint32_t modem, uint32_t id, uint64_t *request_id);
int request_cancel(int fd, uint64_t request_id);
/* The next completion of a handle. */
void completion_read(int handle, struct mbim_dss_completion *completion);
/* Whether a handle has none. */
bool completion_none(int handle);

/* A session of modem 0, the handle it belongs to and its node. */
void session_open(struct session *s, unsigned int service);
/* One more of the same handle. */
void session_open_on(struct session *s, int handle, uint32_t modem, unsigned int service,
		     uint32_t id, uint32_t flags);
/* CLOSE, until it has completed well. Its node's file stays open. */
void session_close(struct session *s);
int node_open(uint32_t modem, uint32_t id, int flags);
void node_path(char path[40], uint32_t modem, uint32_t id);
bool node_exists(uint32_t modem, uint32_t id);
void set_mode(int fd, uint32_t mode);
void set_nonblock(int fd, bool on);
void set_limits(int fd, uint32_t flags, uint32_t rx_limit, uint32_t tx_limit,
		uint32_t tx_timeout_ms);
/* 256 KiB: few enough to be reached soon. */
void limit_tx(int fd);
void session_info(int fd, struct mbim_dss_session *info);

/* poll(2) once, at once: what is so of @events, and HUP and ERR. */
short poll_now(int fd, short events);
/* Until one of @events is so. */
void poll_for(int fd, short events, unsigned int ms);

/* SEND, RECV, REAP; -1 and errno, or 0. @flags: MBIM_DSS_BATCH_*. */
int batch(int fd, unsigned long command, void *entries, uint32_t count, uint32_t flags,
	  struct mbim_dss_batch *b);
/* SEND of one datagram: its request id, or 0 and errno. */
uint64_t send_one(int fd, const void *bytes, size_t len, uint64_t user_data);
/* REAP of one completion, which comes in time. */
void reap_one(int fd, struct mbim_dss_completion *completion);
/* read(2) of exactly @len bytes, in as many calls as it takes, in time. */
void read_all(int fd, void *bytes, size_t len);
void write_all(int fd, const void *bytes, size_t len);
/* A datagram goes to an echo session and comes back. */
void echo_once(int fd, size_t len, uint64_t seed);

/* MODEMS: how many, and the first @capacity of them. */
unsigned int list_modems(int handle, struct mbim_dss_modem *modems, unsigned int capacity);
/* Whether there is such a modem, its services are known, and no session is in use. */
bool modem_idle(uint32_t modem);
/* For run_cases(): the virtual modem has no faults, modem 0 is idle. */
void calm(void);
void netdev_up(bool up);
bool netdev_is_up(void);

/* Non-blocking writes of @len bytes, filled from @seed on, until there is no room: how many. */
unsigned int write_until_full(int fd, size_t len, uint64_t seed);
/*
 * SEND of @count datagrams of @len bytes, filled from @seed on, with user data from
 * @user_data in steps of @step: the id of the first.
 */
uint64_t send_many(int fd, uint32_t count, size_t len, uint64_t seed, uint64_t user_data,
		   uint64_t step);
/* The next datagram is filled from @seed, and nothing is missing before it. */
void recv_filled(int fd, size_t len, uint64_t seed);

/* How a request ended. */
struct ended {
	bool told;
	uint32_t error;
	uint64_t user_data;
};

/* REAP, in time, of requests @first to @first + @count - 1, each told once, and of no other. */
void reap_ids(int fd, uint64_t first, struct ended *ended, uint32_t count);
/* The modem takes nothing: until a transfer waits for it, and what is written gathers. */
void wait_in_flight(uint32_t modem);
/* One of the session's counters in sysfs. */
long long session_counter(const struct session *s, const char *name);
/* One of those of modem 0. */
long long modem_counter(const char *name);

/* ---- sim.c */

/* A command of the control socket that must succeed; its answer, valid until the next. */
const char *sim(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* One of the counters of "stats". */
long long sim_stat(const char *name);
/* One of the counters of "stats session ID". */
long long sim_session_stat(uint32_t id, const char *name);
/* No datagram, session or NTB of ours was wrong. */
void sim_no_errors(void);
/* The modem's own view: this many sessions are open. */
unsigned int sim_open_sessions(void);

/* ---- ntb.c */

/* An NTB-16 from the modem, being built. Each datagram has an NDP to itself in front of it. */
struct ntb {
	uint8_t bytes[4096];
	size_t len;
	size_t link;			/* where the offset of the next NDP goes */
};

void ntb_begin(struct ntb *n, uint16_t seq);
/* @kind: "DSS" or "IPS". */
void ntb_add(struct ntb *n, const char *kind, uint8_t session, const void *bytes, size_t len);
void ntb_send(const struct ntb *n);

/* ---- blocked.c */

/* A call in a thread of its own. */
struct blocked {
	long (*call)(void *arg);	/* as a system call: -1 and errno */
	void *arg;
	/* valid after blocked_end() */
	long ret;
	int error;
	uint64_t ended_ns;
	struct instant ended;
	/* private */
	unsigned long thread;
	volatile pid_t tid;
	volatile bool done;
};

/* Starts the call, and returns when it sleeps. */
void blocked_start(struct blocked *b, long (*call)(void *arg), void *arg);
/* Starts it and does not wait for anything. */
void blocked_begin(struct blocked *b, long (*call)(void *arg), void *arg);
/* It still sleeps. */
bool blocked_still(const struct blocked *b);
/* Until it has returned, which may take so long, as waited_ms() counts; LONG at least by the clock. */
void blocked_end(struct blocked *b, unsigned int ms);

/* ---- trap.c */

/* Memory of its own, PROT_*. */
void *memory(size_t size, int protection);

/* A page on which who touches it waits. */
struct trap {
	int uffd;
	void *page;
	size_t size;
};

void trap_set(struct trap *t);
/* Until somebody is in it. */
void trap_wait(const struct trap *t);
/* It becomes memory like any other, of zeroes, and who is in it goes on. */
void trap_fill(const struct trap *t);
/* It is no memory, and who is in it gets EFAULT. */
void trap_fail(const struct trap *t);

/* ---- agent.c, where the script starts none */

/* An agent that is bound; it ends with the case. Its log goes to that of the script. */
pid_t agent_start(void);
void agent_kill(pid_t pid);
/* mbim-proxy; 0: there is none. */
pid_t proxy_pid(void);
void proxy_kill(pid_t pid);

#endif /* E2E_DSS_H */
