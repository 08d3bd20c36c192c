#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug
# vm-options: --timeout 2400 --append slub_debug=A,kmalloc-96,kmalloc-128,kmalloc-192,kmalloc-256,kmalloc-512,kmalloc-1k,kmalloc-2k,kmalloc-4k,kmalloc-8k
#
# The module is loaded while memory fails at each place in turn, a modem being there.
# Small allocations do not fail: 6.1's own class_register() leaks the name of a class
# then, and its trace events warn.
. tests/vm/lib.sh
. tests/e2e/lib.sh

memory_may_fail
# which would load the module, too, whenever it gets to it
stop_udev
load_modules
start_sim
ok "wwan0 is there" wait_for 10 test -d /sys/class/net/wwan0
cases nomem load
start_agent
ok "afterwards the modem has its services" wait_for 10 probed
cases basic "SEND gives"
no_sim_errors
done_testing
