# Two commands: `make test` and `make run-experiments` (QUICK=1 for a smoke run,
# KEEP=1 to take the trials of the published tables as they are).
# Each sets up a private environment in .venv first, and reuses it while the
# requirements are unchanged.

PYTHON ?= python3
QUICK ?=
KEEP ?=
RUN := .venv/bin/python
READY := .venv/requirements.installed
BACKENDS_READY := .venv/requirements-backends.installed
PEERS_READY := .venv/requirements-benchmarks.installed
LOWEST := .venv-lowest/bin/python
LOWEST_READY := .venv-lowest/requirements-lowest.installed
LIBRARY := tests/losses tests/metrics_test.py tests/weighting_test.py \
	tests/reported_test.py tests/layers_test.py tests/calibration_test.py \
	tests/doctests_test.py tests/defaults_test.py
# A process a core, each with a thread for its kernels and one for matrices: more would
# wait for each other.
ONE_THREAD := NUMBA_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# A test runs a program once or twice: compiling it well takes longer than it runs.
# TensorFlow's tests compile with XLA as users do.
ON_JAX := KERAS_BACKEND=jax XLA_FLAGS="--xla_backend_optimization_level=0 \
	--xla_llvm_disable_expensive_passes=true"
# The tests of a file share what they trained; files start in their order, lest the long
# ones of few tests come last.
SHARED := -n auto --dist loadfile --no-loadscope-reorder
PYTEST := $(ONE_THREAD) $(RUN) -m pytest $(SHARED)
COMPARED := tests/lab/compare/predictor_test.py
# Half a hundred whole comparisons: on JAX, which traces in half the time.
ANSWERED := tests/lab/compare/situations_test.py
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: help test test-slow test-backends test-lowest lint audit run-experiments site benchmarks readme gallery clean

help:
	@echo "make test              run the tests (TensorFlow backend)"
	@echo "make test-slow         run the tests that take minutes"
	@echo "make test-backends     run the library's tests on JAX and PyTorch, the engine's on JAX"
	@echo "make test-lowest       run the library's tests on the oldest releases it takes"
	@echo "make run-experiments   run every study, write results/; QUICK=1: a smoke run"
	@echo "make site              build the site from results/ in site/"
	@echo "make readme            renew the lists of findings in the pages from results/"
	@echo "make gallery           draw every loss and list its facts in results/gallery"
	@echo "make benchmarks        time us beside what one would use instead"
	@echo "make lint              style and types"
	@echo "make audit             ask the published verdicts for what they must not say"
	@echo "make clean             remove the environments"

$(READY): requirements.txt
	test -x $(RUN) || $(PYTHON) -m venv .venv
	$(RUN) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'hinge_keras needs Python 3.11 or newer: make PYTHON=python3.11')"
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(BACKENDS_READY): requirements-backends.txt $(READY)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-backends.txt
	touch $@

$(PEERS_READY): requirements-benchmarks.txt $(BACKENDS_READY)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-benchmarks.txt
	touch $@

$(LOWEST_READY): requirements-lowest.txt
	test -x $(LOWEST) || $(PYTHON) -m venv .venv-lowest
	$(LOWEST) -m pip install --quiet --disable-pip-version-check -r requirements-lowest.txt
	touch $@

test: $(READY)
	$(PYTEST)

test-slow: $(READY)
	$(PYTEST) -m slow --ignore $(ANSWERED)

test-backends: $(BACKENDS_READY)
	$(ON_JAX) $(PYTEST) $(LIBRARY)
	$(ON_JAX) $(PYTEST) tests/lab/training $(COMPARED)
	$(ON_JAX) $(ONE_THREAD) $(RUN) -m pytest -n auto -m slow $(ANSWERED)
	KERAS_BACKEND=torch $(PYTEST) $(LIBRARY) tests/lab/fit_test.py $(COMPARED)
	$(RUN) -m pytest -m slow -k ray tests/lab/training/engines_test.py

test-lowest: $(LOWEST_READY)
	$(ONE_THREAD) $(LOWEST) -m pytest $(SHARED) $(LIBRARY) tests/svm

lint: $(READY)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

run-experiments: $(READY)
	$(RUN) -m experiments $(if $(QUICK),--quick) $(if $(KEEP),--keep-published)

audit: $(READY)
	$(RUN) -m experiments.audit

benchmarks: $(PEERS_READY)
	$(RUN) -m benchmarks.replicas
	KERAS_BACKEND=jax $(RUN) -m benchmarks.replicas
	$(RUN) -m benchmarks.growth
	$(RUN) -m benchmarks.losses
	KERAS_BACKEND=jax $(RUN) -m benchmarks.losses
	$(RUN) -m benchmarks.svm
	$(RUN) -m benchmarks.dense
	$(RUN) -m benchmarks.certificates
	$(RUN) -m benchmarks.regression
	$(RUN) -m benchmarks.ranking
	$(RUN) -m benchmarks.stored
	$(RUN) -m benchmarks.evidence
	$(RUN) -m benchmarks.situations
	$(RUN) -m benchmarks.memory
	$(RUN) -m benchmarks.engines
	$(RUN) -m benchmarks.peaks
	$(RUN) -m benchmarks.kills
	$(RUN) -m benchmarks.unprepared
	$(RUN) -m benchmarks

readme: $(READY)
	$(RUN) -m hinge_keras.lab.page.index README.md=results experiments/README.md=../results

gallery: $(READY)
	$(RUN) -m hinge_keras.lab.gallery
	$(RUN) -m hinge_keras.lab.samples

site: $(READY)
	$(RUN) -m hinge_keras.lab.site

clean:
	rm -rf .venv .venv-lowest
