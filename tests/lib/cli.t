#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
# vm-options: --timeout 600
#
# mbim-dss, as a user or a script runs it: output, JSON, messages and exit codes.
# shellcheck source=tests/vm/lib.sh disable=SC2119
. tests/vm/lib.sh

# run STATUS DESC ARG...: mbim-dss ARG..., standard output in $out, error in $err
run()
{
	want=$1
	desc=$2
	shift 2
	mbim-dss "$@" > "$TMP/out" 2> "$TMP/err" < /dev/null
	is $? "$want" "$desc"
	out=$(cat "$TMP/out")
	err=$(cat "$TMP/err")
}

# refused STATUS MESSAGE ARG...: exactly that message, and no output
refused()
{
	status=$1
	message=$2
	shift 2
	run "$status" "$* gives $status" "$@"
	is "$err" "mbim-dss: $1: $message" "$* says why"
	is "$out" '' "$* prints nothing else"
}

# has_open PID PATTERN: a file of that name?
# shellcheck disable=SC2317 # called by wait_for
has_open()
{
	for fd in "/proc/$1/fd/"*; do
		# shellcheck disable=SC2254 # a pattern
		case $(readlink "$fd") in $2) return 0 ;; esac
	done
	return 1
}

# feed SESSION [OPTION...]: a write that sends what comes to descriptor 3
feed()
{
	[ -p "$TMP/feed" ] || mkfifo "$TMP/feed"
	exec 3<> "$TMP/feed"
	mbim-dss write "$@" < "$TMP/feed" > "$TMP/fed" 2> "$TMP/fed.err" 3>&- &
	fed=$!
	BACKGROUND="$BACKGROUND $fed"
	ok "write waits for input to $1" wait_for 10 has_open $fed "/dev/mbim/$1"
}

# fed_ends STATUS MESSAGE DESC: it does, by itself
fed_ends()
{
	ok "$3" wait_for 10 gone $fed
	kill $fed 2> /dev/null
	wait $fed
	is "$? $(cat "$TMP/fed.err")" "$1 $2" 'and says so'
}

has_ptys()
{
	grep -q devpts /proc/filesystems
}

# start_pty SESSION COMMAND...: a terminal for it; COMMAND is what to run it with
start_pty()
{
	local session=$1

	shift
	rm -f "$TMP/pty"
	"$@" mbim-dss pty "$session" --link "$TMP/tty" > "$TMP/pty" 2> "$TMP/pty.err" &
	pty=$!
	BACKGROUND="$BACKGROUND $pty"
	ok "pty of $session prints the name" wait_for 10 grep -q "^$TMP/tty$" "$TMP/pty"
}

# sleeping_pty SESSION: a terminal for it, and 40000 bytes that the session has received meanwhile
sleeping_pty()
{
	seq 10000 | head -c 40000 > "$TMP/sent"
	start_pty "$1"
	kill -STOP $pty
	mbim-dss write "$1" --quiet < "$TMP/sent"
	ok 'which is there' wait_for 10 \
		grep -q '^40000$' "/sys/class/mbim_dss/$1/statistics/rx_queued"
}

read_tty()
{
	cat "$TMP/tty" > "$TMP/received" &
	tty_reader=$!
	BACKGROUND="$BACKGROUND $tty_reader"
	ok 'a reader of the terminal' wait_for 10 has_open $tty_reader '/dev/pts/*'
}

# pty_ends STATUS MESSAGE: it wakes up, and the session has ended
pty_ends()
{
	kill -CONT "$pty"
	ok 'it ends with the session' wait_for 20 gone "$pty"
	kill "$pty" 2> /dev/null
	wait "$pty"
	is "$? $(cat "$TMP/pty.err")" "$1 mbim-dss: pty: $2" 'and says why'
}

all_read()
{
	wait "$tty_reader"
	ok 'the reader has got all of it' cmp "$TMP/sent" "$TMP/received"
}

# shellcheck disable=SC2317 # called by wait_for
traced()
{
	grep -q 1 /sys/kernel/tracing/instances/mbim-dss-*/events/mbim_dss/enable
}

