#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug x86-debug 6.1
# vm-options: --timeout 600
#
# wwan0 goes up and down, gets another MTU and another name, while data flows.
. tests/vm/lib.sh
. tests/e2e/lib.sh

[ "$VM_SHORT" != 1 ] || export MBIM_DSS_ROUNDS=4

start_all
cases updown
cases takenback
no_sim_errors
done_testing
