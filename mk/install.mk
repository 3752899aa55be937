# install.mk - puts the release program where the file system standard wants it, and takes it away.
# Data (~/.local/state, /var/lib/autopilot) is never touched.

bindir   := $(DESTDIR)$(PREFIX)/bin
sharedir := $(DESTDIR)$(PREFIX)/share/autopilot
docdir   := $(DESTDIR)$(PREFIX)/share/doc/autopilot
mandir   := $(DESTDIR)$(PREFIX)/share/man/man1
unitdir  := $(DESTDIR)$(PREFIX)/lib/systemd/system
tarball  := build/autopilot-$(VERSION).tar.gz

share_files := $(shell cd conf 2>/dev/null && find . -type f ! -name '*.service' | sed 's,^\./,,')
doc_files   := $(wildcard README.md docs/*.md)
man_pages   := $(wildcard docs/*.1)
units       := $(wildcard conf/*.service)
# A unit that is of a user (%i) is a template.
unit_of      = $(notdir $(if $(shell grep -l %i $(1)),$(1:%.service=%@.service),$(1)))

.PHONY: install uninstall dist
install:
	@$(MAKE) V=release program
	install -D -m 755 build/release/autopilot $(bindir)/autopilot
	@for f in $(share_files); do install -D -m 644 "conf/$$f" "$(sharedir)/$$f" || exit; done
	@for f in $(doc_files); do install -D -m 644 "$$f" "$(docdir)/$${f##*/}" || exit; done
	@for f in $(man_pages); do install -D -m 644 "$$f" "$(mandir)/$${f##*/}" || exit; done
	@[ -n "$(man_pages)" ] || { install -d "$(mandir)" && \
	    build/release/autopilot man >"$(mandir)/autopilot.1"; } # made from the program's tables
	@for f in $(units); do install -d "$(unitdir)" && \
	    sed 's,/usr/local/bin/,$(PREFIX)/bin/,' "$$f" \
	        > "$(unitdir)/$$(n=$${f##*/}; grep -q %i "$$f" && n=$${n%.service}@.service; echo $$n)" || \
	        exit; done

uninstall:
	rm -f $(bindir)/autopilot $(mandir)/autopilot.1 $(man_pages:docs/%=$(mandir)/%) $(foreach u,$(units),$(unitdir)/$(call unit_of,$(u)))
	rm -rf $(sharedir) $(docdir)

dist:
	@mkdir -p build
	git archive --prefix=autopilot-$(VERSION)/ -o $(tarball) HEAD
