# Needs Python 3.11 or newer, git and make; everything else goes into $(VENV). `make help` lists the targets.

VENV    = .venv
CLIENT  = reference
SHOP    = examples/endpoint/shop.py
TARGET  = mock
PROFILE = quick
SEED    =
ARGS    =
WORKERS = --numprocesses=auto --maxprocesses=4

BIN     = $(VENV)/bin
PIP     = $(BIN)/pip --quiet --disable-pip-version-check
PYTHONS = $(or $(PYTHON),python3 python3.13 python3.12 python3.11)

# the shipped example that CLIENT names, if any, is installed before it is certified
EXAMPLE = $(foreach name,amazonpayclient amazon-pay-v2 nodejs java,$(if $(findstring examples/$(name)/,$(CLIENT)),example-$(name)))

.PHONY: help certify test lint format types build docs site examples clean mutation wycheproof sns browser shop power
.PHONY: actionlint peers
.PHONY: example-amazonpayclient example-amazon-pay-v2 example-shop example-nodejs example-java example-endpoint endpoint
.NOTPARALLEL:
.DEFAULT_GOAL = help

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo "variables: CLIENT TARGET PROFILE SEED for certify, SHOP for endpoint, ARGS for both and test, PYTHON, VENV"

certify: export CLIENT_IN_WORDS = $(CLIENT)
certify: $(VENV)/.kit $(EXAMPLE)  ## certify CLIENT (default: reference) against TARGET (default: mock)
	@$(BIN)/amazonpay-conformance certify --client "$$CLIENT_IN_WORDS" --target "$(TARGET)" --profile "$(PROFILE)" $(if $(SEED),--seed "$(SEED)") $(ARGS)

endpoint: $(VENV)/.kit $(if $(findstring examples/endpoint/,$(SHOP)),example-endpoint)  ## certify the notification endpoint of SHOP (default: examples/endpoint/shop.py)
	@$(BIN)/amazonpay-conformance certify-endpoint "$(SHOP)" $(ARGS)

test: $(VENV)/.dev  ## run all tests
	@$(MAKE) --silent --keep-going examples browser || echo "examples that are not installed are not tested"
	@$(BIN)/pytest -rs $(WORKERS) $(ARGS)

lint: $(VENV)/.dev  ## look for style and likely faults (ruff)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.dev  ## lay the code out as ruff wants it
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

build: $(VENV)/.dev  ## build sdist and wheel into dist/
	@rm -rf dist
	@said=$$($(BIN)/python -m build --outdir dist . 2>&1) || { echo "$$said"; exit 1; }
	@ls dist

