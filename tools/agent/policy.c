// SPDX-License-Identifier: GPL-2.0-or-later
/* The access policy: its file and its answer. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include <glib.h>

#include "log.h"
#include "policy.h"
#include "service.h"

enum rule_who {
	RULE_ANYONE,
	RULE_USER,
	RULE_GROUP,
};

struct rule {
	bool allow;
	bool any_service;
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	enum rule_who who;
	uint32_t id;		/* uid or gid */
};

struct policy {
	GArray *rules;		/* struct rule, in the order of the file */
	GArray *autostarts;	/* struct policy_autostart */
};

/*
 * Words of one line. The words point into @text, which is cut up. Return: how
 * many there are; one more than @max for too many.
 */
static unsigned int split_line(char *text, char **words, unsigned int max)
{
	unsigned int count = 0;
	char *rest = text;
	char *word;

	text[strcspn(text, "#")] = '\0';
	while ((word = strtok_r(rest, " \t\r", &rest))) {
		if (count == max)
			return max + 1;
		words[count++] = word;
	}
	return count;
}

static bool parse_number(const char *text, uint64_t max, uint32_t *number)
{
	guint64 value;

	if (!g_ascii_string_to_unsigned(text, 10, 0, max, &value, NULL))
		return false;
	*number = value;
	return true;
}

/* UINT32_MAX is nobody: (uid_t)-1 stands for "no id" in the kernel's calls. */
static bool find_user(const char *text, uint32_t *id)
{
	const struct passwd *user = getpwnam(text);

	if (user)
		*id = user->pw_uid;
	return user || parse_number(text, UINT32_MAX - 1, id);
}

static bool find_group(const char *text, uint32_t *id)
{
	const struct group *group = getgrnam(text);

	if (group)
		*id = group->gr_gid;
	return group || parse_number(text, UINT32_MAX - 1, id);
}

/* "allow nmea group gps"; @words[0] is known. Return: NULL or what is wrong. */
static char *parse_rule(struct policy *policy, char **words, unsigned int count)
{
	struct rule rule = { .allow = !strcmp(words[0], "allow") };

	if (count < 3)
		return g_strdup_printf("\"%s\" needs a service, and whom it is for", words[0]);
	rule.any_service = !strcmp(words[1], "*");
	if (!rule.any_service && !service_lookup(words[1], rule.uuid))
		return g_strdup_printf("\"%s\" is no known service, no UUID and not \"*\"",
				       words[1]);
	if (count == 3 && !strcmp(words[2], "*")) {
		rule.who = RULE_ANYONE;
	} else if (count == 4 && !strcmp(words[2], "user")) {
		rule.who = RULE_USER;
		if (!find_user(words[3], &rule.id))
			return g_strdup_printf("there is no user \"%s\"", words[3]);
	} else if (count == 4 && !strcmp(words[2], "group")) {
		rule.who = RULE_GROUP;
		if (!find_group(words[3], &rule.id))
			return g_strdup_printf("there is no group \"%s\"", words[3]);
	} else {
		return g_strdup("whom it is for is \"*\", \"user NAME\" or \"group NAME\"");
	}
	g_array_append_val(policy->rules, rule);
	return NULL;
}

/* "autostart nmea session 3" */
static char *parse_autostart(struct policy *policy, char **words, unsigned int count)
{
	struct policy_autostart autostart = { .session = MBIM_DSS_SESSION_ANY };

	if (count < 2)
		return g_strdup("\"autostart\" needs a service");
	if (!service_lookup(words[1], autostart.uuid))
		return g_strdup_printf("\"%s\" is no known service and no UUID", words[1]);
	if (service_is_native(autostart.uuid))
		return g_strdup_printf("\"%s\" is a service of the system itself", words[1]);
	if (count == 4 && !strcmp(words[2], "session")) {
		if (!parse_number(words[3], SESSIONS_MAX - 1, &autostart.session))
			return g_strdup_printf("\"%s\" is no session, 0 to 255", words[3]);
	} else if (count != 2) {
		return g_strdup("after the service only \"session NUMBER\" can follow");
	}
	g_array_append_val(policy->autostarts, autostart);
	return NULL;
}

static char *parse_line(struct policy *policy, char *line)
{
	char *words[4];
	unsigned int count = split_line(line, words, G_N_ELEMENTS(words));

	if (!count)
		return NULL;
	if (count > G_N_ELEMENTS(words))
		return g_strdup("there are too many words");
	if (!strcmp(words[0], "allow") || !strcmp(words[0], "deny"))
		return parse_rule(policy, words, count);
	if (!strcmp(words[0], "autostart"))
		return parse_autostart(policy, words, count);
	return g_strdup_printf("\"%s\" is none of allow, deny, autostart", words[0]);
}