# shellcheck disable=SC2317 # called by wait_for
untraced()
{
	! find /sys/kernel/tracing/instances -mindepth 1 -maxdepth 1 | grep -q .
}

run 0 '--help' --help
for command in list services open close cat write monitor stats info pty trace; do
	like "$out" "^  $command " "--help names $command"
	mbim-dss $command --help > "$TMP/help" 2>&1
	is $? 0 "$command --help"
	like "$(cat "$TMP/help")" "^Usage: mbim-dss $command" "$command --help is about it"
done

run 0 '--version' --version
like "$out" '^mbim-dss [0-9.]+$' 'prints the version'

# without the driver
refused 1 'the mbim_dss driver is not loaded (modprobe mbim_dss)' list

load_modules
load_dss
run 0 'list without a modem' list
is "$err" 'mbim-dss: list: there is no MBIM modem' 'list says that there is none'
run 0 'list --json without a modem' list --json
is "$out" '[]' 'an empty array'
refused 4 'there is no MBIM modem' open echo
refused 3 'there is no MBIM modem' services --wait 0.2
refused 3 'there is no MBIM modem' services wwan0 --wait 0.2
refused 4 'there is no MBIM modem' services wwan0
mbim-dss services --wait 30 wwan0 > "$TMP/early" &
early=$!
BACKGROUND="$BACKGROUND $early"
ok 'services --wait waits for a modem' wait_for 10 has_open $early 'socket:*'

# without an agent
mbim-dss monitor --json > "$TMP/events" &
monitor=$!
BACKGROUND="$BACKGROUND $monitor"
ok 'monitor says when it listens' wait_for 5 grep -q listening "$TMP/events"
start_sim
ok 'monitor sees the modem come' wait_for 10 grep -q '"modem-added","modem":0' "$TMP/events"
refused 1 'dss0: the agent has not told the modem'"'"'s services yet: is mbim-dssd running?' \
	services
refused 3 'dss0: the agent has not told the modem'"'"'s services yet: is mbim-dssd running?' \
	services --wait 0.2
refused 1 'dss0: the agent has not told the modem'"'"'s services yet: is mbim-dssd running?' \
	open echo
refused 1 '6d62696d-2d73-696d-0001-000000000001: no agent: is mbim-dssd running?' \
	open 6d62696d-2d73-696d-0001-000000000001
run 0 'list' list
like "$out" '^dss0 +wwan0 .* not probed ' 'list says that the modem is not probed'

# the agent comes while they wait
mbim-dss services --wait 30 > "$TMP/text" 2> "$TMP/text.err" &
text=$!
mbim-dss services --wait 30 --json > "$TMP/json" &
json=$!
BACKGROUND="$BACKGROUND $text $json"
ok 'services --wait waits' wait_for 10 has_open $text 'socket:*'
ok 'services --wait --json waits' wait_for 10 has_open $json 'socket:*'
start_agent
wait $text
is "$? $(cat "$TMP/text.err")" '0 ' 'services --wait ends with the services, and finds no fault'
wait $early
is $? 0 'for a modem that came later, too'
like "$(cat "$TMP/early")" '^dss0 +echo ' 'its services'
wait $json
like "$(cat "$TMP/json")" '"probed":true,.*"max_sessions":16,.*"services":\[' \
	'services --wait --json: what is known of the modem now'
run 0 'services --wait' services --wait 10
like "$out" '^dss0 +echo +6d62696d-2d73-696d-0001-000000000001 both +0/any' 'echo'
like "$out" '^dss0 +nmea .* in +0/2' 'nmea'
like "$out" '^dss0 +idle .* none +- +1,2,3,4$' 'idle'
run 0 'services --json' services wwan0 --json
like "$out" '"name":"idle","uuid":"6d62696d-2d73-696d-0001-000000000004","in":false,"out":false,.*"cids":\[1,2,3,4\]' \
	'idle as an object'
ok 'monitor saw the agent' grep -q '"agent-bound"' "$TMP/events"
ok 'monitor saw the services' grep -q '"modem-probed","modem":0' "$TMP/events"

