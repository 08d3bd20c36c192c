# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# For the scripts that tests/vm/run runs in a guest. They begin with
#
#	#!/bin/sh
#	. tests/vm/lib.sh
#
# print TAP by the functions below and end with done_testing. What they have
# started is stopped on exit, in whatever way they end; whatever the programs
# had to say is in $TMP.
#
#	ok DESC COMMAND [ARG...]	passes if the command succeeds
#	nok DESC COMMAND [ARG...]	passes if it fails
#	is GOT WANT DESC		equal as strings
#	isnt GOT UNWANTED DESC
#	like GOT REGEX DESC		extended regular expression, line by line
#	unlike GOT REGEX DESC
#	plan N				how many tests there must be (optional)
#	done_testing			the end of a script
#	skip DESC WHY			counts as a test, passed, and shows as skipped
#	skip_all WHY			ends the script
#	bail WHY			ends the script as failed
#	diag TEXT			a comment
#	wait_for SECONDS COMMAND [ARG...]
#					until the command succeeds; fails after SECONDS
#	load_modules			vhci-hcd, cdc_mbim, 8021q
#	load_dss [PARAMETER=VALUE...]	mbim_dss, and what it needs
#	unload_dss
#	stop_udev			before a modem comes: a rule of udev loads mbim_dss for it
#	start_sim [ARG...]		mbim-sim, until it says that it is ready
#	start_agent [ARG...]		mbim-dssd, likewise
#	stop_sim, stop_agent
#	kill_sim, kill_agent		by SIGKILL
#	background COMMAND [ARG...]	start it; its process id is in $bg_pid

TMP=$(mktemp -d /tmp/test.XXXXXX)
mkfifo "$TMP/nothing"
TESTS=0
FAILED=0
PLAN=
BACKGROUND=
export TMP

# ---- TAP

result() {
	TESTS=$((TESTS + 1))
	if [ "$1" = 0 ]; then
		echo "ok $TESTS - $2"
	else
		echo "not ok $TESTS - $2"
		FAILED=$((FAILED + 1))
	fi
	return "$1"
}

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() {
	local desc="$1" out status=0

	shift
	out=$("$@" 2>&1) || status=$?
	[ $status = 0 ] && { result 0 "$desc"; return; }
	result 1 "$desc"
	diag "$* gave $status: $out"
	return 1
}

nok() {
	local desc="$1" out

	shift
	out=$("$@" 2>&1) || { result 0 "$desc"; return; }
	result 1 "$desc"
	diag "$* succeeded: $out"
	return 1
}

is() {
	[ "$1" = "$2" ] && { result 0 "$3"; return; }
	result 1 "$3"
	diag "     got: $1"
	diag "expected: $2"
	return 1
}

isnt() {
	[ "$1" != "$2" ] && { result 0 "$3"; return; }
	result 1 "$3"
	diag "got: $1"
	return 1
}

like() {
	printf '%s\n' "$1" | grep -Eq -- "$2" && { result 0 "$3"; return; }
	result 1 "$3"
	diag "            got: $1"
	diag "does not match: $2"
	return 1
}

unlike() {
	printf '%s\n' "$1" | grep -Eq -- "$2" || { result 0 "$3"; return; }
	result 1 "$3"
	diag "    got: $1"
	diag "matches: $2"
	return 1
}

skip() {
	TESTS=$((TESTS + 1))
	echo "ok $TESTS - $1 # SKIP $2"
}

plan() {
	PLAN=$1
	echo "1..$1"
}

skip_all() {
	echo "1..0 # SKIP $*"
	FINISHED=1
	exit 0
}

bail() {
	diag "$*"
	echo "not ok $((TESTS + 1)) - $1"
	exit 1
}

done_testing() {
	[ -n "$PLAN" ] || echo "1..$TESTS"
	FINISHED=1
	[ "$FAILED" = 0 ] || exit 1
	[ -z "$PLAN" ] || [ "$PLAN" = "$TESTS" ] || exit 1
	exit 0
}

