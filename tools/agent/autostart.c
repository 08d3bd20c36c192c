// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens sessions by itself, and again when they end. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <glib-unix.h>

#include "autostart.h"
#include "log.h"
#include "netlink.h"
#include "policy.h"
#include "service.h"

#define CONTROL		"/dev/mbim/control"
#define RETRY_MIN_S	1u
#define RETRY_MAX_S	60u
/* The kernel completes each open by its own deadlines; this is beyond them. */
#define OPEN_WAIT_S	120

enum entry_state {
	ENTRY_OPENING,
	ENTRY_OPEN,
	ENTRY_RETRY,
	ENTRY_IDLE,	/* the modem does not have it: until it is probed again */
};

struct entry {
	struct autostart *autostart;
	uint32_t modem;
	struct policy_autostart wanted;
	enum entry_state state;
	uint32_t session;	/* OPENING, OPEN */
	int control;		/* OPENING, else -1 */
	guint control_source;
	guint timer;		/* OPENING: its deadline; RETRY */
	unsigned int retries;
	gint64 opened;		/* OPEN: since when */
	bool in_policy;		/* mark of autostart_probed() */
};

struct autostart {
	struct netlink *nl;
	GPtrArray *entries;	/* struct entry, owned */
};

static void entry_begin(struct entry *entry);

static void entry_settle(struct entry *entry, enum entry_state state)
{
	entry->state = state;
	g_clear_handle_id(&entry->timer, g_source_remove);
	g_clear_handle_id(&entry->control_source, g_source_remove);
	if (entry->control >= 0)
		close(entry->control);
	entry->control = -1;
}

static void entry_free(gpointer data)
{
	struct entry *entry = data;

	entry_settle(entry, ENTRY_IDLE);
	g_free(entry);
}

static bool has_number(const struct entry *entry)
{
	return entry->wanted.session != MBIM_DSS_SESSION_ANY;
}

/* Of this modem: the line that asks for session @number, if there is one */
static const struct entry *line_with_number(const struct entry *asks, uint32_t number)
{
	GPtrArray *entries = asks->autostart->entries;

	for (unsigned int i = 0; i < entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(entries, i);

		if (entry->modem == asks->modem && entry->wanted.session == number)
			return entry;
	}
	return NULL;
}

static bool is_same_service(const struct entry *entry, const uint8_t uuid[MBIM_DSS_UUID_SIZE])
{
	return !memcmp(entry->wanted.uuid, uuid, MBIM_DSS_UUID_SIZE);
}

static gboolean entry_retry_over(gpointer data)
{
	struct entry *entry = data;

	entry->timer = 0;
	entry_begin(entry);
	return G_SOURCE_REMOVE;
}

static void entry_retry(struct entry *entry, const char *why)
{
	unsigned int delay = MIN(RETRY_MIN_S << MIN(entry->retries, 6), RETRY_MAX_S);
	char text[UUID_TEXT_SIZE];

	uuid_to_text(entry->wanted.uuid, text);
	entry->retries++;
	log_warning("dss%u: autostart of service %s: %s; trying again in %u s", entry->modem,
		    text, why, delay);
	entry_settle(entry, ENTRY_RETRY);
	entry->timer = g_timeout_add_seconds(delay, entry_retry_over, entry);
}

static void entry_failed(struct entry *entry, int error)
{
	char text[UUID_TEXT_SIZE];

	/* Not a fault of the moment: the modem has no such session to give. */
	if (error == ENOENT || error == EOPNOTSUPP || error == ENODEV) {
		uuid_to_text(entry->wanted.uuid, text);
		log_info("dss%u: autostart of service %s: %s", entry->modem, text,
			 g_strerror(error));
		entry_settle(entry, ENTRY_IDLE);
		return;
	}
	entry_retry(entry, g_strerror(error));
}

static void entry_opened(struct entry *entry, uint32_t session)
{
	entry->session = session;
	entry->opened = g_get_monotonic_time();
	log_info("dss%u: session %u (%s) is open, autostarted", entry->modem, session,
		 service_name(entry->wanted.uuid));
	entry_settle(entry, ENTRY_OPEN);
}

