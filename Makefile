# `make` alone says what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# A folder of corpora, each a folder with the versions of one page; measured where it exists.
CORPORA ?= ../shared/corpora
# How long to fuzz, all fuzzers together.
FUZZ_SECONDS ?= 60

# Options of `make wan`: --short is one link, in under a minute.
WAN ?=

# What makes network namespaces.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

# How long the faults come in turn, and how long the soak is.
CHAOS_SECONDS ?= 600
SOAK_MINUTES ?= 60

DEMO := .build/demo-engine
BENCH := .build/release/railgun-bench
# With Swift's library inside, they run where no Swift is installed, and faster: calls of it are direct.
RELEASE := -c release --static-swift-stdlib -Xswiftc -cross-module-optimization
CONFORMANCE := PYTHONDONTWRITEBYTECODE=1 .tools/conformance/bin/python
CHAOS := PYTHONDONTWRITEBYTECODE=1 Benchmarks/chaos/chaos
# One folder for both packages: what they depend on is compiled once.
BENCHMARKS := --package-path Benchmarks --scratch-path .build $(RELEASE)
# The coder of levels balanced and small is too slow for tests where nothing of it is optimized.
OPTIMIZED_C := -Xcc -O1
# Not under the sanitizers: commands without threads, and what asks the allocator that sanitizers replace.
PARTS := --skip MemoryCostTests --filter 'DeltaEngineTests|PageStoreTests|PageFileTests|SharedStoreTests|HTTPRulesTests|HTTPWireTests|LinkTests|OperationsTests'
# Pages for those who work on the project: their commands are steps of CI.
NO_GUIDE := $(addprefix docs/,architecture.md chaos.md conformance.md dependencies.md fuzzing.md numbers.md suites.md)
# A few at a time: time limits do not hold where all daemons start at once.
PARALLEL := --experimental-maximum-parallelization-width
LINE := $(PARALLEL) 4 --filter EndToEndTests
ADDRESS := ASAN_OPTIONS=detect_leaks=0 swift test $(OPTIMIZED_C) --sanitize=address --scratch-path .build/address
THREAD := TSAN_OPTIONS="halt_on_error=1 suppressions=$(CURDIR)/Tests/thread-sanitizer.supp" swift test $(OPTIMIZED_C) --sanitize=thread --scratch-path .build/thread
COVERAGE_FLAGS := --scratch-path .build/coverage --enable-code-coverage \
	-Xcc -fprofile-instr-generate -Xcc -fcoverage-mapping

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  make %-14s %s\n' "$$name" "$$text"; done

.PHONY: setup
setup: ## Install what this machine lacks for working on the project
	scripts/setup --dev

.PHONY: build
build: ## Build all commands as they are to be installed, into .build/release
	C_LIBRARY=1 swift build $(RELEASE)

.PHONY: c-library
c-library: build ## Build the delta engine for C and other languages, with its header, into .build/c-library
	@mkdir -p .build/c-library
	strip --strip-unneeded -o .build/c-library/librailgun-delta.so .build/release/librailgun-delta.so
	cp Sources/CRailgunDelta/railgun_delta.h .build/c-library/
	@ls -l .build/c-library

.PHONY: deb
deb: build ## Make the Debian package, into .build/deb
	scripts/deb

.PHONY: deb-test
deb-test: build ## Install, start, upgrade and remove the Debian package on a machine in namespaces (as root)
	scripts/try-deb

.PHONY: container-test
container-test: build ## Build the container image, and run the whole line of its compose file with podman (as root)
	scripts/try-container

.PHONY: demo
demo: build ## Run the whole line on this machine, and show what crosses the link
	@scripts/demo

