"""What every committed notebook keeps to, besides that nbval compares its outputs."""

import ast
import itertools
import re

import nbformat
import pytest

import notebooks

SOURCES = notebooks.sources()
LESSONS = [path for path in SOURCES if path.parent.name == "chapters"]
RELEASES = sorted((notebooks.ROOT / "assignments").glob("*/*.ipynb"))
MYST = re.compile(r"^\s*(:::+|```+)\s*\{|\{[a-z:]+\}`|^\(.+\)=\s*$", re.M)
A_PATH_OR_ADDRESS = re.compile(
    r"/(home|root|tmp|Users|content|usr)/\w|site-packages|\bat 0x[0-9a-f]{6,}|[A-Z]:\\\\Users"
)


def name(path):
    return str(path.relative_to(notebooks.ROOT))


every_notebook = pytest.mark.parametrize("path", [*SOURCES, *RELEASES], ids=name)
every_source = pytest.mark.parametrize("path", SOURCES, ids=name)
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=name)


def code_cells(path):
    return [cell for cell in notebooks.read(path).cells if cell.cell_type == "code" and cell.source.strip()]


def test_there_are_notebooks():
    """Every lesson has its exercises; the student edition has no solutions, but all the rest."""
    names = [path.stem for path in LESSONS]
    assert names
    assert [path.parent.name for path in RELEASES] == names
    assert [path.parent.name for path in SOURCES if path not in LESSONS] in (names, [])


@every_notebook
def test_written_in_normal_form(path, tmp_path):
    """Valid, unique cell ids, and the bytes that tools/notebooks.py writes: no metadata of one person's editor."""
    notebook = notebooks.read(path)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    notebooks.write(notebook, tmp_path / "normal.ipynb")
    assert path.read_bytes() == (tmp_path / "normal.ipynb").read_bytes(), (
        f"run: make run-notebooks NOTEBOOKS={name(path)}"
    )


@every_notebook
def test_formulas_show_no_backslash(path):
    r"""MathJax prints the backslash of \text{min\_lr}; in \mathrm{min\_lr} it does not."""
    cells = [cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown"]
    assert re.findall(r"\\text\{[^}]*\\_[^}]*\}", "\n".join(cells)) == []


@every_source
def test_executed_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@every_source
def test_outputs_hold_on_every_machine(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.get("name") != "stderr", cell.source
            assert output.output_type != "error", cell.source
            text = str({k: v for k, v in output.get("data", output).items() if not k.startswith("image/")})
            found = A_PATH_OR_ADDRESS.search(text)
            assert not found, f"{cell.source}\nshows {found[0]!r}"


@every_source
def test_outputs_are_checked(path):
    """At least 95 % of the cells with outputs are compared by nbval; the others say why they cannot be."""
    with_output = [cell for cell in code_cells(path) if cell.outputs]
    ignored = [
        cell
        for cell in with_output
        if "nbval-ignore-output" in cell.metadata.get("tags", [])
        or re.search(r"NBVAL_(IGNORE|SKIP)", cell.source, re.I)
    ]
    assert len(ignored) <= 0.05 * len(with_output)
    for cell in ignored:
        assert re.search(r"^#.*\b(because|differ|depend)", cell.source, re.M), f"say in a comment why:\n{cell.source}"


@every_notebook
def test_one_setup_cell_first(path):
    cells = code_cells(path)
    assert [i for i, cell in enumerate(cells) if "setup" in cell.metadata.get("tags", [])] == [0]
    assert cells[0].source == notebooks.setup_cell_source(), "run: make address"


@every_notebook
def test_prose_is_plain_commonmark(path):
    """MyST directives and roles show as raw text in JupyterLab and Colab."""
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "markdown":
            assert not MYST.search(cell.source), cell.source


@every_notebook
def test_headings_nest(path):
    prose = "\n".join(cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown")
    prose = re.sub(r"^```.*?^```", "", prose, flags=re.M | re.S)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose, re.M)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))


@every_lesson
def test_figures_have_alternative_text(path):
    for cell in code_cells(path):
        pictures = [output.data for output in cell.outputs if "data" in output]
        # A drawing brings a title and a description of its own.
        if any("image/png" in data or 'class="figure"' in data.get("image/svg+xml", "") for data in pictures):
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt) > 40, f"describe the figure in the cell's metadata, mystnb.image.alt:\n{cell.source}"


@every_lesson
def test_lessons_stand_on_the_package_alone(path):
    """A lesson imports libraries and gptutils, never another notebook or a file beside it."""
    for cell in code_cells(path):
        source = "\n".join(line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!")))
        if "setup" in cell.metadata.get("tags", []):
            continue
        for node in ast.walk(ast.parse(source)):
            assert not (isinstance(node, ast.ImportFrom) and node.level), cell.source
    assert not re.search(r"%run|import_ipynb", "\n".join(cell.source for cell in code_cells(path)))


@every_notebook
def test_shown_code_uses_no_name_whose_import_is_folded_away(path):
    """Who reads the page from top to bottom knows where each name comes from."""
    imported = {"shown": set(), "folded": set()}
    for cell in code_cells(path):
        tags = cell.metadata.get("tags", [])
        side = "folded" if any(tag.startswith(("hide-", "remove-")) for tag in tags) or "setup" in tags else "shown"
        nodes = list(ast.walk(ast.parse(re.sub(r"^(\s*)%.*", r"\1pass", cell.source, flags=re.M))))
        for node in nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported[side] |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        used = {node.id for node in nodes if isinstance(node, ast.Name)}
        if side == "shown":
            missing = used & (imported["folded"] - imported["shown"])
            assert not missing, f"{cell.source[:60]!r} uses {missing}, whose import is not shown"


@every_lesson
def test_lessons_link_to_their_exercises(path):
    prose = "\n".join(cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown")
    assert f"../assignments/{path.stem}/exercises.ipynb" in prose


@every_lesson
def test_docstrings_name_sections_that_the_lesson_has(path):
    """Those of the module that says of the lesson that it builds every piece of it; a beginning is enough."""
    prose = "\n".join(cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown")
    headings = re.findall(r"^#+ (.+)$", prose, re.M)
    modules = [
        m for m in (notebooks.ROOT / "gptutils").glob("*.py") if f"``chapters/{path.name}``" in m.read_text("utf-8")
    ]
    for module in modules:
        docstrings = re.sub(r"\s+", " ", module.read_text("utf-8"))
        for named in re.findall(r'\bsections? "([^"]+)"(?: (?:to|and) "([^"]+)")?', docstrings, re.I):
            for section in filter(None, named):
                assert any(heading.startswith(section) for heading in headings), f"{module.name}: {section}"
