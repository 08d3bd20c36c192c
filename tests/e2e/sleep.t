#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# The modem sleeps, by the callbacks that system sleep calls, with sessions open and wwan0
# down and up; then the modem is unplugged while its device is locked for such a callback.
# Autosuspend is in autosuspend.t.
. tests/vm/lib.sh
. tests/e2e/lib.sh

params=/sys/module/mbim_dss_sleep/parameters
locked() { [ "$(cat "$params/hold")" = 1 ]; }
unlocked() { [ "$(cat "$params/hold")" = 0 ]; }

start_all
for netdev in down up; do
	diag "wwan0 $netdev"
	modprobe mbim_dss_sleep || bail "mbim_dss_sleep cannot be loaded"
	cases sleep $netdev
	ok "the test module goes" rmmod mbim_dss_sleep
	sim plug > "$TMP/answer"
	wait_for 10 probed || bail "the modem does not come back"
done

modprobe mbim_dss_sleep || bail "mbim_dss_sleep cannot be loaded"
node=$(mbim-dss open echo)
echo 1 > "$params/hold"
ok "the modem is about to be put to sleep" wait_for 5 locked
sim unplug > "$TMP/answer"
ok "it is unplugged, and its session gone" wait_for 5 test ! -e "$node"
echo 0 > "$params/hold"
ok "who puts it to sleep does not wait for who removes it" wait_for 5 unlocked
ok "it is removed" wait_for 5 test ! -e /sys/class/mbim_dss/dss0
ok "the test module goes" rmmod mbim_dss_sleep
sim plug > "$TMP/answer"
ok "it comes back" wait_for 10 probed
no_sim_errors
done_testing
