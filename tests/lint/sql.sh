#!/bin/sh
# sql.sh - no SQL is put together from pieces: statements are files in sql/, parameters are bound.
#
# usage: sql.sh FILE...       prints FILE:LINE: what is wrong; status 1 when something is
# In C, a string that begins like a statement on data is refused wherever it stands (but one on
# sqlite_schema, which is there before our tables are, and a call of a function of the schema ap, whose
# arguments are bound), and one that begins like any other statement
# (PRAGMA, BEGIN, ATTACH) when it has a % in it. The calls of
# SQLite that format text into SQL are refused altogether.
set -eu
LC_ALL=C awk '
function bad(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; n++ }
{
    line = $0
    if (line ~ /sqlite3_(v?mprintf|v?snprintf|str_appendf|str_vappendf|get_table)[ ]*\(/)
        bad("formats text into SQL")
    while (match(line, /"([^"\\]|\\.)*"/)) {
        text = toupper(substr(line, RSTART + 1, RLENGTH - 2))
        line = substr(line, RSTART + RLENGTH)
        sub(/^[ ]+/, "", text)
        if (text ~ /^SELECT [^%]* FROM SQLITE_SCHEMA[^%]*$/)
            continue
        if (text ~ /^SELECT ([A-Z0-9_, ]* FROM )?AP\.[A-Z_%]+\((\$[0-9]+(::[A-Z]+)?(, )?)*\)$/ ||
            text ~ /^SELECT TO_REGCLASS\(/)
            continue
        if (text ~ /^(SELECT [^.]|INSERT (OR [A-Z]+ )?INTO |REPLACE INTO |UPDATE [A-Z_]+ SET |DELETE FROM |WITH [A-Z_]+ AS |(CREATE|DROP|ALTER) (TABLE|INDEX|VIEW|TRIGGER|VIRTUAL) )/)
            bad("SQL in C: it belongs into sql/")
        else if (text ~ /^(PRAGMA|ATTACH|VACUUM|BEGIN|SAVEPOINT|RELEASE) .*%/)
            bad("SQL is formatted")
    }
}
END { exit n > 0 }' "$@"
