// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A mistake for each check of "make lint" that looks at user space, to prove that it is
 * found. See ../../check.
 */
#include <stdlib.h>

int planted_sign(int n);
void planted_free(char *p, int twice);

/* user-gcc, user-clang: there is no declaration of it */
void planted_no_declaration(void)
{
}

/* clang-tidy: either way the same is done */
int planted_sign(int n)
{
	if (n < 0)
		return 1;
	else
		return 1;
}

/* -fanalyzer: it may be freed twice */
void planted_free(char *p, int twice)
{
	free(p);
	if (twice > 1)
		free(p);
}
