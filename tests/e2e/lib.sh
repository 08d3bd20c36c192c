# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# For the scripts of this folder, after tests/vm/lib.sh:
#
#	start_all [ARG...]	modules, virtual modem (with these arguments) and agent, until the
#				modem's services are known
#	sim WORD...		tell the virtual modem something; prints its answer
#	sim_stat NAME		one of its counters
#	no_sim_errors		a test: it has no complaint about what it was sent
#	cases PROGRAM [ARG...]	run a program of this folder: its tests are tests here
#	memory_may_fail		for /proc/self/fail-nth: also allocations that may wait; in silence

start_all() {
	load_modules
	load_dss
	start_sim "$@"
	# a modem that does not answer does not hold up the next case for long
	start_agent --timeout "${AGENT_TIMEOUT:-3}"
	wait_for 10 probed || bail "the modem's services are not known after 10 s"
}

# probed [MODEM]
probed() {
	case $(mbim-dss services "${1:-0}" --wait 1) in
	*echo*) ;;
	*) return 1 ;;
	esac
}

sim() {
	mbim-sim ctl "$@"
}

sim_stat() {
	sim stats | sed -n "s/.*\"$1\":\([^,}]*\)[,}].*/\1/p"
}

no_sim_errors() {
	local answer

	answer=$(sim stats)
	like "$answer" '"errors":0,' "the modem has nothing to complain about"
}

cases() {
	local program="build/tests/e2e/$1" pipe="$TMP/cases" line desc seen=0 bad=0 planned='' pid status=0

	shift
	[ -p "$pipe" ] || mkfifo "$pipe"
	"$program" "$@" > "$pipe" 2>&1 &
	pid=$!
	while IFS= read -r line; do
		desc=${line#*ok * - }
		case $line in
		"ok "*" # SKIP "*)
			seen=$((seen + 1))
			skip "${desc%% \# SKIP *}" "${desc#*\# SKIP }" ;;
		"ok "*)
			seen=$((seen + 1))
			result 0 "$desc" ;;
		"not ok "*)
			seen=$((seen + 1)) bad=$((bad + 1))
			result 1 "$desc" ;;
		1..*)
			planned=${line#1..} ;;
		*)
			printf '%s\n' "$line" ;;
		esac
	done < "$pipe"
	wait $pid || status=$?
	if [ "$planned" != $seen ] || { [ $status != 0 ] && [ $bad = 0 ]; }; then
		result 1 "$program ends as it should"
		diag "$seen of ${planned:-?} cases, status $status"
	fi
	return $status
}

memory_may_fail() {
	local kind debug=/sys/kernel/debug

	if [ ! -w $debug/failslab/ignore-gfp-wait ] || [ ! -w $debug/fail_page_alloc/ignore-gfp-wait ] ||
	   [ ! -w $debug/fail_usercopy/verbose ]; then
		# a kernel with checkers must have it
		[ "$VM_DEBUG" != 1 ] || bail "the kernel has no fault injection"
		skip_all "the kernel has no fault injection"
	fi
	for kind in failslab fail_page_alloc fail_usercopy; do
		echo 0 > $debug/$kind/verbose
	done
	echo N > $debug/failslab/ignore-gfp-wait
	echo N > $debug/fail_page_alloc/ignore-gfp-wait
	echo 0 > $debug/fail_page_alloc/min-order
}
