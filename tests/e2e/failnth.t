#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug
# vm-options: --timeout 1800
#
# Each allocation and each copy from and to user space of a call fails, one after the
# other.
. tests/vm/lib.sh
. tests/e2e/lib.sh

memory_may_fail
start_all
cases failnth
no_sim_errors
node=$(mbim-dss open echo)
echo "still here" > "$node"
is "$(timeout 10 head -n 1 "$node")" "still here" "afterwards data flow"
done_testing
