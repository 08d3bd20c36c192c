/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may open a session to what, and which sessions are opened without being
 * asked for: /etc/mbim-dss/policy.conf, see mbim-dss-policy.conf(5).
 */
#ifndef AGENT_POLICY_H
#define AGENT_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include <linux/mbim_dss.h>

struct policy;

/** struct policy_autostart - one session that is kept open */
struct policy_autostart {
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	uint32_t session;	/* or MBIM_DSS_SESSION_ANY */
};

/**
 * policy_parse - read a policy
 * @text: the file's contents
 * @name: its name, for @fault
 * @fault: out, "name:line: what is wrong", to be freed with g_free()
 *
 * Return: NULL after a fault.
 */
struct policy *policy_parse(const char *text, const char *name, char **fault);

/** policy_load - policy_parse() of a file; no such file is an empty policy */
struct policy *policy_load(const char *path, char **fault);
void policy_free(struct policy *policy);

/**
 * policy_allows - the first rule that fits decides; without one it is allowed
 * @uid: user who opens
 * @gid: his group; groups that the user database adds count as well. If it cannot be
 *	asked for them, a rule that depends on them denies, and that is logged
 */
bool policy_allows(const struct policy *policy, const uint8_t uuid[MBIM_DSS_UUID_SIZE],
		   uid_t uid, gid_t gid);

/** policy_autostarts - sessions to keep open. Return: how many @list has */
unsigned int policy_autostarts(const struct policy *policy,
			       const struct policy_autostart **list);

/** policy_rules - how many rules there are, for the log */
unsigned int policy_rules(const struct policy *policy);

#endif /* AGENT_POLICY_H */
