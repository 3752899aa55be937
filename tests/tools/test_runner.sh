#!/bin/sh
# Broken if this fails: a failing, crashing, hanging or empty suite could pass for a good one.
. tests/lib.sh
suite() { # suite NAME TEXT...: makes a script suite and prints its path
    path=$TMPDIR/$1.sh
    shift
    printf '%s\n' "#!/bin/sh" "# made by test_runner" "$@" >"$path"
    echo "$path"
}
unset AUTOPILOT_SOAK
run() { env -u SCRATCH -u TIME_LIMIT -u AUTOPILOT_TEST_PG tools/run-tests.sh "$@"; }
# ends NAME LAST-LINE STATUS ARGS...: the runner's last line and exit status.
ends() {
    name=$1 want=$2 want_status=$3
    shift 3
    output=$(run "$@" 2>&1)
    status=$?
    last=$(printf '%s\n' "$output" | tail -n 1)
    if [ "$last" = "$want" ] && [ $status = "$want_status" ]; then
        passed "$name"
    else
        failed "$name" "status $status, last line: $last"
        printf '%s\n' "$output" | sed 's/^/# /'
    fi
}

good=$(suite good 'echo ok one' 'echo "some words"' 'echo "ok 2 - two"')
more=$(suite more 'echo ok three' 'echo ok four')
bad=$(suite bad 'echo ok one' 'echo "not ok two - because"' 'exit 1')
kind=$(suite kind 'echo "not ok two - because"')
crash=$(suite crash 'echo ok one' 'kill -SEGV $$')
empty=$(suite empty 'exit 0')
lies=$(suite lies 'echo ok one' 'exit 3')
skips=$(suite skips 'echo "skip one - no network"' 'echo "not ok 2 # SKIP two"' 'echo ok three')
short=$(suite short 'echo 1..3' 'echo ok one')
hang=$(suite hang '# time limit: 1 s' 'echo ok one' 'while :; do sleep 5; done')
dirs=$(suite dirs '[ "$HOME" = "$TMPDIR" ] && echo "ok home"' 'touch "$TMPDIR/x" && echo "ok scratch"' \
    '[ -z "$NO_COLOR" ] && [ "$TZ" = UTC ] && echo "ok world"' 'read -r line || echo "ok no stdin"')

ends 'all good' '2 passed, 0 failed, 0 skipped' 0 "$good"
ends 'a failure' '1 passed, 1 failed, 0 skipped' 1 "$bad"
ends 'a failure with status 0' '0 passed, 1 failed, 0 skipped' 1 "$kind"
ends 'a crash after a good result' '1 passed, 1 failed, 0 skipped' 1 "$crash"
ends 'nothing ran' '0 passed, 1 failed, 0 skipped' 1 "$empty"
ends 'a status without a failure' '1 passed, 1 failed, 0 skipped' 1 "$lies"
ends 'skipped ones are counted' '1 passed, 0 failed, 2 skipped' 0 "$skips"
ends 'fewer than planned' '1 passed, 1 failed, 0 skipped' 1 "$short"
ends 'out of time' '1 passed, 1 failed, 0 skipped' 1 "$hang"
ends 'a world of its own' '4 passed, 0 failed, 0 skipped' 0 "$dirs"
ends 'a missing suite' '0 passed, 1 failed, 0 skipped' 1 "$TMPDIR/missing.sh"
ends 'the sum of many, two at once' '6 passed, 2 failed, 2 skipped' 1 -j 2 "$good" "$more" "$bad" "$skips" \
    "$empty"
ends 'only those whose path matches' '2 passed, 0 failed, 0 skipped' 0 -m /good "$good" "$bad"
ends 'nothing at all is a failure' '0 passed, 0 failed, 0 skipped' 1
soak=$(suite soak '# time limit: 1 s' '[ "$1" = all ] && sleep 1.5 && echo "ok all"')
export AUTOPILOT_SOAK=1
ends 'a soak: the word all, and time' '1 passed, 0 failed, 0 skipped' 0 -l 20 "$soak"
unset AUTOPILOT_SOAK
pg=$(suite pg '# needs: postgres' 'echo "$AUTOPILOT_TEST_PG_DIR" >'"$TMPDIR/pg-dir" \
    '[ -S "$AUTOPILOT_TEST_PG_DIR/control" ] && [ -n "$AUTOPILOT_TEST_PG" ] && echo "ok pg"')
ends 'a server for who needs it' '1 passed, 0 failed, 0 skipped' 0 "$pg"
refuse 'and it is gone afterwards' test -e "$(cat "$TMPDIR/pg-dir")"
says 'a failure is shown in full' '| not ok two - because' run "$bad"
says 'a failure is told once more before the sum' '     not ok two - because' run "$bad" "$good"
says 'the reason to skip is shown' 'skip one - no network' run "$skips"
says 'the time limit is named' 'out of time after 1 s' run "$hang"
finish
