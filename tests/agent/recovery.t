#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# Sessions live on when the agent dies, when mbim-proxy dies, when the modem is reset;
# and the agent sees modems come and go.
. tests/vm/lib.sh
. tests/sim/lib.sh
. tests/agent/lib.sh

modem
agent
monitor
listener=$bg_pid
node=$(open echo)
ok 'a session' echoes "$node" one

# the agent
kill_agent
ok 'the agent is gone' wait_for 5 saw agent-lost
ok 'data flow without it' echoes "$node" two
agent
ok 'its successor asserts the session' wait_for 10 saw sessions-restored
is "$(stat open_sessions)" '[0]' 'it is open on the modem'
ok 'data flow' echoes "$node" three

# nobody noticed that the modem lost it
kill_agent
ctl forget-sessions >/dev/null
: > "$TMP/events"
agent
ok 'a session that the modem lost is connected again' wait_for 10 saw sessions-restored
ok 'data flow' echoes "$node" four

# an open that waits for the next agent
kill_agent
background sh -c "exec mbim-dss open sink > $TMP/open.log 2>&1"
agent
wait_for 10 grep -q . "$TMP/open.log"
is "$(cat "$TMP/open.log")" /dev/mbim/dss0s1 'an open waited for the agent'

# the proxy
: > "$TMP/events"
pid=$(proxy_pid)
isnt "$pid" '' 'there is a proxy'
kill -KILL "$pid"
ok 'the proxy dies: sessions are connected again' wait_for 20 saw sessions-restored
isnt "$(proxy_pid)" "$pid" 'there is another proxy'
is "$(stat open_sessions)" '[0,1]' 'both sessions are open'
ok 'data flow' echoes "$node" five

# the modem loses its state, and nothing tells until it is asked
: > "$TMP/events"
ctl modem-reset >/dev/null
is "$(stat open_sessions)" '[]' 'a reset: the modem has no session'
is "$(open echo)" /dev/mbim/dss0s2 'an open finds the modem reset, and succeeds'
ok 'the others are connected again' wait_for 20 saw sessions-restored
is "$(stat open_sessions)" '[0,1,2]' 'all are open'
ok 'data flow' echoes "$node" six

: > "$TMP/events"
ctl modem-reset >/dev/null
reload_agent
ok 'SIGHUP finds it reset as well' wait_for 20 saw sessions-restored
is "$(stat open_sessions)" '[0,1,2]' 'all are open'

# a jump of the clock is what a system that has slept looks like
: > "$TMP/events"
ctl modem-reset >/dev/null
date -s "@$(($(date +%s) + 3600))" >/dev/null
ok 'as does the end of a sleep' wait_for 20 saw sessions-restored
is "$(stat open_sessions)" '[0,1,2]' 'all are open'

# a session that cannot be had again
: > "$TMP/events"
kill_agent
ctl forget-sessions >/dev/null
ctl dss-status 33 9 >/dev/null
agent
ok 'the modem refuses them: they are lost' wait_for 10 saw session-closed
ok 'which is said' wait_for 10 agent_says 'session 0 is lost'
nok 'the node is gone' test -e "$node"
like "$(mbim-dss list)" '0/16' 'no session is left'
ctl dss-status 0 0 >/dev/null

# the kernel does not tell what it has
node=$(open echo)
kill_agent
: > "$TMP/events"
touch /tmp/no-dump
start agent env LD_PRELOAD="$PWD/build/tests/agent/no_dump.so" ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" \
	mbim-dssd -v
ok 'the modems cannot be had' wait_for 10 agent_says 'asking the kernel failed'
rm /tmp/no-dump
ok 'they are asked for again' wait_for 10 saw sessions-restored
ctl modem-reset >/dev/null
touch /tmp/no-dump
reload_agent
ok 'nor can the sessions' wait_for 20 agent_says 'the kernel does not tell its sessions; trying'
: > "$TMP/events"
rm /tmp/no-dump
ok 'they are asked for again' wait_for 20 saw sessions-restored
ok 'data flow' echoes "$node" seven
mbim-dss close "$node"

# the plug
: > "$TMP/events"
node=$(open echo)
ctl unplug >/dev/null
ok 'unplugged' wait_for 10 saw modem-removed
ok 'the agent noticed' wait_for 10 agent_says 'dss0: removed'
ctl plug >/dev/null
ok 'plugged in again' wait_for 10 saw modem-probed
is "$(open echo)" /dev/mbim/dss0s0 'it is as good as new'
ok 'data flow' echoes /dev/mbim/dss0s0 seven

# in another network namespace it is the same modem
background unshare -n sh -c "echo ready; exec sleep 1000" > "$TMP/namespace.log"
wait_for 5 grep -q ready "$TMP/namespace.log" || bail 'no network namespace'
: > "$TMP/events"
ip link set wwan0 netns "$bg_pid"
ok 'moved to another network namespace' test ! -e /sys/class/net/wwan0
is "$(stat open_sessions)" '[0]' 'the modem keeps its session'
ok 'data flow' echoes /dev/mbim/dss0s0 eight
is "$(open echo)" /dev/mbim/dss0s1 'another can be had'
ok 'and closed' mbim-dss close dss0s1
kill "$bg_pid"
ok 'the namespace is gone, and it is back' wait_for 10 test -e /sys/class/net/wwan0
ok 'data flow' echoes /dev/mbim/dss0s0 nine
nok 'nothing of it was a removal' saw modem-removed

# the module, which nobody may have open
kill "$listener"
wait_for 5 gone "$listener"
kill_agent
agent --wait
mbim-dss close dss0s0
# a dump of the agent's that is under way holds the module for a moment
ok 'unload the module' wait_for 5 unload_dss
load_dss
ok 'loaded again: the same agent has the modem' wait_for 20 services_known
is "$(open echo)" /dev/mbim/dss0s0 'a session as before'

stop_agent
is $? 0 'the agent ends'
is "$(stat open_sessions) $(stat mbim_open)" '[0] true' 'the modem and the session stay open'
isnt "$(proxy_pid)" '' 'so does the proxy'
no_errors
done_testing
