# SPDX-License-Identifier: GPL-2.0-or-later
#
# "make help" says what there is. Every directory with programs has a small
# Makefile.inc that appends to the lists below; objects go to build/.

B ?= build
CC = gcc
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g -Wall -Wextra -Werror
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
CPPFLAGS += -Iinclude/uapi -Ilib -DMBIM_DSS_PACKAGE_VERSION='"$(VERSION)"'

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
SYSCONFDIR ?= /etc
UDEVDIR ?= /usr/lib/udev/rules.d
UNITDIR ?= /usr/lib/systemd/system

LIB_TARGETS :=		# the library, shared and static
TOOL_TARGETS :=		# programs that are installed
TEST_TARGETS :=		# programs for tests, on the host and in a guest
UNIT_TESTS :=		# those that prove(1) runs on the host
INSTALL_TARGETS :=	# rules that install what they name, below $(DESTDIR)

.DEFAULT_GOAL := all

# Only what a goal needs asks pkg-config: goals that install packages first, and
# then call make once more, need nothing; tests need more than what is installed.
# The tests' lists come last, as they use those of what they test.
GOALS := $(or $(MAKECMDGOALS),all)
NO_PARTS := clean help demo check bench lint coverage vm-shell modules test-modules module-%
NO_TESTS := $(NO_PARTS) all lib tools install
PARTS := $(if $(filter-out $(NO_PARTS),$(GOALS)),lib tools/*) \
	$(if $(filter-out $(NO_TESTS),$(GOALS)),tests/*)
include $(foreach p,$(PARTS),$(sort $(wildcard $(p)/Makefile.inc)))

# ---- user space

.PHONY: all lib tools tests
all: lib tools

lib: $(LIB_TARGETS)
tools: $(TOOL_TARGETS)
tests: $(TEST_TARGETS) $(UNIT_TESTS)

# ---- the module: for KERNEL, a test kernel by name, or for KDIR, a kernel's
# headers. It is built in a copy made of symbolic links, build/obj/module/NAME,
# so that several kernels can be built for side by side.

KERNEL ?=
KDIR ?= /lib/modules/$(shell uname -r)/build
MODULE_DIR := $(B)$(addprefix /,$(KERNEL))
FARM := $(abspath $(B)/obj/module)/$(or $(KERNEL),kdir)
KMAKE = $(if $(KERNEL),tests/kernels/kernel make $(KERNEL),$(MAKE) -C $(KDIR))
# debug kernels find undefined behaviour only in code that is built for it
UBSAN ?= $(if $(filter %-debug,$(KERNEL)),1)
KVARS = $(foreach v,W C CF V COVERAGE UBSAN KCOV LLVM,$(if $($(v)),$(v)="$($(v))"))

# $(call kbuild,NAME,SUBDIRECTORY,FILES): FILES in a farm of their own
define kbuild
@mkdir -p $(FARM)-$(1) $(MODULE_DIR)
+@flock -w 600 $(FARM)-$(1) sh -ec '\
	find $(FARM)-$(1) -type l -delete; \
	cp -rs $(addprefix $(CURDIR)/,$(3)) $(FARM)-$(1)/; \
	$(KMAKE) M=$(FARM)-$(1)/$(2) $(KVARS) modules; \
	for f in $(FARM)-$(1)/$(2)*.ko; do \
		cmp -s $$f $(MODULE_DIR)/$${f##*/} || cp $$f $(MODULE_DIR)/; \
	done'
endef

TEST_MODULES := $(patsubst %/Kbuild,%,$(wildcard tests/*/Kbuild tests/*/*/Kbuild))

.PHONY: modules test-modules $(TEST_MODULES:%=module-%)
modules:
	$(call kbuild,mbim_dss,,Kbuild driver include)

# KUnit tests, planted bugs
test-modules: $(TEST_MODULES:%=module-%)
$(TEST_MODULES:%=module-%): module-%:
	$(call kbuild,$(notdir $*),$*/,driver include tests)

ifneq ($(KERNEL)$(wildcard $(KDIR)/Makefile),)
all: modules
else
.PHONY: no-modules
all: no-modules
no-modules:
	@echo 'No kernel headers at $(KDIR): the module is not built. See make modules KDIR=...'
endif

# ---- tests. They install by apt what is missing, and start make anew, as the
# lists above depend on what pkg-config finds.

SETUP = @tests/setup/packages

.PHONY: demo check bench lint coverage vm-shell unit print-unit-tests
demo:
	$(SETUP) demo
	@tests/kernels/kernel get 6.1
	+@$(MAKE) -s lib tools modules KERNEL=6.1
	@tests/vm/run --kernel 6.1 tests/vm/demo.sh

check:
	$(SETUP) check
	@tests/vm/check $(KERNEL)

bench:
	$(SETUP) bench
	@tests/bench/run $(KERNEL)

lint:
	$(SETUP) lint
	@tests/lint/run

coverage:
	$(SETUP) coverage
	@tests/vm/coverage

SHELL_KERNEL = $(or $(KERNEL),uml-debug)
vm-shell:
	$(SETUP) check
	@tests/kernels/kernel get $(SHELL_KERNEL)
	+@$(MAKE) -s lib tools modules KERNEL=$(SHELL_KERNEL)
	@tests/vm/run --kernel $(SHELL_KERNEL) --shell tests/vm/shell.sh

# the tests that need no guest
unit: lib tools tests
	prove $(PROVEFLAGS) $(UNIT_TESTS)

# for tests/vm/check
print-unit-tests:
	@printf '%s\n' $(UNIT_TESTS)

# ---- the rest

.PHONY: install clean help
install: lib tools $(INSTALL_TARGETS)

clean:
	rm -rf $(B) build-*

help:
	@echo 'make               the library, the tools and, with kernel headers here, the module'
	@echo 'make modules       the module: KDIR=headers (default: of the running kernel), or'
	@echo '                   KERNEL=a test kernel of "tests/kernels/kernel list"; W=1, C=2 as in the kernel'
	@echo 'make lib tools     user space only'
	@echo 'make install       user space: DESTDIR, PREFIX and the like; the module goes in by dkms.conf'
	@echo
	@echo 'make demo          see it work: the demonstration, in a guest with a virtual modem'
	@echo 'make check         tests, on five kernels; KERNEL=name: all of those on one'
	@echo 'make unit          the tests that need no guest'
	@echo 'make bench         against packet sockets, as ratios, on 6.1 and 7.2; KERNEL=name: on one'
	@echo 'make lint          static checks, compilers and sanitizers'
	@echo 'make coverage      line and branch coverage, in build-coverage/report'
	@echo 'make vm-shell      a shell in a guest with module, tools and a virtual modem; KERNEL=name'
	@echo 'make clean'
	@echo
	@echo 'demo, check, bench, lint, coverage and vm-shell install missing packages by apt (Debian 12'
	@echo 'and 13) and keep kernels in $${XDG_CACHE_HOME:-~/.cache}/mbim-dss.'
