# Two commands matter on a fresh machine: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
ARGS ?=
CHROMIUM ?= /usr/bin/chromium
.DEFAULT_GOAL := help
.PHONY: help setup demo serve test check format messages bench lock pictures clean browser interop

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kawasan needs Python 3.11 or newer (PYTHON=python3.12 make ...)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(VENV)/ready ## install everything into .venv and compile the translations
	@$(PY) tools/messages.py --compile

demo: setup ## a living sample zone in ./kawasan-data (ARGS="--for 30 --port 0 --json")
	@$(BIN)/kawasan demo $(ARGS)

serve: setup ## run a real zone (ARGS="--port 8000")
	@$(BIN)/kawasan serve $(ARGS)

check: setup ## format, lint, types, walls between rooms, migrations, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) tools/messages.py --check

# One more than there are cores: tests wait often, for a server that starts or a browser that paints.
TEST_PROCESSES ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))

test: check browser ## everything: checks, then all tests in parallel (slow and browser tests too)
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadscope $(ARGS)

browser: # Chromium for the browser tests: installed on Debian and Ubuntu when we may, otherwise told
	@if [ ! -x "$(CHROMIUM)" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	  else echo "NOTE: no $(CHROMIUM): browser tests will be skipped. Install Debian's chromium, or set CHROMIUM=/path."; fi; fi

interop: setup ## install other people's SNAP, EPCIS and book-keeping programs (not locked) and test them against ours
	$(BIN)/pip install --quiet --disable-pip-version-check "doku-python-library>=1.1.72" xmltodict flask pycryptodome "beancount>=3.2"
	$(BIN)/pip install --quiet --disable-pip-version-check "vyper==0.4.3"
	npm install --no-save --silent --prefix .test-data/chain ganache@7.9.2
	KAWASAN_TEST_VYPER=$(CURDIR)/$(BIN)/vyper $(PY) tools/with_ganache.py .test-data/chain $(BIN)/pytest src/kawasan/rooms/log/tests/test_chain.py src/kawasan/rooms/log/tests/test_on_a_chain.py
	KAWASAN_TEST_NPM=1 KAWASAN_TEST_BEAN_CHECK=$(CURDIR)/$(BIN)/bean-check $(BIN)/pytest tests/interop tests/sandbox/test_interop.py src/kawasan/rooms/books/tests/test_reports.py src/kawasan/rooms/books/tests/test_real_invoices.py

format: setup ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: setup ## collect texts for translation
	$(PY) tools/messages.py

bench: setup ## measure (see bench/README.md)
	@$(BIN)/kawasan bench $(ARGS)

pictures: setup ## take the pictures of README and docs from the running demo
	$(PY) tools/pictures.py $(ARGS)

lock: setup ## write requirements*.lock anew, with hashes
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --extra dev --output-file requirements-dev.lock pyproject.toml

clean: ## remove what make made (not kawasan-data)
	rm -rf $(VENV) .test-data .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
