#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug x86-debug 6.1
# vm-options: --timeout 600
#
# Modems of many kinds, each with its rules for NTBs, which it checks.
. tests/vm/lib.sh
. tests/e2e/lib.sh

# the modem counts what it is sent: nothing of the stack's own
for f in default all; do
	echo 1 > /proc/sys/net/ipv6/conf/$f/disable_ipv6
done

# try OPTION...: one modem. What is written does not pass wwan0
try() {
	diag "mbim-sim $*"
	start_all "$@"
	cases variants
	cases variants up "messages" "a stream"
	no_sim_errors
	stop_agent
	stop_sim
	wait_for 10 test ! -e /sys/class/net/wwan0 || bail "wwan0 stays"
}

try --modulus 32 --remainder 14 --ndp-modulus 16 --ntb-datagrams 3
try --modulus 4 --remainder 2 --ntb-max 4096
try --ntb-max 65535 --max-datagram 8192 --max-control 128
try --vendor 0bdb --ntb-datagrams 1
try --vendor 12d1
# most of it at a time
try --vendor 12d1 --speed super --modulus 64 --remainder 6 --ndp-modulus 64 --ntb-max 5000 \
	--ntb-datagrams 17
done_testing
