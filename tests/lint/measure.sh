#!/bin/sh
# measure.sh - style figures of a C code base, one tab-separated row.
#
# usage: measure.sh [-H] [-v] [-t TESTS_RE] [-x EXCLUDE_RE] [-c LIMITS] DIR
#   -H  print the header row first (with no DIR: only the header row)
#   -v  also list the longest functions and files, the exported mutable
#       globals, and the headers tied in include cycles
#   -t  extended regex; a path (below DIR) that matches is test code
#   -x  extended regex; a path that matches is not counted (vendored, generated)
#   -c  fail (exit 1) past a limit: "file=600 fn=60 cplx=15 over100=0 globals=0 cycles=0"
#
# Needs sh, find, awk, sort, xargs and universal-ctags 5.9+ (Debian:
# universal-ctags); uses pmccabe for complexity when it is installed.
#
# What each column means
#   .c .h        files outside tests and exclusions
#   LOC          all lines of those files (blank and comment lines too)
#   file         lines per .c file: median/p90/max
#   funcs, fn    functions found by ctags; lines from the name to the closing brace
#   >60          share of functions longer than 60 lines
#   static       share of functions that are file-local
#   comment      comment-only lines / (comment-only + code lines)
#   p99w >100    99th percentile line width (tab = 8); share of lines past 100 columns
#   inc          project headers included per .c file: median/max
#   tests/src    test lines (any language) / source lines
#   globals      file-scope variables other files can write (upper bound: an
#                array of pointers to const counts as writable)
#   cyc          headers that are in, or between, include cycles
#   cplx         McCabe complexity (pmccabe): median/p90/max
set -eu
export LC_ALL=C
tests_re='(^|/)(tests?|testing|unittests?|unit_tests?|t|qa|fuzz|fuzzers?|fuzzing|bench|benchmarks?)(/|$)|(^|/)(test[-_][^/]*|[^/]*[-_]tests?)\.[ch]$'
excl_re='(^|/)(build|vendor|third_party|3rdparty|thirdparty|deps|contrib|examples?|external)(/|$)'
verbose=0 limits=
head() { printf 'project\t.c\t.h\tLOC\tfile med/p90/max\tfuncs\tfn med/p90/max\t>60\tstatic\tcomment\tp99w\t>100\tinc med/max\ttests/src\tglobals\tcyc\tcplx med/p90/max\n'; }
while getopts t:x:c:vH o; do
  case $o in
  t) tests_re=$OPTARG ;; x) excl_re=$OPTARG ;; c) limits=$OPTARG ;;
  v) verbose=1 ;; H) head ;; *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || exit 0
dir=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
cd "$dir"

# 1. which file counts as what: ask git first (so build output is left out)
{ git ls-files -co --exclude-standard 2>/dev/null | grep . || find . -type f -not -path '*/.git/*' | sed 's,^\./,,'; } |
  while IFS= read -r f; do if [ -f "$f" ] && [ ! -L "$f" ]; then printf '%s\n' "$f"; fi; done > "$tmp/all"
pick() { grep -E "$1" || true; }
drop() { grep -Ev "$1" || true; }
pick '\.[ch]$' < "$tmp/all" | drop "$excl_re" | drop "$tests_re" > "$tmp/src"
pick '\.c$' < "$tmp/src" > "$tmp/c"
pick '\.h$' < "$tmp/src" > "$tmp/h"
pick "$tests_re" < "$tmp/all" | drop "$excl_re" |
  pick '\.(c|h|sh|py|pl|pm|t|lua|tcl|test|exp|expect|out|sql|spec|bats|rb|go|cc|cpp|in|screen|pgaf)$|[-/]test[^./]*$' > "$tmp/t"
[ -s "$tmp/c" ] || { echo "measure.sh: no .c file under $dir" >&2; exit 1; }
lines() { tr '\n' '\0' < "$1" | xargs -0 -r awk 'END{print NR+0}' | awk '{s+=$1} END{print s+0}'; }
quant() { sort -n | awk '{v[NR]=$1} END{ if(!NR){print "0 0 0 0";exit}
  print v[int((NR+1)/2)], v[int(NR*0.9+0.999999)], v[NR], NR }'; }

