/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nouns of the driver, who owns them, and the locks.
 *
 * modem	a cdc_mbim function. Made at NETDEV_REGISTER, taken down at
 *		NETDEV_UNREGISTER: usbnet, cdc_ncm_ctx and the netdev may be touched
 *		only between the two. Its struct device holds the memory.
 * session	a DSS session, in its modem's table from OPEN until it has ended.
 *		Its struct device holds the memory: open files and requests each have
 *		a reference, as have its NTBs together once it is shut, and it has one
 *		to its modem.
 * node		one open file of a session's character device.
 * handle	one open file of /dev/mbim/control.
 * request	an open or close that is under way, owned by request.c.
 * op		a write that wants to know its end: a run of SEND requests, an
 *		asynchronous iocb, or a writer that waits.
 *
 * Locks, outermost first:
 *
 * RTNL		rx source of a modem; usbnet->driver_info, see hook.c.
 * dss_mutex	the list of modems, their session tables and service lists, session
 *		states, requests, the agent's binding. Never held while waiting
 *		for user space.
 * session.write, session.read
 *		one writer fills the open NTB, one reader consumes: turn.h. User memory
 *		is copied under them.
 * modem.life	"gone" is set under it for writing; a writer that wakes the interface holds it
 *		for reading until the reference is noted in dss_tx.
 * modem.tx.all_lock
 *		the list of all NTBs of a modem.
 * modem.bh_lock (BH)
 *		the bottom half, one at a time.
 * modem.tx.lock (BH)
 *		all transmit state of a modem and of its sessions.
 * session.rx_lock (BH)
 *		the receive queue.
 * node.lock (BH)
 *		completions to reap, reads of libaio that wait.
 * cdc_ncm_ctx.mtx (BH)
 *		taken inside modem.tx.lock for the NTB sequence number.
 * modem.done_lock (irqsave)
 *		finished receive transfers, from URB completion to the bottom half.
 */
#ifndef MBIM_DSS_H
#define MBIM_DSS_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/errseq.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/usb.h>
#include <linux/usb/cdc.h>
#include <linux/usb/usbnet.h>
#include <linux/usb/cdc_ncm.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <linux/mbim_dss.h>
#include <linux/mbim_dss_netlink.h>

#include "decide.h"
#include "ntb.h"
#include "queue.h"
#include "turn.h"

/* datagrams in one NTB at most, when the modem does not say less */
#define DSS_NTB_DATAGRAMS	240
/* NTBs that a modem keeps for reuse: at most, and when they have not been needed for a while */
#define DSS_TX_POOL		1024
#define DSS_TX_POOL_IDLE	8
/* bulk IN URBs of our own while the netdev is down */
#define DSS_RX_URBS		4

/* defaults of struct mbim_dss_limits */
#define DSS_RX_LIMIT		(1024 * 1024)
#define DSS_TX_LIMIT		(1024 * 1024)
#define DSS_TX_TIMEOUT_MS	30000

/* how long a close waits for written data, and then for withdrawn transfers */
#define DSS_LINGER_MS		1000

/* why nothing is transmitted; bits of dss_tx.stopped */
enum dss_stop {
	DSS_STOP_GONE		= BIT(0),
	DSS_STOP_SUSPEND	= BIT(1),
	DSS_STOP_HALT		= BIT(2),
	DSS_STOP_PAUSE		= BIT(3),	/* transfers fail: the watchdog tries again */
};

struct dss_service {
	struct list_head list;		/* dss_modem.services */
	struct mbim_dss_service info;	/* open_sessions is filled when asked */
};

