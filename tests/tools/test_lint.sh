#!/bin/sh
# Broken if this fails: a check of the source that finds nothing because it can not find anything.
. tests/lib.sh
here=$PWD
tree=$TMPDIR/tree
mkdir -p "$tree/include/base" "$tree/include/store" "$tree/src/base" "$tree/src/domain" "$tree/src/engine" \
    "$tree/src/ui" "$tree/src/adapter"
put() { printf '%s\n' "$2" >"$tree/$1"; }
floors() { sh "$here/tests/lint/floors.sh" "$here/tests/lint/floors" "$tree"; }
words() { sh "$here/tests/lint/words.sh" "$tree/src/base/a.c"; }
sql() { sh "$here/tests/lint/sql.sh" "$tree/src/base/a.c"; }
headers() { (cd "$tree" && sh "$here/tests/lint/headers.sh" include/base/a.h); }
measure() { sh "$here/tests/lint/measure.sh" -c 'file=600 fn=60 cplx=15 over100=0 globals=0 cycles=0' "$tree"; }

good='/* a.c - an example. */
#include "base/a.h"

int a(void)
{
    return 1;
}'
put include/base/a.h '/* a.h - an example. */
#ifndef BASE_A_H
#define BASE_A_H
int a(void);
#endif'
put include/store/b.h '/* b.h - an example. */'
put src/base/a.c "$good"
for each in floors words sql headers measure; do check "$each: a good file" $each; done

# caught CHECK NAME WANT FILE TEXT: the check names what is wrong with the file.
caught() {
    put "$4" "$5"
    refuse "$1: $2" "$1"
    case $output in
    *"$3"*) ;;
    *) failed "$1: $2, in words" "got: $output" ;;
    esac
    put "$4" '/* x - nothing. */
extern int nothing;'
}
caught floors 'an include upward' 'base may not look at store/b.h' src/base/x.c '#include "store/b.h"'
caught floors 'a library elsewhere' 'engine may not include <sqlite3.h>' src/engine/x.c '#include <sqlite3.h>'
caught floors 'a library by its folder' 'ui may not include <libxml/parser.h>' src/ui/x.c '#include <libxml/parser.h>'
caught floors 'the clock in the domain' 'domain may not call clock_now_us()' src/domain/x.c 'long f(void) { return clock_now_us(); }'
caught floors 'the heap in the domain' 'domain may not call malloc()' src/domain/x.c 'void *f(void) { return malloc(1); }'
caught floors 'strcpy' 'base may not call strcpy()' src/base/x.c 'void f(char *a) { strcpy(a, "x"); }'
caught floors 'exit below app' 'engine may not call exit()' src/engine/x.c 'void f(void) { exit(1); }'

caught words 'a long line' 'past 100 columns' src/base/a.c "/* $(printf '%0101d' 0) */"
caught words 'a tab' 'tab' src/base/a.c "$(printf '/* a. */\n\tint a;')"
caught words 'a blank at the end' 'blank at the end' src/base/a.c '/* a. */ '
caught words 'a // comment' '// comment' src/base/a.c '/* a. */
int a; // b'
caught words 'no first comment' 'does not begin with a comment' src/base/a.c 'int a;'
caught words 'a note for later' 'do something later' src/base/a.c '/* a. */
/* TODO: more */'
caught words 'an ignored result' '(void) without a reason' src/base/a.c '/* a. */
void f(void)
{
    (void)close(1);
}'
put src/base/a.c '/* a. */
const char *url = "http://example.org"; /* K\xc3\xb6ln: 100 columns are counted in characters */
void f(int fd)
{
    (void)fd;
    (void)close(1); /* nothing is lost */
    (void)close(a_long_name_of_something,
                b); /* nothing is lost */
}'
check 'words: what is allowed' words
put src/base/a.c "/* $(awk 'BEGIN { for (i = 0; i < 94; i++) printf "\303\244" }') */"
check 'words: 100 characters of two bytes' words

caught sql 'SQL in C' 'it belongs into sql/' src/base/a.c 'const char *q = "select a from t";'
caught sql 'SQL with a value pasted in' 'it belongs into sql/' src/base/a.c 'f("DELETE FROM t WHERE a = %d", a);'
caught sql 'a formatted PRAGMA' 'SQL is formatted' src/base/a.c 'f("PRAGMA user_version = %d", a);'
caught sql 'sqlite3_mprintf' 'formats text into SQL' src/base/a.c 'char *q = sqlite3_mprintf("x");'
put src/base/a.c 'f("BEGIN IMMEDIATE"); h("Update of the list failed, delete it");
g("SELECT count(*) FROM sqlite_schema");'
check 'sql: fixed statements and plain words' sql

caught headers 'a header that needs another' 'uint8_t' include/base/a.h '/* a. */
uint8_t a(void);'

put src/base/a.c "$good"
long_function() {
    echo '/* x - an example. */'
    echo 'int f(int a)'
    echo '{'
    awk 'BEGIN { for (i = 0; i < 70; i++) print "    a++;" }'
    echo '    return a;'
    echo '}'
}
branches() {
    echo '/* x - an example. */'
    echo 'int f(int a)'
    echo '{'
    awk 'BEGIN { for (i = 0; i < 20; i++) print "    if (a == " i ") return " i ";" }'
    echo '    return a;'
    echo '}'
}
caught measure 'a long function' 'limit fn=60' src/base/x.c "$(long_function)"
caught measure 'a branchy function' 'limit cplx=15' src/base/x.c "$(branches)"
caught measure 'a long file' 'limit file=600' src/base/x.c "$(awk 'BEGIN { for (i = 0; i < 601; i++) print "int f" i "(void);" }')"
caught measure 'a writable global' 'limit globals=0' src/base/x.c '/* x. */
int counter = 0;'
put include/base/c.h '#include "base/d.h"'
caught measure 'headers in a ring' 'limit cycles=0' include/base/d.h '#include "base/c.h"'
finish
