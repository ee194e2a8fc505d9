# Everything is done inside .venv, made from requirements.lock. `make` alone says what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install demo demo-reset test check audit fuzz understand forms e2e chaos leaks year bench lock clean unusable

WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NODE_MODULES := tests/e2e/node_modules/.package-lock.json

# The first Python that is new enough and can make a virtual environment; else the first that is new enough.
# (Debian keeps the venv module in a package of its own.)
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
first_python = $(shell for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && "$$python" -c '$(1)' 2>/dev/null && echo "$$python" && break; done)
WITH_VENV = $(call first_python,import ensurepip$(comma) venv)
WITHOUT_VENV = $(call first_python,)
comma := ,
found_python = $(or $(WITH_VENV),$(if $(WITHOUT_VENV),\
	$(error This Python lacks its venv module: install it with "apt install $(shell $(WITHOUT_VENV) -c 'import sys; print("python3.%d-venv" % sys.version_info.minor)')" as root, then try again),\
	$(error referralbot needs Python 3.11 or newer and finds none: install one, or name it with "make PYTHON=/path/to/python3")))

# A .venv that was left half made, was moved here, or whose Python has since gone, is made again.
USABLE := $(shell $(BIN)/python -c 'import pip; $(NEW_ENOUGH)' 2>/dev/null && grep -qF '$(CURDIR)/$(VENV)' $(BIN)/activate && echo yes)

help:
	@echo "make demo        try it: fictional staff and cases on http://127.0.0.1:8080 (make demo-reset starts over)"
	@echo "make install     make .venv with the referralbot command in it"
	@echo "make test        the whole test suite, PostgreSQL's half included"
	@echo "make check       format, lint, types and import contracts"
	@echo "make audit       look up every pinned release in a database of known faults; needs the internet"
	@echo "make fuzz        anything at all, sent to every address and said in every line; make fuzz TIMES=5000 tries longer"
	@echo "make understand  how well plain English is understood: by intent and slot, and said otherwise"
	@echo "make forms       count the sentences on record anew, after one was added to tests/said.csv"
	@echo "make e2e         the tests against real counterparts; needs node"
	@echo "make chaos       a storm of failures over real processes: nothing lost, nothing doubled; make chaos SEED=… again"
	@echo "make leaks       a council's quarter on both platforms, and a search of all it left; make leaks DAYS=10 is shorter"
	@echo "make year        a council's year in minutes: what was lost, doubled, late or early; make year SHARE=0.05 is smaller"
	@echo "make bench       measure, and write docs/benchmarks.md anew"
	@echo "make lock        renew requirements.lock from pyproject.toml; make lock UPGRADE=1 takes newer releases"
	@echo "make clean       remove .venv and what the tools leave behind; var/ stays"

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml $(if $(USABLE),,unusable)
	$(if $(shell test -w . && echo yes),,$(error The folder $(CURDIR) cannot be written to: copy the project to a folder of your own))
	$(if $(USABLE),,@$(found_python) -m venv --clear $(VENV))
	@echo "Installing into $(VENV); this takes a minute or two."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install
	@$(BIN)/referralbot demo

demo-reset: install
	@$(BIN)/referralbot demo --reset

test: install
	@$(BIN)/pytest -q -n $(WORKERS) --ignore=tests/e2e tests

check: install
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

audit: install
	@$(BIN)/python -m tests.audit

fuzz: install
	@FUZZ=$(or $(TIMES),1000) $(BIN)/pytest -q -n $(WORKERS) tests/test_security_lines.py tests/adapters/test_*_fuzz.py \
		tests/adapters/test_slack_blocks.py tests/adapters/test_teams_cards.py tests/domain/test_rules_overlay.py

understand: install
	@$(BIN)/python -m tests.understanding

forms: install
	@$(BIN)/python -m tests.forms --write

e2e: install
ifeq ($(shell command -v node 2>/dev/null),)
	@echo "SKIPPED: make e2e needs node, and there is none on this machine."
else ifeq ($(wildcard tests/e2e/test_*.py),)
	@echo "SKIPPED: make e2e has no tests in tests/e2e yet."
else
	@$(if $(wildcard tests/e2e/package.json),$(MAKE) --no-print-directory $(NODE_MODULES))
	@$(BIN)/pytest -q tests/e2e
endif

$(NODE_MODULES): $(wildcard tests/e2e/package.json tests/e2e/package-lock.json)
	@cd tests/e2e && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

chaos: install
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

leaks: install
	@$(BIN)/python -m tests.leaks $(if $(SEED),--seed $(SEED)) $(if $(DAYS),--days $(DAYS))

year: install
	@$(BIN)/python -m tests.chaos.year $(if $(SEED),--seed $(SEED)) $(if $(SHARE),--share $(SHARE))

bench: install
	@$(BIN)/python -m bench

# uv writes the hashes of every file that the package index publishes for a release, and no addresses.
lock: install
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		$(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache tests/e2e/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
