# `make` prints what there is. `make run` and `make test` are all the set-up there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install run test test-sqlite test-postgres test-fast lint fmt bench bench-search screenshot lock clean

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.run ## Make .venv with the command .venv/bin/broadsheet and the embedding model

run: install ## Serve the site on http://127.0.0.1:8000
	$(BIN)/broadsheet run

test: $(VENV)/.dev $(VENV)/.browser $(VENV)/.reader ## Run all tests on SQLite, then those of the database on PostgreSQL
	$(MAKE) --no-print-directory test-sqlite
	$(MAKE) --no-print-directory test-postgres

test-sqlite: $(VENV)/.dev $(VENV)/.browser $(VENV)/.reader ## Run all tests on SQLite
	BROADSHEET_TEST_DATABASE=sqlite $(BIN)/python -m pytest -n 2 -q

# What drives a browser, damages files or measures is the same on any database, and runs on SQLite.
test-postgres: $(VENV)/.dev ## Run all tests on PostgreSQL that a database can make a difference to
	BROADSHEET_TEST_DATABASE=postgres $(BIN)/python -m pytest -n 2 -q --ignore=tests/journeys --ignore=tests/fuzz --ignore=tests/benchmarks --ignore=tests/sources --ignore=tests/docs --ignore=tests/access

test-fast: $(VENV)/.dev ## Run the tests that need no browser, no server and little time, on SQLite
	BROADSHEET_TEST_DATABASE=sqlite $(BIN)/python -m pytest -n 2 -q -m 'not slow'

lint: $(VENV)/.dev ## Check style, types and the order of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/.dev ## Format the code and renew the generated parts of the docs
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python tools/commands_doc.py

bench: $(VENV)/.dev ## Measure everything that docs/benchmarks.md claims and renew its tables
	$(BIN)/python -m benchmarks

bench-search: $(VENV)/.dev ## Measure search against other engines, at 10k, 100k and 1M made papers: hours and 12 GB
	$(BIN)/pip install --quiet --disable-pip-version-check 'apsw' 'faiss-cpu' 'lancedb' 'psutil' 'sqlite-vec'
	$(BIN)/python -m benchmarks.engines --sizes 10k,100k,1m
	$(BIN)/python -m benchmarks.hardness

screenshot: $(VENV)/.dev $(VENV)/.browser ## Renew the screenshot in the README
	$(BIN)/python tools/screenshot.py docs/screenshot.png

lock: ## Resolve the dependencies anew and pin them with their hashes
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet pip-tools
	$(VENV)-lock/bin/python tools/lock.py
	rm -rf $(VENV)-lock

clean: ## Remove what make made, but not the instance's data in var/
	rm -rf $(VENV) $(VENV)-lock build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/broadsheet model install || echo 'No embedding model for now: papers are found by words alone.'
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

$(VENV)/.browser: $(VENV)/.made tools/install_browser.sh tools/apt_install.sh
	sh tools/install_browser.sh
	touch $@

$(VENV)/.reader: $(VENV)/.made tools/install_reader.sh tools/apt_install.sh
	sh tools/install_reader.sh
	touch $@
