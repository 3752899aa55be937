#!/bin/sh
# Broken if this fails: `make run` on a new machine installs nothing, or asks for rights it does not
# need, or fails without saying which packages are missing. The commands of the system are replaced.
. tests/lib.sh
bin=$TMPDIR/bin
mkdir -p "$bin"
fake() { # fake COMMAND TEXT: a script of that name, first in PATH
    printf '#!/bin/sh\n%s\n' "$2" >"$bin/$1"
    chmod +x "$bin/$1"
}
# The packages that are there are in $TMPDIR/there, one a line; asked calls go to $TMPDIR/calls.
export there="$TMPDIR/there" calls="$TMPDIR/calls"
fake dpkg-query 'shift 2; for p in "$@"; do grep -qx "$p" "$there" && echo "installed $p:amd64" || echo "not-installed $p"; done; exit 1'
fake apt-get 'echo "apt-get $*" >>"$calls"; exit "${APT_STATUS-0}"'
fake id 'echo "${FAKE_UID-0}"'
fake sudo 'echo "sudo $*" >>"$calls"; [ "$1" = -n ] && exit "${SUDO_STATUS-0}"; exec "$@"'
deps() { : >"$calls"; PATH="$bin:$PATH" tools/deps.sh "$@" </dev/null; }
all=$(sed -n "/^run='/,/'\$/p; /^test='/,/'\$/p" tools/deps.sh | tr "'" '\n' | grep -v '=$' | tr -s ' ' '\n' | grep .)

printf '%s\n' $all >"$there"
says 'nothing missing: not a word' '' deps run test
[ -z "$output" ] && passed 'nothing missing: silent' || failed 'nothing missing: silent' "$output"
[ -s "$calls" ] && failed 'nothing missing: nothing done' "$(cat "$calls")" || passed 'nothing missing: nothing done'

grep -vx -e libmd-dev -e tmux "$there" >"$there.new" && mv "$there.new" "$there"
says 'root: says what it installs' 'installing libmd-dev tmux' deps run test
says 'root: without asking questions' 'apt-get -q -y install --no-install-recommends libmd-dev tmux' cat "$calls"
says 'root: after an update' 'apt-get -q -y update' cat "$calls"
refuse 'root: without sudo' grep -q sudo "$calls"
says 'only the list asked for' 'installing libmd-dev' deps run
refuse 'tests need not be there to run' grep -q tmux "$calls"

export FAKE_UID=1000
check 'a user with sudo' deps run
says 'through sudo' 'sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y install' cat "$calls"
export SUDO_STATUS=1
says 'a user without rights is told the names' 'are missing and installing them needs root or sudo: libmd-dev' deps run
refuse 'and it is a failure' deps run
refuse 'and nothing was tried' grep -q '^apt-get' "$calls"
unset FAKE_UID SUDO_STATUS
export APT_STATUS=100
says 'apt-get fails: the names again' 'apt-get could not install: libmd-dev' deps run
refuse 'apt-get fails: a failure' deps run
unset APT_STATUS
refuse 'an unknown list' deps everything
finish