# 2. file lengths
tr '\n' '\0' < "$tmp/c" | xargs -0 awk 'FNR==1&&NR>1{print n,f} {n=FNR;f=FILENAME} END{print n,f}' > "$tmp/flen"

# 3. comment density and widths: a line that carries any code is a code line
tr '\n' '\0' < "$tmp/src" | xargs -0 awk '
  FNR==1 { inc=0 }
  { s=$0; gsub(/\t/,"        ",s); w=length(s); if(w>2000)w=2000; W[w]++; if(w>100)o++
    s=$0; code=""; com=0
    while (s != "") {
      if (inc) { com=1; i=index(s,"*/"); if(!i) break; s=substr(s,i+2); inc=0 }
      else if (match(s, /"([^"\\]|\\.)*"|'"'"'([^'"'"'\\]|\\.)*'"'"'|\/\*|\/\//)) {
        tok=substr(s,RSTART,RLENGTH); code=code substr(s,1,RSTART-1); rest=substr(s,RSTART+RLENGTH)
        if (tok=="/*") { inc=1; com=1; s=rest }
        else if (tok=="//") { com=1; break }
        else { code=code "x"; s=rest }
      } else { code=code s; break } }
    if (code ~ /[^ \t\r]/) C++; else if (com||inc) M++; else B++ }
  END { printf "S %d %d %d %d\n", C, M, B, o; for (w in W) print "W", w, W[w] }' |
awk '$1=="S"{C+=$2;M+=$3;B+=$4;o+=$5} $1=="W"{W[$2]+=$3;N+=$3}
  END{ for(i=0;i<=2000;i++){t+=W[i]; if(t>=N*0.99)break} printf "%d %d %.1f %.1f\n", C+M+B, i, 100*o/N, 100*M/(C+M) }' > "$tmp/dens"
read -r loc p99w wide dens < "$tmp/dens"

# 4. functions
ctags -L "$tmp/c" --languages=C --kinds-C=f --fields=+neS-k --sort=no -f "$tmp/tags" 2>/dev/null || true
awk -F'\t' '/^!/{next} {s=e=st=0; for(i=3;i<=NF;i++){ if($i~/^line:/)s=substr($i,6); if($i~/^end:/)e=substr($i,5); if($i~/^file:/)st=1 }
  if(s&&e&&e>=s) print e-s+1, st, $1, $2":"s }' "$tmp/tags" > "$tmp/fn"
long=$(awk '$1>60{n++} END{printf "%.1f", NR?100*n/NR:0}' "$tmp/fn")
stat=$(awk '$2{n++} END{printf "%.0f", NR?100*n/NR:0}' "$tmp/fn")

# 5. writable globals
ctags -L "$tmp/c" --languages=C --kinds-C=v --fields=+nZ-k --sort=no -f "$tmp/vtags" 2>/dev/null || true
awk -F'\t' '/^!/{next} /\tfile:/{next} { p=$3; if (p~/(^|[^A-Za-z_])const[^A-Za-z_]/ && p!~/const[ a-z_]*char *\*[^c]/) next; print $1, $2 }' "$tmp/vtags" > "$tmp/glob"
nglob=$(awk 'END{print NR}' "$tmp/glob")

