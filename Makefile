# Python 3.11 or newer; `make test PYTHON=/path/to/python3` names another than the one found.
RECENT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c '$(RECENT)' 2>/dev/null && { echo $$python; break; }; done)
READY := .venv/.ready

export PIP_DISABLE_PIP_VERSION_CHECK := 1

OLDEST := .venv-oldest/.ready

.PHONY: help demo test test-oldest pictures lint bench messages

help:
	@echo 'make demo    an example ledger in Fava'
	@echo 'make test    the tests                 ARGS="-k fefo" goes to pytest'
	@echo 'make test-oldest    those of both hosts, on the oldest versions that are allowed'
	@echo 'make pictures    those of the README, anew'
	@echo 'make lint    ruff, mypy, import-linter'
	@echo 'make bench   what costing takes      COMPARE=old.json JSON=new.json ARGS=--all'
	@echo 'make messages    the texts of the Fava pages, in every catalog     NEW=fr begins one'
	@echo 'Each makes .venv on first use, with Python 3.11 or newer.'

demo: $(READY)
	@.venv/bin/lotcost demo $(ARGS)

test: $(READY)
	@.venv/bin/python -m pytest $(ARGS)

# The newest are what pip finds for .venv; these are the oldest that pyproject.toml allows.
test-oldest: $(OLDEST)
	@.venv-oldest/bin/python -m pytest tests/test_fava*.py \
		tests/test_browser_contract.py tests/test_plugin.py tests/test_queries.py $(ARGS)

pictures: $(READY)
	@PICTURES=1 .venv/bin/python -m pytest tests/test_browser_pictures.py $(ARGS)

lint: $(READY)
	@failed=; \
	for check in 'ruff check' 'ruff format --check' 'mypy' 'lint-imports --no-logo'; do \
		echo "$$check"; .venv/bin/$$check || failed="$$failed, $$check"; \
	done; \
	test -z "$$failed" || { echo "Not clean: $${failed#, }" >&2; exit 1; }

bench: $(READY)
	@PYTHONPATH=tests .venv/bin/python -m bench \
		$(if $(COMPARE),--compare '$(COMPARE)') $(if $(JSON),--json '$(JSON)') $(ARGS)

# A text that has no translation yet is shown in English; the tests name it.
CATALOGS := plugins/fava_lotcost/translations
messages: $(READY)
	@texts=$$(mktemp) && trap 'rm "$$texts"' EXIT && \
	.venv/bin/pybabel -q extract -F babel.cfg -k Sentence --project lotcost \
		--no-location --sort-output -w 100 -o "$$texts" . && \
	.venv/bin/pybabel $(if $(NEW),init -l '$(NEW)',-q update --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date) -D lotcost -i "$$texts" -d $(CATALOGS) -w 100

# The pip that comes with Python 3.11 knows no dependency groups.
$(READY): pyproject.toml
	$(call venv,.venv,--group dev $(if $(CI),--group spark))

# The least that pyproject.toml asks for is what is installed here.
$(OLDEST): pyproject.toml
	@mkdir -p .venv-oldest
	@'$(PYTHON)' -c 'import tomllib; \
	needs = tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"]; \
	print(*(need.replace(">=", "==") for need in needs), sep="\n")' > .venv-oldest/oldest.txt
	$(call venv,.venv-oldest,--group test --constraint .venv-oldest/oldest.txt)

# A venv of its own at $(1) with the project and $(2).
define venv
@{ '$(PYTHON)' -c '$(RECENT)'; } 2>/dev/null || { \
	echo 'lotcost needs Python 3.11 or newer, and $(if $(PYTHON),$(PYTHON) is not,none was found).' >&2; \
	echo 'Name one: make $(or $(MAKECMDGOALS),test) PYTHON=/path/to/python3.11' >&2; exit 1; }
@echo "Installing into $(1) with $$('$(PYTHON)' --version), a minute or so ..."
@'$(PYTHON)' -m venv $(1)
@$(1)/bin/python -m pip install -qq --upgrade pip
@$(1)/bin/python -m pip install -qq --editable . $(2)
@touch $@
endef