# wait_for SECONDS COMMAND...: looks again after 40 ms, then after half as long again each time. To
# look takes a program or two, which in UML is dearer than to wait.
wait_for() {
	local left=$(($1 * 100)) pause=4

	shift
	until "$@" >/dev/null 2>&1; do
		[ $left -gt 0 ] || return 1
		# no process, as sleep is
		# shellcheck disable=SC3045 # busybox can
		read -rt 0.$((pause / 10))$((pause % 10)) _ <> "$TMP/nothing" || :
		left=$((left - pause))
		pause=$((pause * 3 / 2))
		[ $pause -lt 99 ] || pause=99
	done
}

# ---- modules

load_modules() {
	modprobe -a vhci-hcd cdc_mbim 8021q || bail "modprobe of the kernel's own modules failed"
}

load_dss() {
	modprobe mbim_dss "$@" || bail "modprobe mbim_dss: $(dmesg | tail -n 3)"
	wait_for 5 test -c /dev/mbim/control || bail "no /dev/mbim/control"
}

unload_dss() {
	rmmod mbim_dss
}

stop_udev() {
	wait_for 10 no_udev || bail "udevd does not end"
}

# Told each time: one that has just been started does not listen yet
no_udev() {
	! pidof udevd udevadm || { udevadm control --exit --timeout=5; false; }
}

# ---- processes

background() {
	"$@" &
	bg_pid=$!
	BACKGROUND="$BACKGROUND $bg_pid"
}

# alive PID: a zombie is not
alive() {
	local key value

	[ -r "/proc/$1/status" ] || return 1
	while read -r key value; do
		[ "$key" != State: ] || break
	done 2>/dev/null < "/proc/$1/status"
	[ "$key" = State: ] && [ "${value#Z}" = "$value" ]
}

gone() {
	! alive "$1"
}

# start NAME COMMAND...: until its output has a line with "ready" as a word
start() {
	local name="$1" log="$TMP/$1.log"

	shift
	: > "$log"
	"$@" >> "$log" 2>&1 &
	eval "${name}_pid=\$!"
	wait_for 20 started $! "$log"
	if ! alive $! || ! grep -qw ready "$log"; then
		diag "$(tail -n 20 "$log")"
		bail "$* did not become ready"
	fi
}

started() {
	grep -qw ready "$2" || gone "$1"
}

# stop NAME SIGNAL: and wait for the end; its status is this function's
stop() {
	local pid

	eval "pid=\${${1}_pid-}"
	[ -n "$pid" ] || return 0
	eval "${1}_pid="
	kill "-$2" "$pid" 2>/dev/null
	wait_for 10 gone "$pid" || {
		diag "$1 does not end by SIG$2: $(cat "/proc/$pid/stack" 2>/dev/null)"
		kill -KILL "$pid" 2>/dev/null
	}
	wait "$pid"
}

start_sim() { start sim mbim-sim "$@"; }
start_agent() { start agent mbim-dssd "$@"; }
stop_sim() { stop sim TERM; }
stop_agent() { stop agent TERM; }
kill_sim() { stop sim KILL; }
kill_agent() { stop agent KILL; }

cleanup() {
	local status=$? p

	trap - EXIT
	for p in $BACKGROUND; do
		kill "$p" 2>/dev/null
	done
	# in their turn: an error of theirs, also one that a sanitizer has found, fails the script
	stop_agent || { diag "the agent ended with status $?"; [ $status != 0 ] || status=1; }
	stop_sim || { diag "the virtual modem ended with status $?"; [ $status != 0 ] || status=1; }
	if [ -z "$FINISHED" ] || [ $status != 0 ]; then
		for p in "$TMP"/*.log; do
			[ ! -s "$p" ] || { diag "the end of ${p##*/}:"; diag "$(tail -n 20 "$p")"; }
		done
	fi
	[ -n "$FINISHED" ] || { diag "the script ended before done_testing"; [ $status != 0 ] || status=1; }
	exit $status
}
FINISHED=
trap cleanup EXIT
trap 'exit 143' TERM INT HUP
