# Two commands: `make run` builds everything and serves it, `make test` checks everything.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

WEB := operator-console/web
BROWSER := tests/browser
export CARGO_TERM_COLOR ?= auto
# A snapshot that differs is a failure, never a new file.
export INSTA_UPDATE := no
# Tests use the browser of the distribution, never one that a tool downloads.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
export NPM_CONFIG_FUND := false
export NPM_CONFIG_AUDIT := false
export NPM_CONFIG_UPDATE_NOTIFIER := false

WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/public $(WEB)/build proto/siaga -type f -not -path '*/gen/*' 2>/dev/null) \
	$(wildcard $(WEB)/*.json $(WEB)/*.html $(WEB)/*.yaml $(WEB)/*.ts $(WEB)/*.js)

.PHONY: help
help: ## Show this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

.PHONY: run
run: setup-run web ## Build everything and serve it on http://127.0.0.1:1120, with data in ./data
	cargo build --release --locked -p siaga
	@exec target/release/siaga serve --demo --data data

.PHONY: test
test: ## Everything: formatting, lints, tests on SQLite and PostgreSQL, the web, browser tests
	@scripts/tree-state save
	@$(MAKE) --no-print-directory setup lint web-check test-rust test-browser
	@scripts/tree-state check
	@echo "make test: everything passed"

.PHONY: setup
setup: ## Say what this machine lacks for testing, install it where allowed, and fetch the web's packages
	@scripts/setup test
	@$(MAKE) --no-print-directory $(WEB)/node_modules/.package-lock.json

.PHONY: setup-run
setup-run:
	@scripts/setup run

.PHONY: web
web: $(WEB)/dist/index.html ## Build the web that the binary embeds

$(WEB)/dist/index.html: $(WEB)/node_modules/.package-lock.json $(WEB_SOURCES)
	cd $(WEB) && npm run build

$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	cd $(WEB) && npm ci
	@touch $@

.PHONY: lint
lint: ## Formatting and lints of the Rust crates; every warning is an error
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

.PHONY: web-check
web-check: web ## Types, lints and unit tests of the web
	cd $(WEB) && npm run check
	cd $(WEB) && npm run lint --if-present
	cd $(WEB) && npm test

# Tests and the binary that they start in one build: built apart, they differ in the features of what they share, and
# nearly everything is compiled twice.
.PHONY: build-tests
build-tests: web
	cargo build --workspace --all-targets --locked

.PHONY: test-rust
test-rust: build-tests ## Tests of the Rust crates, on SQLite and on a throwaway PostgreSQL
	scripts/with-postgres cargo test --workspace --locked

.PHONY: test-browser
test-browser: build-tests ## The whole flow in a real Chromium
	cd $(BROWSER) && npm ci
	cd $(BROWSER) && SIAGA_BIN=$(CURDIR)/target/debug/siaga npm test

.PHONY: bench
bench: setup-run web ## Measure latencies; also writes target/bench.json
	cargo build --release --locked -p siaga -p siaga-tests
	scripts/with-postgres target/release/bench

.PHONY: screens
screens: web ## Photograph every screen anew, into docs/screens
	cargo build --locked -p siaga
	cd $(BROWSER) && npm ci
	cd $(BROWSER) && SIAGA_BIN=$(CURDIR)/target/debug/siaga npx playwright test -c album.config.ts

.PHONY: deny
deny: ## Licences, advisories and bans of the dependencies, when cargo-deny is installed
	@command -v cargo-deny >/dev/null || { echo "cargo-deny is not installed: cargo install cargo-deny --locked" >&2; exit 1; }
	cargo deny --locked check