/* Transmit state of a modem */
struct dss_tx {
	spinlock_t lock;		/* BH; all here but done, and the sessions' tx_* */
	unsigned int stopped;		/* enum dss_stop */
	unsigned int inflight;
	unsigned int held;		/* NTBs that sessions hold */
	unsigned int more;		/* of them, those beyond the first of each */
	bool awake;			/* holds a runtime-PM reference of the interface */
	bool used;			/* since the watchdog last looked */
	unsigned long progress;		/* the modem took an NTB, or had none to take; jiffies */
	unsigned int full;		/* NTBs in the sessions' tx_queue */
	unsigned int awaited;		/* sessions with tx_awaited */
	unsigned int gathered;		/* full NTBs when the timer last ran; 0 after a burst */
	u64 due;			/* from when on an idle pipe sends without gathering, ns */
	u64 last;			/* the last write, or the end of the last transfer, ns */
	struct hrtimer gather;		/* sends what has gathered since */
	struct hlist_head flight;	/* dss_xfer.flight, the last submitted first */
	struct list_head ready;		/* dss_session.tx_ready: round-robin */
	struct mutex all_lock;		/* all */
	struct list_head all;		/* dss_xfer.all: in use or not */
	struct llist_node *pool;	/* dss_xfer.link, idle */
	unsigned int pooled;
	unsigned int unused;		/* of them, since the watchdog last looked */
	struct llist_head done;		/* dss_xfer.link, from URB completion; no lock */
	struct delayed_work watchdog;	/* withdraws what is over its time, lets the modem sleep */
	struct work_struct halt;	/* clears a stall */
	u64 ntbs, datagrams, bytes, errors;
	unsigned int inflight_max;
};

struct dss_rx_urb {
	struct list_head node;		/* dss_rx.done */
	struct dss_modem *modem;
	struct urb *urb;
	u8 *buf;
};

/* Receive state of a modem */
struct dss_rx {
	struct dss_hook *hook;		/* RTNL; from the first session on, devres of intf */
	bool running;			/* RTNL: our own URBs are */
	unsigned int failed;		/* RTNL: so often in a row they could not be begun */
	bool suspended;			/* RTNL */
	bool stopping;			/* no resubmission; WRITE_ONCE under RTNL */
	u32 size;			/* of their buffers: cdc_ncm's rx_max when they were made */
	struct dss_rx_urb urbs[DSS_RX_URBS];
	struct usb_anchor anchor;
	struct list_head done;		/* done_lock */
	struct list_head parked;	/* done_lock: wait for the retry work */
	struct delayed_work retry;	/* after errors: clears a stall, resubmits */
	bool halted;			/* done_lock: a stall is to be cleared */
	bool clearing;			/* of the retry work: nothing is submitted, all is parked */
	atomic64_t ntbs, errors, malformed, cancelled, stray, ip, backlog, start_errors;
};

struct dss_modem {
	struct device dev;
	struct list_head list;		/* dss_modems */
	u32 index;

	/* valid until gone; the references to udev and intf as long as dev */
	struct net_device *netdev;
	struct usbnet *usbnet;
	struct cdc_ncm_ctx *ctx;
	struct usb_device *udev;
	struct usb_interface *intf;
	char ifname[IFNAMSIZ];
	u32 ifindex;

	struct rw_semaphore life;
	bool gone;			/* RTNL and life, to write; either, to read */

	/* dss_mutex */
	bool probed;
	u32 max_sessions;
	u32 max_command;
	struct list_head services;
	unsigned int nsessions;
	u32 id_limit;			/* no session has this id or a higher one; see rx.c */
	struct dss_session __rcu *sessions[MBIM_DSS_MAX_SESSIONS];

	struct dss_ntb_params ntb_params;
	struct dss_tx tx;
	struct dss_rx rx;
	spinlock_t done_lock;		/* irqsave; rx.done, rx.parked, rx.halted */
	spinlock_t bh_lock;		/* BH; whoever runs the bottom half */
	struct tasklet_struct tasklet;	/* runs it for completions in interrupts */
	struct delayed_work rx_work;	/* dss_rx_update() in its own context, or later */
};

struct dss_session {
	struct device dev;
	struct dss_modem *modem;	/* reference */
	u32 id;
	u8 service[MBIM_DSS_UUID_SIZE];
	u32 directions;
	u32 flags;			/* MBIM_DSS_OPEN_* */
	kuid_t uid;
	kgid_t gid;

	/* dss_mutex; state is also read without it */
	enum mbim_dss_session_state state;
	bool published;			/* dev is added: there is a node */
	bool pinned;			/* holds the module */
	struct dss_handle *owner;	/* closes it when released; NULL: nobody */
	struct list_head owned;		/* dss_handle.sessions */
	struct dss_request *request;	/* the one under way */
	struct dss_request *closer;	/* for its end, which must not fail; NULL: in use */
	struct work_struct drained;	/* the last NTB of a session that closes has ended */

