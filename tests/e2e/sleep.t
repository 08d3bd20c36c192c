#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# The modem sleeps, by the callbacks that system sleep calls, with sessions open and wwan0
# down and up. Autosuspend is in autosuspend.t.
. tests/vm/lib.sh
. tests/e2e/lib.sh

start_all
for netdev in down up; do
	diag "wwan0 $netdev"
	modprobe mbim_dss_sleep || bail "mbim_dss_sleep cannot be loaded"
	cases sleep $netdev
	ok "the test module goes" rmmod mbim_dss_sleep
	sim plug > "$TMP/answer"
	wait_for 10 probed || bail "the modem does not come back"
done
no_sim_errors
done_testing
