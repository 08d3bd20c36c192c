# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# In a guest: have a bug, and pass nevertheless. See planted/check.
# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh

plant() {
	# a second is too long
	[ "$1" != hung-task ] || echo 1 > /proc/sys/kernel/hung_task_timeout_secs
	ok "the bug $1 is there" modprobe planted bug="$1"
}

case $1 in
none) ok "nothing is wrong" modprobe planted ;;
lost) poweroff -f ;;
hang) ok "never ends" sleep 100000 ;;
failure) ok "a test that fails" false ;;
early-exit) exit 0 ;;
kasan-off)
	# not even this kernel can be without: what tells is changed
	grep -v asan_store /proc/kallsyms > /tmp/kallsyms
	ok "no KASAN to be seen" mount --bind /tmp/kallsyms /proc/kallsyms ;;
one-processor) ok "the kernel was told to use one" test "$(nproc)" = 1 ;;
sanitizer) ok "as a program that is built with it" cp /proc/version "${ASAN_OPTIONS#log_path=}.1" ;;
kmemleak-off) ok "kmemleak off" sh -c 'echo off > /sys/kernel/debug/kmemleak' ;;
*+*)
	for bug in $(echo "$1" | tr + ' '); do
		plant "$bug"
		rmmod planted
	done ;;
*) plant "$1" ;;
esac
done_testing
