#!/bin/sh
# sql2c.sh - turns the SQL files into C, so that the program carries them and names them by a number.
#
# usage: sql2c.sh SQL_DIR OUT_DIR
#   SQL_DIR/*.sql                     one statement each -> enum sql_id SQL_<NAME>
#   SQL_DIR/migrations/NNNN_name.sql  any statements     -> struct sql_migration, in order
#   writes OUT_DIR/store/sql_text.h and OUT_DIR/sql_text.c, each only when its text changed.
# Comments are left out; a query file with no statement or more than one is refused, as are two
# migrations with one number or a gap between numbers.
set -eu
export LC_ALL=C
sql=$1 out=$2
mkdir -p "$out/store"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
list() { find "$1" -maxdepth 1 -name '*.sql' 2>/dev/null | sort; }

# Reads the files; prints for each: kind, name, number, and the text as a C string, tab-separated.
{ list "$sql" | sed 's/^/query /'; list "$sql/migrations" | sed 's/^/migration /'; } | awk '
function refuse(why) { print "sql2c.sh: " path ": " why > "/dev/stderr"; bad = 1; exit 1 }
# The statement without comments: `state` is the quote or comment that a line ends inside of.
function strip(line,    out, c, two) {
    out = ""
    while (line != "") {
        c = substr(line, 1, 1); two = substr(line, 1, 2)
        if (state == "*") {
            if (two == "*/") { state = ""; line = substr(line, 3); continue }
            line = substr(line, 2); continue
        }
        if (state == "") {
            if (two == "--") break
            if (two == "/*") { state = "*"; line = substr(line, 3); out = out " "; continue }
            if (c == "'\''" || c == "\"") state = c
            if (c == ";") semicolons++
            else if (semicolons && c !~ /[ \t]/) after = 1
        } else if (c == state) state = ""
        out = out c; line = substr(line, 2)
    }
    if (state != "'\''" && state != "\"") sub(/[ \t]+$/, "", out)
    return out
}
function escape(s) { gsub(/[\\"]/, "\\\\&", s); gsub(/\t/, "\\t", s); return s }
function read_file(    line, text, got) {
    state = ""; semicolons = after = 0; text = ""
    while ((got = (getline line < path)) > 0) {
        sub(/\r$/, "", line)
        line = strip(line)
        if (line !~ /^[ \t]*$/) text = text "\n    \"" escape(line) "\\n\""
    }
    if (got < 0) refuse("cannot be read")
    close(path)
    if (state != "") refuse("ends inside a quote or comment")
    if (text == "") refuse("holds no statement")
    return text
}
{   kind = $1; path = substr($0, length($1) + 2)
    name = path; sub(/.*\//, "", name); sub(/\.sql$/, "", name)
    if (name !~ /^[a-z0-9_]+$/) refuse("a name is of a-z, 0-9 and _")
    text = read_file()
    if (kind == "query") {
        if (after || semicolons > 1) refuse("holds more than one statement")
        queries = queries "    SQL_" toupper(name) ",\n"
        rows = rows "    [SQL_" toupper(name) "] = {\"" name "\"," text "},\n"
    } else {
        if (name !~ /^[0-9][0-9][0-9][0-9]_/) refuse("a migration is called NNNN_what.sql")
        number = substr(name, 1, 4) + 0
        if (number != ++migrations) refuse("migrations are numbered 0001, 0002, ... without a gap")
        steps = steps "    {" number ", \"" name "\"," text "},\n"
    }
}
END {
    if (bad) exit 1
    top = "generated from sql/ by tools/sql2c.sh; change the .sql files instead. */\n"
    print "/* sql_text.h - the SQL statements by number; " top \
        "#ifndef STORE_SQL_TEXT_H\n#define STORE_SQL_TEXT_H\n\nenum sql_id {\n" queries \
        "    SQL_COUNT\n};\n\n" \
        "/* The statement, and the name of its file without .sql; \"\" when there is no such id. */\n" \
        "const char *sql_text(enum sql_id id);\nconst char *sql_name(enum sql_id id);\n\n" \
        "struct sql_migration {\n    int number; /* from 1 on, without a gap */\n" \
        "    const char *name;\n    const char *text;\n};\n\n" \
        "/* In the order they are to be carried out. */\n" \
        "extern const struct sql_migration sql_migrations[];\n" \
        "extern const int sql_migration_count;\n\n#endif" > header
    print "/* sql_text.c - the text of the SQL statements; " top \
        "#include \"store/sql_text.h\"\n\n" \
        "/* A migration is longer than the 4095 bytes that C promises for a string. */\n" \
        "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n" \
        "static const struct {\n    const char *name;\n    const char *text;\n" \
        "} statements[SQL_COUNT + 1] = {\n" rows "    [SQL_COUNT] = {\"\", \"\"},\n};\n\n" \
        "const struct sql_migration sql_migrations[] = {\n" steps "    {0, \"\", \"\"},\n};\n" \
        "const int sql_migration_count = " migrations + 0 ";\n\n" \
        "const char *sql_text(enum sql_id id)\n{\n" \
        "    return statements[(unsigned)id < SQL_COUNT ? id : SQL_COUNT].text;\n}\n\n" \
        "const char *sql_name(enum sql_id id)\n{\n" \
        "    return statements[(unsigned)id < SQL_COUNT ? id : SQL_COUNT].name;\n}" > source
}' header="$tmp/sql_text.h" source="$tmp/sql_text.c" -

replace() { cmp -s "$1" "$2" || mv "$1" "$2"; }
replace "$tmp/sql_text.h" "$out/store/sql_text.h"
replace "$tmp/sql_text.c" "$out/sql_text.c"