# open, write, cat, close
run 0 'open' open echo
is "$out" /dev/mbim/dss0s0 'prints the node'
ok 'which is there' test -c /dev/mbim/dss0s0
ok 'monitor saw it' wait_for 5 grep -q '"session-opened","modem":0,"session":0' "$TMP/events"
run 0 'write' write dss0s0 hello 'second one'
like "$out" '^request 1: 5 bytes: success$' 'the first has ended well'
like "$out" '^request 2: 10 bytes: success$' 'the second, too'
run 0 'cat' cat /dev/mbim/dss0s0 --count 1
is "$out" hello 'the first comes back'
run 0 'cat --hex' cat 0 --count 1 --hex
is "$out" '73 65 63 6f 6e 64 20 6f 6e 65' 'the second, in hexadecimal'
run 0 'write --hex --json' write dss0s0 --hex '00 ff0d' --json
like "$out" '^\{"request_id":1,"error":0,"status":"success",.*"count":1,"bytes":3\}$' 'an object'
run 0 'cat --json --timestamp' cat dss0s0 --count 1 --json --timestamp
like "$out" '^\{"time":"20[-0-9]* [0-9:.]*","len":3,"lost":0,"backlog":false,"data":"00ff0d"\}$' \
	'an object'
head -c 5000 /dev/zero | tr '\0' A > "$TMP/long"
ok 'write standard input' sh -c "mbim-dss write dss0s0 --quiet < $TMP/long"
is "$(dd if=/dev/mbim/dss0s0 bs=8192 count=1 2>/dev/null | wc -c)" 5000 'plain dd reads it back'
refused 3 'dss0s0: nothing was received in 0.2 s' cat dss0s0 --timeout 0.2
refused 1 'dss0s0: larger than the modem takes (2048 bytes)' write dss0s0 "$(cat "$TMP/long")"
refused 1 'dss0s0: an empty datagram cannot be sent' write dss0s0 ''
run 2 'write --hex, the second of two wrong' write dss0s0 --hex 41 4x
is "$out" '' 'sends neither'
run 0 'stats' stats dss0s0
like "$out" '^dss0s0 +6 +5018 +0 +0 +6 +5018 +0$' 'counts datagrams and bytes both ways'
run 0 'stats --modem' stats --modem wwan0
like "$out" '^dss0s0 ' 'its sessions'
refused 4 'modem dss7: there is no such modem, or it is gone' stats --modem dss7
run 0 'stats --json' stats --json
like "$out" '^\[\{"modem":0,"session":0,"node":"/dev/mbim/dss0s0",.*"rx_datagrams":6,"rx_bytes":5018,' \
	'as an array'
run 0 'info of a session' info dss0s0
like "$out" '^service +echo$' 'its service'
like "$out" '^state +open, persistent$' 'its state'
like "$out" '^lost +0 datagrams, 0 transfers of the modem$' 'its losses'
run 0 'info of the modem' info --json
like "$out" '"ifname":"wwan0".*"max_sessions":16,"open_sessions":1,"max_datagram":2048' 'as an object'

# refusals
refused 1 'echo: session 0 is open already, or wwan0 has a VLAN device of number 256' \
	open echo --session 0
refused 1 "dss0 has no service fax: 'mbim-dss services 0' lists those it has" open fax
refused 1 "dss0 has no service 00000000-0000-0000-0000-000000000000: 'mbim-dss services 0' lists those it has" \
	open 00000000-0000-0000-0000-000000000000
refused 1 'idle: the service has no data session in that direction' open idle
refused 1 'dss0s77: the session is not open' close dss0s77
refused 1 'dss0s77: the session is not open' cat dss0s77
refused 4 'dss7s0: there is no such modem, or it is gone' cat dss7s0
refused 1 'dss0s77: the session is not open' stats dss0s77
refused 4 'modem wwan7: there is no such modem, or it is gone' open echo --modem wwan7
refused 3 'modem wwan7: there is no such modem, or it is gone' services wwan7 --wait 0.2
refused 4 'modem wwan7: there is no such modem, or it is gone' services wwan7
run 0 'open nmea' open nmea
run 0 'open nmea again' open nmea --json
like "$out" '^\{"node":"/dev/mbim/dss0s2","max_datagram":2048,"request_id":1,"error":0,"status":"success"' \
	'as an object'
