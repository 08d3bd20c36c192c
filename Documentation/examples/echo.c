// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Open a session to the service named on the command line, send it a datagram, see how the
 * sending ended, and print what comes back.
 *
 *	cc echo.c $(pkg-config --cflags --libs libwwandss) -o echo && ./echo echo hello
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <wwandss.h>

#define TIMEOUT_MS 5000

static int fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, wwan_strerror(err));
	return 1;
}

static int talk(struct wwan_session *session, const char *text)
{
	struct wwan_completion completion;
	uint64_t request_id;
	char words[160];
	uint32_t count;
	char reply[4096];
	size_t len;
	int err;

	/* Returns when the driver has the datagram ... */
	err = wwan_session_write(session, text, strlen(text), 0, TIMEOUT_MS, &request_id);
	if (err)
		return fail("write", err);
	printf("request %" PRIu64 "\n", request_id);

	/* ... and this one when the modem has it. */
	err = wwan_session_reap(session, &completion, 1, TIMEOUT_MS, &count);
	if (err)
		return fail("reap", err);
	printf("request %" PRIu64 ": %" PRIu64 " bytes: %s\n", completion.request_id,
	       completion.bytes, wwan_completion_strerror(&completion, words, sizeof(words)));

	err = wwan_session_read(session, reply, sizeof(reply), TIMEOUT_MS, &len);
	if (err)
		return fail("read", err);
	printf("reply: %.*s\n", (int)len, reply);
	return 0;
}

int main(int argc, char **argv)
{
	struct wwan_open_args args = { .modem = 0, .session = WWAN_SESSION_ANY };
	struct wwan_completion completion;
	struct wwan_session *session;
	struct wwan_service service;
	struct wwan_handle *handle;
	char words[160];
	int err, result;

	if (argc != 3) {
		fprintf(stderr, "Usage: %s SERVICE TEXT\n", argv[0]);
		return 2;
	}
	err = wwan_open_handle(WWAN_VERSION, NULL, NULL, &handle);
	if (err)
		return fail("wwan_open_handle", err);
	err = wwan_find_device_service(handle, args.modem, argv[1], &service);
	if (err) {
		result = fail(argv[1], err);
		goto out;
	}
	memcpy(args.service, service.uuid, sizeof(args.service));
	err = wwan_open_data_session_wait(handle, &args, TIMEOUT_MS, &completion, &session);
	if (err) {
		completion.error = err;
		fprintf(stderr, "open: %s\n",
			wwan_completion_strerror(&completion, words, sizeof(words)));
		result = 1;
		goto out;
	}
	printf("open: /dev/mbim/dss%us%u\n", wwan_session_get_modem(session),
	       wwan_session_get_id(session));
	result = talk(session, argv[2]);
out:
	/* Closes the session and frees its object, too. */
	wwan_close_handle(handle, NULL);
	return result;
}
