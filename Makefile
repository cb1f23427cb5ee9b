# Every command needs only Python 3.11 or later and make: the first one that needs .venv makes it.
PYTHON ?= python3
RUN = $(PYTHON) -m portal.run
STEPS = check-format check-lint check-types check-imports check-migrations check-settings

.DEFAULT_GOAL := help
.PHONY: help run code test test-fast faults fuzz browser check check-steps $(STEPS) bench screenshots lock messages clean python

help: ## this list
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "make %-20s %s\n", $$1, $$2}'

python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Qafila needs Python 3.11 or later; $(PYTHON) is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 <target>")'

run: python ## serve everything until Ctrl-C (PORT, HOST, QAFILA_HOME; see .env.example)
	@exec $(RUN) serve

code: python ## the staff sign-in's six digits of this moment
	@$(RUN) code

test: python ## the whole test suite, on a database that is thrown away (ARGS='-k word')
	@exec $(RUN) test $(addprefix --pytest=,$(ARGS))

test-fast: python ## the tests without browser, faults and fuzz
	@exec $(RUN) test unit $(addprefix --pytest=,$(ARGS))

browser: python ## every page in a real browser
	@exec $(RUN) test browser $(addprefix --pytest=,$(ARGS))

faults: python ## workers killed at 20 moments, disks filled, servers restarted
	@exec $(RUN) test --whole faults $(addprefix --pytest=,$(ARGS))

fuzz: python ## 10,000 damaged and generated files
	@exec $(RUN) test --whole fuzz $(addprefix --pytest=,$(ARGS))

check: python ## format, lint, types, imports, migrations, settings
	@exec $(RUN) exec --dev --database throwaway -- $(MAKE) --no-print-directory --keep-going check-steps

# Called by `check`, with the programs of .venv on PATH; one that fails does not hide the others.
check-steps: $(STEPS)
check-format: ; ruff format --check .
check-lint: ; ruff check .
check-types: ; mypy
check-imports: ; lint-imports
check-migrations: ; python manage.py makemigrations --check --dry-run
check-settings: ; python manage.py check

bench: python ## the benchmarks: one JSON line each
	@exec $(RUN) exec --dev --database durable -- python -m benchmarks $(ARGS)

screenshots: python ## pictures of every page, in screenshots/
	@exec $(RUN) exec --dev --database throwaway -- python -m scripts.screenshots $(ARGS)

lock: python ## compile both requirement files anew from pyproject.toml (UPGRADE=--upgrade)
	@$(RUN) install --dev
	@$(RUN) exec --dev --database none -- uv pip compile pyproject.toml $(LOCK) $(UPGRADE) -o requirements.txt
	@$(RUN) exec --dev --database none -- uv pip compile --group dev $(LOCK) $(UPGRADE) -c requirements.txt -o requirements-dev.txt
LOCK = --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

messages: python ## collect the sentences of code and templates into locale/
	@$(RUN) exec --dev --database none -- python -m scripts.messages

clean: ## remove caches, pictures and left-over test databases; .venv and .qafila stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov screenshots .qafila-test
	find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
