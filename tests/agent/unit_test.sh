#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The agent's systemd unit: systemd understands it, and a fault that passes does not end the
# agent for good.
cd "$(dirname "$0")/../.." || exit 1

unit=tools/systemd/mbim-dssd.service.in
tests=0

# result STATUS DESC
result() {
	tests=$((tests + 1))
	[ "$1" = 0 ] || printf 'not '
	echo "ok $tests - $2"
}

# value SECTION KEY
value() {
	awk -F= -v section="[$1]" -v key="$2" \
		'/^\[/ { here = $0 == section } here && $1 == key { print substr($0, length(key) + 2) }' $unit
}

# complaints: of systemd, about the unit as it would be installed, with a program to start. What
# else this machine has is not looked at.
complaints() {
	dir=$(mktemp -d) || return
	printf '#!/bin/sh\n' > "$dir/mbim-dssd"
	chmod +x "$dir/mbim-dssd"
	sed "s|@SBINDIR@|$dir|" $unit > "$dir/mbim-dssd.service"
	systemd-analyze verify --man=no "$dir/mbim-dssd.service" 2>&1 | grep -F mbim-dssd
	rm -r "$dir"
}

echo 1..4
if command -v systemd-analyze > /dev/null; then
	said=$(complaints)
	[ -z "$said" ]
	result $? 'systemd has nothing to complain of'
	[ -z "$said" ] || echo "$said" | sed 's/^/# /'
else
	result 0 'systemd has nothing to complain of # SKIP there is no systemd-analyze'
fi

# the policy names users and groups: not before they can be looked up
value Unit After | grep -qw 'nss-user-lookup\.target'
result $? 'it waits for the databases of users and groups'

[ "$(value Unit StartLimitIntervalSec)" = 0 ]
result $? 'it is started again however often it has failed'

# requests wait so long for the next agent
grace=$(sed -n 's/^static unsigned int agent_grace_ms = \([0-9]*\);$/\1/p' driver/request.c)
delay=$(value Service RestartSec)
[ "$delay" -ge 2 ] && [ $((delay * 1000)) -lt "$grace" ]
result $? 'not at once, but before the module gives the agent up'
