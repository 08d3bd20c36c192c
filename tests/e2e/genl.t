#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# The kernel's side of the agent, with a test program in its place.
. tests/vm/lib.sh
. tests/e2e/lib.sh

load_modules
load_dss
start_sim
wait_for 10 sh -c 'mbim-dss list | grep -q dss0' || bail "no modem"
cases genl
cases dumps
done_testing