static struct policy *policy_new(void)
{
	struct policy *policy = g_new0(struct policy, 1);

	policy->rules = g_array_new(FALSE, FALSE, sizeof(struct rule));
	policy->autostarts = g_array_new(FALSE, FALSE, sizeof(struct policy_autostart));
	return policy;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	g_array_unref(policy->rules);
	g_array_unref(policy->autostarts);
	g_free(policy);
}

struct policy *policy_parse(const char *text, const char *name, char **fault)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	struct policy *policy = policy_new();

	for (unsigned int i = 0; lines[i]; i++) {
		g_autofree char *wrong = parse_line(policy, lines[i]);

		if (wrong) {
			*fault = g_strdup_printf("%s:%u: %s", name, i + 1, wrong);
			policy_free(policy);
			return NULL;
		}
	}
	return policy;
}

struct policy *policy_load(const char *path, char **fault)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	gsize size;

	if (!g_file_get_contents(path, &text, &size, &error)) {
		if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			return policy_new();
		*fault = g_strdup(error->message);
		return NULL;
	}
	/* What stands behind a zero byte would be a rule that nobody obeys. */
	if (strlen(text) != size) {
		*fault = g_strdup_printf("%s: there is a zero byte in it", path);
		return NULL;
	}
	return policy_parse(text, path, fault);
}

/*
 * Groups that the user database gives to @uid, none when it does not know him; NULL
 * when it cannot tell. Of who is not there glibc leaves errno at 0: the ENOENT that getpwnam(3)
 * has among its "not found" is that of a service which cannot be reached.
 */
static GArray *groups_of_user(uid_t uid)
{
	const struct passwd *user;
	GArray *groups;
	int count = 64;

	errno = 0;
	user = getpwuid(uid);
	if (!user && errno) {
		log_error("the user database does not tell the groups of user %u: %m", uid);
		return NULL;
	}
	groups = g_array_new(FALSE, FALSE, sizeof(gid_t));
	if (!user)
		return groups;
	g_array_set_size(groups, count);
	/* Too little room: count is what it takes, so the second call suffices. */
	while (getgrouplist(user->pw_name, user->pw_gid, (gid_t *)groups->data, &count) < 0)
		g_array_set_size(groups, count);
	g_array_set_size(groups, count);
	return groups;
}

/*
 * Can it be told who is in group @gid? getgrouplist(3) leaves away what it fails to read, and
 * does not say so.
 */
static bool is_group_known(gid_t gid)
{
	errno = 0;
	if (getgrgid(gid) || !errno)
		return true;
	log_error("the group database does not tell who is in group %u: %m", gid);
	return false;
}

enum fit {
	FIT_NO,
	FIT_YES,
	FIT_UNKNOWN,
};

static enum fit group_fits(uid_t uid, gid_t gid, gid_t wanted)
{
	g_autoptr(GArray) groups = NULL;

	if (gid == wanted)
		return FIT_YES;
	groups = groups_of_user(uid);
	if (!groups)
		return FIT_UNKNOWN;
	for (unsigned int i = 0; i < groups->len; i++)
		if (g_array_index(groups, gid_t, i) == wanted)
			return FIT_YES;
	return is_group_known(wanted) ? FIT_NO : FIT_UNKNOWN;
}

static enum fit rule_fits(const struct rule *rule, const uint8_t uuid[MBIM_DSS_UUID_SIZE],
			  uid_t uid, gid_t gid)
{
	if (!rule->any_service && memcmp(rule->uuid, uuid, MBIM_DSS_UUID_SIZE))
		return FIT_NO;
	switch (rule->who) {
	case RULE_USER:
		return rule->id == uid ? FIT_YES : FIT_NO;
	case RULE_GROUP:
		return group_fits(uid, gid, rule->id);
	default:
		return FIT_YES;
	}
}

bool policy_allows(const struct policy *policy, const uint8_t uuid[MBIM_DSS_UUID_SIZE],
		   uid_t uid, gid_t gid)
{
	for (unsigned int i = 0; i < policy->rules->len; i++) {
		const struct rule *rule = &g_array_index(policy->rules, struct rule, i);

		switch (rule_fits(rule, uuid, uid, gid)) {
		case FIT_YES:
			return rule->allow;
		case FIT_UNKNOWN:
			/* It may be the one that denies. */
			return false;
		case FIT_NO:
			break;
		}
	}
	return true;
}

unsigned int policy_autostarts(const struct policy *policy,
			       const struct policy_autostart **list)
{
	*list = (const struct policy_autostart *)policy->autostarts->data;
	return policy->autostarts->len;
}

unsigned int policy_rules(const struct policy *policy)
{
	return policy->rules->len;
}