refused 1 "nmea: the modem or the service has no session left; 'mbim-dss list' shows who has them" \
	open nmea
refused 1 'dss0s1: the service has no data session in that direction' write dss0s1 x
run 0 'cat nmea' cat dss0s1 --count 3 --timeout 10
is "$(echo "$out" | grep -c '^.GP')" 3 'three sentences'
mbim-sim ctl dss-status 28 > "$TMP/ctl"
refused 1 'echo: the modem refused: operation not allowed (MBIM status 28)' open echo

# wrong usage
for words in 'open' 'open a b' 'open echo --session 256' 'open echo --persist --hold' \
	     'open echo --attach' 'open echo --timeout -1' 'cat' 'cat foo' 'cat dss0s256' \
	     'cat dss0s0 --count 0' 'cat dss0s0 --modem 0' 'write' 'write dss0s0 --hex 4x' \
	     'write dss0s0 --hex' 'list foo' 'monitor foo' 'close' 'frobnicate' 'list --frob' \
	     'open echo --modem' 'list -x' 'list -xy'; do
	# shellcheck disable=SC2086
	run 2 "$words: wrong usage" $words
	like "$err" "^Try 'mbim-dss .*--help'\.$" "$words: points to the help"
done

is "$err" "mbim-dss: list: no such option: -x
Try 'mbim-dss list --help'." 'and names the option'
run 2 'open, and no service' open ''
like "$err" 'name one service' 'says what is missing'

# a session that is held lives as long as its command
mbim-dss open sink --hold > /dev/full 2> "$TMP/err"
is $? 1 'open --hold that cannot print the node ends'
is "$(cat "$TMP/err")" 'mbim-dss: cannot write the output: No space left on device' 'and says so'
ok 'it holds nothing' wait_for 10 test ! -e /dev/mbim/dss0s3
mbim-dss open sink --hold > "$TMP/held" &
held=$!
BACKGROUND="$BACKGROUND $held"
ok 'open --hold prints its node' wait_for 10 grep -q '^/dev/mbim/dss0s3$' "$TMP/held"
ok 'it is open' test -c /dev/mbim/dss0s3
kill -INT $held
wait $held
is $? 0 'a signal ends it'
ok 'and closes the session' wait_for 10 test ! -e /dev/mbim/dss0s3

# a program that feeds a write, and waits for what comes of it
run 0 'open' open echo --session 30
ok 'write a closed pipe' sh -c ': | mbim-dss write dss0s30 --quiet'
feed dss0s30
echo line >&3
ok 'it tells how a datagram ended before there is another' \
	wait_for 10 grep -q '^request 1: 5 bytes: success$' "$TMP/fed"
echo 4096 > /sys/class/mbim_dss/dss0s30/limits/rx_limit
head -c 20000 /dev/zero >&3
ok 'what comes back is lost' \
	wait_for 10 grep -q '[1-9]' /sys/class/mbim_dss/dss0s30/statistics/rx_lost
ok 'which does not keep it busy' wait_for 10 grep -q '^State:.S' "/proc/$fed/status"
exec 3>&-
fed_ends 0 '' 'it ends with its input'
feed dss0s30
run 0 'close' close dss0s30
fed_ends 4 'mbim-dss: write: dss0s30: the session was closed' 'it ends with the session'
exec 3>&-