types: build  ## check types of the built wheel (mypy --strict)
	@rm -rf build/typing
	@$(PIP) install --no-deps --target build/typing dist/*.whl
	@MYPYPATH=build/typing $(BIN)/mypy --strict -p amazonpay_conformance

docs: $(VENV)/.kit  ## write the generated parts of the documents anew
	@$(BIN)/python docs/generate.py

mutation: $(VENV)/.dev  ## change one thing at a time in the model, list what no test notices (MODULES="money draft")
	@$(PIP) install --editable '.[mutation]'
	@$(BIN)/python benchmarks/mutation/run.py $(MODULES)

wycheproof:  ## fetch Wycheproof's vectors into Go's cache, for the test that runs them
	@if command -v go >/dev/null; then cd tests/vectors/wycheproof && go mod download || echo "Wycheproof's vectors cannot be had"; else echo "no go: Wycheproof's vectors are not tried"; fi

actionlint:  ## install actionlint, for the test of the GitHub snippet
	@if command -v go >/dev/null; then GOBIN=$(abspath build/tools) go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 2>/dev/null || echo "actionlint cannot be had"; else echo "no go: actionlint is not asked"; fi

peers: $(VENV)/.dev  ## measure this kit beside others on the same twenty servers (ARGS="--seconds 60 --seeds 10")
	@test -x build/peers/bin/st || { $(BIN)/python -m venv build/peers && build/peers/bin/pip install --quiet --disable-pip-version-check 'schemathesis>=4.32' .; }
	@$(BIN)/python benchmarks/peers/run.py --schemathesis build/peers/bin/st $(ARGS)

sns:  ## install AWS's validator of SNS messages, for the test that asks it
	@if command -v npm >/dev/null; then $(MAKE) --silent tests/vectors/sns/node_modules; else echo "no npm: AWS's validator of SNS messages is not asked"; fi

shop: $(VENV)/.example-shop  ## run the example shop against the mock, for a browser
	@cd examples/shop && $(abspath $(BIN))/python run.py $(ARGS)

browser: $(VENV)/.dev $(VENV)/.example-shop  ## install what the tests of the pages need: axe-core, the shop
	@if command -v npm >/dev/null; then $(MAKE) --silent tests/browser/node_modules; else echo "no npm: accessibility is not tested"; fi

power: $(VENV)/.kit  ## measure what the kit finds with its catalogue of faulty subjects, into docs/power.json
	@mkdir -p build
	@$(BIN)/amazonpay-conformance power --jobs 2 --out build/power.jsonl --json $(ARGS) >build/power.json; code=$$?; test -s build/power.json && cp build/power.json docs/power.json && $(BIN)/python docs/generate.py; exit $$code

site: $(VENV)/.site docs  ## build the documents as a site into build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

examples: example-amazonpayclient example-amazon-pay-v2 example-shop example-endpoint  ## install the clients of examples/
	@if command -v npm >/dev/null; then $(MAKE) --silent example-nodejs; else echo "no npm: examples/nodejs is left out"; fi
	@if command -v mvn >/dev/null; then $(MAKE) --silent example-java; else echo "no mvn: examples/java is left out"; fi

example-amazonpayclient example-amazon-pay-v2 example-shop example-endpoint: example-%: $(VENV)/.example-%
example-nodejs: examples/nodejs/node_modules
example-java: examples/java/target/lib

clean:  ## remove all that make has made
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	rm -rf amazonpay-conformance-report amazonpay-conformance-mock examples/nodejs/node_modules tests/vectors/sns/node_modules examples/java/target
	rm -rf tests/browser/node_modules examples/shop/build

$(VENV)/.made:
	@python=$$(for name in $(PYTHONS); do \
	    "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done); \
	test -n "$$python" || { echo "Python 3.11 or newer is needed, none of these is: $(PYTHONS); name it: make PYTHON=..." >&2; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "$$python has no venv module (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1; }; \
	echo "setting up $(VENV) with $$("$$python" --version)" && "$$python" -m venv $(VENV) && touch $@

# pip looks at a project anew only when told to: when pyproject.toml has changed
$(VENV)/.kit: pyproject.toml | $(VENV)/.made
	@echo "installing the kit"
	@$(PIP) install --editable . && touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.made
	@echo "installing the kit and what its tests need"
	@$(PIP) install --editable '.[dev]' && touch $(VENV)/.kit $@

$(VENV)/.site: pyproject.toml | $(VENV)/.kit
	@echo "installing what the site is built with"
	@$(PIP) install --editable '.[site]' && touch $@

$(VENV)/.example-%: examples/%/requirements.txt | $(VENV)/.kit
	@echo "installing the client of examples/$*"
	@$(PIP) install --requirement $< && touch $@

examples/nodejs/node_modules: examples/nodejs/package.json
	@echo "installing the client of examples/nodejs"
	@npm install --prefix examples/nodejs --no-package-lock --no-audit --no-fund --silent && touch $@

tests/vectors/sns/node_modules: tests/vectors/sns/package.json
	@npm install --prefix tests/vectors/sns --no-package-lock --no-audit --no-fund --silent && touch $@

tests/browser/node_modules: tests/browser/package.json
	@echo "installing axe-core for tests/browser"
	@npm install --prefix tests/browser --no-package-lock --no-audit --no-fund --silent && touch $@

examples/java/target/lib: examples/java/pom.xml
	@echo "installing the client of examples/java"
	@said=$$(mvn --quiet --batch-mode --file $< dependency:copy-dependencies 2>&1) || { echo "$$said"; exit 1; }
	@touch $@
