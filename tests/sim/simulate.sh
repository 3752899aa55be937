#!/bin/sh
# simulate.sh - the lanes under a virtual clock with seeded accidents, and the planted bugs.
# (run: alone, time limit: 900 s)
# usage: simulate.sh [all]     all: a simulated year on the model, 100,000 letters on SQLite (soak)
# Broken if this fails: somebody is written to twice, a limit is passed, a line of the log or a letter
# is lost when an engine dies at the wrong moment; or the simulation no longer sees such a mistake.
set -u
. tests/lib.sh
sim=${SIM:-build/sim/tests/sim/prog_sim}
out=$(mktemp)
trap 'rm -f "$out"' EXIT INT TERM

# Runs the simulation; its lines are shown as remarks.
simulate() {
    "$sim" "$@" >"$out" 2>&1
    status=$?
    sed 's/^/# /' "$out"
    return $status
}
figure() { sed -n "s/.*$1=\([^ ]*\).*/\1/p" "$out" | head -n 1; }

if [ -n "${1:+1}" ]; then
    model='--seeds 80 --days 5' sqlite='--seeds 14 --days 5' tries=200
else
    model='--seeds 24 --days 5' sqlite='--seeds 2 --days 3' tries=60
fi
for record in model sqlite; do
    eval "size=\$$record"
    # shellcheck disable=SC2086
    simulate --authority "$record" $size
    if [ "$(figure bad)" = 0 ]; then
        passed "authority_$record: no violation in $(figure letters) letters"
    else
        failed "authority_$record" "$(figure bad) seeds with a violation"
    fi
done
# The two authorities are held to one another as well: every answer of every call is in the trace.
simulate --seeds 2 --first 7 --days 1
first=$(figure trace)
simulate --seeds 2 --first 7 --days 1
same() {
    if [ -n "$first" ] && [ "$first" = "$(figure trace)" ]; then
        passed "$1"
    else
        failed "$1" "$first and $(figure trace)"
    fi
}
same "the same seed gives the same trace"
simulate --seeds 2 --first 7 --days 1 --authority sqlite
same "both authorities give the same trace"
for bug in resend count-late log-outside dice limit-early lost-is-not two-hands window-early; do
    simulate --seeds "$tries" --days 2 --bug "$bug" --until-bad
    if [ "$(figure bad)" -gt 0 ] 2>/dev/null; then
        passed "planted bug $bug is caught (by seed $(figure seeds))"
    else
        failed "planted bug $bug is caught" "no seed of $tries saw it"
    fi
done
finish
