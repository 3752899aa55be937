#!/bin/sh
# chroot.sh - the README's two commands on a new Debian 12 that has nothing but a clone and make.
#
# usage: chroot.sh [DIR]    as root; DIR (default: a temporary directory, removed afterwards) gets a
#                           debootstrap --variant=minbase of bookworm unless it holds one already
# Environment: MIRROR (default http://deb.debian.org/debian), KEEP=1 keeps the directory.
# If this fails, a new user's first minute fails.
set -u
. "$(dirname "$0")/../lib.sh"
source=$(cd "$(dirname "$0")/../.." && pwd)
mirror=${MIRROR:-http://deb.debian.org/debian}
if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null || ! command -v git >/dev/null; then
    skipped "both README commands in a chroot" "needs root, debootstrap and git"
    finish
fi
root=${1:-$(mktemp -d)}
log=$(mktemp -d)
cleanup() {
    umount -l "$root/proc" "$root/dev/pts" "$root/dev" 2>/dev/null
    [ -n "${1-}" ] || [ -n "${KEEP-}" ] || rm -rf "$root"
}
trap 'cleanup "${1-}"' EXIT INT TERM

if [ ! -x "$root/bin/sh" ]; then
    began=$(date +%s)
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$log/debootstrap" 2>&1 || {
        failed "debootstrap" "$(tail -n 1 "$log/debootstrap")"
        finish
    }
    echo "# debootstrap: $(($(date +%s) - began)) s"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null
cp /etc/hosts "$root/etc/hosts" 2>/dev/null
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
rm -rf "$root/root/autopilot"
git clone -q "$source" "$root/root/autopilot"

inside() { # NAME COMMAND: run in the clone, as a new user's shell would
    name=$1
    began=$(date +%s)
    if chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        sh -c "cd /root/autopilot && $2" >"$log/out" 2>&1 </dev/null; then
        passed "$name: $(($(date +%s) - began)) s"
    else
        failed "$name" "status $?"
        tail -n 40 "$log/out" | sed 's/^/# /'
    fi
}

inside "apt-get update" "apt-get update"
inside "README, first command" "apt-get install -y make && make run"
tail -n 3 "$log/out" | sed 's/^/# /'
inside "README, second command" "make test"
tail -n 1 "$log/out" | sed 's/^/# /'
finish
