#!/bin/sh
# run-sample.sh - what `make run` shows: the console on a sample workspace whose job is running.
#
# usage: run-sample.sh PROGRAM
# The data are kept in ${XDG_STATE_HOME:-~/.local/state}/autopilot-sample, so that a second call goes
# on where the first stopped; delete the directory to begin anew. Without a terminal the job runs to
# its end, not paced, and a summary is printed.
set -eu
program=$1
data=${XDG_STATE_HOME:-$HOME/.local/state}/autopilot-sample

if [ ! -e "$data/autopilot.db" ]; then
    echo "Making the sample workspace in $data" >&2
    "$program" --data "$data" init --sample
fi

if [ -t 0 ] && [ -t 1 ]; then
    # Refused when it is running already; then there is nothing to start.
    "$program" --data "$data" --quiet job start sample || true
    exec "$program" --data "$data"
fi
"$program" --data "$data" --quiet job start sample || true
AUTOPILOT_MAIL_PER_MINUTE=0 "$program" --data "$data" engine --until-idle
exec "$program" --data "$data" status
