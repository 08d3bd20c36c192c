// SPDX-License-Identifier: GPL-2.0
/*
 * The KUnit module. The suites register themselves; they run when it is loaded,
 * and leave their results in /sys/kernel/debug/kunit/<suite>/results.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("KUnit tests of mbim_dss");
MODULE_LICENSE("GPL");
