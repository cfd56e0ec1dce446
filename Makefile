# `make` alone lists the targets. Every target may be run twice; each says what it does.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help deps libtorch runtime build install uninstall plugins test test-all fuzz demo docs lint format clean
MAKEFLAGS += --no-print-directory

# The manifest looks for libtorch on disk, which SwiftPM's cache of evaluated manifests does not notice.
swift_build := swift build --manifest-cache none
# One thread for operators, as the golden features were made: with more, the last bits differ.
swift_test := OMP_NUM_THREADS=1 swift test --manifest-cache none

# These draw random numbers from the process's one state, which other tests watch: they have a process of their own, one after
# another, since some of them set the seed. So have those that give operators to the runtime: others expect that nobody did.
separate_tests := ^(XylemNNTests|XylemModelsTests)\.|ModelsCommandTests|DetectionTests|WitnessTests|SeededModelTests

# A relative path would mean another folder to the linker.
ifneq ($(XYLEM_LIBTORCH),)
export XYLEM_LIBTORCH := $(abspath $(XYLEM_LIBTORCH))
endif

# Where `make install` puts things; DESTDIR, for packagers, goes before it.
PREFIX ?= /usr/local
export DESTDIR

bench := $(wildcard .ci/bench.sh)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / && ($$1 != "bench" || "$(bench)" != "") { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install the Debian packages that are missing
	@bash .ci/deps.sh

libtorch: ## fetch libtorch into the user's cache, and link it here
	@bash .ci/fetch-libtorch.sh

runtime: deps libtorch ## build the tensor runtime (libxylem-torch.so), release
	@echo '==> building the tensor runtime (release): C++ against libtorch, minutes the first time'
	@$(swift_build) -c release --product xylem-torch

build: runtime ## build the executable and the runtime, release
	@echo '==> building xylem (release)'
	@$(swift_build) -c release --product xylem
	@$(swift_build) -c release --product xylem-scan
	@echo '==> built: .build/release/xylem'

install: build ## install xylem, the runtime, completions and the manual to PREFIX (/usr/local)
	@$(swift_build) -c release --product generate-manual
	@bash .ci/install.sh install .build/release '$(PREFIX)'

uninstall: ## remove what was installed to PREFIX
	@bash .ci/install.sh uninstall '$(PREFIX)'

plugins: deps ## build the example plugins, release
	@echo '==> building the example plugins (release)'
	@for plugin in SamePadding DetectionOps GatedUnit; do $(swift_build) -c release --product $$plugin; done
	@echo '==> built: .build/release/libSamePadding.so, libDetectionOps.so, libGatedUnit.so'

test: deps ## build and run all tests, debug
	@if bash .ci/fetch-libtorch.sh; then \
	  echo '==> building the tensor runtime (debug): C++ against libtorch, minutes the first time'; \
	  $(swift_build) --product xylem-torch; \
	else \
	  echo '==> no libtorch (see above): the tests that compute with tensors are left out, the others run'; \
	fi
	@echo '==> building the tests (debug)'
	@$(swift_build) --build-tests
	@echo '==> running the tests'
	@$(swift_test) --skip-build --skip '$(separate_tests)'
	@echo '==> running the tests that need a process of their own'
	@$(swift_test) --skip-build --no-parallel --filter '$(separate_tests)'

test-all: export XYLEM_TEST_ALL := 1
test-all: test ## run all tests with everything that has a long form

# Other inputs every time, and the same again for a seed that is given: make fuzz XYLEM_FUZZ_SEED=1
# XYLEM_FUZZ_KIND chooses programs, archives, extractors or operators.
fuzz: export XYLEM_FUZZ_SEED := $(or $(XYLEM_FUZZ_SEED),$(shell date +%s))
fuzz: export XYLEM_FUZZ_COUNT := $(or $(XYLEM_FUZZ_COUNT),10000)
fuzz: deps ## try ten thousand random programs, and as many damaged files of each kind
	@bash .ci/fetch-libtorch.sh
	@echo '==> building the tensor runtime and the tests (debug)'
	@$(swift_build) --product xylem-torch
	@$(swift_build) --build-tests
	@case "$$XYLEM_FUZZ_KIND" in ''|programs) \
	  echo "==> $$XYLEM_FUZZ_COUNT random programs from seed $$XYLEM_FUZZ_SEED"; \
	  $(swift_test) --skip-build --filter RandomProgramTests ;; \
	esac
	@case "$$XYLEM_FUZZ_KIND" in programs) ;; *) \
	  echo "==> $$XYLEM_FUZZ_COUNT damaged files of each kind from seed $$XYLEM_FUZZ_SEED"; \
	  .build/debug/MutationFuzz ;; \
	esac

demo: build plugins ## extract features of a photograph from a trained model
	@bash .ci/demo.sh

# The plugin that builds documentation is a dependency only while this variable is set.
docs: ## build the documentation to .build/documentation; warnings are errors
	@echo '==> building the documentation'
	@rm -rf .build/documentation && mkdir -p .build/documentation
	@XYLEM_DOCUMENTATION=1 swift package --manifest-cache none --allow-writing-to-directory .build/documentation \
	  generate-documentation --target Xylem --warnings-as-errors --output-path .build/documentation
	@echo '==> built: .build/documentation'

lint: ## check the format and the house rules
	@bash .ci/lint.sh

format: ## rewrite the Swift files in the house's format
	@echo '==> formatting'
	@swift format --in-place --configuration .swift-format -r Sources Tests Plugins Fixtures/dependency Package.swift

clean: ## remove what was built here; the shared libtorch stays
	@echo '==> removing .build and demo-output'
	@rm -rf .build demo-output

ifneq ($(bench),)
.PHONY: bench
bench: build ## measure tracing, extraction, calls of plugins and diffs
	@$(swift_build) -c release --product PluginBenchmarks
	@.build/release/PluginBenchmarks
	@$(swift_build) -c release --product DiffBenchmarks
	@.build/release/DiffBenchmarks
	@bash $(bench)
endif