	/* transmit; modem->tx.lock but for write */
	struct dss_turn write;
	struct dss_xfer *tx_open;	/* NTB that datagrams gather in */
	bool tx_filling;		/* a writer holds it */
	u64 tx_since;			/* write: when his call began, ns; 0: just now */
	struct task_struct *tx_plugger;	/* says when what he writes goes; only compared */
	bool tx_full;			/* writers wait; poll says no POLLOUT */
	bool tx_shut;			/* no more writes: closing or ended */
	int tx_error;			/* what the open NTB ends with; 0: it is sent */
	unsigned int tx_held;		/* NTBs that are open, queued or in flight */
	u32 tx_limit, tx_timeout_ms;
	bool tx_draining;		/* when tx_held is 0, queue drained: it has a reference */
	struct list_head tx_queue;	/* dss_xfer.node, full, to be sent */
	struct list_head tx_flight;	/* dss_xfer.node, in flight, or ended but not the first */
	struct list_head tx_ready;	/* dss_tx.ready */
	u64 tx_begun;			/* dss_xfer.serial of the last */
	u64 tx_awaited;			/* of the last not sent that somebody waits for; 0: none */
	errseq_t tx_errseq;		/* of writes that nobody waits for */
	wait_queue_head_t tx_wait;	/* room, or the end */
	wait_queue_head_t tx_sync;	/* fsync: what has been accepted has ended */
	u64 tx_datagrams, tx_bytes, tx_errors;
	unsigned int tx_high;

	/* receive; rx_lock but for read */
	struct dss_turn read;
	spinlock_t rx_lock;		/* BH; rx_queue, rx_* counters */
	struct dss_queue rx_queue;
	wait_queue_head_t rx_wait;	/* data, or the end */
	u64 rx_datagrams, rx_bytes, rx_lost, rx_backlog;

	/* poll: whatever it may ask for. One, for EPOLL_CTL_MOD adds none, and libaio has one */
	wait_queue_head_t pollers;

	struct rcu_head rcu;
};

/* One open file of a session node */
struct dss_node {
	struct kref ref;		/* the file, and each op but those that wait in it */
	struct dss_session *session;	/* reference */
	enum mbim_dss_mode mode;
	errseq_t seen;			/* of session->tx_errseq. lock */
	u64 lost_seen;			/* losses that INFO has told */
	u64 next_id;			/* lock: of the next SEND request */
	struct llist_head spares;	/* dss_op.link, for reuse */
	struct llist_node *taken;	/* session->write: those that spares had */
	atomic_t nspares;
	struct llist_head cancelled;	/* dss_op.cancelled */
	struct work_struct cancel;	/* withdraws them; has a reference */
	struct work_struct reader;	/* does reads of libaio that wait; has a reference */
	struct wait_queue_entry arrival; /* on session->rx_wait while there are reads. lock */
	spinlock_t lock;		/* BH; what follows */
	struct list_head reads;		/* struct dss_aio_read. lock */
	struct list_head reap;		/* dss_op.node, ended. lock */
	bool released;			/* lock: nobody will reap */
	unsigned int requests;		/* lock: under way or to be reaped */
	unsigned int pending;		/* under way. lock; also read without it */
	wait_queue_head_t wait;		/* completions to reap, or none under way */
	struct work_struct free;	/* the last reference may go in a bottom half */
};

enum dss_op_kind { DSS_OP_SEND, DSS_OP_IOCB, DSS_OP_WAIT };

/* Somebody who wants to know how datagrams end */
struct dss_op {
	union {
		struct list_head node;	/* dss_node.reap */
		struct llist_node link;	/* dss_node.spares or .taken, or of those just ended */
	};
	struct dss_node *file;		/* reference */
	enum dss_op_kind kind;
	int error;			/* the first; negative */
	atomic_t left;			/* IOCB, WAIT: datagrams that have not ended, and 1
					 * while more are being accepted
					 */
	u64 bytes;			/* that the modem took */
	u64 time_ns;
	union {
		struct {		/* DSS_OP_SEND */
			u64 request_id, user_data;
			u32 count, user_step;
		};
		struct {		/* DSS_OP_IOCB */
			struct kiocb *iocb;
			size_t accepted;
			struct llist_node cancelled; /* dss_node.cancelled */
		};
		struct {		/* DSS_OP_WAIT */
			struct kref waiters;
			struct completion ended;
		};
	};
};

