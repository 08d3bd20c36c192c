// SPDX-License-Identifier: GPL-2.0-or-later
/* Preloaded to the agent: while /tmp/no-dump is there, it cannot ask the kernel for dumps. */
#include <dlfcn.h>
#include <unistd.h>

#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

int nl_send_auto(struct nl_sock *socket, struct nl_msg *msg)
{
	int (*send)(struct nl_sock *socket, struct nl_msg *msg);

	if (nlmsg_hdr(msg)->nlmsg_flags & NLM_F_ROOT && !access("/tmp/no-dump", F_OK))
		return -NLE_NOMEM;
	*(void **)&send = dlsym(RTLD_NEXT, "nl_send_auto");
	return send(socket, msg);
}
