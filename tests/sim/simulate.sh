#!/bin/sh
# simulate.sh - the lanes under a virtual clock with seeded accidents, and the six planted bugs.
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

years=${1:+1}
if [ -n "$years" ]; then
    model='--seeds 74 --days 5' sqlite='--seeds 14 --days 5' tries=60
else
    model='--seeds 24 --days 5' sqlite='--seeds 1 --days 4' tries=30
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
simulate --seeds 1 --days 3
first=$(figure trace)
simulate --seeds 1 --days 3
if [ -n "$first" ] && [ "$first" = "$(figure trace)" ]; then
    passed "the same seed gives the same trace"
else
    failed "the same seed gives the same trace" "$first and $(figure trace)"
fi
for bug in resend count-late log-outside dice limit-early lost-is-not; do
    simulate --seeds "$tries" --days 3 --bug "$bug"
    if [ "$(figure bad)" -gt 0 ] 2>/dev/null; then
        passed "planted bug $bug is caught ($(figure bad) of $tries seeds)"
    else
        failed "planted bug $bug is caught" "no seed of $tries saw it"
    fi
done
finish
