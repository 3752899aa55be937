# Makefile - builds, checks and installs autopilot. `make help` shows the goals on one screen.
#
# The one idea: a build variant is a folder, build/$(V), with its own flags; sources are found by
# wildcard, so a new file needs no line here. Goals that need several variants call make again.
#
#   src/<floor>/*.c  ->  build/$(V)/libautopilot.a  (all but src/app/main.c)
#                    ->  build/$(V)/autopilot       (and build/autopilot for the release variant)
#   sql/*            ->  build/gen                  (the statements as C, by tools/*sql2c.sh)
#   tests/**/test_*.c -> build/$(V)/tests/**/test_* (each with its own main)

VERSION := 0.1.0

# --- what you may set on the command line ---------------------------------------------------------
V       ?= release
PREFIX  ?= /usr/local
DESTDIR ?=
JOBS    ?= $(shell nproc)
WERROR  ?= -Werror
VERBOSE ?=

# --- variants -------------------------------------------------------------------------------------
# FAILPOINTS compiles the FP("name") points in: into test builds, never into what is installed.
fortify  := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
harden   := -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero \
            -fPIE $(fortify)
sanitize := -O1 -g -DFAILPOINTS -fno-omit-frame-pointer -fno-sanitize-recover=all

flags.release := -O2 -g $(harden)
flags.debug   := -Og -g3
flags.fp      := -O2 -g $(harden) -DFAILPOINTS
flags.asan    := $(sanitize) -fsanitize=address,undefined
flags.tsan    := $(sanitize) -fsanitize=thread
# The simulation: coroutines jump between stacks, which fortified longjmp forbids; planted bugs
# are chosen at run time.
flags.sim     := -O2 -g -U_FORTIFY_SOURCE -DFAILPOINTS -DPLANTED_BUGS
flags.cov     := -O0 -g -DFAILPOINTS --coverage
flags.fuzz    := $(sanitize) -fsanitize=fuzzer-no-link,address,undefined

link.release := -pie -Wl,-z,relro,-z,now
link.fp      := $(link.release)
link.asan    := -fsanitize=address,undefined
link.tsan    := -fsanitize=thread
link.cov     := --coverage
link.fuzz    := -fsanitize=fuzzer,address,undefined

variants := release debug fp asan tsan cov fuzz sim
$(if $(filter $(V),$(variants)),,$(error V=$(V) is not a variant; use one of: $(variants)))

CC := $(if $(filter fuzz,$(V)),clang,gcc)
B  := build/$(V)

# --- flags and libraries --------------------------------------------------------------------------
warnings := -Wall -Wextra -Wpedantic -Wshadow -Wformat-security -Wvla -Wundef -Wwrite-strings \
            -Wstrict-prototypes -Wmissing-prototypes
cppflags := -D_GNU_SOURCE -Iinclude -Ibuild/gen -isystem /usr/include/libxml2 \
            -isystem /usr/include/postgresql $(CPPFLAGS)
cflags   := -std=c11 $(flags.$(V)) $(warnings) $(CFLAGS)
ldflags  := $(link.$(V)) -Wl,--as-needed $(LDFLAGS)
libs     := -lsqlite3 -lcurl -lncursesw -ltinfo -lxml2 -lidn2 -lpsl -ljansson -linih -lmd -lz \
            -lpq -lmicrohttpd -lcares -lresolv -lpthread
testlibs := -lcmocka -lvterm

# --- sources --------------------------------------------------------------------------------------
main     := $(wildcard src/app/main.c)
sources  := $(filter-out src/app/main.c,$(sort $(wildcard src/*/*.c)))
ifeq ($(V),fuzz)
main     :=
# Fuzzed of the app: the readers of files.
sources  := $(filter-out src/ui/% $(filter-out src/app/jobfile% src/app/inilines%,$(wildcard src/app/*.c)),$(sources))
endif
objects  := $(sources:%.c=$(B)/%.o) $(B)/gen/sql_text.o $(B)/gen/pg_text.o
library  := $(B)/libautopilot.a
program  := $(main:src/app/main.c=$(B)/autopilot)
queries  := $(sort $(wildcard sql/sqlite/*.sql sql/sqlite/migrations/*.sql sql/postgres/*.sql sql/postgres/*/*.sql))

# Test code: test_*, bench_*, fuzz_* and prog_* (called by scripts) are programs; what else lies in
# tests/ is in a library that all of them are linked with.
in_tests  = $(patsubst %.c,$(B)/%,$(sort $(wildcard $(1))))
tests.unit     := $(call in_tests,tests/unit/*/test_*.c)
tests.contract := $(call in_tests,tests/contract/test_*.c)
tests.sim      := $(call in_tests,tests/sim/test_*.c)
tests.e2e      := $(call in_tests,tests/e2e/test_*.c)
tests.bench    := $(call in_tests,tests/bench/bench_*.c)
tests.fuzz     := $(call in_tests,tests/fuzz/fuzz_*.c)
tests.prog     := $(call in_tests,tests/*/prog_*.c)
test_programs  := $(foreach k,unit contract sim e2e bench fuzz prog,$(tests.$(k)))
test_objects   := $(filter-out $(test_programs:%=%.o),\
                    $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/*/*.c tests/unit/*/*.c))))
