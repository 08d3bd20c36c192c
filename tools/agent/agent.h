/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent: bound to the kernel, with a modem for each that the kernel has.
 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include <stdbool.h>

struct agent;

/** struct agent_options - from the command line */
struct agent_options {
	const char *policy_path;
	unsigned int timeout;	/* seconds for an answer of a modem */
	bool wait;		/* for the kernel module, instead of giving up */
	int ready_fd;		/* where "ready" is written, or -1 */
};

/**
 * agent_new - read the policy, bind or begin to wait
 * @options: must outlive the agent
 * @failed: called from the main loop, once, when it cannot go on; the reason
 *	has been logged
 *
 * Return: NULL after an error, which has been logged.
 */
struct agent *agent_new(const struct agent_options *options, void (*failed)(void *data),
			void *data);
void agent_free(struct agent *agent);

/** agent_reload - read the policy again, and see whether the modems still answer */
void agent_reload(struct agent *agent);

#endif /* AGENT_AGENT_H */
