#!/bin/sh
# floors.sh - checks that includes only go downward.
#
# usage: floors.sh FLOORS_FILE DIR        (DIR holds src/ and include/)
#
# FLOORS_FILE, one rule a line ('#' starts a comment):
#   floor NAME: WHAT...     code in src/NAME or include/NAME may include its own
#                           floor and WHAT: other floors, or single headers
#   only <HEADER>: NAME...  a system or library header that only these floors may include;
#                           <DIR/*> stands for every header below DIR
#   ban WORD...: NAME...    function names that these floors may not call
# A header in include/ is a door (other floors may use it); a header in src/ is
# a cupboard (only its own floor may).
set -eu
rules=$1 dir=$2
cd "$dir"
find src include -name '*.[ch]' | sort | tr '\n' '\0' | xargs -0 awk -v rules="$rules" -v pwd="${OLDPWD:-.}" '
# The rule that speaks of this system header: its own, else the one of its folder.
function rule_of(k,    d) { if (k in only) return k; d = k; return sub(/\/.*/, "/*>", d) && (d in only) ? d : "" }
function bad(msg) { printf "%s:%d: %s\n", FILENAME, FNR, msg; n++ }
BEGIN {
  if (rules !~ /^\//) rules = pwd "/" rules
  while ((getline l < rules) > 0) {
    sub(/#.*/, "", l); if (l !~ /:/) continue
    i = index(l, ":"); lhs = substr(l, 1, i-1); rhs = substr(l, i+1)
    split(lhs, a, " "); m = split(rhs, b, " ")
    if (a[1] == "floor") { F[a[2]] = 1; for (j=1;j<=m;j++) may[a[2] SUBSEP b[j]] = 1 }
    else if (a[1] == "only") { only[a[2]] = 1; for (j=1;j<=m;j++) allow[a[2] SUBSEP b[j]] = 1 }
    else if (a[1] == "ban") { k = split(lhs, w, " "); for (j=1;j<=m;j++) for (x=2;x<=k;x++) ban[b[j]] = ban[b[j]] (b[j] in ban && ban[b[j]] != "" ? "|" : "") w[x] }
  }
}
FNR == 1 { split(FILENAME, p, "/"); me = p[2]; files++; inc = 0
  if (p[3] != "" && !(me in F)) bad("folder " me " is not on any floor") }
{ code = $0
  if (inc) { if (sub(/^.*\*\//, "", code)) inc = 0; else next }
  gsub(/\/\*[^*]*\*\//, "", code); gsub(/"([^"\\]|\\.)*"/, (code ~ /#[ \t]*include/) ? "&" : "\"\"", code)
  if (sub(/\/\*.*/, "", code)) inc = 1
  sub(/\/\/.*/, "", code) }
code ~ /^[ \t]*#[ \t]*include/ {
  h = code; sub(/^[^<"]*/, "", h); q = substr(h,1,1); t = h; sub(/^[<"]/, "", t); sub(/[>"].*/, "", t)
  if (q == "<") { k = rule_of("<" t ">"); if (k != "" && !((k SUBSEP me) in allow)) bad(me " may not include <" t ">"); next }
  c = split(t, s, "/")
  if (c == 1) next                               # cupboard: same folder, the compiler checks it
  if (!(s[1] in F)) { bad("no such floor: " t); next }
  if (s[1] != me && !((me SUBSEP s[1]) in may) && !((me SUBSEP t) in may) && !((me SUBSEP "*") in may))
    bad(me " may not look at " t)
  next
}
(me in ban) && code ~ /\(/ {
  while (match(code, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
    name = substr(code, RSTART, RLENGTH); before = RSTART > 1 ? substr(code, RSTART-1, 1) : ""; sub(/[ \t]*\($/, "", name)
    if (before !~ /[.>]/ && index("|" ban[me] "|", "|" name "|")) bad(me " may not call " name "()")
    code = substr(code, RSTART + RLENGTH) } }
END { if (!files) { print "floors.sh: no files"; exit 2 } if (n) { print n " breach(es)"; exit 1 } print "ok floors: " files " files" }'
