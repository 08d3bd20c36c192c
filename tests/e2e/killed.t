#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug x86-debug 6.1
# vm-options: --timeout 600
#
# Clients are killed in each call that can block, while the modem takes nothing.
. tests/vm/lib.sh
. tests/e2e/lib.sh

start_all
cases killed
no_sim_errors
done_testing
