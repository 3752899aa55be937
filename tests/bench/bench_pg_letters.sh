#!/bin/sh
# bench_pg_letters.sh - letters a second of one lane on a shared record, near and far: pg_letters.py.
exec /usr/bin/python3 tests/e2e/lab_pg.py run /usr/bin/python3 tests/bench/pg_letters.py
