# lib.sh - what test scripts share: each check prints one line for tools/run-tests.sh.
#
#   . tests/lib.sh              from the root of the source tree, where the runner starts
#   check NAME COMMAND...       ok when the command succeeds; else its output and "not ok"
#   refuse NAME COMMAND...      ok when the command fails
#   says NAME TEXT COMMAND...   ok when the output (stdout and stderr) holds TEXT
#   passed NAME, failed NAME WHY, skipped NAME WHY
#   finish                      last line: exit status 1 when something failed
failures=0
# Started by hand there is no directory of its own: "$TMPDIR/bin" must never be /bin.
if [ -z "${TMPDIR-}" ] || [ ! -d "$TMPDIR" ]; then
    TMPDIR=$(mktemp -d /tmp/autopilot-test.XXXXXX) || exit 2
    export TMPDIR
    trap 'rm -rf "$TMPDIR"' EXIT
fi
passed() { echo "ok $1"; }
failed() {
    printf 'not ok %s - %s\n' "$1" "$2"
    failures=$((failures + 1))
}
skipped() { echo "skip $1 - $2"; }

check() {
    what=$1
    shift
    if output=$("$@" 2>&1); then
        passed "$what"
    else
        failed "$what" "status $? of: $*"
        printf '%s\n' "$output" | sed 's/^/# /'
    fi
}

refuse() {
    what=$1
    shift
    if output=$("$@" 2>&1); then
        failed "$what" "was not refused: $*"
        printf '%s\n' "$output" | sed 's/^/# /'
    else
        passed "$what"
    fi
}

says() {
    what=$1 text=$2
    shift 2
    output=$("$@" 2>&1)
    case $output in
    *"$text"*) passed "$what" ;;
    *)
        failed "$what" "\"$text\" is not in the output of: $*"
        printf '%s\n' "$output" | sed 's/^/# /'
        ;;
    esac
}

finish() { exit $((failures > 0)); }
