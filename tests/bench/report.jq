# SPDX-License-Identifier: GPL-2.0-or-later
#
# From the measures of all boots to the cases: jq -n -R -f report.jq MODE
# with $kernel, $cases and $paths (the files' text), and $measures, an array.
# What is counted is summed over the boots, of everything else it is the median.

def median: sort | if length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def lines: split("\n") | map(select(test("^[a-z]")) | split("[ \t]+"; ""));

# one measure, one way to do it, over all boots
def merged: {
	measure: .[0].measure, how: .[0].how, unit: .[0].unit, size: .[0].size, boots: length,
	value: (map(.value) | median),
	sent: (map(.sent) | add), delivered: (map(.delivered) | add),
	lost: (map(.lost) | add), reported: (map(.reported) | add),
	instructions: (map(.instructions) | . as $all | .[0] | with_entries(.key as $k |
		.value = ($all | map(.[$k]) | median)))
};

def ways: group_by([.measure, .how]) | map(merged);

def best($name; $kind):
	map(select(.measure == $name)) |
	if length == 0 then error("no measure \($name)") else . end |
	if $kind == "rate" then max_by(.value) else min_by(.value) end;

def loss: if .lost == .reported then null else "\(.lost) lost, \(.reported) reported" end;

def case_of($ways):
	. as [$case, $ours, $peer, $kind, $least] |
	($ways | best($ours; $kind)) as $o | ($ways | best($peer; $kind)) as $p |
	(if $kind == "rate" then $o.value / $p.value else $p.value / $o.value end) as $ratio |
	($least | tonumber) as $least |
	{
		kernel: $kernel, case: $case, unit: $o.unit, ours: $o.value, peer: $p.value,
		ratio: ($ratio * 1000 | round / 1000), least: $least,
		pass: ($ratio >= $least and $o.lost == $o.reported),
		ours_how: $o.how, peer_how: $p.how, boots: $o.boots,
		sent: $o.sent, delivered: $o.delivered, lost: $o.lost, reported: $o.reported,
		peer_sent: $p.sent, peer_delivered: $p.delivered, peer_lost: $p.lost
	};

def path_of($ways):
	. as [$name, $copies] | .[2:] as $path |
	($ways | best($name; if $name | test("rtt") then "cost" else "rate" end)) | {
		kernel: $kernel, path: ($path | join(" ")), measure: $name, how, size,
		copies: ($copies | tonumber)
	} + .instructions;

($measures | ways) as $ways |
if $mode == "cases" then $cases | lines[] | case_of($ways)
elif $mode == "paths" then $paths | lines[] | path_of($ways)
else error("no mode \($mode)") end
