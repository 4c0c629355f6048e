# Every target sets up what it needs in .venv; nothing else on the machine is touched.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test soak lint bench docs wheel clean

demo: .venv/torch
	$(BIN)/inception-graph build googlenet -o out --force
	@echo "Look at out/diagram.svg, read out/model.py."

test: .venv/dev
	$(BIN)/python -m pytest -n auto

# Hundreds of kills, full disks and lost processes: ten minutes, more where the machine is busy.
soak: .venv/dev
	$(BIN)/python tests/training/soak.py

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/inception-graph check specs/*.yaml

bench: .venv/peers
	$(BIN)/python -m benchmarks

docs: .venv/dev
	$(BIN)/python docs/generate.py

wheel: .venv/dev
	$(BIN)/python -m build --wheel --no-isolation

.venv/bin/python:
	$(PYTHON) -m venv .venv

# The packages are listed where they are needed, in pyproject.toml; a stamp says that an extra is installed.
.venv/torch .venv/dev: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation --editable ".[torch,data$(if $(findstring dev,$@),$(comma)dev)]"
	@touch $@

# These would bring another torch with them; what they need is here already, or in the first line.
.venv/peers: .venv/dev
	$(PIP) torchinfo torchview keras openvino requests tqdm
	$(PIP) --no-deps torchvision timm facenet-pytorch pretrainedmodels pytorchcv
	@touch $@

comma := ,

clean:
	rm -rf .venv out dist build
