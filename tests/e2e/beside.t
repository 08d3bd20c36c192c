#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
# vm-options: --timeout 400
#
# Sessions and what else uses wwan0 leave each other alone.
. tests/vm/lib.sh
. tests/e2e/lib.sh

# frames are counted: none of them is the stack's own
for f in default all; do
	echo 1 > /proc/sys/net/ipv6/conf/$f/disable_ipv6
done
start_all
cases beside
no_sim_errors

# the module comes and goes under IP traffic
ip link set wwan0 up
ip addr add 10.1.0.1/24 dev wwan0 2> "$TMP/ip.err"
background ping -c 400 -i 0.01 10.1.0.2 > "$TMP/ping"
pinger=$bg_pid
stop_agent
round() {
	local node

	node=$(mbim-dss open --attach --session 7 6d62696d-2d73-696d-0001-000000000001) &&
		mbim-dss close "$node" && unload_dss && load_dss
}

for i in 1 2 3 4 5; do
	ok "open, close, unload, load, round $i" round
done
ok "the pings end" wait_for 60 gone "$pinger"
like "$(cat "$TMP/ping")" "400 packets received" "and each was answered"
done_testing
