# The words of the README. Everything else is plain cargo.
# `make demo ARGS="--listen 127.0.0.1:9000 --orders 2000"` passes flags on.

ARGS ?=
XTASK := cargo run --quiet --package xtask --
export SQLX_OFFLINE ?= true

# Where cargo puts what it builds, and what the proof of the journal runs: the same programs with places
# to die and bugs that can be put in, which a release build refuses (src/proof.rs).
TARGET := $(or $(CARGO_TARGET_DIR),target)
PROOF := $(TARGET)/proof
WITH_PROOF := --package bss-portal --package bss-portal-simulation \
	--features bss-portal/proof,bss-portal-simulation/proof

.PHONY: help demo test check proof soak bench prepare

help:
	@echo "make demo      build and start the portal with a simulated Huawei Cloud, on http://127.0.0.1:8080"
	@echo "make test      everything that CI checks"
	@echo "make check     the quick part of it: format and lints"
	@echo "make proof     the part of it that proves the journal: histories, crashes, mutants"
	@echo "make soak      the same for hours: a million histories of each mode, 10,000 with whole portals"
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
	@$(MAKE) --no-print-directory proof

check:
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets -- --deny warnings
	cargo clippy --quiet $(WITH_PROOF) --all-targets -- --deny warnings

# docs/proof.md says what each of these shows, and how a failure is seen again.
proof:
	@scripts/install-deps.sh run
	cargo test --quiet --package bss-portal --features proof --lib -- proof:: own_order::
	cargo build --quiet $(WITH_PROOF)
	cargo build --quiet --package bss-portal-harness
	@mkdir -p $(PROOF) && cp $(TARGET)/debug/bss-portal $(TARGET)/debug/bss-portal-simulation $(PROOF)/
	$(PROOF)/bss-portal-simulation run --histories 300
	$(PROOF)/bss-portal-simulation mutants
	$(TARGET)/debug/bss-portal-harness run --histories 40 --binary $(PROOF)/bss-portal --points

soak:
	@scripts/install-deps.sh run
	cargo build --profile soak $(WITH_PROOF)
	cargo build --profile soak --package bss-portal-harness
	$(TARGET)/soak/bss-portal-simulation run --histories 1000000 $(ARGS)
	$(TARGET)/soak/bss-portal-harness run --histories 10000 --binary $(TARGET)/soak/bss-portal --points $(ARGS)

# Half an hour and 15 GB of disk with a million orders; ARGS="--quick" is a minute.
bench:
	@scripts/install-deps.sh bench
	@scripts/sdk-venv.sh || echo "no SDK to compare with" >&2
	cargo bench --package bss-portal --bench portal -- $(ARGS)

prepare:
	@scripts/install-deps.sh run
	$(XTASK) prepare
