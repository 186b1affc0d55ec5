# The front door: every run is scripted through this file.
RUN ?= lab-$(shell date -u +%Y%m%dT%H%M%SZ)
CONFIG ?=
PREFIX ?= 240.0.0.0/8
SEED ?= 1
N ?=
RATE ?= 20000
# Debian leaves the sbin folders out of an ordinary user's PATH; the programs of the test Internet are there.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin
LAB = node --import tsx scripts/lab/cli.ts
# One test file, in a network of its own, with what it prints. Its long form takes hours: a day is its limit.
ALONE = TEST_MINUTES=$(or $(TEST_MINUTES),1440) node --import tsx test/run.ts --show
# env: sudo's secure_path replaces PATH, and Node may be in a folder of the caller's
SUDO = $(if $(filter 0,$(shell id -u)),,sudo env PATH="$$PATH")

.PHONY: help setup setup-run setup-test setup-unit setup-check build test test-unit nightly check census doctor bench bench-resolve bench-handshake held later servers diffs killed chaos blocked wide chains recall fuzz flips matrix lab-up lab-down lab-shell docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{ printf "  make %-13s %s\n", $$1, $$2 }'

setup: ## install everything a census and the test Internet need: Debian packages, npm packages, the build
	@scripts/setup lab

setup-run: ## install the same, without the test Internet
	@scripts/setup run

setup-test: ## install the same, plus everything the tests need
	@scripts/setup test

setup-unit: ## install only what make test-unit needs: npm packages, the build, the probe module
	@scripts/setup unit

setup-check: ## install only what make check needs
	@scripts/setup check

build: ## build the orchestrator and the probe module
	@npm run --silent build
	@$(MAKE) --silent -C zmap-module

census: $(if $(CONFIG),setup-run,setup) ## census of the test Internet, or a real one: make census CONFIG=file RUN=name
	@scripts/census $(RUN) $(CONFIG)

test: setup-test ## run all tests; skipped ones say why
	@CENSUS_TEST_CLI=$(CURDIR)/dist/cli.js node --import tsx test/run.ts

test-unit: setup-unit ## run the tests that need neither root nor a lab; a minute on two cores
	@CENSUS_TEST_CLI=$(CURDIR)/dist/cli.js node --import tsx test/run.ts --unit

nightly: setup-test ## run all tests in their long form: more fuzzing, more addresses, every scan five times, the paper world at full size; a skip is a failure
	@EXPECT_ALL=1 HELD=whole USERS=all TEST_MINUTES=60 PAPER_WORLD=whole FUZZ_SECONDS=600 MPTCP_FUZZ_SECONDS=600 MPTCP_SYNSCAN_RUNS=5 RECALL_BITS=16 FLIPS=300 PYASN_ADDRESSES=2000000 \
		CENSUS_TEST_CLI=$(CURDIR)/dist/cli.js node --import tsx test/run.ts

check: setup-check ## check types, lint, format, dead code and house rules
	@npm run --silent types
	@npm run --silent lint
	@npm run --silent dead
	@node --import tsx test/house-rules.ts
	@$(MAKE) --silent -C zmap-module check

doctor: ## check for all required programs and kernel features
	@node dist/cli.js doctor

