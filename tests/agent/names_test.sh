#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A service has one name: the udev rules, which make links by it, have those of the agent.
cd "$(dirname "$0")/../.." || exit 1

agent=$(sed -n 's/^\t{ "\([-0-9a-f]*\)", "\([-a-z]*\)", false },$/\1 \2/p' tools/agent/service.c)
rules=$(sed -n 's/^ATTR{service}=="\([^"]*\)", ENV{MBIM_DSS_NAME}="\([^"]*\)"$/\1 \2/p' \
	tools/udev/60-mbim-dss.rules)

echo 1..1
if [ -n "$agent" ] && [ "$rules" = "$agent" ]; then
	echo 'ok 1 - the udev rules have the names of the agent'
else
	echo 'not ok 1 - the udev rules have the names of the agent'
	printf 'agent:\n%s\nrules:\n%s\n' "$agent" "$rules" | sed 's/^/# /'
fi
