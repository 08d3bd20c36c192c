# SPDX-License-Identifier: GPL-2.0-or-later
#
# Lines of values, divided by tabs, as a table; a first column of "!" marks a line.
BEGIN { FS = "\t" }
{
	for (i = 1; i <= NF; i++) {
		cell[NR, i] = $i
		if (length($i) > width[i])
			width[i] = length($i)
		if (NR > 1 && $i !~ /^-?[0-9.]+$/ && $i != "")
			text[i] = 1
	}
	if (NF > columns)
		columns = NF
}
END {
	for (n = 1; n <= NR; n++) {
		line = ""
		for (i = 1; i <= columns; i++)
			line = line sprintf(text[i] ? "%-*s  " : "%*s  ", width[i], cell[n, i])
		sub(/ +$/, "", line)
		print line
	}
}
