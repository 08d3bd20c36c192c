# SPDX-License-Identifier: GPL-2.0-or-later
#
# The cases as bars: gnuplot -e "data='FILE'; kernel='6.1'" chart.gp > bench.svg
# FILE has lines of CASE, RATIO and LEAST.

set terminal svg size 760,420 font "sans-serif,12" background "white"
set title "Device service streams: mbim\\_dss against packet sockets, Linux ".kernel
set ylabel "times as good (guest clock in instructions)"
set datafile separator "\t"
set logscale y 2
set yrange [0.25:32]
set grid ytics lc rgb "#dddddd"
set style fill solid
set boxwidth 0.7
set xtics rotate by -40 nomirror
set key top right
set bmargin 6
set arrow from graph 0, first 1 to graph 1, first 1 nohead lc rgb "#444444"
plot data using 0:2:xtic(1) with boxes lc rgb "#3b7dd8" title "ratio", \
     data using 0:3 with points pt 2 lc rgb "#c03020" title "to reach"
