#!/bin/sh
# words.sh - small rules about the text of the C files that no other tool checks.
#
# usage: words.sh FILE...       prints FILE:LINE: what is wrong; status 1 when something is
#   no line past 100 columns, no tab, no blank at a line's end, no // comment
#   no note to do something later (TO-DO, FIX-ME and the like): it belongs into the plan
#   a file begins with a comment that says what it is for
#   (void) in front of a call has its reason on the same line; calls that leave a sentence or a
#   remembered failure behind (err, buf, str) need none
set -eu
LC_ALL=C.UTF-8 awk '
function bad(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; n++ }
# The line without strings and without what stands in comments.
function code_of(line) {
    gsub(/\\./, "", line)
    gsub(/"[^"]*"/, "\"\"", line)
    gsub(/'\''[^'\'']*'\''/, "0", line)
    gsub(/\/\*[^*]*\*\//, "", line)
    if (inside) { if (!sub(/^.*\*\//, "", line)) return ""; inside = 0 }
    if (sub(/\/\*.*/, "", line)) inside = 1
    return line
}
# Characters and not bytes, whether awk knows UTF-8 or not.
function columns(line) { gsub(/[\200-\277]/, "", line); return length(line) }
FNR == 1 { inside = 0; if ($0 !~ /^\/\*/) bad("the file does not begin with a comment") }
columns($0) > 100 { bad("line is past 100 columns") }
/\t/ { bad("tab") }
/[ \r]$/ { bad("blank at the end of the line") }
/(^|[^A-Za-z])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)/ { bad("a note to do something later") }
{
    code = code_of($0)
    if (code ~ /\/\//) bad("// comment")
    # The reason may stand where the statement ends, up to four lines further down.
    if (code ~ /^[ ]*\(void\)[a-z_]+\(/ && FILENAME !~ /^tests\//) { open_at = FNR; open_line = $0 }
    if (open_at && code ~ /;[ ]*$/) {
        if ($0 !~ /\/\*|[( ]err\);/ && open_line !~ /\(void\)(err_set|buf_|str_|fail\()/) bad("(void) without a reason on its line")
        open_at = 0
    }
}
END { exit n > 0 }' "$@"
