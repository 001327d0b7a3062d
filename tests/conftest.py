"""What all tests share: files in memory, an embedding cache of their own, and the development data where at hand."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from memlab.sources import data_folders

settings.register_profile("memlab", deadline=None)  # how long an example takes is the machine's
settings.load_profile("memlab")
DATASETS = Path(__file__).parent.parent / "datasets"
SAMPLE = DATASETS / "locomo" / "sample.json"
IN_MEMORY, ROOM_BYTES = Path("/dev/shm"), 2**30


def pytest_configure():
    """Puts temporary files into memory where a gigabyte is free there, so that no test waits for a disk.

    Every write of a store waits until it is on the disk, which only a loss of power can show; who kills a process, as
    tests do, finds the same files in memory. `TMPDIR` says otherwise.
    """
    usable = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK | os.X_OK)
    usable = usable and not os.statvfs(IN_MEMORY).f_flag & os.ST_NOEXEC  # else no program in it runs
    if "TMPDIR" not in os.environ and usable and shutil.disk_usage(IN_MEMORY).free >= ROOM_BYTES:
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Files with slow tests first: those that take a moment are left for the end, so both workers end together."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """A cache of this run of the suite, shared by its processes: a text is encoded once."""
    folder = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEMLAB_CACHE", str((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "cache"))
        yield


@pytest.fixture
def sample() -> Path:
    """The hand-written file in LoCoMo's layout."""
    return SAMPLE


@pytest.fixture(scope="session")
def sample_of() -> Callable[[str], Path]:
    """The hand-written sample of a data set by its name: a file, or a folder of files."""
    return lambda name: next(path for path in (DATASETS / name).iterdir() if path.name != "card.yaml")


@pytest.fixture(scope="session")
def locomo_dev() -> Path:
    """The five development conversations of LoCoMo; the test is skipped where they are not at hand."""
    for folder in data_folders("locomo"):
        if (folder / "locomo5_dev.json").exists():
            return folder / "locomo5_dev.json"
    pytest.skip("locomo5_dev.json is not in $MEMLAB_DATA/locomo: the published anchors are not checked")
