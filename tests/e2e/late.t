#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: x86-debug 6.1
#
# A session ends while another processor is about to put a datagram into its receive queue.
# Memory that is used or lost is a report at the latest when the module goes.
. tests/vm/lib.sh
. tests/e2e/lib.sh

uuid_echo=6d62696d-2d73-696d-0001-000000000001
stall=/sys/module/mbim_dss_stall/parameters
sim_quietly() { sim "$@" > /dev/null; }
held() { [ "$(cat "$stall/held")" = 1 ]; }

start_all
modprobe mbim_dss_stall function=dss_queue_push_slow ||
	bail "mbim_dss_stall cannot be loaded: $(dmesg | tail -n 3)"
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
no_sim_errors
done_testing
