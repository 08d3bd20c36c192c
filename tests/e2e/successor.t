#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug 6.1
# vm-options: --timeout 1200
#
# The agent and mbim-proxy are killed at each step of an open and of a close.
. tests/vm/lib.sh
. tests/e2e/lib.sh

load_modules
load_dss
start_sim
# the cases start their own agents
cases successor
no_sim_errors
done_testing
