#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-options: --timeout 600
#
# More events than the agent has room for, while it does not get to read them.
. tests/vm/lib.sh
. tests/sim/lib.sh
. tests/agent/lib.sh

OTHER=$TMP/other.sock
flood() { build/tests/e2e/flood "$@"; }
# shellcheck disable=SC2154 # start_agent sets it
freeze() { kill -STOP "$agent_pid"; }
thaw() { kill -CONT "$agent_pid"; }
has_modem() { [ -e /sys/class/mbim_dss/dss0 ]; }
has_none() { ! has_modem; }

modem
stop_udev
agent
start other mbim-sim --socket "$OTHER"
ok 'another modem, for events of its sessions' wait_for 20 agent_says 'dss1: ready'
# its own transfers, and not those of each session
ip link set wwan1 up

freeze
ok '800 events at once' flood 1 800
ctl unplug > /dev/null
ok 'and the modem is gone' wait_for 10 has_none
thaw
ok 'the agent hears of it' wait_for 20 agent_says 'dss0: removed'
nok 'it has lost none' agent_says 'were lost'
ctl plug > /dev/null
ok 'the modem is there again' wait_for 20 agent_said 2 'dss0: ready'

# The modem's end is heard of, its coming is not: it must not end what has come.
freeze
ctl unplug > /dev/null
ok 'the modem goes' wait_for 10 has_none
ok 'more events than there is room for' flood 1 2000
ctl plug > /dev/null
ok 'it comes' wait_for 10 has_modem
thaw
ok 'the agent has lost events' wait_for 20 agent_says 'were lost, looking anew'
ok 'it has the modem that came' wait_for 20 agent_said 3 'dss0: ready'
is "$(open echo --modem 0)" /dev/mbim/dss0s0 'a session'
ok 'data flow' echoes /dev/mbim/dss0s0 hello
stop other TERM
no_errors
done_testing
