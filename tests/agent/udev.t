#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug 6.1 7.2
#
# The udev rules: the module is loaded for a modem, nodes have links by service and
# what units and rules need.
. tests/vm/lib.sh
. tests/sim/lib.sh
. tests/agent/lib.sh

settle() { udevadm settle --timeout 10; }
link() { readlink -f "/dev/mbim/by-service/$1"; }
# property NODE NAME
property() { udevadm info -q property "$1" | sed -n "s/^$2=//p"; }

[ -e /run/udev/control ] || bail 'there is no udevd'

load_modules
nok 'the module is not loaded' grep -q '^mbim_dss ' /proc/modules
start_sim
ok 'a modem comes: it is' wait_for 10 grep -q '^mbim_dss ' /proc/modules
settle
ok 'the control node' test -c /dev/mbim/control
like "$(property /dev/mbim/control TAGS)" ':systemd:' 'units can wait for it'

agent
mbim-dss open echo > /dev/null
mbim-dss open nmea > /dev/null
settle
is "$(link echo)" /dev/mbim/dss0s0 'by service'
is "$(link nmea)" /dev/mbim/dss0s1 'by another'
is "$(link nmea-dss0s1)" /dev/mbim/dss0s1 'by service, modem and session'
is "$(property /dev/mbim/dss0s1 MBIM_DSS_SERVICE)" "$NMEA" 'the UUID'
is "$(property /dev/mbim/dss0s1 MBIM_DSS_NAME)" nmea 'the name'
is "$(property /dev/mbim/dss0s1 MBIM_DSS_MODEM)" 0 'the modem'
is "$(property /dev/mbim/dss0s1 MBIM_DSS_SESSION)" 1 'the session'
like "$(property /dev/mbim/dss0s1 TAGS)" ':systemd:' 'units can wait for it'
is "$(command stat -c '%a %u' /dev/mbim/dss0s1)" '600 0' 'the mode is as the kernel made it'

mbim-dss open nmea > /dev/null
mbim-dss close dss0s1
settle
is "$(link nmea)" /dev/mbim/dss0s2 'of two, the one that is left'
mbim-dss close dss0s2
settle
nok 'without a session there is no link' test -L /dev/mbim/by-service/nmea
done_testing
