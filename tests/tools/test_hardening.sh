#!/bin/sh
# Broken if this fails: the program that is installed lacks one of the protections that turn a bug in
# memory into an end of the program instead of somebody else's code.
. tests/lib.sh
program=${AUTOPILOT_BIN:-build/autopilot}
if [ ! -x "$program" ]; then
    skipped hardening "there is no $program"
    finish
fi
says 'position independent' 'DYN (Position-Independent Executable' readelf -h "$program"
says 'relocations are read-only' 'GNU_RELRO' readelf -lW "$program"
says 'all of them, at the start' 'BIND_NOW' readelf -dW "$program"
refuse 'no executable stack' sh -c "readelf -lW '$program' | grep GNU_STACK | grep -q RWE"
refuse 'no segment both writable and executable' sh -c "readelf -lW '$program' | grep LOAD | grep -q RWE"
says 'stack protector' '__stack_chk_fail' readelf --dyn-syms -W "$program"
says 'fortified calls' '_chk@' readelf --dyn-syms -W "$program"
refuse 'no path of libraries inside' sh -c "readelf -dW '$program' | grep -Eq 'RPATH|RUNPATH'"
refuse 'no failpoints' sh -c "grep -q AUTOPILOT_FP '$program'"
finish
