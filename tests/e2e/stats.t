#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# What can be seen from outside: sysfs, netlink by way of the command line tool, events,
# tracepoints; all of it right, and all of it the same.
. tests/vm/lib.sh
. tests/e2e/lib.sh

start_all
cases stats

# json NAME: a number or word of the one object in $answer
json() {
	printf '%s\n' "$answer" | sed -n "s/.*\"$1\":\"\{0,1\}\([^,}\"]*\)[,}\"].*/\1/p"
}

session=/sys/class/mbim_dss/dss0s5
mbim-dss open echo --session 5 > "$TMP/node"
seq 3000 > /dev/mbim/dss0s5
wait_for 10 sh -c "[ \$(cat $session/statistics/rx_bytes) = \$(cat $session/statistics/tx_bytes) ]"
is "$(cat $session/statistics/tx_bytes)" "$(seq 3000 | wc -c)" "all of it was sent"
for what in "stats dss0s5" "info dss0s5"; do
	# shellcheck disable=SC2086 # two words
	answer=$(mbim-dss $what --json)
	for file in statistics/rx_datagrams statistics/rx_bytes statistics/rx_lost \
		    statistics/rx_backlog statistics/rx_queued statistics/tx_datagrams \
		    statistics/tx_bytes statistics/tx_errors limits/rx_limit limits/tx_limit \
		    service; do
		is "$(json ${file##*/})" "$(cat $session/$file)" \
			"mbim-dss ${what% *}: ${file##*/} is that of sysfs"
	done
done
answer=$(mbim-dss info dss0 --json)
is "$(json ifindex)" "$(cat /sys/class/net/wwan0/ifindex)" "mbim-dss info: the modem's ifindex"
is "$(json open_sessions)" 1 "mbim-dss info: the modem's sessions"
like "$(readlink -f /sys/class/mbim_dss/dss0)" "/$(json device)/mbim_dss/dss0\$" \
	"mbim-dss info: the modem's place among the USB devices"
mbim-dss close 5

# events NAME...: those that have come are these, in this order
events() {
	local want

	want=$(echo listening "$@" | tr ' ' '\n')
	wait_for 10 sh -c "[ \$(wc -l < $TMP/events) -ge $(($# + 1)) ]"
	is "$(sed 's/.*"event":"\([^"]*\)".*/\1/' "$TMP/events")" "$want" "events: $*"
	kill "$monitor"
	wait "$monitor" 2>/dev/null
}

watch() {
	: > "$TMP/events"
	background mbim-dss monitor --json > "$TMP/events"
	monitor=$bg_pid
	wait_for 10 grep -q listening "$TMP/events"
}

watch
mbim-dss open echo --session 7 > "$TMP/node"
mbim-dss close 7
events session-opened session-closed
like "$(sed -n 2p "$TMP/events")" '"modem":0,"session":7,"service":"6d62696d-.*-000000000001"' \
	"an event names modem, session and service"

mbim-dss open echo --session 8 > "$TMP/node"
watch
sim unplug > "$TMP/sim"
events session-closed modem-removed
like "$(sed -n 2p "$TMP/events")" '"session":8,.*"error":19' "the session has ended with ENODEV"

watch
sim plug > "$TMP/sim"
wait_for 10 probed
events modem-added modem-probed

watch
stop_agent
start_agent
wait_for 10 probed
events agent-lost agent-bound modem-probed

no_sim_errors
done_testing
