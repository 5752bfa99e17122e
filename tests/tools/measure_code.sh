#!/bin/sh
# measure_code.sh SOURCE...: prints how long functions and files are; fails on files over 600 lines
# that are not generated tables. A function runs from its line that ends in { at column 1 to the
# next } at column 1.
set -u
awk '
    FNR == 1 { file = FILENAME }
    /^\{/ { start = FNR }
    /^\}/ { if (start) { print FNR - start + 1; start = 0 } }
' "$@" | sort -n | awk '
    { n++; length_of[n] = $1 }
    END {
        printf "functions: %d, median %d lines, p95 %d, longest %d\n", n,
               length_of[int((n + 1) / 2)], length_of[int(n * 0.95)], length_of[n]
    }'
status=0
for f in "$@"; do
    lines=$(wc -l <"$f")
    if [ "$lines" -gt 600 ] && ! grep -qi 'generated' "$f"; then
        echo "$f: $lines lines, the limit is 600"
        status=1
    fi
done
exit $status
