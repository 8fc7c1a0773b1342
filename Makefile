# make serve, make lab and make test set up what they need in .venv; make help lists the rest.

PORT ?= 8866
STUDENTS ?= 30
SEED ?= 1
OUT ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
LOCKED := --require-hashes --only-binary :all: -r
UV := .venv/lock/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
      --generate-hashes --no-header --no-annotate --group build
TUTORIAL := $(BIN)/python -m backprop_core
# Each worker has a Chromium and servers of its own: 1 GB or less. What is done takes from the rest.
PARALLEL := --numprocesses=logical --maxprocesses=4 --dist=worksteal

.PHONY: serve lab site worksheet test bench bench-class figures format lock clean help

serve: .venv/serve.stamp  ## Serve the tutorial on http://localhost:8866 (PORT=9000 for another)
	@$(BIN)/python -m compileall -q backprop_core
	@$(TUTORIAL) serve --port "$(PORT)" $(ARGS)

lab: .venv/serve.stamp  ## Open the tutorial in JupyterLab
	@$(BIN)/python -m compileall -q backprop_core
	@$(TUTORIAL) lab --folder notebooks $(ARGS)

site: .venv/serve.stamp  ## Write pages that need no server into dist/ (OUT=folder for another)
	@$(TUTORIAL) site --out "$(or $(OUT),dist)" $(ARGS)

worksheet: .venv/serve.stamp  ## Write worksheets and their key for paper (STUDENTS=30 SEED=2026 OUT=folder)
	@$(TUTORIAL) worksheet --students "$(STUDENTS)" --seed "$(SEED)" --out "$(or $(OUT),worksheets)"

test: .venv/test.stamp  ## Run every check and test (ARGS="-k walk" for some of them, ARGS=-n0 one by one)
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted: run make format."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

bench: .venv/test.stamp  ## Measure speed and print the ratios
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.benchmarks

bench-class: .venv/test.stamp  ## Let thirty in at once, beside stock Voilà, and print what that takes
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.benchmarks.bench_class $(ARGS)

figures: .venv/serve.stamp  ## Draw the pictures that are kept in the repository anew
	@$(BIN)/python -m scripts.figures

format: .venv/test.stamp  ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

lock: .venv/bin/python  ## Choose new versions of everything we depend on
	@$(BIN)/python -m venv .venv/lock
	@.venv/lock/bin/python -m pip install -qq --disable-pip-version-check --upgrade uv
	@$(UV) --upgrade --output-file requirements/serve.txt
	@$(UV) --upgrade --extra hub --constraint requirements/serve.txt --output-file requirements/hub.txt
	@$(UV) --upgrade --group test --constraint requirements/hub.txt --output-file requirements/test.txt

clean:  ## Remove .venv and everything that was generated
	@rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache tests/browser/failures
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

.venv/bin/python:
	@sh scripts/venv.sh

# Installed again when the lock or our own metadata changes.
.venv/serve.stamp: .venv/bin/python requirements/serve.txt pyproject.toml
	@echo "Installing the tutorial's locked dependencies into .venv ..."
	@$(PIP) $(LOCKED) requirements/serve.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.stamp: .venv/serve.stamp requirements/test.txt
	@echo "Installing the test tools' locked dependencies into .venv ..."
	@$(PIP) $(LOCKED) requirements/test.txt
	@touch $@
