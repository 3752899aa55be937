#!/bin/sh
# run-bench.sh - runs the measurements one after the other, so that none disturbs another.
#
# usage: run-bench.sh [-m PART] BENCH...
# A bench is a program or a script that prints its figures, the measured and the compared one in the
# same run. Ends with status 1 when one of them could not measure.
set -u
part=
if [ "${1-}" = -m ]; then
    part=$2
    shift 2
fi
failed=0
for bench in "$@"; do
    case $bench in
    *"$part"*) ;;
    *) continue ;;
    esac
    echo "== ${bench##*/}"
    case $bench in
    *.sh) sh "$bench" ;;
    *) "$bench" ;;
    esac || { failed=1; echo "bench: ${bench##*/} failed" >&2; }
done
exit $failed
