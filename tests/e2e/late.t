#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: x86-debug 6.1
#
# What another processor is in the middle of. A session ends while one is about to put a datagram
# into its receive queue: memory that is used or lost is a report at the latest when the module
# goes. A datagram comes while one is opening its session.
. tests/vm/lib.sh
. tests/e2e/lib.sh

uuid_echo=6d62696d-2d73-696d-0001-000000000001
stall=/sys/module/mbim_dss_stall/parameters
sim_quietly() { sim "$@" > /dev/null; }
held() { [ "$(cat "$stall/held")" = 1 ]; }

# stall_in FUNCTION: when $stall/armed is 1
stall_in() {
	modprobe mbim_dss_stall function="$1" || bail "mbim_dss_stall cannot be loaded: $(dmesg | tail -n 3)"
}

start_all
stall_in dss_queue_push_slow
for i in 1 2 3; do
	# the modem has no part in the close: what it says comes behind the datagram
	mbim-dss open "$uuid_echo" --attach --session 7 > "$TMP/open" || bail "no session"
	echo 1 > "$stall/armed"
	background sim_quietly send 7 6c617465
	ok "$i: a datagram is about to be queued" wait_for 20 held
	ok "$i: its session is closed" mbim-dss close /dev/mbim/dss0s7
	ok "$i: meanwhile" held
	echo 0 > "$stall/held"
	wait "$bg_pid"
done
ok "the test module goes" rmmod mbim_dss_stall

# ATTACH: the modem knows the session already, and what it sends is received for another one
statistics=/sys/class/mbim_dss/dss0/statistics
opened() { mbim-dss open "$uuid_echo" --attach --session 7 > "$TMP/open"; }
came() { [ "$(cat "$statistics"/rx_ntbs)" -gt "$ntbs" ]; }
mbim-dss open "$uuid_echo" --attach --session 6 > "$TMP/open" || bail "no session"
stall_in dss_agent_changed
ntbs=$(cat "$statistics"/rx_ntbs) stray=$(cat "$statistics"/rx_stray)
echo 1 > "$stall/armed"
background opened
ok "a session is about to be opened" wait_for 20 held
sim_quietly send 7 6561726c79
ok "a datagram for it comes" wait_for 20 came
ok "meanwhile" held
echo 0 > "$stall/held"
wait "$bg_pid"
is $? 0 "it is opened"
is "$(cat "$statistics"/rx_stray)" "$stray" "the datagram was not astray"
is "$(timeout 10 head -c 5 /dev/mbim/dss0s7)" "early" "it is there"
ok "the test module goes" rmmod mbim_dss_stall
no_sim_errors
done_testing
