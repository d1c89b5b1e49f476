"""`make assignments`: the same bytes every time, nothing secret in them, old releases safe when something fails."""

import re
import shutil
from copy import deepcopy

import nbformat
import pytest
from nbformat import NotebookNode

import assignments
import sample_set as s
from grading import course, given_outputs, leaks, release
from grading.source_rules import SourceError, grade_id


def write_source(root, name, notebook):
    path = course.source_path(name, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


@pytest.fixture
def root(tmp_path):
    write_source(tmp_path, "01_sample", s.sample_set())
    return tmp_path


@pytest.fixture
def run(root, capsys):
    def run(*arguments):
        """`python tools/assignments.py`, in this process."""
        code = assignments.main(["--root", str(root), *arguments])
        return code, *capsys.readouterr()

    return run


# -- The course's own sets ---------------------------------------------------------------------------------------------


def test_the_committed_releases_are_those_of_the_sources():
    made = release.generate_all()
    assert [str(path.relative_to(course.ROOT)) for path in release.stale(made)] == [], "run: make assignments"


# -- The machinery -----------------------------------------------------------------------------------------------------


def test_same_bytes_whoever_saved_the_source(root):
    first = release.generate("01_sample", root)
    assert release.generate("01_sample", root) == first
    noisy = s.sample_set()
    noisy.metadata.update(celltoolbar="Create Assignment", widgets={}, language_info={"name": "python", "version": "9"})
    noisy.metadata.language_info.pygments_lexer = "ipython3"
    for number, cell in enumerate(noisy.cells):
        cell.id = f"other{number}"
        cell.metadata.update(collapsed=True, ExecuteTime={}, vscode={})
        if cell.cell_type == "code":
            cell.execution_count = number
            if grade_id(cell):
                cell.outputs = [nbformat.v4.new_output("stream", text="hello")]
    write_source(root, "01_sample", noisy)
    assert release.generate("01_sample", root) == first


def test_outputs_of_given_cells_are_shown_and_no_others():
    def code(source: str, **metadata) -> NotebookNode:
        outputs = [
            nbformat.v4.new_output("stream", text="seen"),
            nbformat.v4.new_output("error", ename="E", evalue="e"),
        ]
        cell = nbformat.v4.new_code_cell(source, execution_count=4, outputs=outputs)
        if metadata:
            cell.metadata.nbgrader = {"grade": False, "solution": False, "schema_version": 3, **metadata}
        return cell

    cells = {
        "given": code("import numpy as np\nx = 1\nx"),
        "answer": code("def answer(x):\n    local = x\n    return local", solution=True),
        "test": code("y = answer(1)\nassert y", grade=True),
        "uses the answer": code("z = answer(2)\nprint(z)"),
        "uses it inside of a function": code("def f():\n    return [answer(i) for i in range(3)]\nprint(f())"),
        "uses what came from it": code("print(z)"),
        "uses what a test made": code("print(y)"),
        "has local names like its": code("def g(answer, local):\n    return answer\ng(x, np)"),
        "makes the name anew": code("%matplotlib inline\nz = x"),
        "uses the new one": code("print(z)"),
    }
    notebook = nbformat.v4.new_notebook(cells=list(cells.values()))
    given_outputs.clear_others(notebook)
    kept = [name for name, cell in cells.items() if [output.output_type for output in cell.outputs] == ["stream"]]
    assert kept == ["given", "has local names like its", "makes the name anew", "uses the new one"]
    assert all(not cell.outputs for name, cell in cells.items() if name not in kept)
    assert {cell.execution_count for cell in notebook.cells} == {None}


def test_release_shows_what_the_source_prints(root):
    source = s.sample_set()
    source.cells[1].outputs = [nbformat.v4.new_output("stream", text="2 -> 4")]
    write_source(root, "01_sample", source)
    assert "2 -> 4" in str(nbformat.reads(release.generate("01_sample", root).decode(), as_version=4).cells[1].outputs)
    source.cells[1].outputs = [nbformat.v4.new_output("stream", text="result_of_doubling = x + x")]
    write_source(root, "01_sample", source)
    with pytest.raises(release.SourceError, match="its output shows source, cell ex1_double"):
        release.generate("01_sample", root)


def test_what_the_student_gets(root):
    notebook = nbformat.reads(release.generate("01_sample", root).decode(), as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata == s.METADATA
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "raise NotImplementedError()" in text
    assert "YOUR ANSWER HERE" in text
    assert 'check.equal("double(2)"' in text
    for secret in ("result_of_doubling", "abab", "Because", "BEGIN", "END "):
        assert secret not in text
    cells = {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}
    assert cells["ex1_double_visible_1"].metadata["editable"] is False
    assert "editable" not in cells["ex1_double"].metadata
    assert [cell.id for cell in notebook.cells if not grade_id(cell)][:2] == ["cell-01", "cell-02"]
    assert notebook.cells[1].metadata.tags == ["setup"]


def test_writes_checks_and_removes(root, run):
    assert run() == (0, "assignments/01_sample/exercises.ipynb\n", "")
    path = course.release_path("01_sample", root)
    assert run() == (0, "", "")
    assert run("--check") == (0, "", "")
    old = root / "assignments" / "00_gone" / "exercises.ipynb"
    old.parent.mkdir()
    old.write_text("{}")
    (path.parent / "notes.txt").write_text("left over")
    path.write_text(path.read_text().replace("Twice x", "Thrice x"))
    code, _, said = run("--check")
    assert code == 1
    assert re.findall(r"assignments/(\S+) is stale", said) == [
        "00_gone/exercises.ipynb",
        "01_sample/exercises.ipynb",
        "01_sample/notes.txt",
    ]
    assert old.exists()
    code, said, _ = run()
    assert code == 0
    assert said.count("(removed)") == 2
    assert sorted(p.name for p in (root / "assignments").rglob("*")) == ["01_sample", "exercises.ipynb"]


def test_a_broken_source_leaves_every_old_release_as_it_was(root, run):
    write_source(root, "02_other", s.sample_set())
    run()
    before = {path: path.read_bytes() for path in (root / "assignments").rglob("*.ipynb")}
    assert len(before) == 2
    good, broken = s.sample_set(), s.sample_set()
    good.cells[0].source = "# Changed"
    broken.cells[6].metadata.nbgrader.points = 1
    write_source(root, "01_sample", good)
    write_source(root, "02_other", broken)
    assert run() == (1, "", "solutions/02_other/exercises.ipynb: the points add up to 18, not 20\n")
    assert before == {path: path.read_bytes() for path in (root / "assignments").rglob("*.ipynb")}


def test_a_file_that_is_no_notebook(root, run):
    course.source_path("01_sample", root).write_text("{]")
    code, _, said = run()
    assert code == 1
    assert said.startswith("solutions/01_sample/exercises.ipynb: not a notebook")
    assert "Traceback" not in said


def test_without_sources_nothing_is_removed(root, run):
    run()
    shutil.rmtree(root / "solutions")
    code, _, said = run()
    assert code == 1
    assert "students' edition" in said
    assert course.release_path("01_sample", root).exists()


def test_files_beside_the_source_stay_there(root, run):
    (root / "solutions" / "01_sample" / "my_notes.md").write_text("the answer is 42")
    run()
    assert [path.name for path in (root / "assignments" / "01_sample").iterdir()] == ["exercises.ipynb"]


def test_problems_of_a_release():
    source = s.sample_set()

    def found(change):
        notebook = deepcopy(source)
        for cell in notebook.cells:
            cell.source = re.sub(r"### BEGIN HIDDEN TESTS\n(.*\n)*?### END HIDDEN TESTS", "", cell.source)
            cell.source = re.sub(
                r"### BEGIN SOLUTION\n(.*\n)*?\s*### END SOLUTION", "raise NotImplementedError()", cell.source
            )
        change(notebook)
        return "\n".join(release.release_problems(source, notebook))

    def put(index, text):
        return lambda notebook: notebook.cells[index].update(source=text)

    assert found(lambda notebook: None) == ""
    assert "the marker 'BEGIN SOLUTION' is left" in found(put(5, s.DOUBLE))
    assert "it shows source, cell ex1_double: solution" in found(
        put(0, "def f(x):\n    result_of_doubling  = x + x\n\n    return result_of_doubling")
    )
    assert "it shows source, cell ex1_double_hidden_1" in found(
        put(5, 'for x in (-1, 0.5):\n  check.equal(f"double({x})", double(x), 2 * x)')
    )
    assert "has outputs" in found(lambda notebook: notebook.cells[1].update(execution_count=3))
    assert "nothing stands in the place" in found(put(5, "def double(x): pass"))
    assert "is not Python" in found(put(5, "def double(x):\nraise NotImplementedError()"))


def test_nbgrader_itself_refuses_a_broken_source(root):
    """The same rules hold for `nbgrader generate_assignment` and for Formgrader's button."""
    from nbgrader.converters import GenerateAssignment, NbGraderException
    from nbgrader.coursedir import CourseDirectory

    def generate():
        config = course.nbgrader_config(root)
        config.SaveCells.enabled = False
        config.GenerateAssignment.no_database = True
        directory = CourseDirectory(config=config)
        directory.assignment_id = "01_sample"
        GenerateAssignment(coursedir=directory, config=config).start()

    generate()
    assert course.release_path("01_sample", root).read_bytes() == release.generate("01_sample", root)
    (root / "solutions" / "01_sample" / "my_notes.md").write_text("the answer is 42")
    with pytest.raises(NbGraderException):
        generate()
    assert not (root / "assignments" / "01_sample").exists()
    (root / "solutions" / "01_sample" / "my_notes.md").unlink()
    generate()
    broken = s.sample_set()
    broken.cells[6].source = "double(2) == 4"
    write_source(root, "01_sample", broken)
    with pytest.raises(NbGraderException):
        generate()
    with pytest.raises(SourceError, match="ex1_double_visible_1"):
        release.generate("01_sample", root)


def test_leaks_are_found_in_any_layout(tmp_path):
    looked_for = leaks.secrets(s.sample_set(), "set")
    loose = "x = 1\n\nrunning   = 0  \n# why not\n\n\tfor value_to_add in numbers:\n  running += value_to_add\n"
    assert {secret.where for secret in leaks.leaks(loose, looked_for)} == {"set, cell ex2_total: solution"}
    assert not leaks.leaks("running = 0\n" * 20, looked_for)
    notebook = s.notebook(s.code(loose))
    nbformat.write(notebook, tmp_path / "a.ipynb")
    assert leaks.leaks(leaks.readable(tmp_path / "a.ipynb"), looked_for)
    (tmp_path / "b.png").write_bytes(b"\x89PNG\xff")
    assert leaks.readable(tmp_path / "b.png") == ""
