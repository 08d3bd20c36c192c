# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# What the tests of the simulator share, besides tests/vm/lib.sh.

# shellcheck disable=SC2034 # for the scripts
ECHO=6d62696d-2d73-696d-0001-000000000001
NMEA=6d62696d-2d73-696d-0001-000000000002
SINK=6d62696d-2d73-696d-0001-000000000003
IDLE=6d62696d-2d73-696d-0001-000000000004
SOURCE=6d62696d-2d73-696d-0001-000000000005
WDM=/dev/cdc-wdm0
PACKET=build/tests/sim/packet

ctl() { mbim-sim ctl "$@"; }

# stat NAME: a number, word, string or list of the simulator's statistics
stat() {
	ctl stats | sed -n "s/.*[{,]\"$1\":\(\[[^]]*\]\|\"[^\"]*\"\|[^,}]*\).*/\1/p"
}

# session_stat SESSION NAME
session_stat() {
	ctl stats session "$1" | sed -n "s/.*[{,]\"$2\":\"\{0,1\}\([^,}\"]*\).*/\1/p"
}

# stat_is NAME VALUE, for wait_for
stat_is() { [ "$(stat "$1")" = "$2" ]; }
session_stat_is() { [ "$(session_stat "$1" "$2")" = "$3" ]; }

# No rule may have been broken by the host so far.
no_errors() {
	is "$(stat errors) $(stat last_error)" '0 ""' "${1:-the host has broken no rule}"
}

# plugged SIMULATOR-OPTIONS...: a modem and its ports
plugged() {
	load_modules
	start_sim "$@"
	wait_for 10 test -c $WDM || bail "no $WDM"
	wait_for 10 test -d /sys/class/net/wwan0 || bail "no wwan0"
}

# connect UUID SESSION: by mbimcli and the proxy. mbimcli asks for an IP configuration
# next and fails: its words count.
connect() { mbimcli -p -d $WDM --dss-connect="$1,$2" 2>&1 | grep -q 'Successfully connected'; }
disconnect() { mbimcli -p -d $WDM --dss-disconnect="$1,$2" 2>&1 | grep -q 'Successfully disconnected'; }

# vlan SESSION: the device dssN for packet sockets, with wwan0 up
vlan() {
	ip link set wwan0 mtu 2048 up &&
	ip link add link wwan0 name "dss$1" type vlan id $((256 + $1)) &&
	ip link set "dss$1" mtu 2048 up
}
