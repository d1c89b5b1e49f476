# Every target sets up .venv from requirements.txt by itself. Works with GNU Make 3.81 (macOS) and later.
PYTHON ?=
BIN := .venv/bin
READY := .venv/ready
PORT ?= 8000
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help setup book serve lab test test-colab assignments student-edition run-notebooks bench lint lock address clean

help: ## explain every target
	@echo "make TARGET; the first one that needs it makes .venv (PYTHON=/path/to/python3.12 chooses the Python)"
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /|/' | awk -F'|' '{ printf "  %-16s %s\n", $$1, $$2 }'

$(READY): requirements.txt pyproject.toml tools/setup.sh
	@sh tools/setup.sh "$(PYTHON)"

setup: $(READY) ## make .venv from the lock, nothing else

book: $(READY) ## render the book to _build/html
	$(BIN)/jupyter-book build . --config _config.yml --toc book/_toc.yml -W -n --keep-going

serve: book ## show the rendered book at http://localhost:8000 (PORT=...)
	@echo "http://localhost:$(PORT)  (Ctrl-C ends it)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: $(READY) ## open JupyterLab in the course's environment
	$(BIN)/jupyter lab
