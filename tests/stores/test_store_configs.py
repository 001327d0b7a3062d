"""Every store of the config folder is built from its yaml, with the stores in it each on a path of its own."""

from datetime import UTC, datetime

import pytest

from memlab import build
from memlab.checks import Subject
from memlab.config import ConfigError, load_option, plan
from memlab.stores import Record, StoreError

RECORD = Record(id="m1", text="zebra", sources=("t1",), at=datetime(2024, 2, 29, tzinfo=UTC))
FILES = {
    "sqlite": {"memory.sqlite"},
    "encrypted": {"memory.sqlite"},
    "replicated": {"memory.sqlite", "memory.sqlite.backup", "memory.sqlite.queue"},
}


@pytest.fixture(params=FILES)
def subject(request):
    if request.param == "encrypted":
        pytest.importorskip("cryptography")
    (config,) = plan(["strategy=bm25", f"store={request.param}"])
    return Subject(config)


def test_it_lasts_on_a_path_for_each_user(subject, tmp_path):
    path = tmp_path / "memory.sqlite"
    for user in ("ana", "ben"):
        store = subject.store(path, user)
        store.put(RECORD)
        store.close()
    assert {file.name for file in tmp_path.iterdir()} == FILES[subject.config["store"]["_target_"].split(".")[2]]
    again = subject.store(path, "ana")
    assert (again.get("m1"), subject.store(path, "cleo").get("m1")) == (RECORD, None)
    again.close()


def test_without_a_path_two_stores_share_nothing_and_runs_have_one_each(subject):
    one, other = build.kept_on(subject.config["store"]), build.kept_on(subject.config["store"])
    one.put(RECORD)
    assert (one.get("m1"), other.get("m1")) == (RECORD, None)
    build.strategy(subject.config, None, None).close()


def test_a_run_on_a_file_is_refused_where_the_file_is_a_part_of_the_store(subject):
    config = subject.config | {"store": subject.config["store"] | {"inner": {"path": "memory.sqlite"}}}
    with pytest.raises(ConfigError, match=r"store\.path: runs keep their memory in RAM"):
        build.strategy(config, None, None)


def test_what_a_store_within_says_is_told_as_it_is(tmp_path):
    with pytest.raises(StoreError, match=r"missing.*in a folder that is there"):
        build.kept_on(load_option("store", "encrypted"), str(tmp_path / "missing" / "memory.sqlite"), key="k")


def test_a_sealed_store_on_a_file_needs_a_key_that_lasts(tmp_path):
    with pytest.raises(StoreError, match="name one key, by `key` or by `key_file`, not none"):
        build.kept_on(load_option("store", "encrypted"), str(tmp_path / "memory.sqlite"))
