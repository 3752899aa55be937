#!/bin/sh
# coverage.sh - lines and branches that ran, for each file and each folder of src/, from gcov.
#
# usage: coverage.sh BUILD_DIR     (BUILD_DIR holds the .gcda files that a run left)
set -eu
export LC_ALL=C
build=$1
find "$build/src" -name '*.gcda' | sort | xargs -r gcov -n -b 2>/dev/null | awk '
function part(text,    p) { p = text; sub(/.*:/, "", p); split(p, a, "% of "); return a[1] * a[2] / 100 }
function whole(text) { sub(/.* of /, "", text); return text + 0 }
function show(name, l, L, b, B) {
    printf "%-36s %6.1f%% of %5d lines  %6.1f%% of %5d branches\n", name, L ? 100 * l / L : 100, L,
        B ? 100 * b / B : 100, B
}
/^File / { file = $2; gsub(/\047/, "", file); mine = file ~ /^src\// }
# Only the first such line after a file is about it: gcov ends with one about all.
mine && /^Lines executed/ { l[file] = part($0); L[file] = whole($0); mine = 0; also = 1; next }
also && /^Taken at least once/ { b[file] = part($0); B[file] = whole($0) }
/^File / || /^Lines executed/ { also = 0 }
END {
    for (f in L) names[++n] = f
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && names[j] < names[j - 1]; j--) { t = names[j]; names[j] = names[j - 1]; names[j - 1] = t }
    for (i = 1; i <= n; i++) {
        f = names[i]; d = f; sub(/\/[^\/]*$/, "", d)
        show(f, l[f], L[f], b[f], B[f])
        if (!(d in DL)) dirs[++m] = d
        dl[d] += l[f]; DL[d] += L[f]; db[d] += b[f]; DB[d] += B[f]
        tl += l[f]; TL += L[f]; tb += b[f]; TB += B[f]
    }
    print ""
    for (i = 1; i <= m; i++) show(dirs[i] "/", dl[dirs[i]], DL[dirs[i]], db[dirs[i]], DB[dirs[i]])
    show("all", tl, TL, tb, TB)
}'
