#!/bin/sh
# bench_mail.sh - letters to a relay on loopback, beside libcurl alone, smtp-source (Debian's postfix,
# unpacked and never installed), nodemailer (npm, for this bench alone) and Python's smtplib: see
# mail.py and docs/bench.md.
set -u
dir=build/bench-mail
mkdir -p "$dir"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "skip nodemailer - needs node and npm"
elif [ ! -d "$dir/node_modules/nodemailer" ]; then
    (cd "$dir" && npm install --silent --no-audit --no-fund nodemailer@6.10.1) >/dev/null 2>&1 ||
        echo "skip nodemailer - it can't be had"
fi
if [ ! -x "$dir/postfix/usr/sbin/smtp-source" ]; then
    (cd "$dir" && apt-get download postfix && dpkg-deb -x postfix_*.deb postfix) >/dev/null 2>&1 ||
        echo "skip smtp-source - Debian's postfix can't be had"
fi
exec /usr/bin/python3 tests/bench/mail.py "$dir"
