#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A modem that says NOT_OPENED to the first command: mbim-proxy is ended, in case it is the
# proxy's fault; but once, in case it is the modem's.
. tests/vm/lib.sh
. tests/sim/lib.sh
. tests/agent/lib.sh

# comes COMMAND...: within a minute. Looked for seldom: to wait costs nothing, to look does
comes() {
	for _ in $(seq 30); do
		"$@" && return
		sleep 2
	done
	return 1
}

modem
touch /tmp/not-opened
start agent env LD_PRELOAD="$PWD/build/tests/agent/not_opened.so" \
	ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" mbim-dssd -v
ok 'mbim-proxy is ended' wait_for 20 agent_said 1 'and was ended'
ok 'and that was in vain' wait_for 20 agent_said 1 'is left alone'
pid=$(proxy_pid)
isnt "$pid" '' 'there is another'
ok 'the modem goes on like that' comes agent_said 6 'cannot read its services'
is "$(proxy_pid)" "$pid" 'the proxy stays'
is "$(agent_log | grep -c 'and was ended')" 1 'one was ended'
is "$(agent_log | grep -c 'is left alone')" 1 'which is said once'

rm /tmp/not-opened
ok 'the modem answers' comes agent_said 1 'dss0: ready'
touch /tmp/not-opened
reload_agent
ok 'the next time the remedy is tried again' wait_for 20 agent_said 2 'and was ended'
rm /tmp/not-opened
ok 'with success' comes agent_said 2 'dss0: ready'
ok 'a session' echoes "$(open echo)" hello
no_errors
done_testing
