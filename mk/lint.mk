# lint.mk - the goals that read the source instead of running it. The quick checks are in
# tests/lint/fast.sh (they are also part of `make test`); clang-tidy and cppcheck are slow, so each
# leaves a stamp for each file and looks only at what changed since.

L := build/lint
lint_sources := $(sources) $(main)

.PHONY: lint lint-fast lint-slow format
lint:
	@tests/lint/fast.sh
	@$(MAKE) V=release build/gen/sql.stamp lint-slow
	@echo 'lint: no findings'

lint-fast:
	@tests/lint/fast.sh

lint-slow: $(lint_sources:%=$(L)/%.tidy) $(lint_sources:%=$(L)/%.cppcheck)

# gcc -MM names the headers the file reads; a change in one of them makes the stamp old.
$(L)/%.tidy: % .clang-tidy | build/gen/sql.stamp
	$(call say,TIDY,$<)
	@mkdir -p $(@D)
	@gcc -std=c11 $(cppflags) -MM -MP -MT $@ -MF $@.d $<
	@clang-tidy --quiet --warnings-as-errors='*' $< -- -std=c11 $(cppflags) -DFAILPOINTS \
	    -DAUTOPILOT_VERSION='""' -DAUTOPILOT_SHARE='""' 2>$@.err || { cat $@.err; exit 1; }
	@touch $@

$(L)/%.cppcheck: % tests/lint/cppcheck.supp | build/gen/sql.stamp
	$(call say,CHECK,$<)
	@mkdir -p $(@D)
	@gcc -std=c11 $(cppflags) -MM -MP -MT $@ -MF $@.d $<
	@cppcheck --quiet --std=c11 --enable=warning,style,performance,portability --inline-suppr \
	    --suppressions-list=tests/lint/cppcheck.supp --error-exitcode=1 -D_GNU_SOURCE -DFAILPOINTS \
	    -Iinclude -Ibuild/gen $<
	@touch $@

-include $(lint_sources:%=$(L)/%.tidy.d) $(lint_sources:%=$(L)/%.cppcheck.d)

format:
	clang-format -i $(wildcard include/*/*.h src/*/*.[ch] tests/*/*.[ch] tests/unit/*/*.[ch])
