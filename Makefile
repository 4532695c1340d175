# Every command works in the checkout's own .venv, asks nothing, and may be run again: what is already
# installed is not installed twice. Another interpreter: make demo PYTHON=python3.12

PYTHON ?= python3

# Relative on purpose: a checkout may lie below a folder whose name has a space.
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet --constraint constraints.txt
# The build backend is pinned as well, so it is installed first instead of being fetched for every build.
INSTALL := $(PIP) --no-build-isolation --editable
REQUIREMENTS := pyproject.toml constraints.txt
SOURCES := $(wildcard src tests typing_tests tools benchmarks examples)

export PYTHONNOUSERSITE := 1
unexport PYTHONPATH

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test test-slow test-later check bench test-postgres soak docs docs-site format clean

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-22s%s\n' "$$name" "$$what"; done

demo: $(VENV)/.installed ## Import a real register, and print overdue cases, one reckoning and the escalation log
	@$(VENV)/bin/gkflow demo

# What differs most between the two databases; the rest is in `make test-slow` and `make test-postgres`.
FIRST_ON_POSTGRES := tests/store/test_numbers.py tests/store/test_units.py
test: $(VENV)/.installed-test ## Run the tests and every example of the documents; not the long walks
	$(PY) -m pytest -q -n auto --dist worksteal
	$(PY) tools/with_postgres.py $(PY) -m pytest -q -n auto --dist worksteal -k postgres $(FIRST_ON_POSTGRES)

# What runs on PostgreSQL alone, or has roles or several writers at once only there.
ON_POSTGRES := tests/contrib tests/store/test_callers.py \
	tests/store/test_dropping_proxy.py tests/store/test_names.py tests/store/test_sweep_in_pieces.py tests/test_aio.py \
	tests/test_worker.py
test-slow: $(VENV)/.installed-test $(VENV)/.installed-docs $(VENV)/.installed-bench ## Run the long walks, which `make test` leaves out
	$(PY) -m pytest -q -n auto --dist worksteal -m slow --timeout 900
	$(PY) tools/with_postgres.py $(PY) -m pytest -q -n auto --dist worksteal --timeout 600 $(ON_POSTGRES)

# What reads the clock: the doors, the documents, an office that is given no moment.
LATER := tests/cli tests/test_docs.py tests/test_embedding.py tests/test_setup.py tests/test_present.py
test-later: $(VENV)/.installed-test ## Run what depends on the clock once more, as in 400 days
	GKFLOW_NOW=+400d $(PY) -m pytest -q -n auto --dist worksteal $(LATER)

check: $(VENV)/.installed-check ## Compare formatting, lints, types, imports, rule files and generated documents
	$(PY) -m ruff format --check $(SOURCES)
	$(PY) -m ruff check $(SOURCES)
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/gkflow check
	$(PY) tools/generated.py --check
	$(PY) tools/coverage.py --check

bench: $(VENV)/.installed-bench ## Measure speed as ratios to hand-written code and to other libraries
	$(PY) benchmarks

test-postgres: $(VENV)/.installed-test ## Run the tests of the store on a PostgreSQL that starts and stops by itself
	$(PY) tools/with_postgres.py $(PY) -m pytest -q -n auto --dist worksteal --timeout 600 tests/store tests/application tests/contrib tests/test_aio.py tests/test_embedding.py tests/test_worker.py

soak: $(VENV)/.installed-test ## Run the long tests, which kill processes at random
	$(PY) -m pytest -q -m soak --timeout 3600

docs: $(VENV)/.installed ## Rewrite the generated pages, parts and pictures of the documents
	$(PY) tools/generated.py
	$(PY) tools/coverage.py

docs-site: $(VENV)/.installed-docs ## Build the documentation site in build/site; no outside address is needed to read it
	NO_MKDOCS_2_WARNING=true $(PY) -m mkdocs build --strict --quiet
	@echo 'build/site: python -m http.server --directory build/site shows it'

format: $(VENV)/.installed-check ## Format the code and mend what the linter can mend
	$(PY) -m ruff check --fix $(SOURCES)
	$(PY) -m ruff format $(SOURCES)

clean: ## Remove what was made: .venv, demo, caches
	rm -rf $(VENV) demo .demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null \
		|| { echo "gkflow needs Python 3.11, 3.12, 3.13 or 3.14, and \"$(PYTHON)\" is none of them; name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.made $(REQUIREMENTS)
	@echo 'Installing gkflow and its pinned dependencies into $(VENV) ...'
	@$(PIP) hatchling
	@$(INSTALL) .
	@touch $@

# One of its packages (jieba, which finds the words of Chinese text for the search) is built here.
$(VENV)/.installed-docs: $(VENV)/.installed
	@echo 'Installing what "make docs-site" needs ...'
	@$(PIP) setuptools
	@$(INSTALL) '.[docs]'
	@touch $@

$(VENV)/.installed-%: $(VENV)/.installed
	@echo 'Installing what "make $*" needs ...'
	@$(INSTALL) '.[$*]'
	@touch $@
