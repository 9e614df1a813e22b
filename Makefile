# Needs Python >= 3.11, make and git; everything else comes into .venv. Works with GNU Make 3.81 (macOS).
PORT ?= 8000
PY := .venv/bin/python
# The newest that CI tests first; `python3` may be anything.
CANDIDATES := python3.13 python3.12 python3.11 python3

.PHONY: help run test test-browser test-slow test-postgres lint security demo bench bench-desk bench-sockets eval compose-check \
	chaos chaos-short chaos-long soak
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: .venv/.installed ## everything on this machine, with demo data; PORT=8123 moves it
	@DEMO=1 DEBUG=1 exec $(PY) manage.py up --port $(PORT)

test: .venv/.installed-dev ## the test suite
	@$(PY) -m pytest -n 2 --dist loadfile

test-browser: .venv/.installed-dev ## the tests that need Chromium
	@$(PY) -m pytest -m browser

test-slow: .venv/.installed-dev ## the tests that take minutes
	@$(PY) -m pytest -m slow

test-postgres: .venv/.installed-dev ## the test suite on a throw-away PostgreSQL
	@$(PY) scripts/with_postgres.py $(PY) -m pytest -n 2 --dist loadfile

lint: .venv/.installed-dev ## ruff, mypy, the import contracts, Django's production checks, missing migrations
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@VAR_DIR=$$(mktemp -d) DEBUG=0 DEMO=0 HTTPS=1 ALLOWED_HOSTS=support.example.com \
		DATABASE_URL=postgres://supportmesh:secret@db.example.com/supportmesh REDIS_URL=redis://:secret@redis.example.com:6379/0 \
		EMAIL_URL=smtp+tls://mail.example.com \
		$(PY) manage.py check --deploy --fail-level WARNING
	@VAR_DIR=$$(mktemp -d) $(PY) manage.py makemigrations --check --dry-run

security: .venv/.installed-dev ## known vulnerabilities, bandit, Django's production checks, and the attacks with what held
	@$(PY) scripts/security.py

demo: .venv/.installed ## play the demo's conversations and show what the mesh did
	@$(PY) manage.py demo

bench: .venv/.installed ## measure replies per second and their times
	@$(PY) benchmarks/turns.py

bench-desk: .venv/.installed ## measure the desk's pages with 10,000 cases on a throw-away PostgreSQL
	@$(PY) scripts/with_postgres.py $(PY) benchmarks/desk.py

eval: .venv/.installed-dev ## measure the analyzers, the guardrail and the scripted conversations (DATA=folder of labelled messages)
	@$(PY) -m benchmarks.quality $(if $(DATA),--data $(DATA))

bench-sockets: .venv/.installed ## measure what 500 open sockets cost the others
	@$(PY) benchmarks/sockets.py

compose-check: .venv/.installed ## start what docker-compose.yml says, without Docker; needs PostgreSQL and Redis
	@$(PY) manage.py compose_check

chaos: .venv/.installed-dev ## break everything once under load, on both databases; writes docs/reliability.md
	@$(PY) -m tests.chaos --write

chaos-short: .venv/.installed-dev ## the most telling half of it, in minutes
	@$(PY) -m tests.chaos --form short

chaos-long: .venv/.installed-dev ## 500 random kills under load on each database
	@$(PY) -m tests.chaos.long --write

soak: .venv/.installed-dev ## steady load with a fault a minute; is memory flat?
	@$(PY) -m tests.chaos.soak --write

# What is installed is named by the content of the lock file: a touched file or a new clone of the same installs
# nothing again, a changed pin does.
.venv/.installed: requirements.lock .venv/bin/python
	@scripts/install.sh $@ requirements.lock

.venv/.installed-dev: requirements-dev.lock .venv/bin/python
	@scripts/install.sh $@ requirements-dev.lock

.venv/bin/python:
	@for python in $(CANDIDATES); do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making .venv with $$($$python --version)."; \
			exec $$python -m venv .venv; \
		fi; \
	done; \
	echo "SupportMesh needs Python 3.11 or newer with its venv module; found none of: $(CANDIDATES)." >&2; exit 1
