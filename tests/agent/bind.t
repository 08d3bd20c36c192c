#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# How the agent begins and ends: with and without the module, one at a time, with a
# bad command line or policy; and how it tells that it is ready.
. tests/vm/lib.sh
. tests/sim/lib.sh
. tests/agent/lib.sh

# fails STATUS WORDS DESCRIPTION ARGUMENT...
fails() {
	local want="$1" words="$2" desc="$3" out status=0

	shift 3
	out=$(timeout 10 mbim-dssd "$@" 2>&1) || status=$?
	is "$status" "$want" "$desc: status $want"
	like "$out" "$words" "$desc: says why"
}

fails 0 'mbim-dssd [0-9]' 'the version' --version
fails 0 'ModemManager through mbim-proxy' 'help' --help
fails 2 'see mbim-dssd --help' 'an unknown option' --frobnicate
fails 2 'only options' 'an argument' argument
fails 2 '1 to 3600' 'no time at all' --timeout 0
fails 2 'no open file' 'a descriptor that is not open' --ready-fd 9
fails 1 'module mbim_dss is not loaded' 'no module'

printf 'allow nmea *\nallow everything\n' > "$TMP/bad.conf"
fails 1 'bad\.conf:2: ' 'a policy with a fault' --policy "$TMP/bad.conf"

# without a module it can wait for one, and for the next
mbim-dssd --wait > "$TMP/wait.log" 2>&1 &
waiting=$!
BACKGROUND="$BACKGROUND $waiting"
ok 'it waits' wait_for 10 grep -q 'waiting for the kernel module' "$TMP/wait.log"
load_modules
load_dss
ok 'and binds when the module comes' wait_for 10 grep -q 'ready: bound' "$TMP/wait.log"
fails 1 'another agent' 'a second agent'
unload_dss
ok 'the module goes under it' wait_for 10 grep -q 'unloaded; waiting' "$TMP/wait.log"
load_dss
bound_twice() { [ "$(grep -c 'ready: bound' "$TMP/wait.log")" = 2 ]; }
ok 'and comes again' wait_for 10 bound_twice
kill -INT $waiting
wait $waiting
is $? 0 'SIGINT ends it with 0'

mkfifo "$TMP/ready"
mbim-dssd --ready-fd 3 3> "$TMP/ready" 2> "$TMP/fd.log" &
waiting=$!
BACKGROUND="$BACKGROUND $waiting"
is "$(timeout 10 cat "$TMP/ready")" ready '--ready-fd: the word and the end of the file'
unload_dss
wait $waiting
is $? 1 'without --wait, it ends with the module'
like "$(cat "$TMP/fd.log")" 'error: the kernel module was unloaded' 'and says why'

load_dss
mkfifo "$TMP/deaf"
exec 4<> "$TMP/deaf"
exec 3> "$TMP/deaf" 4>&-
mbim-dssd --ready-fd 3 2> "$TMP/deaf.log" &
waiting=$!
BACKGROUND="$BACKGROUND $waiting"
exec 3>&-
ok '--ready-fd that nobody reads: a warning' \
	wait_for 10 grep -q 'warning: cannot write to .* --ready-fd' "$TMP/deaf.log"
kill -TERM $waiting
wait $waiting
is $? 0 'and no end'

start_agent
ok 'ready on standard error' agent_says ready
stop_agent
is $? 0 'SIGTERM ends it with 0'

out=$(as nobody mbim-dssd)
like "$out" CAP_NET_ADMIN 'as nobody: says what is missing'
like "$out" '^exit 1$' 'as nobody: status 1'
done_testing
