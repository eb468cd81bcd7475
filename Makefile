# Everything runs with Go, git and make; the tools are in go.mod.
GINKGO  = go tool ginkgo
FUZZTIME ?= 30s
ARTIFACTS ?= artifacts

.PHONY: test check generate lint tidy fuzz bench bench-quick bench-store bench-store-quick bench-page screenshots floods proof proof-table board clean

# Every suite and every package's tests, with the race detector. Its checks of
# pointers into Go's memory have nothing to find in SQLite, whose memory is its own,
# and take half of the time of its tests.
test:
	@mkdir -p $(ARTIFACTS)
	$(GINKGO) -r -p --keep-going --race --gcflags='modernc.org/...=-d=checkptr=0' --randomize-all --fail-on-pending --fail-on-empty \
		--output-dir=$(ARTIFACTS) --junit-report=junit.xml --json-report=report.json

check: lint tidy generate floods

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go vet -tags whole ./specs/proof
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	go tool staticcheck ./...
	go tool staticcheck -tags whole ./specs/proof

# go.mod and go.sum say what is used, no more and no less.
tidy:
	go mod tidy -diff
	go mod verify

# Generated files are those that their sources make.
generate:
	go generate ./...
	git diff --exit-code

# Each fuzz target for FUZZTIME.
fuzz:
	@for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep ^Fuzz); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

# The floods of hostile messages in full size, which the race detector is too
# slow for.
floods:
	go test ./harness/message

# What capture costs, as ratios in one run; bench-quick takes under a minute.
bench:
	go run ./specs/bench

bench-quick:
	go run ./specs/bench -quick

# What the daemon and its stores take and find in a second, and what that costs;
# bench-store-quick takes under a minute.
bench-store:
	go run ./specs/bench/store

bench-store-quick:
	go run ./specs/bench/store -quick

# How long the first page of an inbox of 100,000 messages takes in Chromium.
bench-page:
	go run ./specs/bench/store -only page

# The pictures of the page in the documentation.
screenshots:
	$(GINKGO) --focus 'Pictures for the documentation' ./specs/web
	cp $(ARTIFACTS)/web/doc-*.png docs/img/

# Every mutant of the honest client before every scenario of the catalogue, and
# the honest client in real time too; proof-table writes docs/proof.md anew.
proof:
	go test -tags whole -timeout 60m -v ./specs/proof -run 'Table|RealTime|Mutant'

proof-table:
	go test -tags whole -timeout 60m ./specs/proof -run Table -write

# Real clients, installed where they are missing, before the whole catalogue.
board:
	fixtures/clients/install.sh
	go run ./specs/board fixtures/clients docs

clean:
	rm -rf $(ARTIFACTS) bin
