# The words of the README. Everything else is plain cargo.
# `make demo ARGS="--listen 127.0.0.1:9000 --orders 2000"` passes flags on.

ARGS ?=
XTASK := cargo run --quiet --package xtask --
export SQLX_OFFLINE ?= true

.PHONY: help demo test check bench prepare

help:
	@echo "make demo      build and start the portal with a simulated Huawei Cloud, on http://127.0.0.1:8080"
	@echo "make test      everything that CI checks"
	@echo "make check     the quick part of it: format and lints"
	@echo "make bench     measure, and print ratios"
	@echo "make prepare   after a change of a query or a migration: rewrite .sqlx"

demo:
	@scripts/install-deps.sh run
	@cargo run --package bss-portal -- demo $(ARGS)

# Formatting and lints first, since they fail fastest; the licences last, since they rarely fail.
test:
	@scripts/install-deps.sh test
	@$(MAKE) --no-print-directory check
	$(XTASK) prepare --check
	RUSTDOCFLAGS="--deny warnings" cargo doc --quiet --workspace --no-deps
	$(XTASK) licences
	$(XTASK) test $(ARGS)

check:
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets -- --deny warnings

# Half an hour and 15 GB of disk with a million orders; ARGS="--quick" is a minute.
bench:
	@scripts/install-deps.sh bench
	@scripts/sdk-venv.sh || echo "no SDK to compare with" >&2
	cargo bench --package bss-portal --bench portal -- $(ARGS)

prepare:
	@scripts/install-deps.sh run
	$(XTASK) prepare
