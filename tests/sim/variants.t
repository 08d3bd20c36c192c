#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# Modems of many kinds, against the stock cdc_mbim: it keeps the rules of each, so
# the simulator must find no fault with it, and every datagram comes back.
. tests/vm/lib.sh
. tests/sim/lib.sh

# its rule would load our module
stop_udev

# One modem: OPTIONS... into which data go both ways.
try() {
	start_sim --mtu 0 "$@"
	wait_for 10 test -c $WDM || bail "no $WDM for $*"
	wait_for 10 test -d /sys/class/net/wwan0 || bail "no wwan0 for $*"
	[ ! -e /sys/class/net/wwan0/queues/rx-0/rps_cpus ] ||
		echo 1 > /sys/class/net/wwan0/queues/rx-0/rps_cpus
	connect $ECHO 1
	connect $ECHO 2
	vlan 1 && vlan 2
	ok "$*: echo" $PACKET echo dss1 300 1 2048
	$PACKET echo dss1 200 1 100 &
	first=$!
	ok "$*: two sessions at a time" $PACKET echo dss2 200 1 100
	wait $first
	is $? 0 "$*: both of them"
	no_errors "$*: no rule broken"
}
done_with() {
	stop_sim
	wait_for 10 test ! -e $WDM || bail "$WDM stays"
}
attribute() { cat /sys/class/net/wwan0/cdc_ncm/"$1"; }

load_modules
try --modulus 32 --remainder 14 --ndp-modulus 16
is "$(attribute wNdpOutDivisor) $(attribute wNdpOutPayloadRemainder) $(attribute wNdpOutAlignment)" \
	'32 14 16' 'the host has taken the alignments'
done_with

try --ntb-datagrams 3
is "$(attribute wNtbOutMaxDatagrams)" 3 'the host has taken the limit of datagrams'
done_with

# 16384 is the default of cdc_ncm, whatever the modem takes.
try --ntb-max 65535
is "$(stat ntb_in_size)" 16384 'the host has set a smaller NTB size'
echo 32768 > /sys/class/net/wwan0/cdc_ncm/rx_max
is "$(stat ntb_in_size)" 32768 'and then another'
ok 'which works' $PACKET echo dss1 100 1 2048
done_with

try --ntb-max 4096
is "$(attribute dwNtbOutMaxSize)" 4096 'the host has taken the NTB size'
done_with

try --max-datagram 8192
is "$(stat max_datagram)" 2048 'the host has set a maximum datagram size for its MTU'
done_with

try --vendor 12d1
is "$(attribute ndp_to_end)" Y 'a modem that wants NDPs at the end'
done_with

try --vendor 0bdb
done_with

try --speed super
like "$(cat /sys/bus/usb/devices/*/speed)" '^5000$' 'a SuperSpeed modem'
done_with

# ---- two at a time
start_sim --mtu 0 --port 2 --serial one
mbim-sim --daemon --mtu 0 --port 5 --serial two --socket "$TMP/two.sock" --pid-file "$TMP/two.pid" \
	> "$TMP/two.log"
ok 'two modems' wait_for 10 test -c /dev/cdc-wdm1
ok 'the process id of the daemon' test -d "/proc/$(cat "$TMP/two.pid")"
ok 'two netdevs' wait_for 10 test -d /sys/class/net/wwan1
like "$(mbimcli -p -d /dev/cdc-wdm0 --query-device-caps)" "Device ID: 'one'" 'the first'
like "$(mbimcli -p -d /dev/cdc-wdm1 --query-device-caps)" "Device ID: 'two'" 'the second'
WDM=/dev/cdc-wdm1 connect $ECHO 9
is "$(stat open_sessions)" '[]' 'a session of the second is none of the first'
like "$(ctl --socket "$TMP/two.sock" stats)" '"open_sessions":\[9\]' 'but of the second'
nok 'a port in use' timeout 20 mbim-sim --port 5 --socket "$TMP/three.sock"
nok 'a control socket in use' mbim-sim --socket "$TMP/two.sock"
ok 'the second is told to quit' ctl --socket "$TMP/two.sock" quit
ok 'and does' wait_for 10 test ! -e /sys/class/net/wwan1
ok 'the first stays' test -e /sys/class/net/wwan0
stop_sim

# ---- what is no modem
nok 'no such option' mbim-sim --nonsense
nok 'a remainder too large' mbim-sim --modulus 4 --remainder 4
nok 'a modulus that is no power of 2' mbim-sim --modulus 12
nok 'NTBs too small for a datagram' mbim-sim --ntb-max 4096 --max-datagram 8192
nok 'too many sessions' mbim-sim --max-sessions 257
nok 'no such port' mbim-sim --port 250
nok 'nobody listens' mbim-sim ctl stats
like "$(mbim-sim --help)" 'mbim-sim ctl' 'help'
nok 'all of it without our module' test -d /sys/module/mbim_dss
done_testing
