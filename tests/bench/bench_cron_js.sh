#!/bin/sh
# bench_cron_js.sh - next-run beside croner and cron-parser (npm), on the rows that both answer as
# bench_cron does; run together with it: make bench T=cron.
set -u
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "skip bench_cron_js - needs node and npm"
    exit 0
fi
dir=build/bench-npm
mkdir -p "$dir"
[ -d "$dir/node_modules/croner" ] && [ -d "$dir/node_modules/cron-parser" ] ||
    (cd "$dir" && npm install --silent --no-audit --no-fund croner@11 cron-parser@5 luxon) >/dev/null 2>&1 || {
    echo "skip bench_cron_js - the two packages can't be had"
    exit 0
}
cp tests/bench/cron.mjs "$dir/cron.mjs"
cd "$dir" && node cron.mjs ../../tests/data/schedules/vectors.tsv
