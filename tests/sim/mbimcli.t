#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# The control protocol against mbimcli, without our module: what it says of the
# modem, sessions connected and refused, directly and through the proxy.
. tests/vm/lib.sh
. tests/sim/lib.sh

# its rule would load our module
stop_udev

no_proxy() { ! pidof mbim-proxy; }

plugged --max-sessions 4

out=$(mbimcli -d $WDM --query-device-caps 2>&1)
like "$out" "Hardware info: 'Virtual MBIM modem'" 'capabilities, directly'
like "$out" "Device ID: 'mbim-sim'" 'the serial number is the device id'
is "$(stat opens) $(stat closes)" '1 1' 'it has opened and closed the function'

out=$(mbimcli -p -d $WDM --query-device-services 2>&1)
like "$out" "Max DSS sessions: '4'" 'services, through the proxy'
like "$out" "UUID: \[$ECHO\]" 'echo is a service'
like "$(echo "$out" | grep -A2 "$NMEA")" 'DSS payload: 2' 'nmea goes to the host only'
like "$(echo "$out" | grep -A2 "$NMEA")" 'Max DSS instances: 2' 'nmea has two instances'
like "$(echo "$out" | grep -A3 "$IDLE")" 'CIDs: 1, 2, 3, 4' 'idle has commands'

for query in subscriber-ready-status radio-state registration-state packet-service-state \
	     signal-state home-provider pin-state pin-list packet-statistics; do
	ok "--query-$query" mbimcli -p -d $WDM "--query-$query"
done
ok 'IP: attach' mbimcli -p -d $WDM --attach-packet-service
like "$(mbimcli -p -d $WDM --connect=session-id=0,access-string=internet 2>&1)" \
	'Successfully connected' 'IP: connect'
like "$(mbimcli -p -d $WDM --query-ip-configuration 2>&1)" "10\.0\.0\.2/24" 'IP: an address'
like "$(mbimcli -p -d $WDM --set-radio-state=off 2>&1)" "[Ss]oftware radio state: 'off'" 'radio off'
like "$(mbimcli -p -d $WDM --phonebook-query-configuration 2>&1)" 'NoDeviceSupport' \
	'another service: no device support'

# refuse UUID SESSION WORDS DESCRIPTION
refuse() {
	like "$(mbimcli -p -d $WDM --dss-connect="$1,$2" 2>&1)" "$3" "$4"
}

ok 'echo: connect' connect $ECHO 7
is "$(stat open_sessions)" '[7]' 'session 7 is open'
refuse $SINK 7 'Unknown status 0x0000002a' 'an id in use: status 42'
ok 'nmea: connect' connect $NMEA 0
ok 'nmea: connect another' connect $NMEA 255
refuse $NMEA 9 DssInstanceLimit 'a third nmea: status 33'
ok 'sink: connect' connect $SINK 9
refuse $ECHO 10 DssInstanceLimit 'a fifth session: status 33'
refuse $IDLE 11 InvalidDeviceServiceOperation 'no data session in idle: status 34'
refuse a289cc33-bcbb-8b4f-b6b0-133ec2aae6df 11 InvalidDeviceServiceOperation \
	'none in Basic Connect: status 34'
refuse 00000000-0000-0000-0000-000000000001 11 InvalidDeviceServiceOperation \
	'an unknown service: status 34'
is "$(stat open_sessions)" '[0,7,9,255]' 'only those are open'
is "$(stat errors)" 0 'so far the host has broken no rule'
refuse $ECHO 256 InvalidParameters 'session 256: status 21'
is "$(stat errors)" 1 'which is an error of the host'

nok 'disconnect with another service' disconnect $ECHO 9
ok 'disconnect' disconnect $SINK 9
nok 'disconnect again' disconnect $SINK 9
is "$(stat open_sessions)" '[0,7,255]' 'it is closed'
ctl reset-stats > /dev/null

ctl dss-status 20 > /dev/null
refuse $ECHO 9 RadioPowerOff 'a status asked for, once'
ok 'and not again' connect $ECHO 9
ctl dss-silent on > /dev/null
refuse $ECHO 10 'timed out' 'a silent modem'
ctl dss-silent off > /dev/null
disconnect $ECHO 9
ctl dss-delay 1500 > /dev/null
ok 'a slow modem' connect $ECHO 9
ctl dss-delay 0 > /dev/null

ctl forget-sessions > /dev/null
is "$(stat open_sessions)" '[]' 'a modem can forget its sessions'
ok 'and opens one again' connect $ECHO 7
# From here without the proxy, which would read the answers to others.
killall mbim-proxy
wait_for 5 no_proxy
ctl modem-reset > /dev/null
like "$(mbimcli -d $WDM --no-open=1 --query-device-caps 2>&1)" 'Not ?[Oo]pened' \
	'after a reset: not opened'
ctl nak control on > /dev/null
like "$(mbimcli -d $WDM --query-device-caps 2>&1)" 'timed out' 'a mute modem'
ctl nak control off > /dev/null
like "$(mbimcli -d $WDM --query-device-caps 2>&1)" 'Hardware info' 'that speaks again'
no_errors

stop_sim
wait_for 10 test ! -e $WDM
# libmbim does not cut commands that fit in 4096 bytes: let the largest here, 108, pass.
start_sim --max-control 128
wait_for 10 test -c $WDM
out=$(mbimcli -d $WDM --query-device-services 2>&1)
like "$out" 'packet-statistics \(20\)' 'answers in fragments of 128 bytes'
like "$(echo "$out" | grep -A3 "$IDLE")" 'CIDs: 1, 2, 3, 4' 'to the last of them'
ok 'and a command' connect $ECHO 3
no_errors
nok 'all of it without our module' test -d /sys/module/mbim_dss
done_testing
