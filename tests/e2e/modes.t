#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: core
#
# A session node used in every way that a program can: by read and write in both modes, in
# batches, waiting for completion, cancelling, by io_uring and libaio, at its limits.
. tests/vm/lib.sh
. tests/e2e/lib.sh

start_all
modprobe usbmon || bail "no usbmon"
for program in modes sync batch reap loss giveback turn epoll cancel limits uring aio wire; do
	cases $program
done
no_sim_errors
done_testing
