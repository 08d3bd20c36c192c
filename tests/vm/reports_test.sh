#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which reports of a kernel log are allowed: the one of vhci_hcd's own bug, none that is only alike.
cd "$(dirname "$0")/../.." || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
TESTS=0

report() {
	cat <<-LOG
		==================================================================
		BUG: KASAN: use-after-free in vhci_urb_dequeue+0x511/0x640 [vhci_hcd]
		Read of size 8 at addr ffff88802eacac80 by task ip/3774

		Call Trace:
	LOG
	yes ' unlink1+0xb8/0x570' | head -n 60
	cat <<-LOG

		Allocated by task 3575:
		 __kasan_kmalloc+0x93/0xa0
		 vhci_urb_enqueue+0x3cc/0x8a0 [vhci_hcd]

		Freed by task 3575:
		 kfree+0xcb/0x150
		 pickup_urb_and_free_priv+0x1fe/0x310 [vhci_hcd]
		 vhci_rx_loop+0x215/0x7c0 [vhci_hcd]

		==================================================================
		Disabling lock debugging due to kernel taint
	LOG
}

# judge STATUS DESC KERNEL: of the log in $text
judge() {
	TESTS=$((TESTS + 1))
	printf '%s\n' "$text" | sed 's/^/[    1.000000] /' > "$log"
	out=$(tests/vm/reports "$3" "$log")
	status=$?
	[ $status = "$1" ] || printf 'not '
	echo "ok $TESTS - $2"
	[ $status = "$1" ] || { echo "# status $status, not $1"; printf '%s\n' "$out" | sed 's/^/# /'; }
}

text='nothing to see'
judge 0 "a log without reports" x86-debug
text=$(report)
judge 3 "a vhci_priv that vhci_rx has freed is not ours; lockdep is off" x86-debug
judge 1 "on another kernel it is not known" uml-debug
text=$(report | sed 's/pickup_urb_and_free_priv/usb_free_urb/')
judge 1 "something else freed it" x86-debug
text=$(report | sed 's/vhci_urb_enqueue/usb_alloc_urb/')
judge 1 "it is something else" x86-debug
text=$(report; echo 'BUG: KASAN: use-after-free in dss_tx_bh+0x1/0x2 [mbim_dss]')
judge 1 "what comes behind it counts" x86-debug
text=$(report; report | sed 's/pickup_urb_and_free_priv/usb_free_urb/')
judge 1 "even if it begins alike" x86-debug
echo "1..$TESTS"
