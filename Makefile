# Two commands: `make run` gives a leaderboard, `make test` runs the whole suite. Both make `.venv` first.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin

.PHONY: run test lint reports erasure clean
run: .venv/installed
	@$(BIN)/memlab run experiment=leaderboard

test: .venv/installed
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 5 -rs

lint: .venv/installed
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

reports: .venv/installed
	@for name in leaderboard systems procedural retrieval ranked_parts real labels difficulty sim_to_real currency use \
		calibration ab satisfaction measures; do \
		$(BIN)/memlab run experiment=$$name out=runs/reports tracking=none && mkdir -p reports && \
		rm -rf reports/$$name && cp -r runs/reports/$$name/report reports/$$name || exit 1; done
	@rm -rf reports/holdout && $(BIN)/memlab ab a=rag b=profile users=400 holdout=0.1 out=runs/reports tracking=none --to reports/holdout
	@$(BIN)/memlab explain --to docs/strategies.md

erasure: .venv/installed
	@rm -f reports/erasure/README.md && $(BIN)/memlab check --probes 10000 --to reports/erasure/README.md

.venv/installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "memlab needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python3.11"; exit 2; }
	@command -v git >/dev/null || { echo "memlab needs git, which was not found on PATH"; exit 2; }
	@command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || \
		{ echo "hnswlib is compiled at installation and needs a C++ compiler (on Debian: apt-get install g++)"; exit 2; }
	@$(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' || \
		{ echo "hnswlib is compiled at installation and needs Python's headers (on Debian: apt-get install python3-dev)"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "memlab needs Python's venv module (on Debian: apt-get install python3-venv)"; exit 2; }
	@echo "Installing into .venv (a few minutes the first time) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@$(BIN)/python -m memlab.encoders.minilm
	@touch $@

clean:
	rm -rf .venv build dist
