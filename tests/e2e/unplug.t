#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# The modem goes, at the worst moments; then the module.
. tests/vm/lib.sh
. tests/e2e/lib.sh

start_all
diag "wwan0 down"
cases unplug
diag "wwan0 up"
cases unplug up

# plain shell
sim plug > "$TMP/answer" 2>&1
wait_for 10 probed || bail "the modem does not come back"
node=$(mbim-dss open nmea)
cat "$node" > "$TMP/cat.out" 2> "$TMP/cat.err" &
reader=$!
ok "cat reads sentences" wait_for 10 test -s "$TMP/cat.out"
sim unplug > "$TMP/answer"
ok "cat ends" wait_for 2 gone "$reader"
like "$(cat "$TMP/cat.err")" "No such device" "and says why"
ok "its node is gone" wait_for 2 test ! -e "$node"

# the module
sim plug > "$TMP/answer"
wait_for 10 probed || bail "the modem does not come back"
node=$(mbim-dss open echo)
sh -c "exec sleep 1000" < "$node" &
holder=$!
holds_node() { [ "$(readlink "/proc/$holder/fd/0")" = "$node" ]; }
wait_for 10 holds_node || bail "$node is not held open"
nok "rmmod is refused while a session is open" rmmod mbim_dss
ok "close" mbim-dss close "$node"
nok "rmmod is refused while a node is open" rmmod mbim_dss
kill $holder
wait $holder 2> "$TMP/wait"
stop_agent
ok "rmmod with the modem there" rmmod mbim_dss
load_dss
start_agent
ok "and loaded again it finds the modem" wait_for 10 probed
sim unplug > "$TMP/answer"
ok "rmmod right after an unplugging" rmmod mbim_dss
# shellcheck disable=SC2154 # start_agent sets it
ok "the agent notices" wait_for 10 gone "$agent_pid"
stop_agent
is $? 1 "and ends with an error"
done_testing
