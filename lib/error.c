// SPDX-License-Identifier: LGPL-2.1-or-later
/* Words for errors and for MBIM status values. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "internal.h"

struct words {
	uint32_t value;
	const char *text;
};

/* The errors of <linux/mbim_dss.h> and of wwandss.h, as they are meant there. */
static const struct words error_words[] = {
	{ 0, "success" },
	{ E2BIG, "the driver is older than this program" },
	{ EACCES, "access denied, by file mode, by the agent's policy, or because the service "
		  "is a native one" },
	{ EAGAIN, "not now: the agent has not told the modem's services yet, or no write is "
		  "under way" },
	{ EALREADY, "too late to cancel" },
	{ EBUSY, "the session id is taken, or its VLAN device exists" },
	{ ECANCELED, "cancelled by a close or a cancel" },
	{ ECONNREFUSED, "there is no agent" },
	{ ECONNRESET, "the agent died and no other took its place" },
	{ EDEADLK, "not to be called from a callback" },
	{ EEXIST, "in the place of the session's node there is a file that is none" },
	{ EILSEQ, "the transfer broke: bad data on the bus" },
	{ EINVAL, "invalid argument" },
	{ EIO, "the transfer broke, the modem sleeps and cannot be woken, or the driver's events "
	       "cannot be read" },
	{ EMSGSIZE, "larger than the modem takes, or than the buffer to read into" },
	{ ENOBUFS, "too many requests whose completions have not been fetched" },
	{ ENODEV, "there is no such modem, or it is gone" },
	{ ENOENT, "there is no such service or request" },
	{ ENOMEM, "out of memory" },
	{ ENOTCONN, "the session is not open" },
	{ ENOTTY, "the driver does not know this call" },
	{ ENXIO, "the mbim_dss driver is not loaded" },
	{ EOPNOTSUPP, "the service has no data session in that direction" },
	{ EPIPE, "the modem stalled the transfer" },
	{ EPROTO, "the transfer broke, or an answer made no sense" },
	{ EPROTONOSUPPORT, "no common version with the driver" },
	{ EREMOTEIO, "the modem refused" },
	{ ETIME, "the transfer broke: no answer on the bus" },
	{ ETIMEDOUT, "no answer in time" },
	{ EUSERS, "the modem or the service has no session left" },
};

/* MBIM 1.0, table 9-9, and those that extensions added. */
static const struct words status_words[] = {
	{ 0, "success" },
	{ 1, "busy" },
	{ 2, "failure" },
	{ 3, "SIM not inserted" },
	{ 4, "bad SIM" },
	{ 5, "PIN required" },
	{ 6, "PIN disabled" },
	{ 7, "not registered" },
	{ 8, "providers not found" },
	{ 9, "no device support" },
	{ 10, "provider not visible" },
	{ 11, "data class not available" },
	{ 12, "packet service detached" },
	{ 13, "max activated contexts" },
	{ 14, "not initialized" },
	{ 15, "voice call in progress" },
	{ 16, "context not activated" },
	{ 17, "service not activated" },
	{ 18, "invalid access string" },
	{ 19, "invalid user name or password" },
	{ 20, "radio power off" },
	{ 21, "invalid parameters" },
	{ 22, "read failure" },
	{ 23, "write failure" },
	{ 25, "no phonebook" },
	{ 26, "parameter too long" },
	{ 27, "STK busy" },
	{ 28, "operation not allowed" },
	{ 29, "memory failure" },
	{ 30, "invalid memory index" },
	{ 31, "memory full" },
	{ 32, "filter not supported" },
	{ 33, "DSS instance limit" },
	{ 34, "invalid device service operation" },
	{ 35, "authentication: incorrect AUTN" },
	{ 36, "authentication: synchronization failure" },
	{ 37, "authentication: AMF not set" },
	{ 38, "context not supported" },
	{ 42, "session already exists" },
	{ 100, "SMS: unknown SMSC address" },
	{ 101, "SMS: network timeout" },
	{ 102, "SMS: language not supported" },
	{ 103, "SMS: encoding not supported" },
	{ 104, "SMS: format not supported" },
};

static const char *find_words(const struct words *words, size_t count, uint32_t value)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (words[i].value == value)
			return words[i].text;
	}
	return NULL;
}

#define FIND_WORDS(_table, _value) \
	find_words(_table, sizeof(_table) / sizeof((_table)[0]), _value)

/* The C library's words, in any thread; glibc's own strerror() is not safe there. */
static const char *libc_words(int error)
{
#ifdef __GLIBC__
	return strerrordesc_np(error);
#else
	return strerror(error);
#endif
}

WWAN_API const char *wwan_strerror(int error)
{
	const char *text = FIND_WORDS(error_words, (uint32_t)error);

	if (!text)
		text = libc_words(error);
	return text ? text : "unknown error";
}

WWAN_API const char *wwan_mbim_status_string(uint32_t status)
{
	const char *text = FIND_WORDS(status_words, status);

	return text ? text : "unknown status";
}

WWAN_API const char *wwan_session_strerror(const struct wwan_session *session, int error,
					   char *text, size_t size)
{
	if (error == EMSGSIZE)
		snprintf(text, size, "larger than the modem takes (%u bytes), or than the "
			 "buffer to read into", session->max_datagram);
	else if (error == ENOTCONN)
		snprintf(text, size, "the session is not open (dss%us%u)", session->modem,
			 session->id);
	else
		snprintf(text, size, "%s", wwan_strerror(error));
	return text;
}

WWAN_API const char *wwan_completion_strerror(const struct wwan_completion *completion,
					      char *text, size_t size)
{
	const char *words = wwan_strerror(completion->error);

	if (completion->error && completion->mbim_status)
		snprintf(text, size, "%s: %s (MBIM status %u)", words,
			 wwan_mbim_status_string(completion->mbim_status),
			 completion->mbim_status);
	else
		snprintf(text, size, "%s", words);
	return text;
}
