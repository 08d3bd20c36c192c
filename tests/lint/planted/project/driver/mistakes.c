// SPDX-License-Identifier: GPL-2.0
/*
 * A module with a mistake for each check of "make lint", to prove that it is found.
 * Nobody loads it. See ../../check.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/types.h>

static char *kept;
static u32 planted_divisor;

/* gcc, clang: there is no declaration of it */
void planted_no_declaration(void)
{
}

/* sparse: little endian is not converted */
static u32 planted_endian(__le32 wire)
{
	return wire;
}

/* checkpatch: in the strict style it is !kept. coccinelle: kfree() takes NULL. */
static void planted_null(void)
{
	if (kept != NULL)
		kfree(kept);
}

/* clang-analyzer */
static u32 planted_division(u32 n)
{
	if (!planted_divisor)
		n /= planted_divisor;
	return n;
}

static int __init planted_init(void)
{
	return planted_endian(cpu_to_le32(1)) + planted_division(1) > 1 ? -EINVAL : 0;
}

static void __exit planted_exit(void)
{
	planted_null();
}

module_init(planted_init);
module_exit(planted_exit);

MODULE_DESCRIPTION("Planted mistakes, for the tests of the static checks");
MODULE_LICENSE("GPL");
