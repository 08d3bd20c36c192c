#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug x86-debug 6.1
# vm-options: --timeout 600
#
# A modem that misbehaves.
. tests/vm/lib.sh
. tests/e2e/lib.sh

# faults are for what the test sends, not for what the stack says on its own
for f in default all; do
	echo 1 > /proc/sys/net/ipv6/conf/$f/disable_ipv6
done
start_all
diag "wwan0 down"
cases faults
diag "wwan0 up"
cases faults up
no_sim_errors
done_testing
