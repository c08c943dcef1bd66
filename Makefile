# Đường Găng. `make` on its own lists the commands; `make run` is the one to begin with.
#   PORT=9000            serve on another port            PYTHON=python3.12   the Python that builds .venv
#   DUONGGANG_HOME=/srv  another data directory           CHROMIUM=/path      the browser of the tests

ifndef PYTHON
PYTHON := $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)) python3)
endif
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run doctor test check fmt bench lock clean
.NOTPARALLEL:

help:  ## các lệnh · this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## cài những gì còn thiếu để chạy · install what is missing to run
	@$(PYTHON) -m api.bootstrap setup

setup-dev:  ## thêm công cụ kiểm tra · the tools of check and test too
	@$(PYTHON) -m api.bootstrap setup --dev

run: setup  ## cài đặt rồi mở danh mục ở 127.0.0.1:8000 · set up and serve (PORT=…)
	@exec $(BIN)/duonggang serve --demo $(if $(PORT),--port $(PORT))

doctor:  ## máy này có gì không ổn, bằng lời · what is wrong here, in words
	@if $(BIN)/duonggang --help >/dev/null 2>&1; then exec $(BIN)/duonggang doctor; \
	else exec $(PYTHON) -m api.bootstrap doctor; fi

test:  ## mọi kiểm tra mà CI chạy · everything that CI runs
	@$(PYTHON) -m api.bootstrap setup --dev --browser
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/unit tests/postgis tests/http
	@# In two parts: in one run the browser hung once while closing a window, after 90 tests; the cause is not known.
	@$(BIN)/python -m pytest tests/browser/test_[a-l]*.py
	@$(BIN)/python -m pytest tests/browser/test_[m-z]*.py

check: setup-dev  ## định dạng, kiểu, lớp, di trú · format, lint, types, layers, migrations, house rules
	@$(BIN)/ruff format --check --quiet . || { echo 'make fmt'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-cache 2>&1) || { echo "$$said"; exit 1; }
	@$(BIN)/duonggang db check
	@$(BIN)/python -m pytest -q tests/unit/test_house_rules.py tests/unit/test_import_names.py

fmt: setup-dev  ## sửa định dạng · format and fix
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

bench: setup-dev  ## đo tốc độ · measure
	@$(BIN)/python -m pytest -q -s tests/bench

lock:  ## chốt lại phiên bản thư viện · resolve the locks again (UPGRADE=1: the newest)
	@$(PYTHON) -m api.bootstrap lock $(if $(UPGRADE),--upgrade)

clean:  ## xoá những gì dựng được lại · delete what can be built again (DATA=1: the data too)
	@$(PYTHON) -m api.bootstrap clean $(if $(DATA),--data)
