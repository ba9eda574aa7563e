# make demo   the demo city on http://127.0.0.1:8000 (PORT=8123 make demo serves elsewhere)
# make test   every test that this machine can run; names what it skipped and why
# Neither needs a step before it.

# some machines set this: without .pyc every start takes seconds longer
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONPATH := $(CURDIR)/src
export DJANGO_SETTINGS_MODULE := qifu.config.settings

PYTHON ?= python3
PORT ?= 8000
# the demo is seen by this machine only: programs on it may receive its webhooks
DEMO := QIFU_DEMO=1 QIFU_WEBHOOK_PRIVATE=1 QIFU_VAR=$(CURDIR)/var/demo
LANGUAGES := $(wildcard src/qifu/web/locale/*/LC_MESSAGES/*.po)
STATIC := $(shell find src/qifu/web/static -type f 2>/dev/null)

.PHONY: demo demo-reset test lint format install install-spark install-compare lock messages screenshots bench \
	bench-rules bench-text client attack prove clean help

help:
	@sed -n '1,3p' Makefile

demo: install
	@$(DEMO) qifu demo --port $(PORT)

demo-reset: install
	rm -rf var/demo
	@echo "The demo city is as new. Start it with: make demo"

test: install
	python tools/run_tests.py

lint: install
	ruff check .
	ruff format --check src/qifu tests tools benchmarks
	lint-imports
	mypy

format: install
	ruff check --fix .
	ruff format src/qifu tests tools benchmarks

screenshots: install
	python tools/screenshots.py

bench: install
	python benchmarks/pages.py

# every policy against every enterprise, beside DuckDB; FULL=1 for the whole workload
bench-rules: install
	python benchmarks/rules.py

# reading Chinese: one table a task; needs the data named in benchmarks/README.md
bench-text: install install-compare
	python benchmarks/text.py

# a typed Python client, made from the API's document: build/qifu_client
client: install
	QIFU_DEMO=1 QIFU_VAR=$(CURDIR)/var/build python tools/client.py

# schemathesis over the whole API: HITS=200 make attack sends more of everything
HITS ?= 20
attack: install
	QIFU_ATTACK=$(HITS) pytest -n0 -rP --show-capture=stdout tests/api/test_attack.py

# the reference, every engine and SQL compared case by case; CASES=10000000 make prove compares more
CASES ?= 1000000
prove: install
	QIFU_CASES=$(CASES) pytest -n0 -s tests/rulebook/engine/test_agreement.py

# --- what the targets stand on -------------------------------------------------------------

install: .venv/.stamp assets/.static .venv/.messages

.venv/.stamp: requirements/dev.txt requirements/uv.txt tools/link.py
	$(PYTHON) tools/check_python.py
	$(PYTHON) -m venv .venv
	@echo "Installing hash-locked dependencies …"
	.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	.venv/bin/uv pip install -q --system-certs --python .venv/bin/python --require-hashes --compile-bytecode \
		-r requirements/dev.txt \
		|| .venv/bin/pip install -q --require-hashes -r requirements/dev.txt
	.venv/bin/python tools/link.py
	@touch $@

# not needed to serve Qifu: Spark (with Java 17), and what the benchmarks compare with
install-spark: .venv/.spark
install-compare: .venv/.compare

.venv/.spark .venv/.compare: .venv/.%: requirements/%.txt .venv/.stamp
	.venv/bin/uv pip install -q --system-certs --python .venv/bin/python --require-hashes -r $<
	@touch $@

assets/.vendor: package-lock.json tools/assets.py .venv/.stamp
	@echo "Fetching front-end assets …"
	.venv/bin/python tools/assets.py
	@touch $@

assets/.static: assets/.vendor $(STATIC)
	QIFU_DEMO=1 QIFU_VAR=$(CURDIR)/var/build .venv/bin/python -m django collectstatic --noinput -v 0 --clear
	@touch $@

.venv/.messages: .venv/.stamp $(LANGUAGES)
	.venv/bin/python tools/messages.py compile
	@touch $@

lock:
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal \
		--python-version 3.11 requirements/uv.in -o requirements/uv.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal \
		--python-version 3.11 requirements/base.in -o requirements/base.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal \
		--python-version 3.11 -c requirements/base.txt requirements/dev.in -o requirements/dev.txt
	for extra in spark compare; do \
		uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal \
			--python-version 3.11 requirements/$$extra.in -o requirements/$$extra.txt || exit 1; \
	done

messages: .venv/.stamp
	python tools/messages.py extract

clean:
	rm -rf .venv node_modules assets .mypy_cache .ruff_cache .pytest_cache
