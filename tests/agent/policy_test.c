// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy file: what it may say, what it must not, and what it then means. */
#include "test.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "policy.h"
#include "service.h"

/* errno of the user database, which then has no user; -1: it is the machine's own. */
static int database_error = -1;

struct passwd *__real_getpwuid(uid_t uid);
struct passwd *__wrap_getpwuid(uid_t uid);

struct passwd *__wrap_getpwuid(uid_t uid)
{
	if (database_error < 0)
		return __real_getpwuid(uid);
	/* Who is not there is no error, and leaves errno as it was. */
	if (database_error)
		errno = database_error;
	return NULL;
}

/* errno of the group database, likewise; getgrouplist(3) then tells the user's own group only. */
static int groups_error = -1;

int __real_getgrouplist(const char *user, gid_t gid, gid_t *groups, int *count);
int __wrap_getgrouplist(const char *user, gid_t gid, gid_t *groups, int *count);
struct group *__real_getgrgid(gid_t gid);
struct group *__wrap_getgrgid(gid_t gid);

int __wrap_getgrouplist(const char *user, gid_t gid, gid_t *groups, int *count)
{
	if (groups_error < 0)
		return __real_getgrouplist(user, gid, groups, count);
	groups[0] = gid;
	*count = 1;
	return 1;
}

struct group *__wrap_getgrgid(gid_t gid)
{
	if (groups_error < 0)
		return __real_getgrgid(gid);
	if (groups_error)
		errno = groups_error;
	return NULL;
}

static struct policy *parse(const char *text)
{
	g_autofree char *fault = NULL;
	struct policy *policy = policy_parse(text, "file", &fault);

	if (!policy)
		print_message("%s\n", fault);
	assert_non_null(policy);
	assert_null(fault);
	return policy;
}

static bool allows(const struct policy *policy, const char *service, uid_t uid, gid_t gid)
{
	uint8_t uuid[MBIM_DSS_UUID_SIZE];

	assert_true(service_lookup(service, uuid));
	return policy_allows(policy, uuid, uid, gid);
}

static void no_rule_allows(void **state)
{
	struct policy *policy = parse("# nothing\n\n   \t\n");

	(void)state;
	assert_int_equal(policy_rules(policy), 0);
	assert_true(allows(policy, "nmea", 1000, 1000));
	policy_free(policy);
}

static void first_rule_that_fits_decides(void **state)
{
	struct policy *policy = parse("allow nmea user 1000 # the one\n"
				      "deny nmea *\n"
				      "allow\t*\tgroup 2000\r\n"
				      "deny 6d62696d-2d73-696d-0001-000000000003 *\n"
				      "allow sink user 1000");

	(void)state;
	assert_int_equal(policy_rules(policy), 5);
	assert_true(allows(policy, "nmea", 1000, 1));
	assert_false(allows(policy, "nmea", 1001, 1));
	assert_false(allows(policy, "nmea", 1001, 2000));
	assert_true(allows(policy, "sink", 1001, 2000));
	assert_false(allows(policy, "sink", 1000, 1));
	assert_true(allows(policy, "echo", 1000, 1));
	policy_free(policy);
}

static void deny_all_denies_root_as_well(void **state)
{
	struct policy *policy = parse("deny * *");

	(void)state;
	assert_false(allows(policy, "echo", 0, 0));
	policy_free(policy);
}

static void names_of_users_and_groups(void **state)
{
	struct policy *policy = parse("allow echo user root\n"
				      "allow sink group root\n"
				      "deny * *\n");

	(void)state;
	assert_true(allows(policy, "echo", 0, 12345));
	assert_false(allows(policy, "echo", 12345, 0));
	assert_true(allows(policy, "sink", 12345, 0));
	/* root's group by the user database, whatever group he runs with */
	assert_true(allows(policy, "sink", 0, 12345));
	assert_false(allows(policy, "sink", 4000000000u, 12345));
	policy_free(policy);
}

/* What a rule says of a group is not known: it might deny. */
static void user_database_that_fails(void **state)
{
	static const int faults[] = {
		EIO, EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN, ECONNREFUSED, ENOENT, ESRCH, EPERM, EBADF,
	};
	struct policy *policy = parse("deny echo group 2000\n"
				      "allow sink group 2000\n"
				      "deny nmea user 1001\n");

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
		database_error = faults[i];
		assert_false(allows(policy, "echo", 0, 1));
		assert_false(allows(policy, "sink", 0, 1));
		/* his own group is known without it, and who asks not for groups, does not care */
		assert_true(allows(policy, "sink", 0, 2000));
		assert_true(allows(policy, "nmea", 0, 1));
	}
	database_error = -1;
	policy_free(policy);
}

/* getgrouplist() cannot say so: his other groups are missing without a word. */
static void group_database_that_fails(void **state)
{
	static const int faults[] = {
		EIO, EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN, ECONNREFUSED, ENOENT, ESRCH, EPERM, EBADF,
	};
	struct policy *policy = parse("deny echo group 2000\n"
				      "allow sink group 2000\n"
				      "deny nmea user 1001\n");

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
		groups_error = faults[i];
		assert_false(allows(policy, "echo", 0, 1));
		assert_false(allows(policy, "sink", 0, 1));
		assert_true(allows(policy, "sink", 0, 2000));
		assert_true(allows(policy, "nmea", 0, 1));
	}
	groups_error = -1;
	policy_free(policy);
}

