#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two modems: each has its sessions; what happens to one does not harm those of
# the other.
. tests/vm/lib.sh
. tests/sim/lib.sh
. tests/agent/lib.sh

OTHER=$TMP/other.sock
# other COMMAND...: to the second simulator
other() { mbim-sim ctl --socket "$OTHER" "$@"; }
other_sessions() { other stats | sed -n 's/.*"open_sessions":\(\[[^]]*\]\).*/\1/p'; }

modem
agent
start other mbim-sim --socket "$OTHER"
ok 'the agent sees the second modem' wait_for 20 agent_says 'dss1: ready'
is "$(open echo --modem 0)" /dev/mbim/dss0s0 'a session on the first'
is "$(open echo --modem 1)" /dev/mbim/dss1s0 'and on the second'
is "$(stat open_sessions) $(other_sessions)" '[0] [0]' 'each modem has one'

# one does not answer: the other does
ctl dss-silent on >/dev/null
background sh -c "exec mbim-dss open sink --modem 0 > $TMP/open.log 2>&1"
is "$(open sink --modem 1)" /dev/mbim/dss1s1 'an open goes on beside a modem that is silent'
ctl dss-silent off >/dev/null

monitor
other modem-reset >/dev/null
is "$(open nmea --modem 1)" /dev/mbim/dss1s2 'the second one is reset: an open succeeds'
ok 'its sessions are connected again' wait_for 20 saw 'sessions-restored.*dss1'
both() { [ "$(other_sessions)" = '[0,1,2]' ] && stat open_sessions | grep -q '^.0'; }
ok 'both have their sessions' wait_for 20 both
ok 'data flow on the first' echoes /dev/mbim/dss0s0 one
ok 'data flow on the second' echoes /dev/mbim/dss1s0 two

other unplug >/dev/null
ok 'the second one is unplugged' wait_for 10 agent_says 'dss1: removed'
ok 'data flow on the first' echoes /dev/mbim/dss0s0 three
stop other TERM
no_errors
done_testing
