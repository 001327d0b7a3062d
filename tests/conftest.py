"""What all tests share: an embedding cache of their own, and the development data where they are at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from memlab.sources import data_folders

DATASETS = Path(__file__).parent.parent / "datasets"
SAMPLE = DATASETS / "locomo" / "sample.json"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEMLAB_CACHE", str(tmp_path_factory.mktemp("cache")))
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
