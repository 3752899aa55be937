#!/bin/sh
# deps.sh - installs the Debian or Ubuntu packages that are missing, through apt-get.
#
# usage: deps.sh [run] [test]     run: to build and run; test: for tests, lint and fuzzing
# With everything there it says nothing and changes nothing. Uses sudo when it is not root.
set -eu
export LC_ALL=C

run='gcc libc6-dev libncurses-dev libsqlite3-dev libxml2-dev libidn2-dev libpsl-dev libjansson-dev
    libinih-dev libmd-dev zlib1g-dev libcurl4-openssl-dev libpq-dev libmicrohttpd-dev
    libc-ares-dev'
test='libcmocka-dev libvterm-dev
    clang libclang-rt-dev clang-format clang-tidy cppcheck universal-ctags pmccabe
    python3 python3-wcwidth python3-pil fonts-dejavu-core sqlite3 tmux procps git tidy
    postgresql pgbouncer openssl'

wanted=
for list in "$@"; do
    case $list in
    run) wanted="$wanted $run" ;;
    test) wanted="$wanted $test" ;;
    *) echo "deps.sh: no such list: $list (use run, test)" >&2; exit 2 ;;
    esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "deps: this system has no apt-get; see to it yourself that these are there:" $wanted >&2
    exit 0
fi
# Names with spaces and line ends between them, split by the shell.
set -- $wanted
there=$(dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed \([^:]*\).*/\1/p' | tr '\n' ' ')
missing=
for package in "$@"; do
    case " $there " in
    *" $package "*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null || { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
        echo "deps: these packages are missing and installing them needs root or sudo:$missing" >&2
        exit 1
    fi
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT INT TERM
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >>"$log" 2>&1; }
echo "deps: installing$missing" >&2
if ! apt update || ! apt install --no-install-recommends $missing; then
    tail -n 20 "$log" >&2
    echo "deps: apt-get could not install:$missing" >&2
    exit 1
fi
