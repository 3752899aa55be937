#!/bin/sh
# bench_letters.sh - letters a second with the full ledger against plain files: see letters.py.
exec /usr/bin/python3 tests/bench/letters.py
