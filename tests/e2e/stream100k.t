#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
# vm-options: --timeout 400
#
# The main claim: nothing is lost, repeated, reordered or changed.
. tests/vm/lib.sh
. tests/e2e/lib.sh

start_all
cases stream100k
no_sim_errors
done_testing
