#!/bin/sh
# bench_pg_million.sh - a million schedules on a shared record: see pg_million.py.
exec /usr/bin/python3 tests/e2e/lab_pg.py run /usr/bin/python3 tests/bench/pg_million.py
