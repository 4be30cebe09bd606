# Needs only make and Python 3.11 or newer; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
# Where an environment forbids it, every start would compile all libraries again.
unexport PYTHONDONTWRITEBYTECODE
PRODUCT := requirements/product.txt
DEVELOPMENT := requirements/development.txt
.DEFAULT_GOAL := run

.PHONY: help run demo lab test random-deals conformance conformance-mutants screens screens-odd test-browser check check-invoices lint types contracts test-days test-postgres worlds simulate-commit weather simulate mutants torture races bench bench-alerts bench-house bench-ledger bench-search bench-taps lock doctor earnings verify-ledger clean

##@ Play and operate

help:                       ## what make can do
	@awk -F ':.*## ' '/^##@ /{printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## /{printf "  %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/ready            ## open the market; without tokens the lab plays the outside world
	@$(BIN)/python main.py run

demo: .venv/ready           ## play a whole trade through both bots and print it; FAULTS=all, FAULTS=drop,slow
	@$(BIN)/python main.py demo $(if $(FAULTS),--faults $(FAULTS))

screens: .venv/ready        ## every card, form and notice, on one page: OUT=screens.html, LANGUAGES=en,lt
	@$(BIN)/python main.py screens $(or $(OUT),screens.html) $(if $(LANGUAGES),--languages $(LANGUAGES))

doctor: .venv/ready         ## what is configured, what is missing, and whether it answers
	@$(BIN)/python main.py doctor

earnings: .venv/ready       ## what the market has earned and may pay out; PAY="100.00 EUR" pays so much out
	@$(BIN)/python main.py earnings $(if $(PAY),--pay "$(PAY)")

lab: .venv/ready            ## the pretend Telegram, Slack, Stripe and mail alone, for a bot of your own (lab/README.md)
	@$(BIN)/python -m lab

verify-ledger: .venv/ready  ## whether the books are what was written, from the first entry to the last
	@$(BIN)/python main.py verify-ledger

##@ Before a change lands

check: lint types contracts test simulate-commit ## everything that has to pass before a change lands

lint: .venv/tools           ## style, and code that nothing uses
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/vulture

types: .venv/tools          ## the type checker, strict
	@$(BIN)/mypy .

contracts: .venv/tools      ## the import contracts of the map
	@$(BIN)/lint-imports

test: .venv/tools           ## all tests, on SQLite
	@$(BIN)/python -m pytest -m "not browser" -n 2 --dist worksteal

simulate-commit: .venv/tools ## as many worlds of the commit's own as fit into two minutes, and all that are kept
	@$(BIN)/python -m simulation --of-commit --seeds 1000 --seconds 120

weather: simulate-commit

##@ More tests

conformance: .venv/tools    ## every flow, on both platforms, under every disturbance (a slice of it is in make test)
	@PARLEY_CONFORMANCE=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/conformance

screens-odd: .venv/tools    ## every screen with every figure changed; none may show an old one (a slice of it is in make test)
	@PARLEY_SCREENS=1 $(BIN)/python -m pytest tests/house/test_odd_figures.py

test-browser: .venv/tools   ## the lab's page in Chromium (Debian: apt-get install chromium)
	@$(BIN)/python -m pytest -m browser lab/tests/page tests/journeys/page

test-days: .venv/tools      ## the stories, on days when calendars and clocks are awkward: DAYS="2028-02-29T22:30Z"
	@for day in $(or $(DAYS),2026-11-22T22:05Z 2026-12-31T23:30Z 2027-03-28T00:30Z 2027-10-31T00:30Z 2028-02-29T22:30Z); do echo $$day; \
		LAB_BEGINS=$$day $(BIN)/python -m pytest -m "not browser" -n 2 --dist worksteal tests/journeys || exit 1; done

test-postgres: .venv/tools  ## the same tests on a PostgreSQL 15 cluster of their own, in a temporary folder
	@$(BIN)/python -m tests.postgres -n 2 --dist worksteal