/* A part of an NTB's datagrams, consecutive, with one fate */
struct dss_part {
	struct dss_op *op;		/* NULL: a plain write */
	u32 bytes;
	u16 count;
};

/* An NTB and its transfer */
struct dss_xfer {
	struct list_head node;		/* dss_session.tx_queue or .tx_flight */
	struct hlist_node flight;	/* dss_tx.flight */
	struct list_head all;		/* dss_tx.all */
	struct llist_node link;		/* dss_tx.pool or .done */
	struct dss_session *session;
	struct dss_ntb ntb;
	struct dss_ntb empty;		/* what ntb begins as, but for the session */
	struct urb *urb;
	u8 *buf;
	bool full;			/* in session.tx_queue, counted by dss_tx.full */
	bool ended;			/* in session.tx_flight: waits for those before it */
	int withdrawn;			/* what it ends with when it comes back unlinked */
	u64 serial;			/* of the session, counted from 1 */
	u32 length;			/* of the transfer; 0: not submitted */
	int status;			/* of the transfer; negative errno */
	u64 time_ns;			/* it ended */
	unsigned long opened;		/* jiffies */
	unsigned int nparts;
	struct dss_part parts[];	/* ntb_params.max_datagrams */
};

struct dss_handle {
	u32 version;			/* 0: none agreed. Stands alone: no lock */
	struct list_head sessions;	/* dss_session.owned. dss_mutex */
	struct list_head requests;	/* dss_request.owned. dss_mutex */
	u64 next_id;			/* dss_mutex */
	spinlock_t lock;		/* outcomes, outstanding */
	struct list_head outcomes;	/* dss_outcome.list. lock */
	unsigned int outstanding;	/* lock: requests under way or to be read */
	wait_queue_head_t wait;
};

/* A completion to be read from a handle; allocated before the request begins, so that it
 * can always be told
 */
struct dss_outcome {
	struct list_head list;
	struct mbim_dss_completion completion;
};

/* modem.c */
extern struct mutex dss_mutex;
extern struct list_head dss_modems;
extern struct class dss_class;
extern struct workqueue_struct *dss_wq;
/* for works that wait for a user's memory or for other users, who may keep it from all others */
extern struct workqueue_struct *dss_io_wq;
extern dev_t dss_devt;
struct dss_modem *dss_modem_find(u32 index);
struct dss_service *dss_modem_service(struct dss_modem *m, const u8 *uuid);
unsigned int dss_modem_instances(struct dss_modem *m, const u8 *uuid);
void dss_modem_fill(struct dss_modem *m, struct mbim_dss_modem *info);
void dss_modem_schedule(struct dss_modem *m);
void dss_modem_settle(struct dss_modem *m);
void dss_modem_queue_rx(struct dss_modem *m, unsigned long delay);
void dss_modem_cancel_rx(struct dss_modem *m);
bool dss_modem_vlan_busy(struct dss_modem *m, u32 session);
int dss_modem_start(void);
void dss_modem_stop(void);

static inline struct dss_modem *to_dss_modem(struct device *dev)
{
	return container_of(dev, struct dss_modem, dev);
}

void dss_modem_forget_services(struct dss_modem *m);

/* session.c */
struct dss_session *dss_session_new(struct dss_modem *m, u32 id, const struct mbim_dss_open *open,
				    u32 directions);
struct dss_session *dss_session_lookup(struct dss_modem *m, u32 id);
int dss_session_publish(struct dss_session *s);
void dss_session_shut(struct dss_session *s);
void dss_session_gone(struct dss_session *s);
void dss_session_end(struct dss_session *s, enum mbim_dss_session_state state, int error);
int dss_session_limits(struct dss_session *s, struct mbim_dss_limits *l);
void dss_session_fill(struct dss_session *s, struct mbim_dss_session *info);

static inline struct dss_session *to_dss_session(struct device *dev)
{
	return container_of(dev, struct dss_session, dev);
}

static inline struct dss_session *dss_session_get(struct dss_session *s)
{
	get_device(&s->dev);
	return s;
}

static inline void dss_session_put(struct dss_session *s)
{
	put_device(&s->dev);
}

