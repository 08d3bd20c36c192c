// SPDX-License-Identifier: GPL-2.0-or-later
/* Preloaded to the agent: while /tmp/not-opened is there, a modem has NOT_OPENED for its probe. */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include <libmbim-glib.h>

/* The mbim-proxy that the agent starts is to be as it is. */
__attribute__((constructor)) static void begin(void)
{
	unsetenv("LD_PRELOAD");
}

/* Not for what libmbim itself asks of mbim-proxy. */
static gboolean is_probe(const MbimMessage *response)
{
	return mbim_message_get_message_type(response) == MBIM_MESSAGE_TYPE_COMMAND_DONE &&
	       mbim_message_command_done_get_service(response) == MBIM_SERVICE_BASIC_CONNECT &&
	       mbim_message_command_done_get_cid(response) ==
	       MBIM_CID_BASIC_CONNECT_DEVICE_SERVICES;
}

MbimMessage *mbim_device_command_finish(MbimDevice *device, GAsyncResult *result, GError **error)
{
	MbimMessage *(*finish)(MbimDevice *device, GAsyncResult *result, GError **error);
	MbimMessage *response;

	*(void **)&finish = dlsym(RTLD_NEXT, "mbim_device_command_finish");
	response = finish(device, result, error);
	if (!response || !is_probe(response) || access("/tmp/not-opened", F_OK))
		return response;
	mbim_message_unref(response);
	g_set_error(error, MBIM_PROTOCOL_ERROR, MBIM_PROTOCOL_ERROR_NOT_OPENED, "not opened");
	return NULL;
}
