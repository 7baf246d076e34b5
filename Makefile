# make tour: the lecture on a page.   make test: the tests.   All else is for those who change the code.
#
# Everything runs in .venv, which is made when it is not there. A torch already in it stays. TORCH=cpu takes the build
# of torch without a GPU's gigabytes, TORCH=auto the one for the GPU that is there (docs/install.md); without, the
# index's own. uv is used where it is installed.

PYTHON ?= python3
TORCH ?=
CPU_INDEX := https://download.pytorch.org/whl/cpu
ifeq ($(OS),Windows_NT)
  BIN := .venv/Scripts
else
  BIN := .venv/bin
endif
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
  CREATE := uv venv --quiet --python $(PYTHON) .venv
  BACKEND := $(if $(TORCH),--torch-backend $(TORCH))
  INSTALL := uv pip install --quiet --python $(BIN)/python $(BACKEND)
else
  CREATE := $(PYTHON) -m venv .venv
  PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
  INSTALL := $(if $(filter cpu,$(TORCH)),$(PIP) torch torchvision --index-url $(CPU_INDEX) &&) $(PIP)
endif

.PHONY: tour studio test test-slow test-peers test-all test-lowest coverage packages reliability benchmark check pages check-pages docs format clean

tour: .venv/.with-tour
	$(BIN)/pareidolia tour --quick --out tour --overwrite

studio: .venv/.with-studio
	$(BIN)/pareidolia studio

# A file's tests stay in one process, as some share what took long to make; each process computes on one thread.
TOGETHER := --numprocesses auto --maxprocesses 4 --dist loadfile
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(TOGETHER)

test: .venv/.with-test
	$(PYTEST)

test-slow: .venv/.with-test
	$(PYTEST) -m slow

# What is held to other packages' results, in the environment that has them.
test-peers: .venv/.with-test .venv/peers/.made
	PEERS=1 OMP_NUM_THREADS=1 .venv/peers/bin/python -m pytest -m peer tests/inspection

test-all: test test-slow test-peers

# The quick tests, and whether they reach as many lines as pyproject.toml asks for.
coverage: .venv/.with-test
	OMP_NUM_THREADS=1 $(BIN)/python -m coverage run -m pytest $(TOGETHER)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --skip-covered

# The quick tests on the oldest versions that pyproject.toml allows.
test-lowest: .venv/lowest/.with-test
	OMP_NUM_THREADS=1 .venv/lowest/bin/python -m pytest $(TOGETHER)

# Wheels and source distributions in dist/: built, checked, and used from an environment that has nothing else of ours.
packages: .venv/.with-test .venv/packaging/.made
	$(BIN)/python -m recipes.lite
	rm -rf dist
	.venv/packaging/bin/python -m build --outdir dist .
	.venv/packaging/bin/python -m build --outdir dist lite
	.venv/packaging/bin/twine check --strict dist/*
	.venv/packaging/bin/check-wheel-contents dist/*.whl
	$(BIN)/python -m recipes.wheels_alone dist

# Every kind of fault that was ever found, some 60,000 cases: under 30 minutes on two cores.
reliability: .venv/.with-test
	$(BIN)/python -m reliability --docs docs/reliability.md

# Ours beside others, one process a comparison: under 90 minutes on two cores, MINUTES=35 in shorter forms. With
# DEVICE=cuda what a GPU does, in under 10. docs/performance.md is written from the results.
DEVICE ?= cpu
MINUTES ?= 90
benchmark: .venv/.with-test .venv/peers/.made
ifeq ($(DEVICE),cpu)
	-.venv/peers/bin/python -m benchmarks all --minutes $(MINUTES)
else
	.venv/peers/bin/python -m benchmarks accelerator --device $(DEVICE)
endif
	$(BIN)/python -m benchmarks page

check: .venv/.with-check .venv/.with-docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	.venv/docstrings/bin/pydoclint src lite/src
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint integrations/docker/Dockerfile

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

# What builds and checks distributions brings versions of its own.
.venv/packaging/.made: | $(BIN)/python
	$(BIN)/python -m venv .venv/packaging
	.venv/packaging/bin/python -m pip install --quiet --disable-pip-version-check build twine check-wheel-contents
	@touch $@

# What ours is measured against sees .venv's packages, so that torch is not there twice.
.venv/peers/.made: benchmarks/peers.txt benchmarks/peers.py .venv/.with-test
	$(BIN)/python -m benchmarks.peers
	@touch $@

# pip has no resolution of lowest versions; uv comes from the index where it is not installed.
LOWEST_UV := $(or $(UV),.venv/uv/bin/uv)
.venv/uv/bin/uv: | $(BIN)/python
	$(BIN)/python -m venv .venv/uv
	.venv/uv/bin/python -m pip install --quiet --disable-pip-version-check uv

.venv/lowest/.with-test: pyproject.toml | $(BIN)/python $(LOWEST_UV)
	$(LOWEST_UV) venv --quiet --clear --python $(BIN)/python .venv/lowest
	$(LOWEST_UV) pip install --quiet --python .venv/lowest/bin/python $(BACKEND) --resolution lowest-direct --editable '.[test]'
	@touch $@

$(BIN)/python:
	$(CREATE)

clean:
	rm -rf .venv node_modules tour site build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
