#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug x86-debug 6.1
# vm-options: --timeout 7200
#
# Storms, round after round: unplugs, wwan0 down and up, the module out and in; after each
# all is as at the start. The guest's epilogue looks for leaks and reports.
. tests/vm/lib.sh
. tests/e2e/lib.sh

# All of it, 500 unplugs, 200 times down and up, 50 loads, takes five minutes on uml-debug and an
# hour in emulation with the checkers: by default a share. KiB that may be missing afterwards: $spare
rounds=5 unplugs=100 updowns=40 reloads=10 spare=1500
case $VM_SHORT-$VM_KERNEL in
1-uml-debug) rounds=2 unplugs=20 updowns=8 reloads=2 spare=500 ;;
1-*) rounds=1 unplugs=12 updowns=8 reloads=3 spare='' ;;
esac
export STORM_UNPLUGS=$unplugs STORM_UPDOWNS=$updowns

uuid_echo=6d62696d-2d73-696d-0001-000000000001

# KiB of the kernel's own: what it has allocated in slabs and in large pieces, also as stacks. Free
# pages that a processor keeps, and empty slabs, would hide a loss; KASAN keeps what has been freed
# until a slab is asked to shrink.
kept() {
	local slab

	sync
	echo 3 > /proc/sys/vm/drop_caches
	for slab in /sys/kernel/slab/*/shrink; do
		echo 1 > "$slab"
	done
	awk '/^(SUnreclaim|VmallocUsed|Percpu|KernelStack|PageTables):/ { sum += $2 } END { print sum }' \
		/proc/meminfo
}

# out and in with a modem there, its netdev up and down, a session open before
out_and_in() {
	local i bad=0 netdev

	for i in $(seq "$reloads"); do
		[ $((i % 2)) = 0 ] && netdev=up || netdev=down
		ip link set wwan0 "$netdev"
		mbim-dss open "$uuid_echo" --attach --session 7 > "$TMP/open" 2>&1 || bad=$((bad + 1))
		unload_dss 2> "$TMP/unload" && bad=$((bad + 1))
		mbim-dss close /dev/mbim/dss0s7 > "$TMP/close" 2>&1 || bad=$((bad + 1))
		unload_dss || bad=$((bad + 1))
		load_dss || bad=$((bad + 1))
	done
	is $bad 0 "$reloads times: no unloading with a session open, unloading without one" ||
		diag "$(cat "$TMP/open" "$TMP/unload" "$TMP/close" 2>/dev/null)"
}

load_modules
load_dss
start_sim
for round in $(seq "$rounds"); do
	diag "round $round of $rounds"
	start_agent --timeout 3
	wait_for 20 probed || bail "the modem's services are not known after 20 s"
	export STORM_SEED=$((20260100 + round))
	cases storm
	is "$(find /dev/mbim -name "dss*" | wc -l)" 0 "no node is left"
	is "$(cat /sys/module/mbim_dss/refcnt)" 0 "nobody holds the module"
	stop_agent
	out_and_in
	is "$(mbim-dss list --json | grep -c '"modem":')" 1 "the modem is still there"
	now=$(kept)
	diag "the kernel keeps $now KiB"
	[ "$round" != 1 ] || first=$now
done

if [ "$VM_SHORT" = 1 ]; then
	skip "500 unplugs, 200 times down and up, 50 loads" \
		"in short: $((rounds * unplugs)), $((rounds * updowns)), $((rounds * reloads))"
fi
# An NTB each time would be 16 KiB for each unplug behind the first round; caches of the kernel's
# own may still grow by some hundred
if [ -n "$spare" ]; then
	ok "no memory is lost" test $((now - first)) -lt "$spare"
else
	skip "no memory is lost" "too few unplugs to tell"
fi
no_sim_errors
done_testing
