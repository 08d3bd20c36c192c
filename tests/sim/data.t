#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
# shellcheck shell=dash
#
# Data by packet sockets on the stock cdc_mbim, without our module: echo of many
# sizes byte for byte, NMEA, sink, floods, IP, whatever a modem should not send.
. tests/vm/lib.sh
. tests/sim/lib.sh

# its rule would load our module
stop_udev

# bytes TEXT: as hexadecimal digits
bytes() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }
# after COUNT COMMAND...: what comes on session 1, up to COUNT or half a second of silence
after() {
	local count="$1"

	shift
	$PACKET receive dss1 "$count" 500 "$@"
}
plugged --mtu 0
# The softirq backlog is no concern of these tests: neither its length, nor that with
# several processors there are several, which lose the order of what they hold.
echo 100000 > /proc/sys/net/core/netdev_max_backlog
[ ! -e /sys/class/net/wwan0/queues/rx-0/rps_cpus ] ||
	echo 1 > /sys/class/net/wwan0/queues/rx-0/rps_cpus
connect $ECHO 1 || bail 'no session'
connect $NMEA 2 || bail 'no session'
connect $SINK 3 || bail 'no session'
connect $SOURCE 4 || bail 'no session'
for s in 1 2 3 4 5; do
	vlan $s || bail "no VLAN for session $s"
done
ctl reset-stats > /dev/null

ok 'echo: 2000 datagrams of 1 to 2048 bytes' $PACKET echo dss1 2000 1 2048
is "$(session_stat 1 datagrams_out) $(session_stat 1 datagrams_in)" '2000 2000' 'echo: as many each way'
is "$(session_stat 1 bytes_out)" "$(session_stat 1 bytes_in)" 'echo: as many bytes each way'
is "$(session_stat 1 queued)" 0 'echo: nothing is left'
ok 'echo: 100 of the largest' $PACKET echo dss1 100 2048 2048
ok 'echo: 100 of the smallest' $PACKET echo dss1 100 1 1
no_errors

ok 'nmea: 10 sentences' $PACKET nmea dss2 10

crc=$($PACKET send dss3 500 700)
ok 'sink: takes 500' wait_for 5 session_stat_is 3 count 500
is "$(session_stat 3 crc32c)" "$crc" 'sink: of the same bytes'
is "$(session_stat 3 bytes_out)" 350000 'sink: counts the bytes'
no_errors

for size in 1500 64 4; do
	ok "source: a flood of 3000 datagrams of $size bytes" \
		$PACKET flood dss4 4 $size 3000 mbim-sim ctl flood 4 $size 3000
done
ctl flood 4 3 3000 > /dev/null
ok 'source: a flood of datagrams shorter than their number' \
	wait_for 5 session_stat_is 4 flood_sent 3000
is "$(session_stat 4 flood_left)" 0 'source: has none left'
# At full speed usbnet's tasklet may never end: it goes on as long as more arrives.
ctl delay in 20 > /dev/null
ctl flood 4 100 0 > /dev/null
ok 'source: a flood without an end' $PACKET receive dss4 1000 1000
is "$(session_stat 4 flood_left)" null 'source: it has no end'
ctl flood 4 0 0 > /dev/null
ctl delay in 0 > /dev/null
sent=$(session_stat 4 datagrams_in)
isnt "$sent" '' 'source: and yet stops'
is "$(session_stat 4 datagrams_in)" "$sent" 'source: for good'

$PACKET send dss5 1 10 > /dev/null
ok 'data on a session that is not open is an error' wait_for 5 stat_is errors 1
like "$(stat last_error)" 'session 5, which is not open' 'and named'
$PACKET send dss4 1 10 > /dev/null
ok 'so is data to a service that takes none' wait_for 5 stat_is errors 2
ctl reset-stats > /dev/null

ip addr add 10.0.0.2/24 dev wwan0
ok 'IP session 0 answers pings' ping -c 3 -W 5 10.0.0.1
isnt "$(stat pings)" 0 'which are counted'
ctl ping-ip off > /dev/null
nok 'and can be told not to' ping -c 1 -W 1 10.0.0.1

# ---- to the host
is "$(after 2 mbim-sim ctl send 1 "$(bytes 'one datagram')")" 'one datagram' 'send'
like "$(ctl send 200 zz)" 'hexadecimal' 'send: not hexadecimal'
kinds=$(ctl malformed list | sed 's/.*\[//; s/\].*//; s/[",]/ /g')
isnt "$kinds" '' 'malformed: there are kinds'
for kind in $kinds; do
	out=$(after 100 sh -c "mbim-sim ctl malformed $kind 1 &&
		mbim-sim ctl send 1 $(bytes "after $kind")")
	case $kind in
	ndp-order)
		is "$out" "ndp-order 1
ndp-order 2
after ndp-order" 'malformed ndp-order: both datagrams arrive, and the next' ;;
	early-null)
		is "$out" "early-null 1
after early-null" 'malformed early-null: the one before the null entry arrives, and the next' ;;
	*)
		like "$out" "^after $kind\$" "malformed $kind: what follows arrives" ;;
	esac
done
nok 'malformed: no such kind' ctl malformed nonsense 1
no_errors

# ---- faults
ctl nak out on > /dev/null
$PACKET send dss3 5 100 > /dev/null
ok 'nak out: a transfer stays' wait_for 5 sh -c 'mbim-sim ctl stats | grep -q "\"out\":[1-9]"'
is "$(session_stat 3 count)" 0 'nak out: nothing arrives'
ctl nak out off > /dev/null
ok 'nak out: until it is over' wait_for 5 session_stat_is 3 count 5
ctl nak in on > /dev/null
is "$(after 1 mbim-sim ctl send 1 "$(bytes late)")" '' 'nak in: nothing comes'
is "$(after 1 mbim-sim ctl nak in off)" late 'nak in: until it is over'
ctl status out EPROTO 1 > /dev/null
$PACKET send dss3 1 100 > /dev/null
ok 'status: a bulk OUT transfer ends with EPROTO' wait_for 5 stat_is transfers_failed 1
ctl stall in 1 > /dev/null
ok 'stall in: cdc_mbim clears the halt' wait_for 5 $PACKET echo dss1 5 10 20
ctl stall out 1 > /dev/null
$PACKET send dss3 1 100 > /dev/null
ok 'stall out: likewise' wait_for 10 $PACKET echo dss1 5 10 20
ctl delay out 20 > /dev/null
ok 'delay: echo still works' $PACKET echo dss1 5 10 20
ctl delay out 0 > /dev/null

# ---- plug
ok 'unplug' ctl unplug
ok 'unplug: wwan0 is gone' wait_for 10 test ! -e /sys/class/net/wwan0
nok 'unplug: only once' ctl unplug
ok 'plug' ctl plug
ok 'plug: wwan0 is there again' wait_for 10 test -e /sys/class/net/wwan0
is "$(stat open_sessions)" '[]' 'plug: without sessions'
wait_for 10 test -c $WDM
ok 'plug: sessions can be opened' connect $ECHO 1
vlan 1
ok 'plug: and work' $PACKET echo dss1 50 1 2048
no_errors

ok 'quit' ctl quit
ok 'quit: wwan0 is gone' wait_for 10 test ! -e /sys/class/net/wwan0
nok 'all of it without our module' test -d /sys/module/mbim_dss
done_testing
