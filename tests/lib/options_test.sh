#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mbim-dss --help, mbim-dss(1) and bash's completion tell the same commands and options.
# B: build folder.
set -u
cd "$(dirname "$0")/../.." || exit 1
PATH=$PWD/${B:-build}:$PATH
page=Documentation/man/mbim-dss.1
n=0

# same GOT WANT DESC: the same words, in whatever order
same()
{
	local got want

	got=$(tr -s ' ' '\n' <<< "$1" | grep . | sort)
	want=$(tr -s ' ' '\n' <<< "$2" | grep . | sort)
	n=$((n + 1))
	if [ -n "$want" ] && [ "$got" = "$want" ]; then
		echo "ok $n - $3"
	else
		echo "not ok $n - $3"
		diff <(echo "$got") <(echo "$want") | sed 's/^/# /'
	fi
}

# synopsis: of the page, "mbim-dss COMMAND" and what follows it
synopsis()
{
	sed -n '/^\.SH SYNOPSIS/,/^\.SH DESCRIPTION/{s/\\-/-/g;p}' "$page"
}

# complete_words WORD...: what bash would offer for the last
complete_words()
{
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_mbim_dss
	echo "${COMPREPLY[@]}"
}

# shellcheck source=tools/completion/mbim-dss.bash
. tools/completion/mbim-dss.bash

commands=$(mbim-dss --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
same "$(synopsis | sed -n 's/^\.B mbim-dss \([a-z]*\)$/\1/p')" "$commands" 'the page has every command'
same "$(complete_words mbim-dss '' | sed 's/--[a-z]*//g')" "$commands" 'completion has every command'
for c in $commands; do
	options=$(mbim-dss "$c" --help | sed -n 's/^  \(--[a-z]*\).*/\1/p')
	same "$(synopsis | sed -n "/ mbim-dss $c\$/,/^\.br/p" | grep -oE -- '--[a-z]+')" "$options" \
		"$c: the page has every option"
	same "$(complete_words mbim-dss "$c" --)" "$options" "$c: completion has every option"
done
echo "1..$n"
