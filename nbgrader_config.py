"""nbgrader's settings; found by `nbgrader ...` and by JupyterLab's Formgrader when started in this folder."""

import os
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
# nbgrader calls the command `alembic`: this finds it also where .venv is not activated, as under `make lab`.
COMMANDS = str(Path(sys.executable).parent)
if COMMANDS not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([COMMANDS, os.environ.get("PATH", "")])

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor  # noqa: E402
from nbgrader.preprocessors import (  # noqa: E402
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    DeduplicateIds,
    GetGrades,
    IgnorePattern,
    LimitOutput,
    LockCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from grading.nbgrader_steps import (  # noqa: E402
    CheckSource,
    Execute,
    HideHiddenTests,
    KeepGivenOutputs,
    RestoreCells,
    TidyRelease,
)

c = get_config()  # noqa: F821

# Warnings about the inside of nbgrader and about Colab's notebooks, on which an instructor cannot act.
warnings.filterwarnings("ignore", module="nbgrader")
warnings.filterwarnings("ignore", message="Cell is missing an id field")

# -- Folders: sources and releases are part of the repository, everything about a class lies below grading/ --
c.CourseDirectory.course_id = "build-a-gpt"
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.solution_directory = "grading/solution"
c.CourseDirectory.source_with_tests_directory = "grading/source_with_tests"
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'grading' / 'gradebook.db'}"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".DS_Store"]

# `nbgrader zip_collect` takes STUDENT_exercises.ipynb, or a zip of such files, from
# grading/downloaded/NN_name/archive/.
c.ZipCollectApp.downloaded_directory = "grading/downloaded"
c.FileNameCollectorPlugin.named_regexp = r"(?:.*[/\\])?(?P<student_id>[^/\\]+)_(?P<file_id>exercises)[^/\\]*\.ipynb$"

# -- From source to release --
# The releases are in the repository: without this, "already exists" would keep a set out of the gradebook.
c.GenerateAssignment.force = True
c.GenerateAssignment.preprocessors = [
    CheckSource,
    LockCells,
    KeepGivenOutputs,  # before the answers go, from whose names it knows what depends on them
    ClearSolutions,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    TidyRelease,
    CheckCellMetadata,
]
# Whole markers, so that prose may speak of beginning a solution.
c.ClearSolutions.begin_solution_delimeter = "### BEGIN SOLUTION"
c.ClearSolutions.end_solution_delimeter = "### END SOLUTION"
c.ClearHiddenTests.begin_test_delimeter = "### BEGIN HIDDEN TESTS"
c.ClearHiddenTests.end_test_delimeter = "### END HIDDEN TESTS"

# -- Grading --
c.Autograde.sanitize_preprocessors = [ClearOutput, DeduplicateIds, OverwriteKernelspec, RestoreCells, CheckCellMetadata]
c.Autograde.autograde_preprocessors = [
    Execute,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.OverwriteCells.add_missing_cells = True  # RestoreCells inherits it
c.ExecutePreprocessor.kernel_name = "python3"
c.Execute.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
c.Execute.timeout = 120  # seconds for a cell; a quarter of that for those after one that took longer
c.Execute.error_on_timeout = {
    "ename": "CellTimeoutError",
    "evalue": "stopped, it took too long: is there an endless loop?",
    "traceback": ["CellTimeoutError: stopped, it took too long: is there an endless loop?"],
}
# nbgrader gives 0 points to a cell that writes to stderr, be it a warning or a progress bar. A student without nbgrader
# sees such a test pass; with this it passes here too.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"\A"

# -- Feedback: the message of a hidden test, not its code --
c.GenerateFeedback.preprocessors = [GetGrades, HideHiddenTests, CSSHTMLHeaderPreprocessor]
