# Everything runs in .venv, from the pinned versions in pyproject.toml. Needs Python 3.11+, Java 17+, Maven and make.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/setup-$(shell cksum < pyproject.toml | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint simulate bench contracts clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv with all that is needed

$(STAMP): pyproject.toml
	@$(call need,$(PYTHON),Python 3.11 or newer,python3 and python3-venv)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "the venv module of Python is missing (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "making .venv"; $(PYTHON) -m venv .venv; }
	@echo "installing the pinned packages into .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@rm -f .venv/setup-*
	@touch $@

demo: setup tools ## See it work: broker, workers, agencies and banks on this machine
	@$(BIN)/python -m demo

test: lint tools ## All checks and all tests
	@$(call need,chromium,Chromium,chromium fonts-noto-cjk)
	@$(BIN)/python -m pytest -n 2 --dist loadfile # they mostly wait: two at a time need half of the time

lint: setup ## Style, types and the layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

simulate: setup ## Live through crashes in memory, from new seeds; SEED=… shows one life step by step
	@$(BIN)/python -m tests.simulation $(SEED)

bench: setup tools ## Measure it on this machine
	@$(BIN)/python -m bench

contracts: setup ## Freeze schemas, new examples and asyncapi.yaml anew; refuses what breaks v1
	@$(BIN)/python -m tests.contracts

clean: ## Remove what was made here: .venv, caches, the local broker's records
	@rm -rf .venv .liancheng .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

# What the local broker needs.
.PHONY: tools
tools:
	@$(call need,java,Java 17 or newer,openjdk-17-jre-headless)
	@$(call need,mvn,Maven,maven)

need = command -v $(1) >/dev/null || { echo "$(1) is missing: install $(2) (Debian: apt-get install $(3))" >&2; exit 1; }
