#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# The library against the driver, the agent and the virtual modem: the programs of
# tests/lib/guest, each test of theirs a test here.
# shellcheck source=tests/vm/lib.sh disable=SC2119
. tests/vm/lib.sh

# program NAME: its tests become ours; it fails when its plan was not kept, too
program()
{
	name=$1
	shift
	"build/tests/lib/guest/$name" "$@" > "$TMP/$name" 2>&1
	status=$?
	while read -r line; do
		case $line in
		"ok "*)
			result 0 "$name: ${line#*- }" ;;
		"not ok "*)
			result 1 "$name: ${line#*- }" ;;
		1..*)
			;;
		*)
			diag "$line" ;;
		esac
	done < "$TMP/$name"
	is "$status" 0 "$name: ended well"
}

load_modules
load_dss
start_sim
program noagent_guest
start_agent
ok 'the agent tells the services' mbim-dss services --wait 10
program session_guest
program async_guest
program overrun_guest
program refusal_guest
program abi_guest
program wwapi_guest
like "$(build/tests/lib/guest/echo echo hello)" 'reply: hello' 'the example of the README'
is "$(mbim-dss list --json | grep -o '"node"' | wc -l)" 0 'no session is left open'
done_testing
