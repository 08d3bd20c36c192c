#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which reports of a kernel log are allowed: one that is listed, none that is only alike.
cd "$(dirname "$0")/../.." || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
TESTS=0

report() {
	cat <<-LOG
		BUG: using smp_processor_id() in preemptible [00000000] code: vhci_rx/3575
		caller is debug_smp_processor_id+0x17/0x20
		Call Trace:
		 <TASK>
		 dump_stack_lvl+0x49/0x60
		 check_preemption_disabled+0xd9/0xe0
		 debug_smp_processor_id+0x17/0x20
		 tx_complete+0x11e/0x3b0 [usbnet]
		 __usb_hcd_giveback_urb+0x1d0/0x2f0
		 </TASK>
	LOG
}

kasan() {
	cat <<-LOG
		==================================================================
		BUG: KASAN: use-after-free in $1
		Read of size 8 at addr ffff88802eacac80 by task ip/3774

		Call Trace:
	LOG
	yes ' unlink1+0xb8/0x570' | head -n 60
	cat <<-LOG

		Freed by task 3575:
		 kfree+0xcb/0x150

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

# shows DESC WORDS: that the report in $out has them
shows() {
	TESTS=$((TESTS + 1))
	case $out in
	*"$2"*) ;;
	*) printf 'not ' ;;
	esac
	echo "ok $TESTS - $1"
}

text='nothing to see'
judge 0 "a log without reports" x86-debug
text=$(report)
judge 0 "usbnet's counters in process context are not ours" x86-debug
judge 1 "on another kernel they are not known" 6.1
text=$(report | sed 's/ tx_complete.*usbnet/ dss_tx_complete+0x1 [mbim_dss/')
judge 1 "somebody else's" x86-debug
text=$(report | sed 's/vhci_rx/ip/')
judge 1 "in another task" x86-debug
text=$(report; kasan 'dss_tx_bh+0x1/0x2 [mbim_dss]')
judge 1 "what comes behind it counts" x86-debug
shows "a report of KASAN is shown to its end" 'Freed by task'
text=$(kasan 'vhci_urb_dequeue+0x511/0x640 [vhci_hcd]')
judge 1 "nothing of KASAN's is allowed" x86-debug
# what a stock kernel says, which no checker is behind
for text in \
	'invalid opcode: 0000 [#1] PREEMPT SMP NOPTI' \
	'divide error: 0000 [#1] PREEMPT SMP NOPTI' \
	'general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP' \
	'------------[ cut here ]------------' \
	'BUG kmalloc-96 (Tainted: G           OE): Poison overwritten' \
	'BUG mbim_dss_chunk (Not tainted): Objects remaining in mbim_dss_chunk on __kmem_cache_shutdown()'; do
	judge 1 "$text" 6.1
done
for text in 'debug: a BUG report would be here' 'usb 1-1: new device [#1]'; do
	judge 0 "$text" 6.1
done
echo "1..$TESTS"
