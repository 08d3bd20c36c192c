#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What mbim-dss prints with --json is JSON, and says what it was given. B: build folder.
cd "$(dirname "$0")/../.." || exit 1

# shellcheck disable=SC2016 # the variables are Perl's
"${B:-build}/tests/lib/json_print" | perl -MJSON::PP -MTest::More -e '
	plan tests => 9;
	my $text = join "", <STDIN>;
	my $all = eval { decode_json($text) };
	ok($all, "it can be parsed") or diag($@), exit 1;
	is(scalar @$all, 6, "six records");
	is($all->[0]{ifname}, qq("a\\\n\x01\x7f\xff{}[],:), "a name with every kind of character");
	ok($all->[0]{up} && !$all->[0]{probed}, "booleans");
	is_deeply($all->[1]{cids}, [], "an empty array");
	is_deeply($all->[2]{cids}, [1, 4294967295], "an array");
	is($all->[3]{status}, "the modem refused: invalid parameters (MBIM status 21)", "words");
	is($all->[3]{data}, "22615c0a017fff7b7d5b5d2c3a", "bytes");
	like($text, qr/"rx_bytes":18446744073709551615,/, "the largest number");
'