test_library   := $(B)/libtests.a

# --- rules ----------------------------------------------------------------------------------------
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# As many jobs as processors, unless you say -j; a make called by this one shares its jobs.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(JOBS)
endif
Q   := $(if $(VERBOSE),,@)
say  = $(if $(VERBOSE),,@printf '  %-5s %s\n' $(1) $(2))

.PHONY: all program FORCE
all: program build/compile_flags.txt
program: $(library) $(program) $(if $(main),$(if $(filter release,$(V)),build/autopilot))

build/autopilot: build/release/autopilot
	$(Q)ln -f $< $@

$(B)/autopilot: $(B)/src/app/main.o $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ldflags) -o $@ $^ $(libs)

# An archive is made anew, so that nothing of a deleted source stays in it.
$(library): $(objects) $(B)/sources.list
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(objects)

$(test_library): $(test_objects) $(B)/sources.list
	$(Q)rm -f $@ && ar rcs $@ $(test_objects)

$(B)/src/%.o: src/%.c $(B)/flags.list | build/gen/sql.stamp
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cppflags) $(app_defines) $(cflags) -Wconversion $(WERROR) -MMD -MP -c -o $@ $<

# Only app/ knows the version and where it is installed.
$(filter $(B)/src/app/%,$(objects)) $(main:%.c=$(B)/%.o): $(B)/app.list
$(B)/src/app/%.o: private app_defines := -DAUTOPILOT_VERSION='"$(VERSION)"' \
    -DAUTOPILOT_SHARE='"$(PREFIX)/share/autopilot"'

$(B)/tests/%.o: tests/%.c $(B)/flags.list | build/gen/sql.stamp
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cppflags) -Itests $(cflags) $(WERROR) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: build/gen/%.c $(B)/flags.list
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cppflags) $(cflags) $(WERROR) -MMD -MP -c -o $@ $<

$(test_programs): %: %.o $(test_library) $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ldflags) -o $@ $< $(test_library) $(library) $(testlibs) $(libs)

# The script writes a file only when its text changed, so the stamp is what is newer.
build/gen/sql.stamp: tools/sql2c.sh tools/pgsql2c.sh build/gen/queries.list $(queries)
	$(call say,SQL,build/gen)
	$(Q)tools/sql2c.sh sql/sqlite build/gen
	$(Q)tools/pgsql2c.sh sql/postgres build/gen
	$(Q)touch $@
build/gen/sql_text.c build/gen/store/sql_text.h build/gen/pg_text.c build/gen/adapter/pg_text.h: \
    build/gen/sql.stamp ;

# A *.list file is written only when its text changed: what depends on it is made anew when a
# source appears or goes, or a flag changes, and otherwise not.
keep_list = @mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(1))' > $@.new; \
            if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(B)/flags.list: FORCE
	$(call keep_list,$(CC) $(cppflags) $(cflags) $(WERROR))
$(B)/app.list: FORCE
	$(call keep_list,$(VERSION) $(PREFIX))
$(B)/sources.list: FORCE
	$(call keep_list,$(objects) $(test_objects))
build/gen/queries.list: FORCE
	$(call keep_list,$(queries))
# For editors (clangd reads it).
build/compile_flags.txt: $(B)/flags.list
	@printf '%s\n' -std=c11 $(cppflags) -Itests -Wall -Wextra > $@

-include $(objects:.o=.d) $(B)/src/app/main.d $(test_objects:.o=.d) $(test_programs:%=%.d)

include mk/test.mk mk/lint.mk mk/install.mk

# --- other goals ----------------------------------------------------------------------------------
.PHONY: run deps clean help
run:
	@tools/deps.sh run
	@$(MAKE) V=release program
	@tools/run-sample.sh build/autopilot

deps:
	@tools/deps.sh run test

clean:
	rm -rf build

help:
	@cat mk/help.txt
