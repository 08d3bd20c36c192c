#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug x86-debug 6.1
# vm-options: --timeout 600
#
# Random NTBs, for KASAN to look at.
. tests/vm/lib.sh
. tests/e2e/lib.sh

start_all
cases fuzz
no_sim_errors
done_testing
