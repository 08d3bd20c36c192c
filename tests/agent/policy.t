#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The access policy: users and groups, a new policy, a bad one; and sessions that are
# kept open.
. tests/vm/lib.sh
. tests/sim/lib.sh
. tests/agent/lib.sh

# serves SESSION SERVICE, for wait_for
serves() { mbim-dss info "$1" | grep -Eq "^service +$2\$"; }

conf=$TMP/policy.conf
cat > "$conf" <<CONF
allow nmea user bob
allow sink group netdev
deny $NMEA *
deny sink user 1001
autostart source session 200
CONF
modem
agent --policy "$conf"
like "$(as alice 'mbim-dss list')" '/dev/mbim/control: access denied by its file mode' \
	'the control file is for root'
chmod 666 /dev/mbim/control

like "$(as alice 'mbim-dss open nmea')" '[Aa]ccess|denied|not allowed' 'nmea is denied to alice'
like "$(agent_log)" 'nmea\) is denied to user 1000' 'which is in the log'
is "$(as bob 'mbim-dss open nmea')" /dev/mbim/dss0s0 'and allowed to bob'
is "$(command stat -c '%a %u %g' /dev/mbim/dss0s0)" '600 1001 1001' 'the node is his'
is "$(as alice 'mbim-dss open sink')" /dev/mbim/dss0s1 'sink is for alice, whose group is netdev'
like "$(as bob 'mbim-dss open sink')" 'exit 1' 'and denied to bob'
is "$(as bob 'mbim-dss open echo')" /dev/mbim/dss0s2 'echo is in no rule'
# a node that others may read
chmod 644 /dev/mbim/dss0s2
like "$(as alice 'timeout 10 mbim-dss write dss0s2 x')" '[Aa]ccess|denied|not allowed' 'who may read cannot write'
like "$(as alice 'timeout 10 mbim-dss pty dss0s2')" '[Aa]ccess|denied|not allowed' 'nor have a terminal'
chmod 644 /dev/mbim/dss0s0
like "$(as alice 'timeout 2 mbim-dss pty dss0s0')" '^/dev/pts/' 'unless the service takes nothing'
mbim-dss write dss0s2 hello > "$TMP/written"
is "$(as alice 'timeout 10 head -c 5 /dev/mbim/dss0s2')" hello 'but reads'
like "$(open nmea)" 'exit 1' 'a rule for all is for root as well'
like "$(stat open_sessions)" '\[0,1,2,200\]' 'the modem was asked for what was allowed only'

# a session that is kept open
ok 'source is open' test -c /dev/mbim/dss0s200
ok 'closed by somebody' mbim-dss close dss0s200
ok 'it is opened again' wait_for 10 test -c /dev/mbim/dss0s200
ok 'closed once more' mbim-dss close dss0s200
ok 'it is opened again later' wait_for 10 agent_says 'has ended; trying again in 2 s'
ok 'but it is' wait_for 10 test -c /dev/mbim/dss0s200
# what is asked for is that time has passed
sleep 61
ok 'closed when it had been open for long' mbim-dss close dss0s200
ok 'it is opened again soon' wait_for 10 test -c /dev/mbim/dss0s200
is "$(agent_log | grep -o 'has ended; trying again in .*' | tr '\n' ,)" \
	"$(printf 'has ended; trying again in %s s,' 1 2 1)" 'each after its delay'
kill_agent
agent --policy "$conf"
ok 'the next agent has it' wait_for 10 agent_says 'session 200 \(source\) is open, autostarted'
like "$(stat open_sessions)" '\[0,1,2,200\]' 'and has opened no other'

# another policy
printf 'deny * *\nautostart echo session 100\n' > "$conf"
reload_agent
ok 'read anew: a session for another service' wait_for 10 test -c /dev/mbim/dss0s100
like "$(open echo)" 'exit 1' 'and rules'
printf 'allow * everybody\n' > "$conf"
reload_agent
ok 'a bad one is refused' wait_for 10 agent_says 'policy\.conf:1: .*whom'
like "$(open echo)" 'exit 1' 'the former stays in force'

# it is there again with the modem
ctl unplug >/dev/null
ok 'unplugged' wait_for 10 agent_says 'dss0: removed'
ctl plug >/dev/null
ok 'plugged in: the session is there' wait_for 20 test -c /dev/mbim/dss0s100

# with a number and without: none takes what another names, in whatever order
printf 'autostart echo session 0\nautostart nmea\n' > "$conf"
reload_agent
ok 'the one with a number has it' wait_for 10 serves dss0s0 echo
ok 'the other has what is free' wait_for 10 serves dss0s1 nmea
ok 'closed' mbim-dss close dss0s0
ok 'it is opened again' wait_for 10 serves dss0s0 echo
ok 'closed once more, to be opened in 2 s' mbim-dss close dss0s0
ok 'and the other, to be opened in 1 s' mbim-dss close dss0s1
ok 'which has its number again' wait_for 10 serves dss0s0 echo
ok 'and which what is free' wait_for 10 serves dss0s1 nmea
printf 'autostart nmea\nautostart nmea\nautostart sink session 2\nautostart echo session 0\n' > "$conf"
reload_agent
ok 'a third with a number' wait_for 10 serves dss0s2 sink
ok 'and one more without' wait_for 10 serves dss0s3 nmea
kill_agent
printf 'autostart nmea session 1\nautostart nmea\n' > "$conf"
agent --policy "$conf"
ok 'the next agent: by its number' wait_for 10 agent_says 'session 1 \(nmea\) is open, autostarted'
ok 'and the one that is left' wait_for 10 agent_says 'session 3 \(nmea\) is open, autostarted'
is "$(stat open_sessions)" '[0,1,2,3,100]' 'it has opened no other'
nok 'nor tried to' agent_says 'trying again'

# both sessions that the modem gives of nmea are there: the number of a third is kept for it
printf 'autostart nmea session 4\nautostart source\n' > "$conf"
reload_agent
ok 'without a number: not that of another, which waits' wait_for 10 serves dss0s5 source
nok 'as nobody has it' test -e /dev/mbim/dss0s4
ok 'one less' mbim-dss close dss0s3
ok 'its turn has come' wait_for 20 serves dss0s4 nmea
no_errors
done_testing
