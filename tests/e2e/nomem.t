#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug
# vm-options: --timeout 2400 --append slub_debug=A,kmalloc-8,kmalloc-16,kmalloc-32,kmalloc-96,kmalloc-128,kmalloc-192,kmalloc-256,kmalloc-512,kmalloc-1k,kmalloc-2k,kmalloc-4k,kmalloc-8k,kernfs_node_cache
#
# Memory fails where transfers, modems and NTBs are made, once at each place. The
# caches on the command line are those of kmalloc but the one that vhci_hcd uses.
. tests/vm/lib.sh
. tests/e2e/lib.sh

memory_may_fail
start_all
cases nomem
no_sim_errors
done_testing
