# bubblerisk. `make` lists what there is to do.
#   make pack SCENARIO=lab-failure PATHS=50000 SEED=7 JOBS=4      (each may be left out)
#   make batch PATHS=2048 FORCE=1      (fewer paths replace workbooks of more only so)

SHELL    := /bin/bash
PYTHON   ?= python3
SCENARIO ?= base
WORKERS  ?= 2
ORDER    ?= $(shell date +%s)

BIN     := .venv/bin
OPTIONS  = $(if $(PATHS),--paths $(PATHS)) $(if $(SEED),--seed $(SEED)) $(if $(JOBS),--jobs $(JOBS))
PIP     := $(BIN)/python -m pip --disable-pip-version-check --quiet install
SUDO     = $(if $(filter 0,$(shell id -u)),,sudo)
DEBIAN  := python3-venv make git libreoffice-calc gnumeric poppler-utils chromium fonts-crosextra-carlito fonts-liberation
UV      := uv==0.13.9
AUDIT   := pip-audit==2.10.1 cyclonedx-bom==7.5.0
MUTANTS := cosmic-ray==8.7.0
COMPILE := build/uv/bin/uv pip compile --quiet pyproject.toml --group build --universal --python-version 3.11 \
           --fork-strategy fewest --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

# The environment is this folder's own: what steers Python or pip elsewhere stays outside. Where packages come
# from (index, proxy, certificates) is left as it is.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONOPTIMIZE PYTHONWARNINGS PYTHONUSERBASE VIRTUAL_ENV \
         PYTHONDONTWRITEBYTECODE PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_REQUIRE_VIRTUALENV PIP_NO_DEPS PIP_DRY_RUN PIP_EDITABLE
export PIP_USER := 0
export PYTHONNOUSERSITE := 1

# While what stands after it works in silence, a line every four seconds says so, and how far it is: $(call beat,words)
beat = (while sleep 4 >/dev/null 2>&1 && kill -0 $$$$ 2>/dev/null; do echo "  $$SECONDS s$(1)"; done) & \
       beat=$$!; trap 'kill $$beat 2>/dev/null' EXIT;