# 6. project includes: an include is resolved next to the file, else to the one
#    header whose path ends with it (ambiguous names are left out)
cat "$tmp/h" "$tmp/c" | tr '\n' '\0' | xargs -0 awk -v hl="$tmp/h" '
  BEGIN { while ((getline l < hl) > 0) { H[l]=1; n=split(l,a,"/"); s=a[n]; K[s]=K[s] "\n" l } }
  function norm(p) { while (sub(/[^\/]+\/\.\.\//,"",p)); gsub(/\.\//,"",p); return p }
  function find(d,f,  p,n,a,i,c,r,b) { p=norm(d f); if (p in H) return p; b=f; sub(/.*\//,"",b)
    n=split(K[b],a,"\n"); for(i=2;i<=n;i++) if (a[i]==f || substr(a[i],length(a[i])-length(f))==("/" f)) {c++; r=a[i]} return c==1?r:"" }
  FNR==1 { d=FILENAME; if(!sub(/[^\/]*$/,"",d)) d="" }
  /^[ \t]*#[ \t]*include[ \t]*["<]/ { f=$0; sub(/^[^"<]*["<]/,"",f); sub(/[">].*/,"",f); r=find(d,f); if(r!="" && r!=FILENAME) print FILENAME, r }' |
  sort -u > "$tmp/inc"
grep '\.h ' "$tmp/inc" > "$tmp/edge" || true
awk '{e[NR]=$1 SUBSEP $2} END{ n=NR; do { ch=0; split("",I); split("",O)
    for(i in e){split(e[i],a,SUBSEP); O[a[1]]++; I[a[2]]++}
    for(i in e){split(e[i],a,SUBSEP); if(!I[a[1]]||!O[a[2]]){delete e[i]; ch=1}} } while(ch)
    for(i in e){split(e[i],a,SUBSEP); S[a[1]]; S[a[2]]} for(h in S) print h }' "$tmp/edge" | sort > "$tmp/cyc"
ncyc=$(awk 'END{print NR}' "$tmp/cyc")
incq=$(awk '/\.c /{n[$1]++} END{for(f in n)print n[f]}' "$tmp/inc" | quant)

# 7. tests, 8. complexity
ratio=$(awk -v a="$(lines "$tmp/t")" -v b="$(lines "$tmp/src")" 'BEGIN{printf "%.2f", b?a/b:0}')
cq='- - - -'; : > "$tmp/mc"
if command -v pmccabe >/dev/null 2>&1; then
  tr '\n' '\0' < "$tmp/c" | xargs -0 pmccabe 2>/dev/null | awk -F'\t' '$1~/^[0-9]+$/{print $1, $6}' > "$tmp/mc"
  cq=$(cut -d' ' -f1 "$tmp/mc" | quant)
fi
three() { set -- $1; echo "$1/$2/$3"; }
fq=$(cut -d' ' -f1 "$tmp/flen" | quant); nq=$(cut -d' ' -f1 "$tmp/fn" | quant)
printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s%%\t%s%%\t%s%%\t%s\t%s%%\t%s\t%s\t%s\t%s\t%s\n' \
  "$(basename "$PWD")" "$(awk 'END{print NR}' "$tmp/c")" "$(awk 'END{print NR}' "$tmp/h")" "$loc" \
  "$(three "$fq")" "$(awk 'END{print NR}' "$tmp/fn")" "$(three "$nq")" "$long" "$stat" "$dens" "$p99w" "$wide" \
  "$(set -- $incq; echo "$1/$3")" "$ratio" "$nglob" "$ncyc" "$(three "$cq")"

if [ $verbose = 1 ]; then
  echo "-- longest functions (lines, static, name, where)"; sort -rn "$tmp/fn" | awk 'NR<=10'
  echo "-- longest files"; sort -rn "$tmp/flen" | awk 'NR<=10'
  echo "-- writable globals"; awk 'NR<=40' "$tmp/glob"
  echo "-- headers in include cycles"; awk 'NR<=40' "$tmp/cyc"
fi
rc=0
for l in $limits; do
  k=${l%%=*} v=${l#*=}
  case $k in
  file) bad=$(awk -v v="$v" '$1>v{print $2": "$1" lines"}' "$tmp/flen") ;;
  fn) bad=$(awk -v v="$v" '$1>v{print $4": "$3"() "$1" lines"}' "$tmp/fn") ;;
  cplx) bad=$(awk -v v="$v" '$1>v{n=$1; sub(/^[0-9]+ /,""); print $0": complexity "n}' "$tmp/mc") ;;
  over100) bad=$(awk -v v="$v" -v w="$wide" 'BEGIN{if(w>v)print w"% of lines are past 100 columns"}') ;;
  globals) bad=$(awk -v v="$v" -v n="$nglob" 'n>v{print $2": writable global "$1}' "$tmp/glob") ;;
  cycles) bad=$(awk -v v="$v" -v n="$ncyc" 'n>v{print $1": in an include cycle"}' "$tmp/cyc") ;;
  *) echo "measure.sh: unknown limit $k" >&2; exit 2 ;;
  esac
  if [ -n "$bad" ]; then echo "$bad" | sed "s/^/limit $l: /" >&2; rc=1; fi
done
exit $rc
