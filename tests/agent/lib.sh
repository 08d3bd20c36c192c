# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# What the end-to-end tests of the agent share, besides tests/vm/lib.sh and
# tests/sim/lib.sh.

# A modem with the module, without an agent.
modem() {
	load_modules
	load_dss
	start_sim "$@"
	wait_for 10 test -c "$WDM" || bail "no $WDM"
}

services_known() { mbim-dss services --wait 10; }

# agent OPTIONS...: one that knows the modem
agent() {
	start_agent -v "$@"
	wait_for 10 services_known || bail "the agent does not tell the services"
}

# shellcheck disable=SC2154 # start_agent sets it
reload_agent() { kill -HUP "$agent_pid"; }

agent_log() { cat "$TMP/agent.log"; }
# agent_says REGEX, for wait_for
agent_says() { grep -Eq -- "$1" "$TMP/agent.log"; }
# agent_said N REGEX: so often at least
agent_said() { [ "$(grep -Ec -- "$2" "$TMP/agent.log")" -ge "$1" ]; }

# open SERVICE OPTIONS...: what the command says, and "exit N" when that is not 0
open() { mbim-dss open "$@" 2>&1 || echo "exit $?"; }

proxy_pid() {
	local p

	for p in /proc/[0-9]*; do
		[ "$(cat "$p/comm" 2>/dev/null)" = mbim-proxy ] && alive "${p#/proc/}" && echo "${p#/proc/}"
	done
}

# echoes NODE TEXT: what is written comes back
echoes() {
	local got

	[ -c "$1" ] || return 1
	exec 7<>"$1" || return 1
	printf '%s\n' "$2" >&7
	got=$(timeout 5 head -n 1 <&7)
	exec 7>&-
	[ "$got" = "$2" ]
}

# as USER COMMAND...: in the guest, whose / may be for root only until here
as() {
	chmod 755 /
	# for coverage: programs of all users count in the same files
	[ -z "${GCOV_PREFIX-}" ] || chmod -R a+rwX "$GCOV_PREFIX"
	su -s /bin/sh "$1" -c "$2" 2>&1 || echo "exit $?"
}

# monitor: events go to $TMP/events; returns when it listens
monitor() {
	background mbim-dss monitor > "$TMP/events"
	wait_for 5 grep -q listening "$TMP/events" || bail 'monitor does not listen'
}
# saw EVENT, for wait_for
saw() { grep -q -- "$1" "$TMP/events"; }
