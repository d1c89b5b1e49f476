"""The wheel: complete, installable without its dependencies, light to import."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import checkout

ROOT = checkout.ROOT
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def other_python(tmp_path_factory) -> Path:
    """Another environment that holds the wheel; the libraries are lent to it by path, the checkout is not."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = checkout.copy_to(folder / "source")  # building in the checkout itself would leave build/ there
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, copy], check=True)
    (wheel,) = folder.glob("gptutils-*.whl")
    venv.create(folder / "env", with_pip=False)
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    subprocess.run([*pip, "install", "--no-deps", "--target", site, wheel], check=True)
    (site / "lent.pth").write_text(sysconfig.get_paths()["purelib"])
    return folder / "env" / "bin" / "python"


def run(python: Path, code: str, cwd: Path) -> str:
    result = subprocess.run([python, "-c", code], cwd=cwd, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_wheel_works_in_another_environment(other_python, tmp_path):
    paths = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "gptutils").rglob("*.py")]
    modules = sorted(".".join(path.parts).removesuffix(".__init__") for path in paths)
    code = f"import importlib, gptutils\nfor name in {modules}: importlib.import_module(name)\n"
    code += "print(gptutils.__file__)"
    assert Path(run(other_python, code, tmp_path)).is_relative_to(other_python.parent.parent)


def test_wheel_carries_its_licences(other_python, tmp_path):
    code = (
        "from importlib.metadata import distribution\nd = distribution('gptutils')\n"
        "print(d.metadata['License-Expression'])\n"
        "for path in d.files:\n    if '/licenses/' in str(path): print(path.name, len(path.read_text().split()))"
    )
    expected = [f"{name} {len((ROOT / name).read_text().split())}" for name in ("LICENSE", "LICENSE-TEXT")]
    assert run(other_python, code, tmp_path).splitlines() == ["MIT AND CC-BY-4.0", *expected]


def test_wheel_carries_its_data(other_python, tmp_path):
    from gptutils.notebook.playground import playground
    from gptutils.notebook.plots import drawing
    from gptutils.texts.corpora import short_story
    from gptutils.tokenizer import BPETokenizer

    code = (
        "from gptutils.texts.corpora import short_story\nfrom gptutils.notebook.playground import playground\n"
        "from gptutils.tokenizer import BPETokenizer\n"
        "from gptutils.notebook.plots import drawing\n"
        "page = playground('tokenizer', lesson=BPETokenizer([(b'a', b'b')]))._repr_html_()\n"
        "print(len(short_story()), len(page), len(drawing('block').svg))"
    )
    here = playground("tokenizer", lesson=BPETokenizer([(b"a", b"b")]))._repr_html_()
    assert run(other_python, code, tmp_path) == f"{len(short_story())} {len(here)} {len(drawing('block').svg)}"


def test_importing_the_tokenizer_loads_nothing_heavy(other_python, tmp_path):
    code = (
        "import sys, gptutils.tokenizer, gptutils.config, gptutils.texts.corpora\n"
        "from gptutils.notebook import check, playground, plots\n"
        "print([m for m in ('torch', 'tensorflow', 'transformers', 'matplotlib.pyplot') if m in sys.modules])"
    )
    assert run(other_python, code, tmp_path) == "[]"
