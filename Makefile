# Every verb is thin: what it runs can be typed by hand. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
CLIENTS ?= 1
CLIENT_PORT ?= 26150
PEOPLE ?= 1000
DAYS ?= 2026-12-31T23:58:30+00:00 2026-10-25T00:59:00+00:00 2028-02-28T22:58:30+00:00
RUN := .venv/.run
DEV := .venv/.dev
AUDITOR := build/audit/bin/pip-audit
UV := build/uv/bin/uv
MUTMUT := build/mutmut/bin/python
LOCKING := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade-package $(UPGRADE))
# what a file was not made of when it was locked is not installed
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run simulate days mutants mutation test bare lint format audit e2e faults bench profile demo cards catalogue lock clean

help: ## this list
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /\1|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Crieur needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make run PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

$(RUN): requirements.lock | $(BIN)/python
	@echo "Installing what Crieur runs on, once: some 60 packages, 60 MB."
	$(INSTALL) -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock | $(BIN)/python
	@echo "Installing what Crieur and its tests run on, once: some 110 packages, 150 MB."
	$(INSTALL) -r requirements-dev.lock
	@touch $@ $(RUN)

run: $(RUN) ## the bot and a browser client: make run CLIENTS=2 shows two people side by side
	@$(BIN)/python app.py --playground $(CLIENTS) --playground-port $(CLIENT_PORT)

test: $(DEV) ## every test but the browser's: rules, stores, the whole bot over HTTP; make test TESTS=tests/unit
	$(BIN)/python -m pytest -n 6 $(TESTS)

bare: ## make run and make test on a bare Debian 12 and 13, as an ordinary user (as root; debootstrap): DEBIAN=trixie TESTS=tests/unit
	DEBIAN="$(DEBIAN)" TESTS="$(TESTS)" tests/bare.sh

lint: $(DEV) ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV) ## let ruff lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# in a place of its own: what it needs is not what the bot runs on
$(AUDITOR):
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1

audit: $(DEV) $(AUDITOR) ## known holes in what the bot runs on; says so where the database cannot be reached
	$(BIN)/python -m tests.support.audit $(AUDITOR)

e2e: $(DEV) ## the browser test: Chromium on the Playground; pictures in build/e2e/
	$(BIN)/python -m pytest -m e2e

faults: $(DEV) ## the fault tests at full size: 10,000 people, 100 kills; FerretDB; build/faults.json (40 minutes)
	FAULTS_PEOPLE=10000 FAULTS_KILLS=100 FAULTS_MONGO_PEOPLE=2000 FAULTS_OUTAGE=30 FUZZ=10000 SIMULATED_LIVES=500 \
	  $(BIN)/python -m pytest tests/simulation tests/faults tests/bot/test_fuzz.py -rP
	FUZZ=10000 PORT_EXAMPLES=300 $(BIN)/python -m pytest tests/contract/test_port_model.py -n 2
	TEST_FERRETDB=1 EVERY_WRITE=1 $(BIN)/python -m pytest tests/contract -k "ferretdb or wherever" -n 2

days: $(DEV) ## the bot's tests on the eve of a year, of winter time and of a leap day (15 minutes)
	for day in $(DAYS); do echo "$$day"; TESTS_BEGIN=$$day $(BIN)/python -m pytest -n 4 tests/bot || exit 1; done

mutants: $(DEV) ## faults planted on purpose: the simulated world has to find each (half an hour)
	$(BIN)/python -m tests.simulation.mutants

# in a place of its own, as the auditor
$(MUTMUT):
	$(PYTHON) -m venv build/mutmut
	build/mutmut/bin/python -m pip install --quiet --disable-pip-version-check mutmut==3.8.1

mutation: $(DEV) $(MUTMUT) ## how much of the pure rules the tests hold; build/mutation.txt (15 minutes): ONLY=window
	$(BIN)/python -m tests.mutation --mutmut $(MUTMUT) --only "$(ONLY)"

simulate: $(DEV) ## lives of the simulated world: make simulate SEEDS=10000, or one of them again: SEED=7
	$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000))

bench: $(DEV) ## what the figures of docs/performance.md come from: make bench ONLY=row
	$(BIN)/python -m tests.bench --only "$(ONLY)"

profile: $(DEV) ## where the time of a bench goes: make profile ROW=card_submit_over_echo
	$(BIN)/python -m tests.bench --only "$(ROW)" --profile

demo: $(DEV) ## a campaign to 1,000 simulated people: make demo PEOPLE=10000 PRESENCE=1 ARGS=--png; months of a company: MONTHS=6
	@$(BIN)/python -m $(if $(MONTHS),tests.support.months --months $(MONTHS),tests.support.demo --people $(PEOPLE) $(if $(PRESENCE),--presence)) $(ARGS)

cards: $(DEV) ## a picture of every card, light and dark, in both languages: build/cards/, and small ones for docs/cards/
	$(BIN)/python -m tests.support.sample_cards build/cards
	$(BIN)/python -m tests.support.card_pages build/cards docs/cards

catalogue: $(DEV) ## bring the catalogues up to date with the words in the code; begin one: make catalogue LANGUAGE=de
	@mkdir -p build
	$(BIN)/pybabel -q extract -k texts -k many:1,2 -k texts.many:1,2 --no-location --sort-output -o build/crieur.pot cards dialogs bot manifest
	$(if $(LANGUAGE),test -e cards/locales/$(LANGUAGE) || $(BIN)/pybabel -q init -i build/crieur.pot -D crieur -d cards/locales -l $(LANGUAGE))
	$(BIN)/pybabel -q update -i build/crieur.pot -D crieur -d cards/locales --no-fuzzy-matching --ignore-obsolete --no-wrap
	@sed -i '/^"POT-Creation-Date/d' cards/locales/*/LC_MESSAGES/crieur.po  # it would be what two changes meet in

$(UV):
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

lock: $(UV) ## note what requirements*.txt bring, for every system and Python, with hashes: make lock UPGRADE=name
	$(UV) pip compile $(LOCKING) -o requirements.lock requirements.txt
	$(UV) pip compile $(LOCKING) -o requirements-dev.lock -c requirements.lock requirements-dev.txt

clean: ## forget what was built and what the bot remembered on this machine
	rm -rf build var .pytest_cache .mypy_cache .ruff_cache .hypothesis