bench: setup-test ## benchmark the probe module against tcp_synscan, ip2asn-lite against pyasn and resolve against c-ares, and measure what records cost
	@code=0; for bench in scripts/bench/*.ts; do node --import tsx $$bench || code=1; done; exit $$code

chains: setup-test ## locate a middlebox at every hop of chains of 2 to 12 routers, over IPv4 and IPv6, and where flows are split over two paths; half a minute
	@$(SUDO) env LONG=1 $(ALONE) test/lab/chain.test.ts test/lab/fork.test.ts

wide: setup-test ## census of a whole /8 in a lab, killed and resumed; set PREFIX, and RATE in packets per second that this machine keeps up with; COMPARED=1 compares it with an undisturbed one
	@$(SUDO) env WIDE_PREFIX=$(PREFIX) WIDE_RATE=$(RATE) WIDE_PART=1000000 WIDE_COMPARED=$(or $(COMPARED),0) $(ALONE) test/lab/wide.test.ts

recall: setup-test ## measure recall over 65,536 servers with packet loss both ways, drawn from SEED, and one retry
	@$(SUDO) env RECALL_BITS=16 $(if $(SEED),RECALL_SEED=$(SEED)) $(ALONE) test/lab/recall.test.ts

bench-resolve: setup-test ## benchmark resolve on 200,000 names, 7 % of them dead; one hour
	@$(SUDO) node --import tsx scripts/bench/resolve.ts 200000 0 0 0

held: setup-test ## check that every announced address is seen, from all kinds of servers, at 50 and 300 ms and with packet loss; fourteen minutes
	@$(SUDO) env HELD=whole $(ALONE) test/orchestrator/tools/wget/hold.test.ts

later: setup-test ## opt-outs that arrive while confirm and hops are sending, controls that are not what they seem, a middlebox that answers for hosts; three minutes
	@$(SUDO) unshare --net sh -c 'ip link set lo up; node --import tsx test/lab/later/opt-outs.ts && node --import tsx test/lab/later/controls.ts \
		&& exec node --import tsx test/lab/later/nearer.ts'

servers: setup-test ## hold connections to a dozen server programs under MPTCP; needs haproxy lighttpd apache2 openssh-server redis-server socat
	@$(SUDO) env SERVERS=all $(ALONE) test/orchestrator/tools/wget/programs.test.ts

bench-handshake: setup-test ## benchmark the handshake with 5,000 genuine servers in a lab; five minutes
	@$(SUDO) node --import tsx scripts/bench/handshake.ts 5000

diffs: setup-test ## two days of a test Internet with thirty planted changes: diff must find the one cause of each; four minutes
	@$(SUDO) node --import tsx scripts/lab/changes.ts

killed: setup-test ## kill a census with stand-in programs once in each stage, at the study's size: 2,000,000 names
	@KILLED_NAMES=2000000 $(ALONE) test/orchestrator/killed-census.test.ts

chaos: setup-test ## lab censuses with N (200) kills, full disks and power cuts, from SEED on: all must end with the undisturbed result; ONLY repeats one run
	@$(SUDO) env CHAOS_FAULTS=$(or $(N),200) CHAOS_SEED=$(SEED) $(if $(ONLY),CHAOS_ONLY=$(ONLY)) $(ALONE) test/chaos/chaos.test.ts

blocked: setup-test ## N (10,000) random targets and half as many opt-outs in every notation: none may appear in a command or on the wire
	@for file in orchestrator/address/blocklist-random orchestrator/blocked/commands lab/blocked; do \
		$(SUDO) env BLOCKED_TARGETS=$(or $(N),10000) $(ALONE) test/$$file.test.ts || exit 1; done

fuzz: ## fuzz the option codec and the capture reader for a minute each
	@$(MAKE) --silent -C zmap-module fuzz fuzz-traffic SECONDS=60

flips: setup-unit ## damage a run folder at random 300 times: verify must name each damaged file, run must publish nothing from it
	@FLIPS=300 $(ALONE) test/orchestrator/verify/flips.test.ts

matrix: setup-unit ## run every tool with a program that fails in every known way, with floods at full size; five minutes
	@MATRIX_MEGABYTES=1000 node --import tsx test/run.ts tools/matrix core/process/exec core/process/lines

docs: ## regenerate the data dictionary from the schemas
	@node --import tsx scripts/data-dictionary.ts

lab-up: setup ## set up the test Internet and leave it running
	@$(SUDO) $(LAB) up

lab-down: ## tear down every test Internet of this checkout
	@$(SUDO) $(LAB) down --all-mine

lab-shell: ## open a shell in the scanner of the running test Internet
	@$(SUDO) $(LAB) shell

clean: ## remove build output; keep runs/
	rm -rf dist build coverage orchestrator/ip2asn-lite/dist
	$(MAKE) --silent -C zmap-module clean
	$(MAKE) --silent -C scripts/lab clean