# a session as a terminal
if has_ptys; then
	start_pty dss0s0
	ok 'which leads to a terminal' test -c "$TMP/tty"
	printf 'AT\r' > "$TMP/tty"
	is "$(timeout 10 head -c 3 "$TMP/tty" | od -An -tx1 | tr -d ' ')" 41540d \
		'what is written comes back, raw'
	kill -TERM $pty
	wait $pty
	is $? 0 'a signal ends it'
	nok 'the link has gone' test -L "$TMP/tty"
	refused 1 "$TMP/pty: File exists" pty dss0s0 --link "$TMP/pty"

	# services of one direction; a program may write to what it reads, to see what it is
	start_pty dss0s1
	ok 'who writes where nothing is taken does not wait' \
		timeout 10 dd if=/dev/zero of="$TMP/tty" bs=1024 count=64
	is "$(timeout 10 head -n 3 "$TMP/tty" | grep -c '^.GP')" 3 'and reads'
	kill -TERM $pty
	wait $pty
	is "$? $(cat "$TMP/pty.err")" \
		'0 mbim-dss: pty: dss0s1: the service takes no data: what is written to the terminal is discarded' \
		'that it is discarded is said once'
	run 0 'open' open sink --session 20
	start_pty dss0s20
	printf hello > "$TMP/tty"
	ok 'what is written where nothing comes is sent' wait_for 10 \
		grep -q '^5$' /sys/class/mbim_dss/dss0s20/statistics/tx_bytes
	run 0 'close' close dss0s20
	pty_ends 0 'dss0s20: the session was closed'
	run 0 'open' open sink --session 20
	start_pty dss0s20 env LD_PRELOAD="$PWD/build/tests/lib/gone.so" \
		ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0"
	printf hello > "$TMP/tty"
	pty_ends 4 'dss0s20: there is no such modem, or it is gone'
	run 0 'close' close dss0s20

	run 0 'open' open echo --session 20
	sleeping_pty dss0s20
	read_tty
	run 0 'close' close dss0s20
	pty_ends 0 'dss0s20: the session was closed'
	all_read
	run 0 'open' open echo --session 20
	sleeping_pty dss0s20
	run 0 'close, and nobody reads' close dss0s20
	pty_ends 0 'dss0s20: the session was closed'
else
	skip 'pty' 'this kernel has no pseudo-terminals'
fi

# the tracepoints
if grep -q tracefs /proc/filesystems; then
	grep -q ' /sys/kernel/tracing ' /proc/mounts ||
		mount -t tracefs tracefs /sys/kernel/tracing
	mbim-dss trace dss0s0 --count 4 --timeout 10 > "$TMP/trace" 2> "$TMP/trace.err" &
	trace=$!
	BACKGROUND="$BACKGROUND $trace"
	ok 'trace says when it listens' wait_for 10 grep -q '^tracing$' "$TMP/trace"
	run 0 'write' write dss0s0 traced
	wait $trace
	is $? 0 'trace ends after four events'
	refused 4 'modem dss7: there is no such modem, or it is gone' trace --modem dss7
	like "$(cat "$TMP/trace")" 'mbim_dss_write: dss0s0 datagrams=1 bytes=6' 'the write'
	like "$(cat "$TMP/trace")" 'mbim_dss_ntb_complete: dss0s0 .* status=0' \
		'the end of its transfer'
	ok 'nothing is left of it' untraced
	mbim-dss trace dss0s0 2> "$TMP/trace.err" | head -n 2 > "$TMP/trace" &
	ok 'trace for a reader who will have had enough' wait_for 10 traced
	run 0 'write' write dss0s0 first
	run 0 'write again' write dss0s0 second
	ok 'nothing is left of that either' wait_for 10 untraced
	is "$(cat "$TMP/trace.err")" '' 'and there is nothing to complain of'
else
	skip 'trace' 'this kernel has no tracefs'
fi

# the end of a session under a reader
mbim-dss cat dss0s0 > "$TMP/cat" 2> "$TMP/cat.err" &
reader=$!
BACKGROUND="$BACKGROUND $reader"
ok 'cat reads' wait_for 10 has_open $reader /dev/mbim/dss0s0
run 0 'close' close dss0s0
is "$out" '' 'prints nothing'
wait $reader
is $? 0 'cat ends well'
is "$(cat "$TMP/cat.err")" 'mbim-dss: cat: dss0s0: the session was closed' 'and says why'
ok 'monitor saw the close' wait_for 5 grep -q '"session-closed","modem":0,"session":0' "$TMP/events"
run 0 'close --json' close dss0s1 --json
like "$out" '^\{"request_id":1,"error":0,"status":"success"' 'an object'

