#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
# vm-options: --timeout 600
# shellcheck shell=dash
#
# URBs killed at any moment: wwan0 down and up, the plug pulled, the driver unbound,
# all under load in both directions. Each URB has to end, and only once: else the
# kernel hangs, or drops the USB/IP connection ("cannot find a urb").
. tests/vm/lib.sh
. tests/sim/lib.sh

# its rule would load our module
stop_udev

usb_log() { dmesg | grep -c -e 'cannot find a urb' -e 'timed out with pending'; }
moved() { [ "$(stat ntbs_in)" -gt "$before" ]; }
present() { [ -c "$WDM" ] && [ -d /sys/class/net/wwan0 ]; }
# load: a flood to the host, and a writer, on a modem just plugged in
load() {
	connect $SOURCE 1 && connect $SINK 2 && vlan 1 && vlan 2 || return 1
	ctl flood 1 500 0 > /dev/null
	# It ends when the device does.
	background sh -c "while $PACKET send dss2 1000 700; do :; done > /dev/null 2>&1"
}

plugged --mtu 0
# As fast as a bus would be, or less: usbnet's tasklet has to find an end.
ctl delay in 5 > /dev/null
load || bail 'no load'

failed=0
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	before=$(stat ntbs_in)
	ip link set wwan0 down || failed=$((failed + 1))
	is "$(stat in)" 0 "down $i: no URB is left"
	ip link set wwan0 up || failed=$((failed + 1))
	wait_for 5 moved || failed=$((failed + 1))
done
is $failed 0 'down and up: data flow again each time'

for i in 1 2 3 4 5; do
	ok "unplug under load $i" ctl unplug
	ok 'the devices go' wait_for 10 test ! -e /sys/class/net/wwan0
	ok 'plug' ctl plug
	ok 'the devices come' wait_for 10 present
	load || bail 'no load'
done

ok 'the driver is unloaded under load' rmmod cdc_mbim
is "$(stat in) $(stat out) $(stat interrupt)" '0 0 0' 'and leaves no URB'
ok 'and loaded' modprobe cdc_mbim
ok 'the devices come' wait_for 10 present
load || bail 'no load'
kill_sim
ok 'the simulator is killed under load: the devices go' wait_for 10 test ! -e /sys/class/net/wwan0
is "$(usb_log)" 0 'the kernel has no complaint about the transport'
nok 'all of it without our module' test -d /sys/module/mbim_dss
done_testing
