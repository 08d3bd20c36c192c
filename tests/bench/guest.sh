#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-options: --icount --timeout 900 --mem 1024
#
# One boot of the bench: all measures, as lines of JSON in measures.jsonl of the run's
# output folder.
# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh
# shellcheck source=tests/sim/lib.sh
. tests/sim/lib.sh

out=/host/out/measures.jsonl

bench() {
	build/tests/bench/bench "$@" > "$TMP/measures" || bail "bench $*"
	cat "$TMP/measures" >> "$out"
	diag "$(cat "$TMP/measures")"
}

# What a careful user of packet sockets sets: else a flood overruns the softirq backlog.
# It holds for both sides.
backlog=/proc/sys/net/core/netdev_max_backlog

load_modules
build/tests/bench/bench seed || bail "no random numbers"
start_sim --max-sessions 256
wait_for 10 test -c "$WDM" || bail "no $WDM"
wait_for 10 test -d /sys/class/net/wwan0 || bail "no wwan0"
ctl hash off > /dev/null
{ connect $ECHO 0 && connect $SINK 1 && connect $SOURCE 2; } || bail "no sessions"
echo 100000 > $backlog
echo 1 > /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
ip link set wwan0 up
ip addr add 10.0.0.2/24 dev wwan0

# udev has loaded it when the modem came
udevadm settle --timeout=60 || bail "udev has not settled"
module_absent() { ! grep '^mbim_dss ' /proc/modules || bail "mbim_dss is loaded: $1"; }
! grep -q '^mbim_dss ' /proc/modules || unload_dss || bail "mbim_dss cannot be unloaded"
module_absent "before it is measured without"
bench absent
module_absent "while it was measured without"
load_dss
bench loaded
bench peer
for s in 3 4 5 6 7; do
	connect $SINK $s || bail "no session $s"
done
bench open
bench tx
modprobe rawpipe || bail "no rawpipe"
bench raw
bench up
ip link set wwan0 down
bench down

# 256 sessions, by the agent, on a modem that has none yet
ctl unplug > /dev/null
wait_for 10 test ! -e /sys/class/net/wwan0
ctl plug > /dev/null
wait_for 10 test -c "$WDM" || bail "no $WDM"
wait_for 10 test -d /sys/class/net/wwan0 || bail "no wwan0"
start_agent
bench scale
done_testing
