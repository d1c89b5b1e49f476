"""Shared by the tests of the grading: nothing that Jupyter or IPython writes may land in the user's home."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True, scope="session")
def jupyter_folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jupyter")
    settings = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, where in settings.items():
            (folder / where).mkdir()
            patch.setenv(name, str(folder / where))
        yield folder


def pytest_configure(config):
    # About the inside of nbgrader; nbgrader_config.py silences them for instructors.
    config.addinivalue_line("filterwarnings", "ignore::sqlalchemy.exc.SAWarning")
