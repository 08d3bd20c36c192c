# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Bash completion of mbim-dss. Modems, services and open sessions are asked of the driver.

_mbim_dss_sessions()
{
	local nodes
	nodes=$(compgen -G '/dev/mbim/dss*') || return 0
	echo "${nodes//\/dev\/mbim\//}"
}

_mbim_dss_modems()
{
	mbim-dss list 2>/dev/null | awk '$1 ~ /^dss[0-9]+$/ { print $1 }'
}

# Those that have a data session; the name when there is one, else the UUID.
_mbim_dss_services()
{
	mbim-dss services 2>/dev/null |
		awk '$1 ~ /^dss/ && $4 != "none" { print $2 == "-" ? $3 : $2 }'
}

_mbim_dss_options()
{
	mbim-dss "$1" --help 2>/dev/null | sed -n 's/^  \(--[a-z]*\).*/\1/p'
}

_mbim_dss()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} words=

	if ((COMP_CWORD == 1)); then
		words='list services open close cat write monitor stats info pty trace --help --version'
	elif [[ $previous == --modem ]]; then
		words=$(_mbim_dss_modems)
	elif [[ $previous == --link ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
	elif [[ $previous == --@(timeout|count|session|wait) ]]; then
		return
	elif [[ $current == -* ]]; then
		words=$(_mbim_dss_options "$command")
	else
		case $command in
		open)
			words=$(_mbim_dss_services)
			;;
		services)
			words=$(_mbim_dss_modems)
			;;
		info)
			words="$(_mbim_dss_modems) $(_mbim_dss_sessions)"
			;;
		close | cat | write | stats | pty | trace)
			words=$(_mbim_dss_sessions)
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _mbim_dss mbim-dss