.PHONY: demo-engine
demo-engine: demo-corpus ## Show on sample pages, and on CORPORA where it exists, what deltas save
	@mkdir -p reports
	$(BENCH) run --corpus $(DEMO)/corpus --json reports/demo.json --html reports/demo.html
	@if [[ -d "$(CORPORA)" ]]; then \
		echo && echo "The same for $(CORPORA):" && \
		$(BENCH) run --corpus "$(CORPORA)" --pairs 6 --json reports/corpora.json --html reports/corpora.html; \
	fi
	@echo && echo "With charts, for your browser:" && ls -1 "$(CURDIR)"/reports/*.html

.PHONY: demo-corpus
demo-corpus: build
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	$(BENCH) generate --out $(DEMO)/corpus --seed 1

.PHONY: test
test: ## Run all tests
	swift test $(OPTIMIZED_C) $(PARALLEL) 8 $(if $(COVERAGE),$(COVERAGE_FLAGS))

.PHONY: long-test
long-test: ## Test the whole line at length: 10,000 pages, bodies of 1 GiB (RAILGUN_PAGES sets how many)
	RAILGUN_LONG=1 swift test $(OPTIMIZED_C) --filter EndToEndTests

.PHONY: units-test
units-test: build ## Run the daemons in the sandbox of their systemd units, on a machine in namespaces (as root)
	BINARIES=.build/release scripts/try-units

.PHONY: checklist
checklist: ## Compare the line with nginx and HAProxy on each case of HTTP; docs/conformance.md gets the result
	RAILGUN_CHECKLIST=$(CURDIR)/docs/conformance.md swift test $(OPTIMIZED_C) --filter ComparisonTests

.PHONY: train
train: build ## Learn the tables of levels balanced and small anew, from one half of CORPORA
	$(BENCH) train --corpus "$(CORPORA)" --out Sources/CDelta

.PHONY: train-check
train-check: build ## Check that CORPORA gives the tables that are there
	@if [[ -d "$(CORPORA)" ]]; then $(BENCH) train --corpus "$(CORPORA)" --out Sources/CDelta --check; \
	else echo "no $(CORPORA) here: nothing to check"; fi

.PHONY: coverage
coverage: ## Run all tests and print which lines they reached
	$(MAKE) test COVERAGE=1
	scripts/coverage

.PHONY: sanitize
sanitize: ## Run the tests of engine and daemons under the address and thread sanitizers
	$(ADDRESS) $(PARTS)
	$(ADDRESS) $(LINE)
	$(THREAD) $(PARTS)
	$(THREAD) $(LINE)

.PHONY: test-arm
test-arm: ## Run the core's kept inputs on an emulated 64-bit ARM
	scripts/test-arm

.PHONY: fuzz
fuzz: ## Fuzz all that reads from outside for FUZZ_SECONDS
	FUZZ_SECONDS=$(FUZZ_SECONDS) Fuzz/run

.PHONY: bench
bench: demo-corpus ## Measure the engine beside its peers on pages it did not learn from, by page size, and on hostile pages
	swift build $(BENCHMARKS)
	corpora="$(CORPORA)"; [[ -d "$$corpora" ]] || corpora=$(DEMO)/corpus; \
	.build/release/railgun-peers --corpus "$$corpora" --half earlier && .build/release/railgun-micro --corpus "$$corpora"

.PHONY: bench-line
bench-line: build ## Measure the line from client to origin beside nginx with TLS to nginx
	@mkdir -p reports
	PYTHONDONTWRITEBYTECODE=1 Benchmarks/line/bench-line --binaries .build/release --json reports/line.json

.PHONY: wan
wan: demo-corpus ## Measure the line over wide-area links beside nginx with gzip, brotli, zstd (asks for root)
	@mkdir -p reports
	corpora="$(CORPORA)" half=earlier; [[ -d "$$corpora" ]] || { corpora=$(DEMO)/corpus half=all; }; \
	$(AS_ROOT) env PYTHONDONTWRITEBYTECODE=1 Benchmarks/wan/wan --binaries .build/release --corpus "$$corpora" --half $$half \
		--json reports/wan.json --html reports/wan.html --picture reports/wan.svg $(WAN)

.PHONY: sizing
sizing: build ## Measure what a visitor, a page and a request take, and write docs/sizing.md's tables anew
	@mkdir -p reports
	PYTHONDONTWRITEBYTECODE=1 Benchmarks/sizing/sizing --binaries .build/release --json reports/sizing.json --page docs/sizing.md

.PHONY: chaos
chaos: build ## Break real processes under load for CHAOS_SECONDS, and show that nothing is lost
	@mkdir -p reports
	$(CHAOS) faults --seconds $(CHAOS_SECONDS) --keep .build/chaos --json reports/chaos.json

.PHONY: chaos-test
chaos-test: ## The same with a few faults, in a minute and a half, with the newest daemons that are built
	$(CHAOS) faults --short --seconds 90 --keep .build/chaos

.PHONY: soak
soak: build ## Hold a steady load for SOAK_MINUTES, and see whether memory and descriptors stay flat
	@mkdir -p reports
	$(CHAOS) soak --minutes $(SOAK_MINUTES) --keep .build/soak --json reports/soak.json

.PHONY: upgrade-load
upgrade-load: build ## Reload and replace the daemons under 100,000 requests
	@mkdir -p reports
	$(CHAOS) upgrade-load --json reports/upgrade-load.json

.PHONY: savings
savings: build ## Measure what is saved after a restart, and by two listeners behind HAProxy
	@mkdir -p reports
	$(CHAOS) savings-restart --json reports/savings-restart.json
	$(CHAOS) savings-balanced --json reports/savings-balanced.json

.PHONY: conformance
conformance: $(if $(SHORT),,build) ## Run third-party suites and clients beside nginx and HAProxy; SHORT=1: in a minute, with what is built
	@mkdir -p reports
	$(CONFORMANCE) Benchmarks/conformance/conformance $(if $(SHORT),--short) --json reports/conformance.json

.PHONY: bench-test
bench-test: ## Test the benchmarks themselves
	swift test --package-path Benchmarks --scratch-path .build/benchmarks $(OPTIMIZED_C)
	PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -s Benchmarks/chaos
	PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -s Benchmarks/sizing
	$(CONFORMANCE) -m unittest discover -s Benchmarks/conformance
	PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -s Benchmarks/wan

.PHONY: lint
lint: ## Check format and C warnings
	scripts/lint

.PHONY: format
format: ## Mend the format of Swift and C
	git ls-files '*.swift' | xargs swift format --in-place
	git ls-files '*.c' '*.h' | xargs .tools/clang-format/bin/clang-format -i

.PHONY: readme
readme: ## Run every command of README.md
	scripts/check-docs README.md

.PHONY: guide
guide: ## Run every command of the guide, and check every configuration in it, with what 'make build' built
	PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -s scripts
	scripts/check-docs $(filter-out $(NO_GUIDE),$(wildcard docs/*.md docs/placement/*.md))

.PHONY: docs
docs: build ## Build the library's documentation into .build/docs
	scripts/docs

.PHONY: sbom
sbom: ## Write what a build is made of to reports/sbom.json, and hold docs/dependencies.md against it
	scripts/sbom --check
	scripts/sbom reports/sbom.json

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf .build Benchmarks/.build reports
