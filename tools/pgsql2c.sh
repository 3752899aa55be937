#!/bin/sh
# pgsql2c.sh - turns the SQL of the shared record into C, so that the program carries it.
#
# usage: pgsql2c.sh SQL_DIR OUT_DIR
#   SQL_DIR/schema.sql                what is there before the first migration
#   SQL_DIR/migrations/NNNN_name.sql  what changes the schema: numbered from 1, without a gap
#   SQL_DIR/functions/NN_name.sql     the functions, in this order; each file can be run again
#   SQL_DIR/queries/name.sql          what is asked of a database that may not be a record yet
#   writes OUT_DIR/adapter/pg_text.h and OUT_DIR/pg_text.c, each only when its text changed.
# The text is taken as it is: its hash is what `autopilot db status` compares.
set -eu
export LC_ALL=C
sql=$1 out=$2
mkdir -p "$out/adapter"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
refuse() { echo "pgsql2c.sh: $1" >&2; exit 1; }

# The rows of one directory: number, name, text.
rows() {
    number=0
    for file in "$sql/$1"*.sql; do
        name=$(basename "$file" .sql)
        number=$((number + 1))
        [ "$1" != migrations/ ] || [ "${name%%_*}" = "$(printf %04d $number)" ] ||
            refuse "$file: migrations are numbered 0001, 0002, ... without a gap"
        printf '    {%d, "%s",\n' "$number" "$name"
        sed 's/[\\"]/\\&/g; s/^/     "/; s/$/\\n"/' "$file"
        printf '    },\n'
    done
}
{
    echo '/* pg_text.c - made from sql/postgres by tools/pgsql2c.sh; change the .sql files instead. */'
    printf '#include "adapter/pg_text.h"\n\n'
    echo '/* A file is longer than the 4095 bytes that C promises for a string. */'
    printf '#pragma GCC diagnostic ignored "-Woverlength-strings"\n\n'
    for kind in schema migrations functions queries; do
        echo "const struct pg_text pg_$kind[] = {"
        case $kind in schema) rows schema ;; *) rows $kind/ ;; esac
        printf '};\nconst int pg_%s_count = sizeof pg_%s / sizeof pg_%s[0];\n' $kind $kind $kind
    done
} >"$tmp/pg_text.c"
cat >"$tmp/pg_text.h" <<'H'
/* pg_text.h - the SQL of the shared record; made from sql/postgres by tools/pgsql2c.sh. */
#ifndef ADAPTER_PG_TEXT_H
#define ADAPTER_PG_TEXT_H

struct pg_text {
    int number; /* from 1 on */
    const char *name;
    const char *text;
};

/* In the order they are to be carried out. */
extern const struct pg_text pg_schema[], pg_migrations[], pg_functions[], pg_queries[];
extern const int pg_schema_count, pg_migrations_count, pg_functions_count, pg_queries_count;

#endif
H
replace() { cmp -s "$1" "$2" || mv "$1" "$2"; }
replace "$tmp/pg_text.h" "$out/adapter/pg_text.h"
replace "$tmp/pg_text.c" "$out/pg_text.c"
