# leadlift: what can be made. `make` alone prints this list.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready-$(shell cksum < requirements.lock | cut -d' ' -f1)

.DEFAULT_GOAL := help

.PHONY: help
help: ## print this list
	@echo "make VERB   (PYTHON=python3.13 chooses another Python, VENV=DIR another environment)"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: env
env: $(READY) ## make the environment in .venv from the lock file

.PHONY: demo
demo: env ## simulate a bank and run the whole path, from tables to lead files
	$(BIN)/leadlift demo

.PHONY: year
year: env ## a year in the life of the demo bank: twelve campaigns listed, answered, measured, monitored (half an hour)
	$(BIN)/python examples/demo_year.py .leadlift/year

.PHONY: test
test: env lint types arrows ## all that CI runs: lint, types, import contracts, tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=20 --durations-min=5

.PHONY: test-spark
test-spark: env ## the tests on Spark, with Java 17 on the path; installs the extra first
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pyspark[connect]>=4,<5"
	$(BIN)/python -m pytest tests/spark tests/engines

.PHONY: lint
lint: env ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: env ## mypy, strict
	$(BIN)/mypy

.PHONY: arrows
arrows: env ## import-linter: the house's arrows fall only
	$(BIN)/lint-imports

.PHONY: format
format: env ## ruff: mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: golden
golden: env ## write the golden files anew; read the diff before you commit it
	$(BIN)/python -m pytest -q tests --update-golden

.PHONY: docs
docs: env ## write the generated pages of docs/ anew
	$(BIN)/python docs/build.py

.PHONY: lock
lock: ## write requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra dev --extra build --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --upgrade -q -o requirements.lock

.PHONY: clean
clean: ## remove the environment and everything that commands have made
	rm -rf $(VENV) .leadlift data scores leads reports mlruns/mlflow.db* mlruns/artifacts
