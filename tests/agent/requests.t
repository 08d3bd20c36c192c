#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# Opens and closes that the agent carries out: what the modem answers, and when it
# does not.
. tests/vm/lib.sh
. tests/sim/lib.sh
. tests/agent/lib.sh

modem --max-sessions 4 --max-control 2048
agent --timeout 3

services=$(mbim-dss services)
like "$services" "nmea +$NMEA +in +0/2" 'nmea: in, two sessions'
like "$services" "idle +$IDLE +none +- +1,2,3,4" 'idle: no data, its commands'
unlike "$services" 'a289cc33|c08a26dd' 'services of the system are not listed'
like "$(mbim-dss list)" '0/4 +2048' 'four sessions, datagrams of 2048 bytes'
like "$(agent_log)" 'control messages of 2048 bytes' 'wMaxControlMessage is read'

is "$(open echo)" /dev/mbim/dss0s0 'open'
is "$(stat open_sessions)" '[0]' 'it is open on the modem'
ok 'data flow' echoes /dev/mbim/dss0s0 hello
ok 'close' mbim-dss close dss0s0
is "$(stat open_sessions)" '[]' 'it is closed on the modem'

ctl dss-status 33 >/dev/null
like "$(open echo)" 'MBIM status 33' 'status 33 comes through'
like "$(agent_log)" 'Too many users .*33' 'and is EUSERS'
ctl dss-status 34 >/dev/null
like "$(open echo)" 'no such service.*MBIM status 34' 'status 34: no such service'
ctl dss-status 2 >/dev/null
like "$(open echo)" 'refused.*MBIM status 2\)' 'any other: refused, with the status'
ctl dss-status 4711 >/dev/null
like "$(open echo)" 'refused.*MBIM status 4711' 'even one that nobody knows'
is "$(stat open_sessions)" '[]' 'nothing is open'

# what is not connected need not be disconnected
is "$(open echo)" /dev/mbim/dss0s0 'open again'
ctl forget-sessions >/dev/null
ok 'a close of what the modem has forgotten' mbim-dss close dss0s0

# late answers
ctl dss-delay 500 >/dev/null
is "$(open echo)" /dev/mbim/dss0s0 'an answer after half a second'
sh -c '
	mbim-dss open sink & mbim-dss open sink & mbim-dss open nmea & wait' > /dev/null
is "$(stat open_sessions)" '[0,1,2,3]' 'several at once: all of them are open'
ctl dss-delay 0 >/dev/null
for s in 0 1 2 3; do
	mbim-dss close dss0s$s || bail "close of session $s"
done

# no answer: the request ends in time, and what came of it is undone
ctl dss-silent on >/dev/null
like "$(open echo)" 'no answer in time' 'a modem that does not answer'
ctl dss-silent off >/dev/null
is "$(open echo)" /dev/mbim/dss0s0 'the next open is none the worse'
ok 'close' mbim-dss close dss0s0
before=$(stat dss_connects)
ctl dss-delay 4000 >/dev/null
like "$(open echo)" 'no answer in time' 'an answer that is too late'
ctl dss-delay 0 >/dev/null
undone() { [ "$(stat dss_connects) $(stat open_sessions)" = "$((before + 1)) []" ]; }
ok 'what the modem connected too late is disconnected' wait_for 10 undone

# neither is a close answered, which has ended all the same
is "$(open echo)" /dev/mbim/dss0s0 'open once more'
ctl dss-silent on >/dev/null
mbim-dss close dss0s0 --json > "$TMP/close" 2> "$TMP/close.err"
is $? 3 'a close that the modem does not answer'
like "$(cat "$TMP/close")" '^\{"request_id":1,"error":110,"status":"no answer in time"' 'an object'
ctl dss-silent off >/dev/null

no_errors
done_testing
