# make tour: the lecture on a page.   make test: the tests.   All else is for those who change the code.
#
# Everything runs in .venv, which is made when it is not there. A torch already in it stays, so that a
# CPU-only build can be put there first (README, "Install"). uv is used where it is installed.

PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
  CREATE := uv venv --quiet --python $(PYTHON) .venv
  INSTALL := uv pip install --quiet --python $(BIN)/python
else
  CREATE := $(PYTHON) -m venv .venv
  INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: tour studio test test-all reliability check pages check-pages docs format clean

tour: .venv/.with-tour
	$(BIN)/pareidolia tour --quick --out tour --overwrite

studio: .venv/.with-studio
	$(BIN)/pareidolia studio

test: .venv/.with-test
	$(BIN)/python -m pytest

test-all: test
	$(BIN)/python -m pytest -m slow

# Every kind of fault that was ever found, some 60,000 cases: under 30 minutes on two cores.
reliability: .venv/.with-test
	$(BIN)/python -m reliability --docs docs/reliability.md

check: .venv/.with-check .venv/.with-docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	.venv/docstrings/bin/pydoclint src
	$(BIN)/mypy
	$(BIN)/lint-imports

# The pages (viewer/, studio/) from TypeScript into the package; nobody who does not change them needs npm.
pages: node_modules
	npm run --silent build

# Their types, and whether what is in the package is what their sources give.
check-pages: node_modules
	npm run --silent check
	npm run --silent build -w viewer -- $(CURDIR)/build/viewer
	npm run --silent build -w studio -- $(CURDIR)/build/studio
	diff -r build/viewer src/pareidolia/atlas/viewer
	diff -r build/studio src/pareidolia/studio/page

node_modules: package-lock.json
	npm ci --silent --no-audit --no-fund
	@touch $@

docs: .venv/.with-docs
	$(BIN)/mkdocs build --strict

format: .venv/.with-check
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# One stamp a set of extras; pyproject.toml newer than the stamp installs again.
.venv/.with-%: pyproject.toml | $(BIN)/python
	$(INSTALL) --editable '.[$*]'
	@touch $@

# The types of what the tests and samples need are checked too.
.venv/.with-check: pyproject.toml | $(BIN)/python
	$(INSTALL) --editable '.[check,test]'
	@touch $@ .venv/.with-test

# pydoclint brings a fork of docstring_parser that would overwrite the one cyclopts reads: it lives by itself.
.venv/.with-docstrings: | $(BIN)/python
	$(BIN)/python -m venv .venv/docstrings
	.venv/docstrings/bin/python -m pip install --quiet --disable-pip-version-check 'pydoclint>=0.12,<1'
	@touch $@

$(BIN)/python:
	$(CREATE)

clean:
	rm -rf .venv node_modules tour site build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
