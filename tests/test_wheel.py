"""memlab works from its wheel, in any folder: what a checkout has beside the package must be inside it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent
BUNDLED = ("configs", "datasets")
BUILT_FROM = ("pyproject.toml", ".gitignore", "README.md", "LICENSE", "memlab", *BUNDLED)
RUN = ["strategy=bm25", "source=simulated", "limits=smoke", "tracking=none", "workers=1"]


def called(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in an environment of its own, with nothing of the checkout in it."""
    home = cwd.parent / "home"
    home.mkdir(exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=env | variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy: no residue is left in the checkout."""
    copy, out = tmp_path_factory.mktemp("tree") / "memlab", tmp_path_factory.mktemp("wheel")
    copy.mkdir()
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet")
    called(sys.executable, "-m", "pip", "wheel", copy, *options, "-w", out, cwd=copy)
    (built,) = out.glob("memlab-*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory) -> Path:
    """A folder in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("installed") / "site"
    options = ("--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")
    called(sys.executable, "-m", "pip", "install", *options, "--target", folder, wheel, cwd=folder.parent)
    return folder


@pytest.fixture(scope="module")
def work(tmp_path_factory) -> Path:
    """A working folder that has nothing to do with the checkout."""
    folder = tmp_path_factory.mktemp("elsewhere") / "work"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def lived(site, work) -> tuple[Path, list[dict[str, tuple[int, int]]]]:
    """The folder of a run that the wheel has made, and what lay in its own and the checkout's folders before."""
    before = [stamps(folder) for folder in watched(site)]
    memlab(site, work, "run", *RUN, f"out={work / 'runs'}")
    (folder,) = (path.parent for path in work.glob("runs/single/*/manifest.json"))
    return folder, before


def memlab(site: Path, work: Path, *line: str | Path) -> str:
    """What the installed command line prints."""
    return called(sys.executable, "-m", "memlab.cli", *line, cwd=work, PYTHONPATH=str(site)).stdout


def watched(site: Path) -> list[Path]:
    return [site, *(ROOT / name for name in ("memlab", *BUNDLED))]


def files(folder: Path) -> list[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if "__pycache__" not in path.parts]


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files(folder)}


def test_the_wheel_holds_the_package_configs_and_data_set_cards_and_nothing_else(wheel):
    wanted = {str(path.relative_to(ROOT)) for path in files(ROOT / "memlab")}
    wanted |= {f"memlab/_bundled/{path.relative_to(ROOT)}" for name in BUNDLED for path in files(ROOT / name)}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == wanted
    assert "memlab/_bundled/configs/config.yaml" in held
    assert "memlab/_bundled/datasets/locomo/card.yaml" in held
    assert any(name.startswith("memlab/sources/simulated/language/") for name in held)


def test_the_checkout_is_out_of_its_reach(site, work):
    code = (
        "import memlab, memlab.paths as p; print(memlab.__file__, p.configs_folder(), p.datasets_folder(), sep='\\n')"
    )
    found = called(sys.executable, "-c", code, cwd=work, PYTHONPATH=str(site)).stdout.splitlines()
    assert len(found) == 3
    assert all(Path(path).is_relative_to(site) for path in found), found


def test_a_run_gives_its_headline(lived):
    folder, _ = lived
    headline = json.loads((folder / "summary.json").read_text())["metrics"]["evidence_recall@512"]
    assert 0 < headline["mean"] <= 1
    assert headline["users"] == 2
    assert json.loads((folder / "manifest.json").read_text())["commit"] is None


def test_a_run_is_shown(lived, site, work):
    folder, _ = lived
    found = json.loads(memlab(site, work, "show", folder, "--json"))
    assert found["questions"] == found["found"] + found["nothing_to_find"] + len(found["missed"]) > 0
    printed = memlab(site, work, "show", folder, found["missed"][0]["id"]).splitlines()
    assert max(map(len, printed)) <= 80
    assert found["missed"][0]["why"] in " ".join(printed[-3:])


def test_data_sets_are_listed(site, work):
    printed = memlab(site, work, "data", "list")
    assert all(name in printed for name in ("simulated", "locomo"))


def test_nothing_is_written_outside_the_working_folder(lived, site, work):
    _, before = lived
    memlab(site, work, "show", lived[0])
    assert [stamps(folder) for folder in watched(site)] == before
    assert files(work.parent / "home") == []
    assert {path.name for path in work.iterdir()} == {"runs"}
