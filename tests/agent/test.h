/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every test program of this directory includes first. */
#ifndef TESTS_AGENT_TEST_H
#define TESTS_AGENT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* One group a program, as TAP for prove(1). */
#define test_main(tests)						\
	int main(void)							\
	{								\
		cmocka_set_message_output(CM_OUTPUT_TAP);		\
		return cmocka_run_group_tests(tests, NULL, NULL);	\
	}

#endif /* TESTS_AGENT_TEST_H */
