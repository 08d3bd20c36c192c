#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# USB autosuspend with sessions open. System sleep is in sleep.t.
. tests/vm/lib.sh
. tests/e2e/lib.sh

# it sleeps when nothing is said: not by the stack on its own either
for f in default all; do
	echo 1 > /proc/sys/net/ipv6/conf/$f/disable_ipv6
done
start_all
cases autosuspend
no_sim_errors
done_testing
