#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The headers, the symbol map, the library and its manual page name the same functions, and
# the headers suit C99 and C++ programs. B: build folder.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

ok()
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

echo 1..5

gcc -E -P -x c -Ilib lib/wwapi.h | grep -oE '\bwwan_[a-z_]+\(|\bWwan[A-Za-z]+\(' | tr -d '(' | sort -u > "$tmp/header"
grep -oE '[[:space:]][Ww]wan[A-Za-z_]+;' lib/wwandss.map | tr -d '\t;' | sort -u > "$tmp/map"
nm -D --defined-only "$B/libwwandss.so.0" | awk '$2 == "T" { sub("@.*", "", $3); print $3 }' |
	sort -u > "$tmp/library"

diff "$tmp/header" "$tmp/map" | sed 's/^/# /'
cmp -s "$tmp/header" "$tmp/map" && [ -s "$tmp/map" ]
ok $? 'the symbol map lists every function of the headers and no other'
diff "$tmp/header" "$tmp/library" | sed 's/^/# /'
cmp -s "$tmp/header" "$tmp/library"
ok $? 'the library exports every function of the headers and no other'

grep -oE '\b(wwan_[a-z_]+|Wwan[A-Za-z]+)' Documentation/man/libwwandss.3 | sort -u > "$tmp/page"
diff "$tmp/header" "$tmp/page" | sed 's/^/# /'
cmp -s "$tmp/header" "$tmp/page"
ok $? 'the manual page names every function of the headers and no other'

echo '#include "wwapi.h"' > "$tmp/include.c"
gcc -std=c99 -pedantic -Wall -Wextra -Werror -Ilib -fsyntax-only "$tmp/include.c"
ok $? 'the headers suit C99'
echo 'extern "C" int probe(void); int probe(void) { return WWAN_VERSION; }' >> "$tmp/include.c"
g++ -Wall -Wextra -Werror -Ilib -fsyntax-only -x c++ "$tmp/include.c"
ok $? 'the headers suit C++'
