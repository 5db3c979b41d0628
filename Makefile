# make demo: the console on a world of its own.  make test: the whole test suite.  Everything else is for developers.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
unexport PYTHONDONTWRITEBYTECODE  # the tests start many processes: each would compile everything anew
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
  INSTALL = $(UV) pip install --quiet --python $(BIN)/python
else
  INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif
say = @printf '%-44s %s\n' '$(1)' '$(2)'

# What failed is run once more, alone: a test that a busy machine starved passes then, and stays named in the output.
told = $(BIN)/python -m pytest $(1) || { [ $$? -eq 1 ] && printf '%s\n' 'Once more, alone:' && \
	$(BIN)/python -m pytest -n0 --last-failed --last-failed-no-failures none $(2); }

.PHONY: demo test test-slow campaign-sftp campaign-ledger check fmt bench bench-console bench-signin bench-sftp bench-ledger lock docs screens clean

demo: $(VENV)/.installed
	$(call say,Starting the demo,usually 3 seconds; ctrl+q leaves)
	@$(BIN)/ecp demo

test: $(VENV)/.installed-dev
	$(call say,Running the tests,usually 4 minutes)
	@$(call told,-n auto -m "not slow",-m "not slow")

test-slow: $(VENV)/.installed-dev
	$(call say,Running whole programs and campaigns,usually 8 minutes)
	@$(call told,-n auto -m "slow and not campaign",-m "slow and not campaign")

campaign-sftp: $(VENV)/.installed-dev
	$(call say,Hurting a real SFTP server,usually 6 minutes)
	@$(BIN)/python -m pytest tests/campaigns -m campaign -n0 --ignore tests/campaigns/test_ledger_kills.py

campaign-ledger: $(VENV)/.installed-dev
	$(call say,Killing a server under four writing clients on both databases,usually 15 minutes)
	@$(BIN)/python -m pytest tests/campaigns/test_ledger_kills.py -n0

check: $(VENV)/.installed-dev
	$(call say,Checking format and lint,usually 1 second)
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	$(call say,Checking types,usually 1 minute)
	@$(BIN)/mypy
	$(call say,Checking the import contracts,usually 5 seconds)
	@$(BIN)/lint-imports --no-cache
	$(call say,Running the tests,usually 4 minutes)
	@$(call told,-n auto -m "not slow",-m "not slow")

fmt: $(VENV)/.installed-dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: $(VENV)/.installed-dev
	@$(BIN)/python docs/generate.py

screens: $(VENV)/.installed-dev
	@ECP_WRITE_SCREENS=1 $(BIN)/python -m pytest tests/tui -n auto -q

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks

bench-console: $(VENV)/.installed-dev
	$(call say,The console over SSH beside sshd,usually 4 minutes)
	@$(BIN)/python -m benchmarks console_ssh

bench-signin: $(VENV)/.installed-dev
	$(call say,Signing in as somebody and as nobody,usually 2 minutes)
	@$(BIN)/python -m benchmarks sign_ins strangers

bench-sftp: $(VENV)/.installed-dev
	$(call say,SFTP beside sshd and ProFTPD,usually 8 minutes)
	@$(BIN)/python -m benchmarks sftp

bench-ledger: $(VENV)/.installed-dev
	$(call say,Submissions with and without the ledger; proofs at ten million entries; audits,usually 8 minutes)
	@$(BIN)/python -m benchmarks ledger proofs audits

lock:
	@$(or $(UV),$(BIN)/uv) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 \
		--extra postgres --extra web --group build pyproject.toml -o requirements.lock
	@$(or $(UV),$(BIN)/uv) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 \
		--extra postgres --extra web --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found."; exit 1; }
	$(call say,Making the environment in .venv,usually 5 seconds)
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); \
		$(PYTHON) -m virtualenv --quiet $(VENV) 2>/dev/null || { \
		$(PYTHON) -m pip install --quiet --target $(VENV)-tools virtualenv && \
		PYTHONPATH=$(VENV)-tools $(PYTHON) -m virtualenv --quiet $(VENV); rm -rf $(VENV)-tools; }; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(call say,Installing the platform,usually 30 seconds)
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(call say,Installing the platform and its tests,usually 1 minute)
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.installed
