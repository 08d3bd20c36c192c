#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug x86-debug 6.1
# vm-options: --timeout 7200
#
# Storms: unplugs, wwan0 down and up, the module out and in; afterwards all is as at
# the start. The guest's epilogue looks for leaks and reports.
. tests/vm/lib.sh
. tests/e2e/lib.sh

# all of it, 500 unplugs, 200 times down and up, 50 loads, takes five minutes on uml-debug and an
# hour in emulation with the checkers: by default a share
case $VM_SHORT-$VM_KERNEL in
1-uml-debug)
	export STORM_UNPLUGS=60 STORM_UPDOWNS=25
	STORM_RELOADS=6 ;;
1-*)
	export STORM_UNPLUGS=15 STORM_UPDOWNS=10
	STORM_RELOADS=3 ;;
esac

uuid_echo=6d62696d-2d73-696d-0001-000000000001
start_all

cases storm
is "$(find /dev/mbim -name "dss*" | wc -l)" 0 "no node is left"
is "$(cat /sys/module/mbim_dss/refcnt)" 0 "nobody holds the module"

# out and in with a modem there, its netdev up and down, a session open before
stop_agent
rounds=${STORM_RELOADS:-50} bad=0
for i in $(seq "$rounds"); do
	[ $((i % 2)) = 0 ] && netdev=up || netdev=down
	ip link set wwan0 "$netdev"
	mbim-dss open "$uuid_echo" --attach --session 7 > "$TMP/open" 2>&1 || bad=$((bad + 1))
	unload_dss 2> "$TMP/unload" && bad=$((bad + 1))
	mbim-dss close /dev/mbim/dss0s7 > "$TMP/close" 2>&1 || bad=$((bad + 1))
	unload_dss || bad=$((bad + 1))
	load_dss || bad=$((bad + 1))
done
is $bad 0 "$rounds times: no unloading with a session open, unloading without one"
diag "$(cat "$TMP/open" "$TMP/unload" "$TMP/close" 2>/dev/null)"
is "$(mbim-dss list --json | grep -c '"modem":')" 1 "the modem is still there"
no_sim_errors
done_testing
