#!/bin/sh
# Broken if this fails: the statements in the program are not those in sql/, or a file with a mistake
# gets in without a word.
. tests/lib.sh
sql=$TMPDIR/sql out=$TMPDIR/out
fresh() {
    rm -rf "$sql" "$out"
    mkdir -p "$sql/migrations"
}
query() { printf '%s\n' "$2" >"$sql/$1.sql"; }
migration() { printf '%s\n' "$2" >"$sql/migrations/$1.sql"; }
convert() { tools/sql2c.sh "$sql" "$out"; }
# Compiles what was made with a main that prints everything, and runs it.
show() {
    convert || return
    cat >"$TMPDIR/main.c" <<'C'
#include "store/sql_text.h"
#include <stdio.h>
int main(void)
{
    for (int i = 0; i <= SQL_COUNT; i++)
        printf("[%s]\n%s", sql_name((enum sql_id)i), sql_text((enum sql_id)i));
    for (int i = 0; i < sql_migration_count; i++)
        printf("{%d %s}\n%s", sql_migrations[i].number, sql_migrations[i].name,
               sql_migrations[i].text);
    return 0;
}
C
    gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$out" -o "$TMPDIR/show" "$TMPDIR/main.c" \
        "$out/sql_text.c" && "$TMPDIR/show"
}
# same NAME WANT: the whole of what the made program prints.
same() {
    got=$(show 2>&1)
    if [ "$got" = "$2" ]; then
        passed "$1"
    else
        failed "$1" "got: $got"
    fi
}

fresh
same 'no file at all' '[]'

fresh
query b_second 'SELECT 2;'
query a_first 'SELECT 1'
migration 0001_begin 'CREATE TABLE t (a);
CREATE TABLE u (b);'
migration 0002_more 'ALTER TABLE t ADD c;'
same 'queries by name, migrations by number' '[a_first]
SELECT 1
[b_second]
SELECT 2;
[]
{1 0001_begin}
CREATE TABLE t (a);
CREATE TABLE u (b);
{2 0002_more}
ALTER TABLE t ADD c;'
check 'enum of the header' grep -q 'SQL_A_FIRST,' "$out/store/sql_text.h"

fresh
cat >"$sql/a.sql" <<'SQL'
-- what it is for
/* and more; with a semicolon
   over lines */
SELECT a, -- a column; it is short
    "x--y", 'it''s -- /* no */ comment; \\ \"q\" %s	' /* here */ AS b
FROM t;  -- end
SQL
cat >"$TMPDIR/want" <<'SQL'
[a]
SELECT a,
    "x--y", 'it''s -- /* no */ comment; \\ \"q\" %s	'   AS b
FROM t;
[]
SQL
same 'comments go, quotes stay' "$(cat "$TMPDIR/want")"

fresh
query a "SELECT 'two
lines;  '
FROM t"
same 'a text over two lines keeps its blanks' "[a]
SELECT 'two
lines;  '
FROM t
[]"

fresh
migration 0001_long "$(awk 'BEGIN { for (i = 0; i < 400; i++) printf "CREATE TABLE table_number_%d (a, b);\n", i }')"
check 'a migration longer than 4095 bytes compiles' show

fresh
query a ''
says 'an empty file is refused' 'a.sql: holds no statement' convert
query a '-- only a comment'
refuse 'a file with only a comment is refused' convert
query a 'SELECT 1; SELECT 2;'
says 'two statements are refused' 'a.sql: holds more than one statement' convert
query a 'SELECT 1;
SELECT 2'
refuse 'a second statement without its end is refused' convert
query a "SELECT 'open"
says 'an open quote is refused' 'ends inside a quote or comment' convert
query a 'SELECT /* open'
refuse 'an open comment is refused' convert

fresh
query Wrong-Name 'SELECT 1'
says 'a name that C can not have is refused' 'a name is of a-z, 0-9 and _' convert
fresh
migration 1_short 'SELECT 1'
says 'a migration without four digits is refused' 'is called NNNN_what.sql' convert
fresh
migration 0001_a 'SELECT 1'
migration 0003_c 'SELECT 1'
says 'a gap between migrations is refused' 'without a gap' convert
fresh
migration 0001_a 'SELECT 1'
migration 0001_b 'SELECT 1'
refuse 'two migrations with one number are refused' convert

fresh
query a 'SELECT 1'
convert
touch -d '2001-01-01' "$out/store/sql_text.h" "$out/sql_text.c"
query a 'SELECT 2'
convert
[ -n "$(find "$out/store/sql_text.h" ! -newermt 2002-01-01)" ] &&
    passed 'a header that says the same is left alone' ||
    failed 'a header that says the same is left alone' 'it was written again'
[ -n "$(find "$out/sql_text.c" -newermt 2002-01-01)" ] &&
    passed 'a changed text is written' || failed 'a changed text is written' 'it is old'
finish
