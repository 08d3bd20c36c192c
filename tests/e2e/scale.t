#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug 6.1
# vm-options: --timeout 600
#
# As much as there can be.
. tests/vm/lib.sh
. tests/e2e/lib.sh

# 256 requests at a time: the last of them waits for all before it
AGENT_TIMEOUT=60
start_all --max-sessions 256
cases scale
is "$(sim_stat responses_dropped)" 0 "the agent asks no more at a time than the modem can answer"

# one modem of several: the commands want to know which
start sim2 mbim-sim --socket /run/mbim-sim2.sock
ok "a second modem comes" wait_for 20 probed 1
like "$(mbim-dss open echo 2>&1)" "modem" "mbim-dss open asks which modem"
node=$(mbim-dss open echo --modem dss1)
is "$node" /dev/mbim/dss1s0 "mbim-dss open --modem dss1"
echo "over the second" > "$node"
is "$(timeout 10 head -n 1 "$node")" "over the second" "its node works"
ok "mbim-dss close of its node" mbim-dss close "$node"
cases scale two
stop sim2 TERM
no_sim_errors
done_testing
