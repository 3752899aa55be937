# test.mk - the goals that run tests. What runs in which variant:
#
#   unit, contract   asan   every mistake of memory and every undefined step ends the test
#   sim, e2e         fp     at full speed, with failpoints to die at; e2e also drives release
#   bench            release
#   sim/simulate     sim    coroutines and planted bugs
#   fuzz             fuzz   clang's libFuzzer with ASan and UBSan

T            ?=
FUZZ_SECONDS ?= 6
SOAK_RUNS    ?= 5000000

# What tests are told: where the programs are. The C programs of tests/ that scripts call are in
# TEST_PROGS (tests/sim/prog_x.c is $$TEST_PROGS/sim/prog_x).
test_env = AUTOPILOT_BIN=$(CURDIR)/$(1) AUTOPILOT_FP_BIN=$(CURDIR)/build/fp/autopilot \
           TEST_PROGS=$(CURDIR)/build/fp/tests
# The programs of kind $(2) as built in variant $(1).
built = $(patsubst build/$(V)/%,build/$(1)/%,$(tests.$(2)))
# What T chooses of them.
chosen = $(if $(T),$(foreach p,$(1),$(if $(findstring $(T),$(p)),$(p))),$(1))
# One more than there are processors: many suites wait for a server, a relay, an instant.
run_tests = tools/run-tests.sh -j $$(($(JOBS) + 1)) $(if $(T),-m '$(T)')

scripts.e2e := $(sort $(wildcard tests/e2e/*.sh tests/e2e/*.py tests/sim/*.sh))
# Not suites: what they share (lab.py), and what only another goal calls.
scripts.e2e := $(filter-out tests/e2e/lab% tests/e2e/tsan%,$(scripts.e2e))
scripts.soak := $(sort $(wildcard tests/soak/*.sh tests/soak/*.py))
scripts.tools := $(sort $(wildcard tests/tools/test_*.sh))

.PHONY: test check check-fast fuzz bench soak asan tsan cov fp
.PHONY: programs-unit programs-system programs-bench programs-fuzz simulation
simulation: $(call chosen,$(filter %/sim/prog_sim,$(tests.prog))) ; @:
programs-unit:   $(call chosen,$(tests.unit) $(tests.contract))
programs-system: program $(call chosen,$(tests.sim) $(tests.e2e)) $(tests.prog)
programs-bench:  program $(call chosen,$(tests.bench)) $(filter %/bench/prog_files %/bench/prog_pg %/bench/prog_fetch \
                  %/bench/prog_mail %/e2e/prog_smtp,$(tests.prog))
programs-fuzz:   $(call chosen,$(tests.fuzz))
programs-unit programs-system programs-bench programs-fuzz: ; @:

test:
	@tools/deps.sh run test
	@$(MAKE) V=release program
	@$(MAKE) V=asan programs-unit
	@$(MAKE) V=fp programs-system
	@$(MAKE) V=sim simulation
	@$(if $(tests.fuzz),$(MAKE) V=fuzz programs-fuzz)
	@$(call test_env,build/autopilot) FUZZ_SECONDS=$(FUZZ_SECONDS) $(run_tests) \
	    tests/lint/fast.sh $(scripts.tools) $(call built,asan,unit) $(call built,asan,contract) \
	    $(call built,fp,sim) $(call built,fp,e2e) $(scripts.e2e) \
	    $(call built,fuzz,fuzz)

check:
	@$(MAKE) V=asan programs-unit
	@$(run_tests) tests/lint/fast.sh $(scripts.tools) $(call built,asan,unit) \
	    $(call built,asan,contract)

check-fast:
	@$(MAKE) V=asan programs-unit
	@$(run_tests) $(call built,asan,unit)

asan:
	@$(MAKE) V=asan program programs-unit
fp:
	@$(MAKE) V=fp programs-system

# The unit tests of what threads share, then the console and its lanes, busy.
tsan:
	@$(MAKE) V=tsan programs-unit program
	@$(call test_env,build/tsan/autopilot) TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 \
	    $(run_tests) $(call built,tsan,unit) $(call built,tsan,contract) \
	    $(wildcard tests/e2e/tsan*.sh tests/e2e/tsan*.py)

cov:
	@$(MAKE) V=cov program programs-unit programs-system
	@find build/cov -name '*.gcda' -delete
	@$(call test_env,build/cov/autopilot) AUTOPILOT_FP_BIN=$(CURDIR)/build/cov/autopilot \
	    TEST_PROGS=$(CURDIR)/build/cov/tests $(run_tests) $(call built,cov,unit) \
	    $(call built,cov,contract) $(call built,cov,sim) $(call built,cov,e2e) $(scripts.e2e)
	@tools/coverage.sh build/cov

fuzz:
	@$(MAKE) V=fuzz programs-fuzz
	@FUZZ_SECONDS=$(FUZZ_SECONDS) $(run_tests) $(call built,fuzz,fuzz)

bench:
	@$(MAKE) V=release programs-bench
	@$(call test_env,build/autopilot) TEST_PROGS=$(CURDIR)/build/release/tests \
	    tools/run-bench.sh $(if $(T),-m '$(T)') $(call built,release,bench) $(wildcard tests/bench/*.sh)

# The same tests with every hit instead of a choice of them (AUTOPILOT_SOAK=1; scripts are called
# with the word "all"), what is in tests/soak, and longer fuzzing.
soak:
	@$(MAKE) V=release program
	@$(MAKE) V=fp programs-system
	@$(MAKE) V=sim simulation
	@$(MAKE) V=fuzz programs-fuzz
	@$(call test_env,build/autopilot) AUTOPILOT_SOAK=1 FUZZ_RUNS=$(SOAK_RUNS) $(run_tests) -l 36000 \
	    $(call built,fp,sim) $(call built,fp,e2e) $(scripts.e2e) $(scripts.soak) \
	    $(call built,fuzz,fuzz)