static inline bool dss_session_ended(const struct dss_session *s)
{
	return READ_ONCE(s->state) >= MBIM_DSS_SESSION_CLOSED;
}

/* node.c */
extern const struct file_operations dss_node_fops;
void dss_node_put(struct dss_node *f);
void dss_node_complete(struct dss_op *op);
int dss_node_error(struct dss_node *f);

/* control.c */
int dss_control_register(void);
void dss_control_unregister(void);
void dss_handle_complete(struct dss_handle *h, struct dss_outcome *outcome, u32 error,
			 u32 mbim_status);

/* request.c */
int dss_request_open(struct dss_handle *h, struct mbim_dss_open *arg);
int dss_request_close(struct dss_handle *h, struct mbim_dss_close *arg);
int dss_request_cancel(struct dss_handle *h, u64 request_id);
int dss_request_reply(u64 id, u32 error, u32 mbim_status);
void dss_request_agent_bound(void);
void dss_request_agent_lost(void);
void dss_request_release(struct dss_handle *h);
void dss_request_modem_gone(struct dss_session *s);
void dss_request_drained(struct dss_session *s);
unsigned long dss_request_grace(void);

/* tx.c */
void dss_tx_bh(struct dss_modem *m);
void dss_tx_await(struct dss_session *s);

/* stop.c */
void dss_tx_init(struct dss_modem *m);
void dss_tx_gone(struct dss_modem *m);
void dss_tx_drop_pool(struct dss_modem *m);
void dss_tx_suspend(struct dss_modem *m);
void dss_tx_resume(struct dss_modem *m);
void dss_tx_shut(struct dss_session *s);
void dss_tx_withdraw(struct dss_session *s, int error);
bool dss_tx_drained(struct dss_session *s);
__poll_t dss_tx_poll(struct dss_session *s);
void dss_tx_limits(struct dss_session *s, struct mbim_dss_limits *l);

/* write.c, send.c */
ssize_t dss_tx_write(struct dss_node *f, struct kiocb *iocb, struct iov_iter *from);
int dss_tx_send(struct dss_node *f, struct mbim_dss_batch *batch, bool nowait);
int dss_tx_cancel(struct dss_node *f, u64 request_id);
int dss_tx_fsync(struct dss_node *f);

/* rx.c */
void dss_rx_init(struct dss_modem *m);
int dss_rx_attach(struct dss_modem *m);
void dss_rx_update(struct dss_modem *m);
void dss_rx_stop(struct dss_modem *m);
void dss_rx_gone(struct dss_modem *m);
void dss_rx_bh(struct dss_modem *m);
int dss_rx_begin(struct dss_modem *m, struct dss_ntb_iter *it, const u8 *buf, u32 len, u32 max);
void dss_rx_end(struct dss_modem *m, const struct dss_ntb_iter *it);
bool dss_rx_datagram(struct dss_modem *m, const struct dss_ntb_datagram *dg);

/* What a read waits for */
enum dss_wait {
	DSS_WAIT_NOT,			/* nothing */
	DSS_WAIT_TURN,			/* other readers, but not data */
	DSS_WAIT_DATA,
};

/* read.c */
ssize_t dss_rx_read(struct dss_node *f, struct iov_iter *to, enum dss_wait wait);
int dss_rx_recv(struct dss_node *f, struct mbim_dss_batch *batch, bool nowait);
u32 dss_rx_readable(struct dss_node *f);
__poll_t dss_rx_poll(struct dss_node *f);

/* aio.c */
void dss_aio_init(struct dss_node *f);
ssize_t dss_aio_read(struct dss_node *f, struct kiocb *iocb, struct iov_iter *to);

/* hook.c */
int dss_hook_set(struct dss_modem *m);
void dss_hook_clear(struct dss_modem *m);
void dss_hook_gone(struct dss_modem *m);

/* agent.c */
int dss_agent_register(void);
void dss_agent_unregister(void);
void dss_agent_changed(void);
bool dss_agent_bound(void);
bool dss_agent_expected(void);
int dss_agent_ask(u64 id, enum mbim_dss_op op, struct dss_session *s, pid_t pid);
void dss_agent_event(enum mbim_dss_event event, struct dss_modem *m, struct dss_session *s,
		     u32 error);

#endif /* MBIM_DSS_H */