/* @error: of the database that has not got what is asked for */
static void not_found_is_no_fault(int *error)
{
	struct policy *policy = parse("deny echo group 2000\n");

	*error = 0;
	errno = EIO;
	assert_true(allows(policy, "echo", 0, 1));
	assert_false(allows(policy, "echo", 0, 2000));
	*error = -1;
	policy_free(policy);
}

/* By its number a rule may name a group that is not, or not yet, there. */
static void group_that_is_not_in_the_database(void **state)
{
	(void)state;
	not_found_is_no_fault(&groups_error);
}

static void user_that_is_not_in_the_database(void **state)
{
	(void)state;
	not_found_is_no_fault(&database_error);
}

static void autostarted_sessions(void **state)
{
	struct policy *policy = parse("autostart nmea\n"
				      "autostart echo session 255\n");
	const struct policy_autostart *list;
	uint8_t uuid[MBIM_DSS_UUID_SIZE];

	(void)state;
	assert_int_equal(policy_autostarts(policy, &list), 2);
	assert_true(service_lookup("nmea", uuid));
	assert_memory_equal(list[0].uuid, uuid, sizeof(uuid));
	assert_int_equal(list[0].session, MBIM_DSS_SESSION_ANY);
	assert_int_equal(list[1].session, 255);
	assert_int_equal(policy_rules(policy), 0);
	policy_free(policy);
}

static void faults_are_named_with_their_line(void **state)
{
	static const struct {
		const char *line;
		const char *words;
	} faults[] = {
		{ "permit nmea *", "none of allow, deny, autostart" },
		{ "Allow nmea *", "none of allow, deny, autostart" },
		{ "allow", "needs a service" },
		{ "allow nmea", "needs a service, and whom" },
		{ "allow gps *", "no known service" },
		{ "allow nmea * root", "whom it is for" },
		{ "allow nmea user", "whom it is for" },
		{ "allow nmea root", "whom it is for" },
		{ "allow nmea user no-such-user-at-all", "no user" },
		{ "allow nmea group no-such-group-at-all", "no group" },
		{ "allow nmea user -1", "no user" },
		{ "allow nmea user 4294967295", "no user" },
		{ "allow nmea user 0x10", "no user" },
		{ "allow nmea user 1 2", "too many words" },
		{ "autostart", "needs a service" },
		{ "autostart *", "no known service" },
		{ "autostart sms", "of the system itself" },
		{ "autostart nmea session", "session NUMBER" },
		{ "autostart nmea session 256", "0 to 255" },
		{ "autostart nmea session -1", "0 to 255" },
		{ "autostart nmea id 3", "session NUMBER" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
		g_autofree char *text = g_strdup_printf("# one\nallow echo *\n%s\n", faults[i].line);
		g_autofree char *fault = NULL;

		assert_null(policy_parse(text, "file", &fault));
		assert_non_null(fault);
		if (!g_str_has_prefix(fault, "file:3: ") || !strstr(fault, faults[i].words))
			fail_msg("\"%s\" gave \"%s\"", faults[i].line, fault);
	}
}

static void file_that_is_not_there_is_an_empty_policy(void **state)
{
	g_autofree char *fault = NULL;
	struct policy *policy = policy_load("/nonexistent/policy.conf", &fault);

	(void)state;
	assert_non_null(policy);
	assert_null(fault);
	assert_int_equal(policy_rules(policy), 0);
	policy_free(policy);
}

static void file_that_cannot_be_read_is_a_fault(void **state)
{
	g_autofree char *fault = NULL;

	(void)state;
	assert_null(policy_load("/", &fault));
	assert_non_null(fault);
}

/* The rest of a file behind a zero byte must not be ignored. */
static void zero_byte_is_a_fault(void **state)
{
	static const char text[] = "allow nmea *\n\0deny * *\n";
	g_autofree char *fault = NULL;
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("policyXXXXXX", &path, NULL);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	assert_null(policy_load(path, &fault));
	assert_non_null(strstr(fault, "zero byte"));
	g_unlink(path);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_rule_allows),
	cmocka_unit_test(first_rule_that_fits_decides),
	cmocka_unit_test(deny_all_denies_root_as_well),
	cmocka_unit_test(names_of_users_and_groups),
	cmocka_unit_test(user_database_that_fails),
	cmocka_unit_test(user_that_is_not_in_the_database),
	cmocka_unit_test(group_database_that_fails),
	cmocka_unit_test(group_that_is_not_in_the_database),
	cmocka_unit_test(autostarted_sessions),
	cmocka_unit_test(faults_are_named_with_their_line),
	cmocka_unit_test(file_that_is_not_there_is_an_empty_policy),
	cmocka_unit_test(file_that_cannot_be_read_is_a_fault),
	cmocka_unit_test(zero_byte_is_a_fault),
};

test_main(tests)