# a session that is closed under those who write to it
run 0 'open' open sink --session 8
mbim-sim ctl nak out on > "$TMP/ctl"
mbim-dss write dss0s8 withdrawn > "$TMP/told" &
told=$!
feed dss0s8
BACKGROUND="$BACKGROUND $told"
ok 'a write is under way' wait_for 10 \
	grep -q '^1$' /sys/class/mbim_dss/dss0s8/statistics/tx_datagrams
mbim-dss close dss0s8 3>&- &
closing=$!
ok 'the session is being closed' wait_for 10 \
	sh -c 'mbim-dss info dss0s8 | grep -q "^state *closing"'
echo more >&3
wait $told
is $? 4 'write ends with 4 when the session is closed'
is "$(cat "$TMP/told")" 'request 1: 0 bytes: cancelled by a close or a cancel' 'and says why'
fed_ends 4 'mbim-dss: write: dss0s8: the session was closed' 'so does one that has more to send'
exec 3>&-
wait $closing
is $? 0 'the close has waited for them'

# and one that gives up, after --timeout and before
run 0 'open' open sink --session 8
feed dss0s8 --timeout 0.2
echo late >&3
fed_ends 3 'mbim-dss: write: dss0s8: the modem has taken nothing for 0.2 s' \
	'write does not wait longer for the modem while it waits for input'
exec 3>&-
echo 200 > /sys/class/mbim_dss/dss0s8/limits/tx_timeout_ms
refused 3 'dss0s8: no answer in time' write dss0s8 --quiet --timeout 60 late
run 0 'close' close dss0s8
mbim-sim ctl nak out off > "$TMP/ctl"

# a modem that takes nothing, and goes
if has_ptys; then
	run 0 'open' open echo --session 20
	sleeping_pty dss0s20
	read_tty
fi
run 0 'open' open sink --session 9
mbim-sim ctl nak out on > "$TMP/ctl"
mbim-dss write dss0s9 told > "$TMP/told" &
told=$!
mbim-dss write dss0s9 --quiet quiet 2> "$TMP/quiet.err" &
quiet=$!
BACKGROUND="$BACKGROUND $told $quiet"
ok 'two writes are under way' wait_for 10 \
	grep -q '^2$' /sys/class/mbim_dss/dss0s9/statistics/tx_datagrams
feed dss0s9

mbim-dss cat dss0s2 > "$TMP/cat" 2> "$TMP/cat.err" &
reader=$!
BACKGROUND="$BACKGROUND $reader"
ok 'cat reads' wait_for 10 has_open $reader /dev/mbim/dss0s2
mbim-sim ctl unplug > "$TMP/ctl"
wait $reader
is $? 4 'cat ends with 4 when the modem goes'
is "$(cat "$TMP/cat.err")" 'mbim-dss: cat: dss0s2: there is no such modem, or it is gone' \
	'and says why'
wait $told
is $? 4 'so does write'
is "$(cat "$TMP/told")" 'request 1: 0 bytes: there is no such modem, or it is gone' 'and says why'
wait $quiet
is $? 4 'and write --quiet'
is "$(cat "$TMP/quiet.err")" 'mbim-dss: write: dss0s9: there is no such modem, or it is gone' \
	'and says why'
fed_ends 4 'mbim-dss: write: dss0s9: there is no such modem, or it is gone' \
	'so does one that waits for input'
exec 3>&-
if has_ptys; then
	pty_ends 4 'dss0s20: there is no such modem, or it is gone'
	all_read
fi
ok 'monitor saw it go' wait_for 10 grep -q '"modem-removed","modem":0' "$TMP/events"
unlike "$(cat "$TMP/events")" overrun 'monitor missed nothing'

# a modem without sessions
stop_sim
start_sim --max-sessions 0
ok 'the agent finds it' wait_for 20 sh -c 'mbim-dss services --wait 5 | grep -q echo'
run 0 'list' list
is "$err" 'mbim-dss: list: dss0: this modem has no device service sessions (MaxDssSessions is 0): there is nothing to open' \
	'list says that there is nothing to open'
refused 1 'dss0: this modem has no device service sessions (MaxDssSessions is 0): there is nothing to open' \
	open echo
done_testing