static gboolean completion_ready(gint fd, GIOCondition cond G_GNUC_UNUSED, gpointer data)
{
	struct mbim_dss_completion completion;
	struct entry *entry = data;
	ssize_t size = read(fd, &completion, sizeof(completion));

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	entry->control_source = 0;
	if (size < 0)
		entry_failed(entry, errno);
	else if (size != sizeof(completion))
		entry_failed(entry, EIO);
	else if (completion.error)
		entry_failed(entry, completion.error);
	else
		entry_opened(entry, completion.session);
	return G_SOURCE_REMOVE;
}

static gboolean open_overdue(gpointer data)
{
	struct entry *entry = data;

	entry->timer = 0;
	entry_retry(entry, "the kernel has not completed it");
	return G_SOURCE_REMOVE;
}

/* Return: 0 or an errno. */
static int open_control(int *control)
{
	struct mbim_dss_hello hello = {
		.size = sizeof(hello),
		.version = MBIM_DSS_VERSION,
	};
	int err;

	*control = open(CONTROL, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (*control < 0)
		return errno;
	if (!ioctl(*control, MBIM_DSS_IOC_HELLO, &hello))
		return 0;
	err = errno;
	close(*control);
	*control = -1;
	return err;
}

/* Return: 0 or an errno. */
static int ask(const struct entry *entry, struct mbim_dss_open *request)
{
	return ioctl(entry->control, MBIM_DSS_IOC_OPEN, request) ? errno : 0;
}

/*
 * The lowest number that is free and that no other line asks for, be that line's session open
 * or not: the kernel knows only what is open. Return: 0 or an errno.
 */
static int ask_for_any(const struct entry *entry, struct mbim_dss_open *request)
{
	int err = EBUSY;

	for (uint32_t number = 0; err == EBUSY && number < MBIM_DSS_MAX_SESSIONS; number++) {
		if (line_with_number(entry, number))
			continue;
		request->session = number;
		err = ask(entry, request);
	}
	return err;
}

static void entry_open(struct entry *entry)
{
	struct mbim_dss_open request = {
		.size = sizeof(request),
		.flags = MBIM_DSS_OPEN_PERSIST,
		.modem = entry->modem,
		.session = entry->wanted.session,
	};
	int err;

	memcpy(request.service, entry->wanted.uuid, sizeof(request.service));
	err = open_control(&entry->control);
	if (!err)
		err = has_number(entry) ? ask(entry, &request) : ask_for_any(entry, &request);
	if (err) {
		entry_failed(entry, err);
		return;
	}
	entry->state = ENTRY_OPENING;
	entry->session = request.session;
	entry->control_source = g_unix_fd_add(entry->control, G_IO_IN | G_IO_ERR | G_IO_HUP,
					      completion_ready, entry);
	entry->timer = g_timeout_add_seconds(OPEN_WAIT_S, open_overdue, entry);
}

static bool entry_has(const struct entry *entry, uint32_t modem, uint32_t session)
{
	return (entry->state == ENTRY_OPENING || entry->state == ENTRY_OPEN) &&
	       entry->modem == modem && entry->session == session;
}

static struct entry *entry_of_session(struct autostart *autostart, uint32_t modem,
				      uint32_t session)
{
	for (unsigned int i = 0; i < autostart->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(autostart->entries, i);

		if (entry_has(entry, modem, session))
			return entry;
	}
	return NULL;
}

/* A session that an agent before this one has opened is one of ours. */
static void adopt_session(void *data, const struct message_session *session)
{
	const struct entry *other;
	struct entry *entry = data;

	if (entry->state != ENTRY_IDLE || session->modem != entry->modem ||
	    session->state != MBIM_DSS_SESSION_OPEN || session->uid ||
	    !(session->flags & MBIM_DSS_OPEN_PERSIST) || !is_same_service(entry, session->uuid))
		return;
	if (has_number(entry) && entry->wanted.session != session->session)
		return;
	other = line_with_number(entry, session->session);
	if (!has_number(entry) && other && is_same_service(other, session->uuid))
		return;
	if (entry_of_session(entry->autostart, session->modem, session->session))
		return;
	entry_opened(entry, session->session);
}

static void entry_begin(struct entry *entry)
{
	entry_settle(entry, ENTRY_IDLE);
	/* Not opened a second time for want of knowing. */
	if (netlink_dump_sessions(entry->autostart->nl, entry->modem, adopt_session, entry))
		entry_retry(entry, "the kernel does not tell its sessions");
	else if (entry->state == ENTRY_IDLE)
		entry_open(entry);
}

static void entry_start(struct entry *entry)
{
	if (entry->state == ENTRY_OPENING || entry->state == ENTRY_OPEN)
		return;
	entry->retries = 0;
	entry_begin(entry);
}

/* One of this modem for this line of the policy that no other line has taken yet. */
static struct entry *find_unmarked(struct autostart *autostart, uint32_t modem,
				   const struct policy_autostart *wanted)
{
	for (unsigned int i = 0; i < autostart->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(autostart->entries, i);

		if (!entry->in_policy && entry->modem == modem &&
		    entry->wanted.session == wanted->session &&
		    is_same_service(entry, wanted->uuid))
			return entry;
	}
	return NULL;
}

static void mark_wanted(struct autostart *autostart, uint32_t modem,
			const struct policy_autostart *wanted)
{
	struct entry *entry = find_unmarked(autostart, modem, wanted);

	if (!entry) {
		entry = g_new0(struct entry, 1);
		entry->autostart = autostart;
		entry->modem = modem;
		entry->wanted = *wanted;
		entry->state = ENTRY_IDLE;
		entry->control = -1;
		g_ptr_array_add(autostart->entries, entry);
	}
	entry->in_policy = true;
}

/* What the policy has no more goes: downwards, as it goes from the array. */
static void drop_unmarked(struct autostart *autostart, uint32_t modem)
{
	for (unsigned int i = autostart->entries->len; i--;) {
		struct entry *entry = g_ptr_array_index(autostart->entries, i);

		if (entry->modem != modem)
			continue;
		if (!entry->in_policy)
			g_ptr_array_remove_index(autostart->entries, i);
		else
			entry->in_policy = false;
	}
}

void autostart_probed(struct autostart *autostart, const struct policy *policy, uint32_t modem)
{
	const struct policy_autostart *list;
	unsigned int count = policy_autostarts(policy, &list);

	for (unsigned int i = 0; i < count; i++)
		mark_wanted(autostart, modem, &list[i]);
	drop_unmarked(autostart, modem);
	for (unsigned int i = 0; i < autostart->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(autostart->entries, i);

		if (entry->modem == modem)
			entry_start(entry);
	}
}

void autostart_closed(struct autostart *autostart, uint32_t modem, uint32_t session)
{
	struct entry *entry = entry_of_session(autostart, modem, session);

	/* While it is being opened, its completion says so as well. */
	if (!entry || entry->state != ENTRY_OPEN)
		return;
	/* One that ends each time as soon as it is open must not keep the modem busy. */
	if (g_get_monotonic_time() - entry->opened >= RETRY_MAX_S * G_USEC_PER_SEC)
		entry->retries = 0;
	entry_retry(entry, "the session has ended");
}

void autostart_forget(struct autostart *autostart, uint32_t modem)
{
	for (unsigned int i = autostart->entries->len; i--;) {
		struct entry *entry = g_ptr_array_index(autostart->entries, i);

		if (entry->modem == modem)
			g_ptr_array_remove_index(autostart->entries, i);
	}
}

struct autostart *autostart_new(struct netlink *nl)
{
	struct autostart *autostart = g_new0(struct autostart, 1);

	autostart->nl = nl;
	autostart->entries = g_ptr_array_new_with_free_func(entry_free);
	return autostart;
}

void autostart_free(struct autostart *autostart)
{
	if (!autostart)
		return;
	g_ptr_array_unref(autostart->entries);
	g_free(autostart);
}
