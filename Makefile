# Each target sets up what it needs: a virtual environment in .venv, made with pip alone (with uv, if it is there).
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
LOWEST := .venv-lowest/.ready
DEV := .venv/.dev
BENCH := .venv/.bench
FUZZ := .venv/.fuzz
SPARK := .venv/.spark
SITE := .venv/.site
TOOLS := .venv-tools

.PHONY: run test test-e2e test-load tools lowest check docs site golden bench bench-cohort bench-links bench-options bench-proposals bench-push bench-queries bench-server fuzz random spark clean
.DEFAULT_GOAL := run

run: $(READY)  ## options of a fictional case, one of them explained, and a canned query
	@echo '$$ sts-kg options example:f' && $(BIN)/sts-kg options example:f
	@echo && echo '$$ sts-kg explain example:f pazopanib' && $(BIN)/sts-kg explain example:f pazopanib
	@echo && echo '$$ sts-kg query drugs/options-with-drug --drug doxorubicin' && $(BIN)/sts-kg query drugs/options-with-drug --drug doxorubicin

test: $(DEV)  ## lint, types, tests, doctests; without the slow tests, which .ci/run adds
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile -m "not slow and not e2e and not load"

test-load: $(DEV)  ## tests of the service that load the machine or wait for a clock, one by one
	$(BIN)/pytest -n 0 -m load tests/server tests/workers

test-e2e: $(DEV)  ## tests of the service in a browser (Debian's chromium); pictures of the pages go to build/screenshots
	$(BIN)/pytest -n auto --dist loadfile -m e2e tests/e2e

tools: $(DEV) $(TOOLS)/.ready  ## tests in which OWLAPI, Jena, pronto, OAK and Comunica open what we write
	STS_KG_TOOLS=$(TOOLS) $(BIN)/pytest tests/tools

spark: $(SPARK)  ## tests in which Spark runs our SQL, on two executors (Java is needed)
	$(BIN)/pytest -n 0 tests/cohort/test_on_spark.py

lowest: $(LOWEST)  ## tests with the lowest versions that pyproject.toml allows (their wheels end at Python 3.12)
	.venv-lowest/bin/pytest -n auto --dist loadfile -m "not slow and not e2e and not load"

check: $(READY)  ## the quality gates over ontology and queries
	$(BIN)/sts-kg check

docs: $(DEV)  ## generate docs/*.md and ontology/not-met.ttl
	$(BIN)/python docs/generate.py

site: $(SITE)  ## the documentation as static pages in build/site, for reading offline; runs the notebooks
	$(BIN)/sphinx-build -q -W --keep-going -b html -c docs . build/site
	@echo 'open build/site/index.html'

golden: $(DEV)  ## write the answers of today into tests/golden, to be read as a diff
	$(BIN)/python tests/update_golden.py

bench: $(BENCH)  ## print what the closure costs against other reasoners, outputs compared
	$(BIN)/python bench/closure.py

bench-cohort: $(DEV)  ## print what answering for a cohort costs by bits, in DuckDB and case by case
	PYTHONPATH=. $(BIN)/python bench/cohort.py --sizes 1e5,1e6,1e7

bench-links: $(READY)  ## print what linking costs against loading the same files into Oxigraph
	$(BIN)/python bench/links.py

bench-options: $(READY)  ## print what answering 1,000 cases costs against one, and against a closure of all
	$(BIN)/python bench/options.py

bench-proposals: $(READY)  ## print how good proposed mappings are by what curators decided; BIOMAPPINGS=FOLDER
	$(BIN)/python bench/proposals.py $(BIOMAPPINGS)

bench-push: $(READY)  ## print what pushing into a folder costs against Oxigraph's bulk load
	$(BIN)/python bench/push.py

bench-queries: $(READY)  ## print what canned queries cost by Oxigraph and by rdflib
	$(BIN)/python bench/queries.py

bench-server: $(DEV)  ## print what the service costs beside Oxigraph and rdflib-endpoint; RDFLIB_ENDPOINT=its command
	PYTHONPATH=. $(BIN)/python bench/server.py $(if $(RDFLIB_ENDPOINT),--rdflib-endpoint $(RDFLIB_ENDPOINT))

fuzz: $(FUZZ)  ## feed a reader with odd texts: make fuzz READER=turtle MINUTES=10
	$(BIN)/python tests/fuzz/run.py $(or $(READER),turtle) --minutes $(or $(MINUTES),10)

random: $(DEV)  ## compare random graphs with an evaluator of the rule table: make random GRAPHS=10000 SEED=1
	PYTHONPATH=.:tests $(BIN)/python -m closure.run_random --graphs $(or $(GRAPHS),10000) --seed $(or $(SEED),1)

clean:  ## forget the environment and all caches in the tree
	rm -rf .venv .venv-lowest $(TOOLS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz build dist

$(READY): EXTRA :=
$(DEV): EXTRA := [dev]
$(BENCH): EXTRA := [bench]
$(FUZZ): EXTRA := [dev,fuzz]
$(SPARK): EXTRA := [dev,spark]
$(SITE): EXTRA := [cohort,notebook,site]
$(LOWEST): EXTRA := [dev]
$(LOWEST): CONSTRAINTS := --constraint .venv-lowest/lowest.txt
$(LOWEST): .venv-lowest/lowest.txt
$(READY) $(DEV) $(BENCH) $(FUZZ) $(SPARK) $(SITE) $(LOWEST): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'Python 3.11 or newer is needed: make PYTHON=python3.11'; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
	    uv venv --quiet --allow-existing --python $(PYTHON) $(@D) && \
	    uv pip install --quiet --python $(@D)/bin/python $(CONSTRAINTS) -e '.$(EXTRA)'; \
	else \
	    test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D); \
	    $(@D)/bin/python -m pip install --quiet --disable-pip-version-check $(CONSTRAINTS) -e '.$(EXTRA)'; \
	fi
	@touch $@

.venv-lowest/lowest.txt: pyproject.toml .ci/lowest.py
	@mkdir -p $(@D) && $(PYTHON) .ci/lowest.py >$@

# The wheel of mowl-borg ships the jars of OWLAPI, HermiT, ELK and Jena; its own dependencies are not needed.
$(TOOLS)/.ready: tests/tools/requirements.txt
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(@D)/mowl mowl-borg==2.1.0
	@ln -sfn mowl/mowl/lib $(@D)/jars
	@if command -v npm >/dev/null 2>&1; then \
	    npm install --silent --no-audit --no-fund --prefix $(@D) @comunica/query-sparql-file@5.3.0; \
	fi
	@touch $@