INSTALLED = : $$(ls -d .venv/lib/python3*/site-packages/*.dist-info 2>/dev/null | wc -l) packages installed

# Its path to the source is relative, which no locale can fail to read, and its program runs isolated (-I).
# A copied or moved folder brings an environment that runs the old folder's code: it is made anew.
ifneq ($(shell cat .venv/ready 2>/dev/null),$(CURDIR))
.PHONY: .venv/ready
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup system run pack pdf batch amplification screen evidence mutation test check coverage docs gallery hooks \
        bench torture cluster-demo clean lock audit sbom

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target what; do \
	    printf '%-21s %s\n' "$$target" "$$what"; done

setup: .venv/ready-dev ## make .venv from the lock files, tools for development included

system: ## install the Debian packages the proofs need (LibreOffice, Gnumeric, poppler, Chromium, fonts)
	@dpkg -s $(DEBIAN) >/dev/null 2>&1 || { $(SUDO) apt-get update -q && \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(DEBIAN); }

run: .venv/ready ## simulate SCENARIO (default base) and print the verdict
	$(BIN)/bubblerisk run $(SCENARIO) $(OPTIONS)

pack: .venv/ready ## simulate SCENARIO if needed and write reports/SCENARIO/pack.xlsx
	$(BIN)/bubblerisk pack $(SCENARIO) $(OPTIONS) $(if $(FORCE),--force)

pdf: pack ## print the Summary of SCENARIO as reports/SCENARIO/summary.pdf (needs LibreOffice)
	$(BIN)/bubblerisk pdf $(SCENARIO)

batch: .venv/ready ## every scenario into reports/, and a workbook comparing them
	$(BIN)/bubblerisk batch $(OPTIONS) $(if $(FORCE),--force)

amplification: .venv/ready ## loss with and without each coupling of SCENARIO, and the loop gain
	$(BIN)/bubblerisk amplification $(SCENARIO) $(OPTIONS)

screen: .venv/ready ## which judgements without a prior decide SCENARIO: some ten minutes, resumable
	$(BIN)/bubblerisk screen $(SCENARIO) $(OPTIONS)

# A page is replaced when its command has done; what stops one leaves the pages that are written. DATA: folder of your own files.
CASES = us-railroads-1890 us-merchant-power-2001
page  = $(BIN)/$(1) >build/page.md && mv build/page.md $(2)

# Tests that are evidence, of which [[suite]] in assumptions/validation/declared.toml counts those that pass.
PROOFS := tests/properties tests/processes tests/mechanisms/test_worked.py tests/calibrate/estimate \
          $(addprefix tests/engine/test_,market_sheet.py credit_sheet.py pool_sheet.py zero_volatility.py)

evidence: .venv/ready-dev ## every page of evidence in docs/, and the figures on the page of validation (an hour)
	@mkdir -p build docs/cases
	$(BIN)/python -m risk.door.estimates_page docs/estimates.md $(DATA)
	$(call page,bubblerisk hindcast $(OPTIONS) --md,docs/hindcast.md)
	$(foreach case,$(CASES),$(call page,bubblerisk replay $(case) $(OPTIONS) --md,docs/cases/$(case).md) && )true
	$(call page,bubblerisk challenger $(OPTIONS) --md,docs/challenger.md)
	$(call page,python -m risk.calibrate.estimate.coverage,docs/coverage.md)
	$(BIN)/python -m risk.calibrate.coverage
	$(call page,python -m risk.calibrate.coverage.page,docs/intervals.md)
	$(TESTS) --junitxml=build/tests.xml $(PROOFS)
	$(BIN)/bubblerisk validation measure --tests build/tests.xml $(OPTIONS)
	$(call page,bubblerisk validation base --paths $(or $(PATHS),4096) --md,docs/validation.md)

# Tests run in random order; the seed is in the command that make prints: `make test ORDER=…` repeats it.
TESTS    = $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder -p randomly --randomly-seed=$(ORDER)

# What reads the source stands beside the tests; each tells all of what it found, and one that fails stops nothing.
test: .venv/ready-dev ## ruff, mypy --strict, import-linter and all tests
	@$(MAKE) --no-print-directory --jobs=2 --keep-going lint all ORDER=$(ORDER)

check: .venv/ready-dev ## the same without the slow tests
	@$(MAKE) --no-print-directory --jobs=2 --keep-going lint quick ORDER=$(ORDER)

.PHONY: lint all quick
lint:
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	@echo $(BIN)/mypy; $(call beat) $(BIN)/mypy

all:
	$(TESTS)

quick:
	$(TESTS) -m "not slow and not full"

coverage: .venv/ready-dev ## the quick tests, and which lines of risk they do not reach (printed, no bar)
	$(TESTS) -m "not slow and not full" --cov=risk --cov-branch --cov-report=term:skip-covered

docs: .venv/ready-docs ## the docs as a site in build/docs: guide and notebooks run, links checked, nothing fetched
	@$(BIN)/python -m tools.site

gallery: .venv/ready ## pictures of docs/gallery.md anew, from a run of the base case on 4,096 paths
	$(BIN)/python -m tools.gallery docs/images/gallery

hooks: .venv/ready-dev ## what every commit has to pass, as a hook of this checkout (.pre-commit-config.yaml)
	$(BIN)/pre-commit install

bench: .venv/ready-dev ## what a path costs, beside its floor, other ways to compute it and the last time: a quarter of an hour
	$(BIN)/python -m benchmarks.bench $(if $(PATHS),--paths $(PATHS))

torture: .venv/ready-dev ## kills, full disks, rot, hostile files: what held, into docs/trust.md: twenty minutes
	$(BIN)/python -m tests.torture

cluster-demo: .venv/ready-dev ## every scenario on a Dask cluster here, a worker killed each second: the same hash?
	$(BIN)/python -m benchmarks.cluster $(SCENARIOS) $(if $(PATHS),--paths $(PATHS)) $(if $(SEED),--seed $(SEED)) $(if $(EVERY),--every $(EVERY))

mutation: .venv/ready-dev build/mutants/ready ## how many of 100 mutants of the mechanisms the tests notice: half an hour
	build/mutants/bin/python benchmarks/mutation.py $(if $(SAMPLE),--sample $(SAMPLE))
	$(BIN)/python -m risk.calibrate.validation.mutants build/mutation/score.json

clean: ## remove .venv, builds and caches (runs/ and reports/ stay)
	rm -rf .venv build dist .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find risk tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

lock: ## resolve the dependencies anew into requirements.lock and those of dev, docs and cluster
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip --disable-pip-version-check --quiet install $(UV)
	$(COMPILE) --upgrade --extra dev --output-file requirements-dev.lock
	$(COMPILE) --constraints requirements-dev.lock --output-file requirements.lock
	$(COMPILE) --constraints requirements-dev.lock --extra docs --output-file requirements-docs.lock
	$(COMPILE) --constraints requirements-dev.lock --extra cluster --output-file requirements-cluster.lock

# A package that the service does not know counts as not looked at (--strict); what stops the tool is one sentence.
audit: build/audit/ready ## whether a vulnerability is known of a package in the lock files (asks the network)
	@for lock in requirements.lock requirements-dev.lock requirements-docs.lock requirements-cluster.lock; do \
	    echo "$$lock: asking for known vulnerabilities …"; \
	    build/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$lock \
	        2>build/audit/said && echo "$$lock: no vulnerability is known" && continue; \
	    grep '^Found .* known vulnerabilit' build/audit/said >&2 || \
	        echo "$$lock was not audited: $$(tail -n 1 build/audit/said | sed 's/^ERROR:[^:]*://')" >&2; \
	    exit 1; done

sbom: build/audit/ready ## what is in requirements.lock as build/sbom.json (CycloneDX), the same bytes every time
	@build/audit/bin/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml \
	    --output-reproducible --output-format JSON --output-file build/sbom.json requirements.lock
	@echo build/sbom.json

build/audit/ready: Makefile
	@echo "installing $(AUDIT) in build/audit …"
	@$(call beat) $(PYTHON) -m venv --clear build/audit && \
	    build/audit/bin/python -m pip --disable-pip-version-check --quiet install $(AUDIT)
	@touch $@

build/mutants/ready: Makefile
	@echo "installing $(MUTANTS) in build/mutants …"
	@$(call beat) $(PYTHON) -m venv --clear build/mutants && \
	    build/mutants/bin/python -m pip --disable-pip-version-check --quiet install $(MUTANTS)
	@touch $@

# The environment holds exactly what the lock files say, pip and setuptools too: it is made anew when they change.
.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "bubblerisk needs Python 3.11 or newer: make PYTHON=python3.12 …" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "Python's venv is missing. On Debian: sudo apt-get install python3-venv make git" >&2; exit 2; }
	@echo "making .venv of the $$(grep -c == requirements.lock) packages of requirements.lock, which takes a minute or two …"
	@$(call beat,$(INSTALLED)) $(PYTHON) -m venv --clear .venv && \
	    awk '/^[^ ]/ { wanted = /^(pip|setuptools)==/ } wanted' requirements.lock >.venv/installer.txt && \
	    $(PIP) --require-hashes -r .venv/installer.txt && \
	    $(PIP) --require-hashes -r requirements.lock && \
	    $(PIP) --no-deps --no-build-isolation -e .
	@for path in .venv/lib/python3*/site-packages/*bubblerisk.pth; do echo ../../../.. >"$$path"; done
	@sed -i.old '1s|^\(#!/.*python\)$$|\1 -IXutf8|' $(BIN)/bubblerisk && rm $(BIN)/bubblerisk.old
	@printf '%s\n' '$(CURDIR)' >$@

.venv/ready-docs: .venv/ready requirements-docs.lock
	@echo "installing what builds the docs from requirements-docs.lock, which takes a minute …"
	@$(call beat,$(INSTALLED)) $(PIP) --require-hashes -r requirements-docs.lock
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	@echo "installing the tools of requirements-dev.lock, which takes a minute …"
	@$(call beat,$(INSTALLED)) $(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
