#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug 6.1
#
# Sessions and IP on one pipe, of a slow modem: nobody keeps the others out.
. tests/vm/lib.sh
. tests/e2e/lib.sh

start_all
cases fair
no_sim_errors
done_testing
