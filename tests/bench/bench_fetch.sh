#!/bin/sh
# bench_fetch.sh - pages a second from many sites, beside curl and wget: see fetch.py.
exec /usr/bin/python3 tests/bench/fetch.py
