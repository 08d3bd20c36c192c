#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# The whole way, from a shell: a modem comes, the agent asks it for its
# services, sessions are opened, written, read and closed by plain commands.
. tests/vm/lib.sh
. tests/e2e/lib.sh

load_modules
load_dss
is "$(mbim-dss list --json)" "[]" "no modem yet"
start_sim
ok "the modem appears" wait_for 10 sh -c 'mbim-dss list | grep -q dss0'
like "$(mbim-dss services 2>&1)" "agent" "without an agent its services are not known"
start_agent
ok "the agent tells its services" wait_for 10 probed
like "$(mbim-dss services)" "^dss0 +nmea +6d62696d-2d73-696d-0001-000000000002 +in +0/2" \
	"services are listed with direction and limit"

# conversation: everything that a shell does with an echo session
conversation() {
	local where="$1" node out

	node=$(mbim-dss open echo)
	is "$node" /dev/mbim/dss0s0 "$where: an echo session is opened"
	ok "$where: it has a node" test -c "$node"
	is "$(stat -c '%a %U %G' "$node")" "600 root root" "$where: of the opener alone"

	echo "hello, modem" > "$node"
	is "$(timeout 10 head -n 1 "$node")" "hello, modem" "$where: echo, then head"

	printf 'one\ntwo\n' | dd of="$node" bs=4 2>/dev/null
	is "$(timeout 10 dd if="$node" bs=4 count=2 iflag=fullblock 2>/dev/null)" "one
two" "$where: dd both ways"

	is "$(mbim-dss write "$node" text)" "request 1: 4 bytes: success" \
		"$where: mbim-dss write tells request, bytes and status"
	is "$(timeout 10 head -c 4 "$node")" text "$where: and it comes back"

	seq 20000 > "$TMP/numbers"
	background cat "$node" > "$TMP/back"
	reader=$bg_pid
	ok "$where: cat of 100 KB to the node" timeout 20 sh -c "cat $TMP/numbers > $node"
	wait_for 20 cmp -s "$TMP/numbers" "$TMP/back"
	ok "$where: cat of the node has all of it, in order" cmp "$TMP/numbers" "$TMP/back"
	ok "$where: the reader waits for more" alive "$reader"

	ok "$where: close" mbim-dss close "$node"
	nok "$where: the node is gone" test -e "$node"
	ok "$where: the reader gets the end of file" wait_for 5 gone "$reader"
	wait "$reader"
	is $? 0 "$where: and succeeds"
}

conversation "wwan0 down"
ip link set wwan0 up
conversation "wwan0 up"
ip link set wwan0 down
conversation "wwan0 down again"

node=$(mbim-dss open nmea)
timeout 20 head -n 3 "$node" > "$TMP/nmea"
is "$(grep -c '^[$]GPGGA,.*\*[0-9A-F][0-9A-F]' "$TMP/nmea")" 3 "three NMEA sentences by head"
mbim-dss close "$node"

cases basic
no_sim_errors

stop_agent
is $? 0 "the agent ends by SIGTERM"
ok "the module goes while the modem is there" unload_dss
nok "and its nodes with it" test -e /dev/mbim/control
done_testing
