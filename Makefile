# Python 3.11 or newer; `make test PYTHON=/path/to/python3` names another than the one found.
RECENT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c '$(RECENT)' 2>/dev/null && { echo $$python; break; }; done)
READY := .venv/.ready

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test lint bench

help:
	@echo 'make demo    an example ledger in Fava'
	@echo 'make test    the tests                 ARGS="-k fefo" goes to pytest'
	@echo 'make lint    ruff, mypy, import-linter'
	@echo 'make bench   what costing takes      COMPARE=old.json JSON=new.json ARGS=--all'
	@echo 'Each makes .venv on first use, with Python 3.11 or newer.'

demo: $(READY)
	@.venv/bin/lotcost demo $(ARGS)

test: $(READY)
	@.venv/bin/python -m pytest $(ARGS)

lint: $(READY)
	@failed=; \
	for check in 'ruff check' 'ruff format --check' 'mypy' 'lint-imports --no-logo'; do \
		echo "$$check"; .venv/bin/$$check || failed="$$failed, $$check"; \
	done; \
	test -z "$$failed" || { echo "Not clean: $${failed#, }" >&2; exit 1; }

bench: $(READY)
	@PYTHONPATH=tests .venv/bin/python -m bench \
		$(if $(COMPARE),--compare '$(COMPARE)') $(if $(JSON),--json '$(JSON)') $(ARGS)

# The pip that comes with Python 3.11 knows no dependency groups.
$(READY): pyproject.toml
	@{ '$(PYTHON)' -c '$(RECENT)'; } 2>/dev/null || { \
		echo 'lotcost needs Python 3.11 or newer, and $(if $(PYTHON),$(PYTHON) is not,none was found).' >&2; \
		echo 'Name one: make $(or $(MAKECMDGOALS),test) PYTHON=/path/to/python3.11' >&2; exit 1; }
	@echo "Installing into .venv with $$('$(PYTHON)' --version), a minute or so ..."
	@'$(PYTHON)' -m venv .venv
	@.venv/bin/python -m pip install -qq --upgrade pip
	@.venv/bin/python -m pip install -qq --editable . --group dev $(if $(CI),--group spark)
	@touch $@
