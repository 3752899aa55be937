#!/bin/sh
# picture.sh - makes docs/console.png: the running console on the sample, photographed.
#
# usage: picture.sh [PROGRAM]    needs python3-pil, python3-wcwidth and fonts-dejavu-core
set -eu
program=$(realpath "${1:-build/autopilot}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
"$program" --data "$dir/demo" --quiet init --sample
"$program" --data "$dir/demo" --quiet job start sample
AUTOPILOT_MAIL_PER_MINUTE=300 /usr/bin/python3 tests/e2e/ptybench --cmd "$program --data $dir/demo" \
    --size 30x100 --tests startup --runs 1 --shot 'console:<Sleep:11000>3<Sleep:1500>' \
    --shots-dir "$dir" --quit-keys '<Esc>Qs' >/dev/null
cp "$dir/console.png" docs/console.png
