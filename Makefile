# `make help` lists the targets. `make run` and `make test` need nothing but Go; the others fetch and build what they
# need, pinned by tools/go.mod and tools/package-lock.json, into bin/ and tools/node_modules/.

SPECTRAL := tools/node_modules/.bin/spectral
# Arguments for `make run`, for example ARGS='--listen 127.0.0.1:9090'.
ARGS ?=
# What `make build` stamps; expanded only there.
VERSION = $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# The race detector needs cgo and a C compiler that finds its headers; without them the tests run all the same.
CAN_RACE := go list -race runtime && printf '\043include <stdlib.h>\n' | $$(go env CC) -E -x c -

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the service in development mode (ARGS= adds arguments)
	go run ./cmd/hookline serve --dev $(ARGS)

.PHONY: test
test: ## run all tests, with the race detector where there is a C compiler
	@race=-race; if ! { $(CAN_RACE); } >/dev/null 2>&1; then race=; \
		echo 'make test: there is no C compiler that works with cgo, so the race detector is off'; fi; \
	set -x; go test $$race ./...

.PHONY: bench
bench: ## run the benchmarks, and those that compare with other libraries
	go test -run '^$$' -bench . -benchmem ./...
	go test -C benchmarks -run '^$$' -bench . -benchmem ./...

.PHONY: build
build: ## build bin/hookline, stamped with the version that git describes
	go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/hookline ./cmd/hookline

.PHONY: generate
generate: ## rebuild gen/ from openapi.yaml
	go generate ./...

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
breaking: bin/oasdiff ## fail if openapi.yaml breaks the last tag's (or main's, or BASE=…)
	./tools/breaking.sh

.PHONY: api
api: ## fail if the exported Go API is not what api/ says (UPDATE=1 records it)
	./tools/api.sh $(if $(UPDATE),-update)

.PHONY: vuln
vuln: bin/govulncheck ## look for known vulnerabilities that the code reaches
	./tools/vuln.sh

.PHONY: tools
tools: bin/golangci-lint bin/oasdiff bin/govulncheck $(SPECTRAL) ## fetch and build every tool

.PHONY: clean
clean: ## remove bin/ and tools/node_modules/
	rm -rf bin tools/node_modules

bin/golangci-lint: TOOL := github.com/golangci/golangci-lint/v2/cmd/golangci-lint
bin/oasdiff: TOOL := github.com/oasdiff/oasdiff
bin/govulncheck: TOOL := golang.org/x/vuln/cmd/govulncheck
bin/golangci-lint bin/oasdiff bin/govulncheck: tools/go.mod tools/go.sum
	go build -C tools -trimpath -o ../$@ $(TOOL)
	@touch $@ # go build leaves a file that is up to date as it was, and make would build it again

$(SPECTRAL): tools/package.json tools/package-lock.json tools/.npmrc
	cd tools && npm ci
	@touch $@
