# Everything runs in .venv, from the pinned versions in pyproject.toml. deploy/setup installs what is missing.
PYTHON ?= python3
BIN := .venv/bin
SETUP := PYTHON=$(PYTHON) deploy/setup
# Files in their order, not by number of tests: the long ones come first, so that no worker ends alone with one of them.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long lint simulate bench contracts clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: ## Install what is missing: programs, .venv, the local broker's jars
	@$(SETUP) tools

demo: setup ## See it work: broker, workers, agencies and banks on this machine
	@$(BIN)/python -m demo

test: lint ## All checks and all tests but the long ones
	@$(SETUP) tools tests
	@$(PYTEST) -m "not long"

test-long: ## The long tests: more lives, more kills
	@$(SETUP) tools tests
	@$(PYTEST) -m long

lint: ## Style, types and the layers
	@$(SETUP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

simulate: ## Live through crashes in memory, from new seeds; SEED=… shows one life step by step
	@$(SETUP)
	@$(BIN)/python -m tests.simulation $(SEED)

bench: setup ## Measure it on this machine
	@$(BIN)/python -m bench

contracts: ## Freeze schemas, new examples and asyncapi.yaml; refuses what breaks v1
	@$(SETUP)
	@$(BIN)/python -m tests.contracts

clean: ## Remove what was made here: .venv, caches, the local broker's records
	@rm -rf .venv .liancheng .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
