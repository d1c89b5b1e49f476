"""For all tests."""

import re

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Test processes side by side (`-n 2`): each takes a whole file at a time, and of test_proofs.py one set."""
    from xdist.scheduler import LoadFileScheduling

    class FilesAndSets(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            proof = re.search(r"/test_proofs\.py::.*(\[.*\])", nodeid)
            return f"test_proofs.py{proof[1]}" if proof else super()._split_scope(nodeid)

    return FilesAndSets(config, log)


def pytest_collection_modifyitems(config, items):
    """Tests with the real weights of GPT-2 run when they are asked for by name only: `pytest -m pretrained`."""
    if "pretrained" not in config.option.markexpr:
        skip = pytest.mark.skip(reason="downloads GPT-2: run pytest -m pretrained")
        for item in items:
            if item.get_closest_marker("pretrained"):
                item.add_marker(skip)
