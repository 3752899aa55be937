#!/bin/sh
# bench_pg_goals.sh - the shared record beside graphile-worker, pg-boss (npm, for this bench alone) and
# pg_cron (Debian's postgresql-15-cron) on one fresh server: see pg_goals.py and docs/bench.md.
# Alone: make bench T=pg_goals; with what else is measured on a shared record: make bench T=pg.
set -u
dir=build/bench-pg-npm
mkdir -p "$dir"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "skip the peers - needs node and npm"
elif [ ! -d "$dir/node_modules/graphile-worker" ] || [ ! -d "$dir/node_modules/pg-boss" ]; then
    (cd "$dir" && npm install --silent --no-audit --no-fund graphile-worker@0.17.3 pg-boss@10.4.2) \
        >/dev/null 2>&1 || echo "skip the peers - the two packages can't be had"
fi
exec /usr/bin/python3 tests/bench/pg_goals.py "$dir"
