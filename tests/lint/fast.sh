#!/bin/sh
# fast.sh - the quick checks of the source; each prints one line, and all it found when it found
# something. `make lint` runs these and then clang-tidy and cppcheck.
#
# usage: fast.sh [CHECK...]
set -u
cd "$(dirname "$0")/../.." || exit 2
export LC_ALL=C.UTF-8
found=$(mktemp)
trap 'rm -f "$found"' EXIT INT TERM
status=0
limits='file=600 fn=60 cplx=15 over100=0 globals=0 cycles=0'

files() { find "$@" -type f 2>/dev/null | sort; }
c_files=$(files include src tests -name '*.[ch]')
own_code=$(files include src -name '*.[ch]')
headers=$(files include src tests -name '*.h')
scripts=$(files tools tests -name '*.sh'; files tools tests -name '*.py')

# One line a file; clang-format itself draws each place.
check_format() {
    clang-format --dry-run $c_files 2>&1 |
        awk -F: '/clang-format-violations/ { if (!n[$1]++) file[++files] = $1; if (n[$1] == 1) first[$1] = $2 }
        END { for (i = 1; i <= files; i++) {
            f = file[i]; printf "%s:%d: not formatted, %d places (make format)\n", f, first[f], n[f] }
            exit files > 0 }'
}
check_floors() { sh tests/lint/floors.sh tests/lint/floors .; }
check_measure() { sh tests/lint/measure.sh -c "$limits" .; }
check_words() { sh tests/lint/words.sh $c_files; }
check_headers() { make -s build/gen/sql.stamp && sh tests/lint/headers.sh $headers; }
check_sql() { sh tests/lint/sql.sh $own_code; }
check_scripts() { sh tests/lint/scripts.sh $scripts; }

for check in ${@:-format floors measure words headers sql scripts}; do
    if "check_$check" >"$found" 2>&1; then
        echo "ok lint $check"
    else
        cat "$found"
        echo "not ok lint $check - see above"
        status=1
    fi
done
exit $status
