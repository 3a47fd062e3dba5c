# Everything a person does with Isoloir on a fresh machine. Each target installs what it needs.
PYTHON ?= python3
BIN := .venv/bin
VOTERS ?= 100
OUT ?= out
BUS ?= auto
DATABASES ?= sqlite
# One more than cores: many tests wait for a server, a browser, a clock.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')
PROFILE ?= opening
LOAD_OUT ?= build/load

.PHONY: help setup setup-dev setup-test demo election load chaos scale test lint fuzz bench lock clean translations screenshots

help: ## say what can be done
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: .venv/.runtime .venv/.native gateway/static/build/.built gateway/captcha/build/.built gateway/i18n/translations/.compiled ## install everything that running needs, into .venv and node_modules

.venv/.runtime: requirements/runtime.txt pyproject.toml
	@echo "Isoloir: installing Python packages into .venv (a minute or two on a new machine)…"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Isoloir needs Python 3.11 or newer: $$($(PYTHON) --version)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Where cargo is there; everything works without (docs/adr/0013).
NATIVE := services/ballot/belenios/backends/native
.venv/.native: requirements/native.txt $(NATIVE)/Cargo.toml $(NATIVE)/crates.lock $(NATIVE)/install $(wildcard $(NATIVE)/src/*.rs) .venv/.runtime
	@if command -v cargo >/dev/null; then $(BIN)/pip install --disable-pip-version-check --quiet --require-hashes -r requirements/native.txt || true; fi
	@$(NATIVE)/install $(BIN)/python
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.runtime
	@echo "Isoloir: installing what tests and linters need…"
	$(BIN)/pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || { echo "Isoloir needs Node 20 or newer with npm"; exit 1; }
	npm ci --no-audit --no-fund
	@touch $@

gateway/static/build/.built: node_modules/.installed $(shell find gateway/booth gateway/assets -type f 2>/dev/null)
	npm run --silent build
	@touch $@

gateway/captcha/build/.built: .venv/.runtime gateway/captcha/build.py gateway/captcha/symbols.py
	@echo "Isoloir: having the codes of the CAPTCHA spoken…"
	$(BIN)/python -m gateway.captcha.build
	@touch $@

# Not kept in git, as anything that is made from something else.
gateway/i18n/translations/.compiled: .venv/.runtime $(wildcard gateway/i18n/translations/*/LC_MESSAGES/*.po)
	@$(BIN)/pybabel -q compile -d gateway/i18n/translations
	@touch $@

setup-dev: setup .venv/.dev

# Of load testers alone: no server has it.
.venv/.load: requirements/load.txt .venv/.runtime
	@echo "Isoloir: installing Locust…"
	$(BIN)/pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements/load.txt
	@touch $@

setup-test: setup-dev .venv/.load
	@tests/machine/install

demo: setup ## start everything with an invented election and say how to be a voter
	$(BIN)/isoloir demo

election: setup ## run a whole election without a human: make election VOTERS=100 OUT=out
	$(BIN)/isoloir election --voters $(VOTERS) --out $(OUT) --bus $(BUS) --databases $(DATABASES)

load: setup .venv/.load ## voters as at an opening, counted afterwards: make load PROFILE=opening|spike|soak VOTERS=300 [SECONDS=90] [ROLLING=1]
	@tests/machine/install --servers
	$(BIN)/isoloir load test --voters $(VOTERS) --profile $(PROFILE) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ROLLING),--rolling) --bus broker --databases postgresql --out $(LOAD_OUT)
	@cp $(LOAD_OUT)/load.json build/load.json

chaos: setup .venv/.load ## the same while parts are killed and frozen, connections cut, a disk full: make chaos [SEED=0] [NODES=3]
	@tests/machine/install --servers
	$(BIN)/isoloir load test --chaos $(if $(NODES),--nodes $(NODES)) $(if $(filter command line,$(origin SEED)),--seed $(SEED)) --voters $(VOTERS) --profile $(PROFILE) $(if $(SECONDS),--seconds $(SECONDS)) --bus broker --databases postgresql --out $(LOAD_OUT)

# Hours at full size. What is interrupted is resumed by the same command; SCALE_OUT keeps databases and state.
SCALE_OUT ?= build/scale
BALLOTS ?= 3000
scale: private VOTERS = 1200000
scale: setup .venv/.load ## one scrutin of 1.2 million voters, measured phase by phase: make scale VOTERS=20000 [BALLOTS=3000]
	@tests/machine/install --servers
	$(BIN)/isoloir load scale --voters $(VOTERS) --ballots $(BALLOTS) --out $(SCALE_OUT)
	@cp $(SCALE_OUT)/scale.json build/scale.json

test: setup-test ## run every test (RabbitMQ, PostgreSQL, SMTP, Chromium for real): make test WORKERS=1
	npm run --silent typecheck
	npm test --silent
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

lint: setup-dev ## ruff, mypy, import contracts, dependencies, JavaScript types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	npm run --silent typecheck
	$(BIN)/python -m tests.machine.audit

translations: setup-dev ## take up the sentences of the portal into the English catalogue, and say how many have their English
	@mkdir -p build
	@# From within gateway, so that the catalogue names places as it always has.
	@cd gateway && ../$(BIN)/pybabel -q extract -F i18n/babel.cfg -k lazy_gettext -k lazy_ngettext:1,2 --add-location=file --sort-output -o ../build/messages.pot .
	@$(BIN)/pybabel -q update -i build/messages.pot -d gateway/i18n/translations -l en --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 120
	@$(BIN)/pybabel compile -d gateway/i18n/translations --statistics

screenshots: setup-test ## picture every page and e-mail at three widths, into build/screenshots
	$(BIN)/python -m tests.tour.screenshots

# Which cases: COUNT for both backends, others in proportion; the same SEED makes the same ones.
COUNT ?= 100000
SEED ?= 1
fuzz: setup-dev ## throw altered ballots, archives, registers and rolls at whatever reads them: make fuzz COUNT=100000 SEED=1
	$(BIN)/python -m tests.fuzz --count $(COUNT) --seed $(SEED)

bench: setup-test ## measure, as ratios in one run: build/bench.json
	@tests/machine/install --bench
	$(BIN)/python -m tests.bench

lock: setup-dev ## renew the pins and their hashes
	$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --upgrade -o requirements/runtime.txt requirements/holder.in requirements/runtime.in
	$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --upgrade -c requirements/runtime.txt -o requirements/holder.txt requirements/holder.in
	$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --upgrade -o requirements/dev.txt requirements/dev.in
	$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --upgrade -c requirements/dev.txt -o requirements/load.txt requirements/load.in
	$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --upgrade -o requirements/native.txt requirements/native.in

clean: ## remove what was built, installed or run
	rm -rf build var out gateway/static/build gateway/captcha/build gateway/i18n/translations/.compiled node_modules .venv
