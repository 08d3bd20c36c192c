#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# Every error of the table in <linux/mbim_dss.h> that one fault can provoke, and
# what the commands say about them.
. tests/vm/lib.sh
. tests/e2e/lib.sh

is "$(mbim-dss list 2>&1)" "mbim-dss: list: the mbim_dss driver is not loaded (modprobe mbim_dss)" \
	"ENXIO: no module, and the command says so"

load_modules
load_dss
start_sim
wait_for 10 sh -c 'mbim-dss list | grep -q dss0' || bail "no modem"
cases errors no-agent
like "$(mbim-dss open echo 2>&1)" "agent" "the command says that there is no agent"

# a modem that is slow to answer
sim nak control on > "$TMP/answer"
start_agent --timeout 3
cases errors unprobed
sim nak control off > "$TMP/answer"
ok "the agent tells the services in the end" wait_for 30 probed

cases rules
cases errors

like "$(mbim-dss open idle 2>&1)" "no data session" "mbim-dss open idle"
like "$(mbim-dss open nothing 2>&1)" "nothing" "mbim-dss open of an unknown service names it"
mbim-dss open nmea --modem 3 > "$TMP/out" 2>&1
is $? 4 "mbim-dss open on a modem that is not there: exit code 4"
mbim-dss open nmea > "$TMP/out" && mbim-dss open nmea > "$TMP/out"
like "$(mbim-dss open nmea 2>&1)" "no session left" "mbim-dss open over the service's limit"
no_sim_errors
done_testing