worlds: .venv/tools         ## two worlds, and all whose seeds have found something once
	@$(BIN)/python -m simulation --seeds 2

simulate: .venv/tools       ## the market in SEEDS=20 worlds of bad weather, from seed FIRST=1; each must come to rest
	@$(BIN)/python -m simulation --seeds $(or $(SEEDS),20) --first $(or $(FIRST),1) --census $(if $(LOG),--log $(LOG))

random-deals: .venv/tools   ## live through DEALS=2000 random deals in the real books, a second each; each must close at zero
	@DEALS=$(or $(DEALS),2000) $(BIN)/pytest tests/core/trade/funding/test_escrow.py -k any_deal

torture: .venv/tools        ## kill the product N=100 times in the middle of trades, on SQLite and PostgreSQL; count after
	@$(BIN)/python -m tests.journeys.torture --kills $(or $(N),100)

races: .venv/tools          ## several processes reach for the same things, ATTEMPTS=10000 times
	@$(BIN)/python -m tests.races --attempts $(or $(ATTEMPTS),10000)

check-invoices: .venv/tools ## each kind of invoice against the rules of EN 16931, by an engine of a hundred megabytes
	@$(BIN)/uv pip install -q --require-hashes -r requirements/check-invoices.txt
	@$(BIN)/python -m tests.payments.schematron

##@ Mutants

mutants: .venv/tools        ## switch each rule off in turn: which of SEEDS=300 worlds tells?
	@$(BIN)/python -m simulation.mutants --seeds $(or $(SEEDS),300) --table docs/mutants.md $(if $(LOG),--log $(LOG))

conformance-mutants: .venv/tools ## switch off each rule that the disturbances are about: which of the cases tell? FLOWS=8
	@PARLEY_CONFORMANCE=1 $(BIN)/python -m tests.conformance.mutants --flows $(or $(FLOWS),8)

##@ Measurements

bench: .venv/tools          ## CPU per chat update, beside other frameworks in the same run
	@$(BIN)/python -m bench.turns

bench-alerts: .venv/tools   ## a new listing against 100,000 saved searches, beside a plain look at each
	@$(BIN)/python -m bench.alerts

bench-house: .venv/tools    ## how legible the tree is: sizes, names, sentences, circles
	@$(BIN)/python -m bench.house

bench-ledger: .venv/tools   ## movements and whole deals a second, beside the same rows written by hand
	@$(BIN)/python -m bench.ledger

bench-search: .venv/tools   ## search at SIZE=10k, 100k or 1m, beside the engines that install from the package index
	@$(BIN)/uv pip install -q --require-hashes -r requirements/bench-search.txt
	@$(BIN)/python -m bench.search $(or $(SIZE),100k)

bench-taps: .venv/tools     ## inputs and taps for ten tasks, on each platform
	@$(BIN)/python -m bench.taps

##@ Environment

lock: .venv/tools           ## renew the locked versions (names, versions and hashes; no download addresses)
	@$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-annotate --no-header \
		--python-version 3.11 pyproject.toml -o requirements/product.txt
	@$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-annotate --no-header \
		--python-version 3.11 --extra telemetry pyproject.toml -c requirements/product.txt -o requirements/telemetry.txt
	@$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-annotate --no-header \
		--python-version 3.11 --extra telemetry --group dev pyproject.toml -c requirements/telemetry.txt -o $(DEVELOPMENT)

# What the market itself needs. The tools of development come with the first `make test`.
.venv/ready: requirements/uv.txt $(PRODUCT)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Parley needs Python 3.11 or newer"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip install -q --require-hashes -r $(PRODUCT)
	@touch $@

.venv/tools: .venv/ready $(DEVELOPMENT)
	@$(BIN)/uv pip sync -q --require-hashes $(DEVELOPMENT)
	@touch $@

clean:                      ## remove the environment and all caches
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache
