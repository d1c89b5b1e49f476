# Every target sets up .venv from requirements.txt by itself. Works with GNU Make 3.81 (macOS) and later.
PYTHON ?=
PORT ?= 8000
BIN := .venv/bin
READY := .venv/ready
BENCHMARKS := benchmarks/tokenizer.py benchmarks/data.py benchmarks/model.py benchmarks/training.py \
	benchmarks/pretrained.py benchmarks/decoding.py
ABOUT = $(wildcard tests/test_$(ONLY).py gptutils/$(ONLY).py gptutils/*/$(ONLY).py)
TOC := $(if $(SOLUTIONS),book/solutions/_toc.yml,book/_toc.yml)
BOOK := $(BIN)/jupyter-book build . --config _config.yml --toc $(TOC) -W -n --keep-going

.DEFAULT_GOAL := help
.PHONY: help setup book pdf serve lab test test-fast test-colab bench assignments kill-matrix student-edition course-model run-notebooks status review address lint lock clean

help: ## explain every target
	@echo "make TARGET   (the first target that needs it makes .venv; PYTHON=/path/to/python3.12 chooses the Python)"
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /|/' | awk -F'|' '{ printf "  %-16s %s\n", $$1, $$2 }'

setup: $(READY) ## make .venv from the lock, nothing else

$(READY): requirements.txt pyproject.toml tools/setup.sh
	@sh tools/setup.sh "$(PYTHON)"

book: $(READY) ## render the book to _build/html (SOLUTIONS=1: with the reference solutions, for everyone to read)
	@$(BIN)/python tools/solutions.py $(if $(SOLUTIONS),--publish)
	@$(BOOK) || { rm -rf _build/.doctrees; exit 1; } # else Sphinx would not repeat its warnings the next time
	@if grep -q "url:.*SET_OWNER" _config.yml; then echo "Buttons for Colab and the repository are left out until:" \
		"make address URL=https://github.com/OWNER/NAME"; fi

pdf: book ## print the whole book to _build/build-a-gpt.pdf (needs Chromium)
	@$(BIN)/python tools/pdf.py

serve: book ## render the book and show it at http://localhost:8000 (PORT=8001 for another port)
	@echo "http://localhost:$(PORT)   (Ctrl-C ends it)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: $(READY) ## open JupyterLab in the course's environment
	$(BIN)/jupyter lab

test: $(READY) book ## run all tests: package, notebooks' outputs (nbval), grading, book, browser
	$(BIN)/ruff check
	@# One thread in each process: two processes with two threads each wait for one another on two cores.
	@# The notebooks' outputs are those of a CPU; GPTUTILS_DEVICE keeps larger runs off a GPU.
	OMP_NUM_THREADS=1 GPTUTILS_DEVICE=cpu BOOK_HTML="$(CURDIR)/_build/html" $(BIN)/python -m pytest --nbval --nbval-current-env -n 2 --dist loadfile

test-fast: $(READY) ## the tests of a minute: no browser, notebooks, classes (ONLY=tokenizer: a module's; SET=02_batches: a set's)
	@$(if $(ONLY),$(if $(ABOUT),,echo "there is no module $(ONLY) in gptutils and no tests/test_$(ONLY).py"; exit 1))
	@$(if $(SET),$(if $(wildcard solutions/$(SET)),,echo "there is no set $(SET) in solutions"; exit 1))
	$(if $(ONLY)$(SET),,OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow" gptutils tests --ignore tests/browser)
	$(if $(ONLY),$(BIN)/python -m pytest -q $(ABOUT))
	$(if $(SET),$(BIN)/python -m pytest -q tests/grading/test_proofs.py tests/grading/test_releases.py -k "$(SET) or committed")

test-colab: $(READY) ## run every lesson and exercise set alone, with the versions of packages that Colab has
	$(BIN)/python tools/colab.py

bench: $(READY) ## measure speed against other libraries, bare loops and the disk, as ratios (BENCHMARKS="benchmarks/tokenizer.py" for some)
	@for script in $(BENCHMARKS); do echo "== $$script"; $(BIN)/python $$script || exit 1; done

assignments: $(READY) ## instructors: make the students' notebooks in assignments/ from solutions/
	$(BIN)/python tools/assignments.py

kill-matrix: $(READY) ## instructors: run the answer bank and write its pages in the book (SET=02_batches for one set)
	$(BIN)/python -m grading.kill_matrix $(SET)

student-edition: $(READY) ## instructors: the repository without solutions and hidden tests, in _build/student-edition
	$(BIN)/python tools/student_edition.py

course-model: $(READY) ## train the course's own small model by its recipe, and store it in the package
	$(BIN)/python tools/course_model.py

run-notebooks: $(READY) ## run lessons and solutions and store their outputs (NOTEBOOKS="chapters/01_tokenizer.ipynb" for some)
	$(BIN)/python tools/execute.py $(NOTEBOOKS)

review: $(READY) ## notebooks as readable text, and what changed in it, in _build/review (NOTEBOOKS=... AGAINST=main)
	$(BIN)/python tools/review.py $(NOTEBOOKS) $(if $(AGAINST),--against $(AGAINST))

status: $(READY) ## run all notebooks, change none, and write how long each takes for the book (NOTEBOOKS="..." for some)
	$(BIN)/python tools/execute.py --measure $(NOTEBOOKS)

address: $(READY) ## change the repository's address everywhere (URL=https://github.com/OWNER/NAME BRANCH=main)
	$(BIN)/python tools/address.py $(URL) $(if $(BRANCH),--branch $(BRANCH))

lint: $(READY) ## format the Python files and check them
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: $(READY) ## pin what pyproject.toml asks for in requirements.txt (UPGRADE=1 takes the newest releases)
	sh tools/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove what was built (not .venv)
	rm -rf _build build gptutils.egg-info .pytest_cache .ruff_cache .hypothesis
