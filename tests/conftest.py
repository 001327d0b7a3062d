"""What all tests share: an embedding cache of their own, and the development data where they are at hand."""

from pathlib import Path

import pytest

from memlab.sources import data_folders

SAMPLE = Path(__file__).parent.parent / "datasets" / "locomo" / "sample.json"


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
def locomo_dev() -> Path:
    """The five development conversations of LoCoMo; the test is skipped where they are not at hand."""
    for folder in data_folders("locomo"):
        if (folder / "locomo5_dev.json").exists():
            return folder / "locomo5_dev.json"
    pytest.skip("locomo5_dev.json is not in $MEMLAB_DATA/locomo: the published anchors are not checked")
