#!/bin/sh
# Broken if this fails: what was built is not what the sources say: a changed header, query or flag,
# or a source that is gone, is not noticed; or everything is compiled again for nothing.
# The real Makefile builds a small tree of its own.
. tests/lib.sh
tree=$TMPDIR/tree
mkdir -p "$tree/src/app" "$tree/src/base" "$tree/include/base" "$tree/sql/sqlite/migrations" \
    "$tree/sql/postgres/migrations" "$tree/sql/postgres/functions" "$tree/sql/postgres/queries" "$tree/conf/sample" \
    "$tree/docs" "$tree/tests/unit/base"
cp -r Makefile mk tools "$tree/"
cd "$tree" || exit 2
printf '%s\n' '/* word.h */' '#define WORD "one"' >include/base/word.h
printf '%s\n' '/* word.c */' '#include "base/word.h"' 'const char *word(void);' \
    'const char *word(void) { return WORD; }' >src/base/word.c
printf '%s\n' '/* other.c */' 'int other(void);' 'int other(void) { return 1; }' >src/base/other.c
printf '%s\n' '/* main.c */' '#include "store/sql_text.h"' '#include <stdio.h>' 'const char *word(void);' \
    'int main(void) { return printf("%s %s %s %s", AUTOPILOT_VERSION, AUTOPILOT_SHARE, word(),' \
    '    sql_text(SQL_Q)) < 0; }' >src/app/main.c
echo 'SELECT 1' >sql/sqlite/q.sql
for file in schema migrations/0001_one functions/01_one queries/one; do echo 'SELECT 1' >sql/postgres/$file.sql; done
printf '[Service]\nExecStart=/usr/local/bin/autopilot engine\n' >conf/autopilot-engine.service
echo page >conf/sample/page.html
echo manual >docs/autopilot.1
# Makes all there is an hour old, so that the next change is newer whatever the clock's grain.
age() { find . -type f -exec touch -d '1 hour ago' {} +; }
build() { env -u MAKEFLAGS -u MAKELEVEL make -j2 "$@"; }
runs() { # runs NAME WANT: the program prints WANT
    got=$(build/autopilot)
    [ "$got" = "$2" ] && passed "$1" || failed "$1" "got: $got"
}
compiled() { # compiled NAME WANT: the files compiled by the last call, in $output
    got=$(printf '%s\n' "$output" | sed -n 's/^  CC *//p' | sort | tr '\n' ' ')
    [ "$got" = "$2" ] && passed "$1" || failed "$1" "compiled: $got"
}

check 'the first build' build
runs 'carries version, place, code and query' '0.1.0 /usr/local/share/autopilot one SELECT 1'
check 'a second build' build
[ -z "$output" ] && passed 'with nothing to do says nothing' || failed 'with nothing to do says nothing' "$output"

age
sed -i s/one/two/ include/base/word.h
check 'a changed header' build
compiled 'compiles who includes it' 'src/base/word.c '
age
echo 'SELECT 2' >sql/sqlite/q.sql
check 'a changed query' build
compiled 'compiles nothing but the queries' ''
runs 'is in the program' '0.1.0 /usr/local/share/autopilot two SELECT 2'
age
printf '%s\n' '/* new.c */' 'int added(void);' 'int added(void) { return 2; }' >src/base/new.c
check 'a new source' build
compiled 'is compiled' 'src/base/new.c '
says 'is in the library' 'new.o' ar t build/release/libautopilot.a
age
rm src/base/new.c
check 'a source that is gone' build
refuse 'is not in the library' sh -c 'ar t build/release/libautopilot.a | grep new.o'
age
check 'another place to be installed' build PREFIX=/usr
compiled 'compiles only app' 'src/app/main.c '
age
check 'another flag' build CFLAGS=-DX
compiled 'compiles all' 'src/app/main.c src/base/other.c src/base/word.c '
check 'another variant' build V=debug
[ -x build/debug/autopilot ] && passed 'has its own folder' || failed 'has its own folder' 'no build/debug/autopilot'
says 'an unknown variant is named' 'V=fast is not a variant' build V=fast
echo 'int broken = ;' >src/base/broken.c
refuse 'a broken source ends the build' build
rm src/base/broken.c
printf '%s\n' 'int f(void);' 'int f(void) { int unused; return 1; }' >src/base/warned.c
refuse 'a warning is an error' build
check 'unless asked otherwise' build WERROR=
rm src/base/warned.c

check 'install' build install DESTDIR="$TMPDIR/stage" PREFIX=/usr
installed() { (cd "$TMPDIR/stage" && find . -type f | sort | tr '\n' ' '); }
want='./usr/bin/autopilot ./usr/lib/systemd/system/autopilot-engine.service ./usr/share/autopilot/sample/page.html ./usr/share/man/man1/autopilot.1 '
[ "$(installed)" = "$want" ] && passed 'puts each file in its place' || failed 'puts each file in its place' "$(installed)"
says 'the unit starts the installed program' 'ExecStart=/usr/bin/autopilot' cat "$TMPDIR/stage/usr/lib/systemd/system/autopilot-engine.service"
says 'the installed program knows its place' '/usr/share/autopilot two' "$TMPDIR/stage/usr/bin/autopilot"
check 'uninstall' build uninstall DESTDIR="$TMPDIR/stage" PREFIX=/usr
[ -z "$(installed)" ] && passed 'leaves no file' || failed 'leaves no file' "$(installed)"

check 'help' build help
[ "$(printf '%s\n' "$output" | wc -l)" -le 23 ] && [ -z "$(printf '%s\n' "$output" | awk 'length > 79')" ] &&
    passed 'help fits 80x24' || failed 'help fits 80x24' 'it does not'
check 'clean' build clean
[ ! -e build ] && passed 'leaves nothing' || failed 'leaves nothing' 'build/ is there'
finish
