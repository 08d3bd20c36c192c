#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug x86-debug 6.1
# vm-options: --timeout 600
#
# The module is unloaded while closes are under way, and under load.
. tests/vm/lib.sh
. tests/e2e/lib.sh

[ "$VM_SHORT" != 1 ] || export MBIM_DSS_ROUNDS=2

load_modules
load_dss
start_sim
# the cases start their own agents
cases unload
no_sim_errors
done_testing
