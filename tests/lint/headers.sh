#!/bin/sh
# headers.sh - every header compiles alone: it includes what it needs.
#
# usage: headers.sh FILE...
set -eu
status=0
for header in "$@"; do
    echo 'extern int nothing;' |
        gcc -std=c11 -D_GNU_SOURCE -Iinclude -Ibuild/gen -Itests -isystem /usr/include/libxml2 \
            -isystem /usr/include/postgresql -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c -include "./$header" - || status=1
done
exit $status
