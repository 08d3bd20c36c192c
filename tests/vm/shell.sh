#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# "make vm-shell": a shell with the module, the agent and a virtual modem.
# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh

load_modules
load_dss
start_sim
start_agent

cat <<-HINTS
	Linux $(uname -r), a virtual modem, mbim_dss and mbim-dssd. For example:

	    mbim-dss list
	    mbim-dss services
	    mbim-dss open nmea; head -n 3 /dev/mbim/dss0s0
	    mbim-sim --help            the modem's faults
	    . tests/vm/lib.sh          what the tests use

	The output of modem and agent is in $TMP. Ctrl-D ends it all.
HINTS
PS1='guest# ' sh -i
FINISHED=1
