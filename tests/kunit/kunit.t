#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vm-kernels: uml-debug x86-debug
#
# The KUnit suites: every case passes, none is skipped, and there are as many as
# tests/kunit/expected says.
. tests/vm/lib.sh

kunit=/sys/kernel/debug/kunit

modprobe kunit 2>/dev/null
[ -d $kunit ] || bail "the kernel has no KUnit"
modprobe mbim_dss_kunit || bail "mbim_dss_kunit cannot be loaded: $(dmesg | tail -n 3)"

# The cases of suite $1, one result each; what a failed one said goes with it
cases() {
	while read -r line; do
		case $line in
		'ok '*|'not ok '*)
			name=${line#*ok }
			name=${name#* }
			case $line in
			'ok '*SKIP*|'not ok '*)
				result 1 "$1: $name"
				diag "$(dmesg | grep -A 8 "# $name: [A-Z]* FAILED" | head -n 60)" ;;
			*)	result 0 "$1: $name" ;;
			esac ;;
		esac
	done
}

while read -r suite count all; do
	case $suite in
	'#'*|'') continue ;;
	esac
	results=$kunit/$suite/results
	if ! [ -r "$results" ]; then
		result 1 "$suite has run"
		continue
	fi
	# Four blanks: a case; more: one of its parameters
	sed -n 's/^    \(ok\|not ok\) /\1 /p' "$results" > "$TMP/cases"
	is "$(grep -c . "$TMP/cases")" "$count" "$suite: number of cases"
	is "$(sed -n 's/^# Totals: //p' "$results")" "pass:$all fail:0 skip:0 total:$all" \
		"$suite: totals"
	cases "$suite" < "$TMP/cases"
done < tests/kunit/expected

is "$(find $kunit -name 'mbim_dss_*' -exec basename {} \; | sort)" \
	"$(sed -n 's/^\(mbim_dss_[a-z_]*\) .*/\1/p' tests/kunit/expected | sort)" \
	"the suites are those expected"
ok "the module goes" rmmod mbim_dss_kunit
done_testing
