#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What "make demo" runs in a guest: the main job from end to end, by the product's own
# commands and plain shell. Each line has the time since the beginning and a label; "$"
# marks a command that is run as it stands. The last line is "demo: ok"; whatever is not as
# it should be ends it with "demo: FAILED" and status 1.
. tests/vm/lib.sh

now() {
	read -r UPTIME _ < /proc/uptime
	awk "BEGIN { printf \"%.2f\", $UPTIME - ${BEGIN:-$UPTIME} }"
}

# say LABEL TEXT
say() {
	printf '%6s s  %-9s %s\n' "$(now)" "$1" "$2"
}

failed() {
	say "${LABEL:-demo}" "not as it should be: $1"
	echo "demo: FAILED"
	exit 1
}

# chapter LABEL TEXT: what comes next, and why
chapter() {
	LABEL=$1
	printf '\n'
	say "$LABEL" "-- $2"
}

# run COMMAND: show it, run it, show what it says. $OUT is that, $STATUS its status.
run() {
	say "$LABEL" "\$ $1"
	: > "$TMP/out"
	{
		timeout 30 sh -c "$1" 2>&1
		echo $? > "$TMP/status"
	} | while IFS= read -r line || [ -n "$line" ]; do
		line=$(printf '%s' "$line" | tr -d '\r')
		printf '%s\n' "$line" >> "$TMP/out"
		say "$LABEL" "  $line"
	done
	OUT=$(cat "$TMP/out")
	STATUS=$(cat "$TMP/status")
	case $STATUS in
	124|143) failed "no end after 30 s" ;;
	esac
}

# works COMMAND: run it; it must succeed
works() {
	run "$1"
	[ "$STATUS" = 0 ] || failed "exit status $STATUS"
}

# says REGEX: what the last command said
says() {
	printf '%s\n' "$OUT" | grep -Eq -- "$1" || failed "expected: $1"
}

# open_node SERVICE: its node is in $NODE
open_node() {
	works "mbim-dss open $1"
	NODE=$OUT
	[ -c "$NODE" ] || failed "no such device node"
}

# round_trip TEXT: through $NODE and back
round_trip() {
	works "mbim-dss write $NODE '$1'"
	says "^request [0-9]+: ${#1} bytes: success$"
	works "head -c ${#1} $NODE"
	[ "$OUT" = "$1" ] || failed "this is not what was written"
}

BEGIN=
now > /dev/null
BEGIN=$UPTIME
LABEL=demo
say demo "Linux $(uname -r), with its own cdc_mbim, in a virtual machine"

chapter kernel "the module, beside the kernel's own driver for MBIM modems"
works "modprobe -a vhci-hcd cdc_mbim mbim_dss"
works "ls /dev/mbim"

chapter modem "a virtual modem is plugged into a virtual USB port"
say modem "\$ mbim-sim &"
start_sim
wait_for 10 sh -c 'mbim-dss list | grep -q dss0' || failed "no modem after 10 s"
say modem "  $(tail -n 1 "$TMP/sim.log")"

chapter agent "the agent asks the modem what it offers, over its control channel"
say agent "\$ mbim-dssd &"
start_agent
wait_for 20 sh -c 'mbim-dss services | grep -qw echo' || failed "no services after 20 s"
say agent "  $(tail -n 1 "$TMP/agent.log")"
LABEL=modem
works "mbim-dss list"
says '^dss0 +wwan0 .* ready .* 0/16 +2048'
LABEL=services
works "mbim-dss services"
says '^dss0 +nmea .* in +0/2'
says '^dss0 +echo .* both '

chapter nmea "a session to the GNSS receiver: a node that any program can read"
open_node nmea
NMEA=$NODE
works "ls -l $NMEA"
says '^crw------- '
works "cat $NMEA | head -n 3"
says '^[$]GPGGA,'
[ "$(grep -c '^[$]GPGGA,.*[*][0-9A-F][0-9A-F]$' "$TMP/out")" = 3 ] || failed "three whole sentences"

chapter echo "a session that sends everything back; every write has its own completion"
open_node echo
round_trip "hello, modem"

chapter up "the same with wwan0 up, as ModemManager has it when connected"
works "ip link set wwan0 up"
works "ip link show wwan0 | head -n 1"
says 'wwan0: <.*[<,]UP[,>]'
round_trip "wwan0 is up"
works "echo 'plain echo, plain head' > $NODE; head -n 1 $NODE"
says '^plain echo, plain head$'

chapter down "and with wwan0 down again: sessions do not notice"
works "ip link set wwan0 down"
works "ip link show wwan0 | head -n 1"
printf '%s\n' "$OUT" | grep -q '[<,]UP[,>]' && failed "it is still up"
round_trip "wwan0 is down"
works "mbim-dss stats"
says "^dss0s1 "

chapter limit "the modem has two sessions of that service; a third is refused"
works "mbim-dss open nmea"
run "mbim-dss open nmea"
[ "$STATUS" = 1 ] || failed "exit status $STATUS"
says "no session left"

chapter unplug "the modem is pulled out while a reader waits"
say unplug "\$ cat $NODE &"
cat "$NODE" > "$TMP/cat.out" 2> "$TMP/cat.err" &
reader=$!
BACKGROUND="$BACKGROUND $reader"
wait_for 5 grep -q '^State:.*S' "/proc/$reader/status" || failed "it does not wait"
works "mbim-sim ctl unplug"
wait_for 5 gone "$reader" || failed "the reader still waits after 5 s"
wait "$reader"
STATUS=$?
say unplug "  $(cat "$TMP/cat.err")"
[ "$STATUS" != 0 ] || failed "the reader saw no error"
grep -q "No such device" "$TMP/cat.err" || failed "the reader got another error"
works "mbim-dss list"
[ ! -e "$NODE" ] || failed "the node is still there"

chapter end "the agent and the module go"
stop_agent || failed "the agent ended with status $?"
works "rmmod mbim_dss"
# shellcheck disable=SC2034 # for the library's clean-up
FINISHED=1
echo "demo: ok"
