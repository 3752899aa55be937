#!/bin/sh
# scripts.sh - every script can be parsed, says what it is for, and is plain sh or Python.
#
# usage: scripts.sh FILE...
set -eu
status=0
for script in "$@"; do
    case $script in
    *.py) /usr/bin/python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$script" ;;
    *) sh -n "$script" ;;
    esac || { echo "$script: cannot be parsed"; status=1; }
    head -n 4 "$script" | grep -Eq '^(# |""").*[a-z]' ||
        { echo "$script: the first lines do not say what it is for"; status=1; }
done
exit $status
