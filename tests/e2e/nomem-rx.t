#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug
# vm-options: --timeout 600 --append slub_debug=A,kmalloc-8,kmalloc-16,kmalloc-96,kmalloc-128,kmalloc-192,kmalloc-256,kmalloc-512,kmalloc-1k,kmalloc-2k,kmalloc-4k,kmalloc-8k,kernfs_node_cache
#
# The driver's own receive transfers cannot be had when wwan0 goes down. The caches on the command
# line are those of nomem.t but one that vhci_hcd takes back transfers with: without it, it pulls
# the plug, and usbnet waits for those transfers for ever.
. tests/vm/lib.sh
. tests/e2e/lib.sh

memory_may_fail
start_all --ntb-max 65535
echo 65535 > /sys/class/net/wwan0/cdc_ncm/rx_max
cases nomem rx
no_sim_errors
done_testing
