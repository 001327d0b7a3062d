"""The cache on disk."""

import time
from pathlib import Path

import pytest

from memlab.encoders.cached import CHUNK, PACED, Cached, cache_folder
from memlab.encoders.hashing import Hashing

TEXTS = ["I moved to Denver.", "", "a\x00b control", "漢字 and 한국", "\ud800 half a surrogate pair", "Denver " * 50]


class Counting:
    """An inner encoder that notes each text it encodes, one entry per text."""

    def __init__(self, dim: int = 8) -> None:
        self.encoded: list[str] = []
        self.calls: list[int] = []
        self.delays: list[float] = []
        self._hashing = Hashing(dim)
        self.dim, self.identity = self._hashing.dim, self._hashing.identity

    def encode(self, texts):
        self.encoded.extend(texts)
        self.calls.append(len(texts))
        time.sleep(self.delays.pop() if self.delays else 0)
        return self._hashing.encode(texts)


@pytest.fixture
def inner():
    return Counting()


@pytest.fixture
def cached(inner, tmp_path):
    encoder = Cached(inner, tmp_path)
    yield encoder
    encoder.close()


def test_vectors_are_bit_for_bit_those_of_the_inner_encoder(cached):
    assert cached.encode(TEXTS).tobytes() == Hashing(8).encode(TEXTS).tobytes()


def test_vectors_read_back_are_bit_for_bit_those_of_the_inner_encoder(cached):
    cached.encode(TEXTS)
    assert cached.encode(TEXTS[::-1]).tobytes() == Hashing(8).encode(TEXTS[::-1]).tobytes()


def test_each_text_is_encoded_once(cached, inner):
    cached.encode([*TEXTS, TEXTS[0]])
    cached.encode(TEXTS)
    assert sorted(inner.encoded) == sorted(TEXTS)


def test_a_second_instance_on_the_same_folder_misses_nothing(cached, tmp_path):
    cached.encode(TEXTS)
    second = Cached(Counting(), tmp_path)
    second.encode(TEXTS)
    second.close()
    assert (second.texts, second.missed) == (len(TEXTS), 0)


def test_a_second_instance_on_the_same_folder_gives_the_same_bits(cached, tmp_path):
    first = cached.encode(TEXTS)
    second = Cached(Counting(), tmp_path)
    again = second.encode(TEXTS)
    second.close()
    assert again.tobytes() == first.tobytes()


def test_of_two_open_instances_each_finds_what_the_other_encoded(cached, tmp_path):
    second = Cached(Counting(), tmp_path)
    cached.encode(["one"])
    second.encode(["two", "one"])
    cached.encode(["two"])
    second.close()
    assert (cached.missed, second.missed) == (1, 1)


def test_another_encoder_does_not_get_the_vectors_of_the_first(cached, tmp_path):
    cached.encode(TEXTS)
    other = Cached(Counting(dim=16), tmp_path)
    rows = other.encode(TEXTS)
    other.close()
    assert rows.tobytes() == Hashing(16).encode(TEXTS).tobytes()


def test_what_was_asked_for_and_what_was_missed_is_counted(cached):
    cached.encode(["one", "two", "one"])
    cached.encode(["two", "three"])
    assert (cached.texts, cached.missed) == (5, 3)


def test_no_texts_give_no_rows(cached):
    assert cached.encode([]).shape == (0, 8)


def test_the_files_hold_no_text(cached, tmp_path):
    cached.encode(["zebra crossing 7141"])
    held = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    cached.close()
    held += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [True for content in held if b"zebra" in content]


def test_the_pace_is_that_of_one_text_at_a_time(cached, inner):
    cached.encode([str(n) for n in range(PACED + CHUNK + 3)])
    assert inner.calls == [*[1] * PACED, CHUNK, 3]
    cached.encode([f"another {n}" for n in range(9)])
    assert inner.calls[-1] == 9


def test_the_pace_is_kept_for_whoever_comes_later(cached, tmp_path):
    cached.encode([str(n) for n in range(PACED)])
    second = Cached(Counting(), tmp_path)
    assert second.seconds_per_text() == cached.seconds_per_text() > 0
    second.encode(["one more"])
    assert second.seconds_per_text() == cached.seconds_per_text()
    second.close()


def test_a_pace_from_a_busy_moment_does_not_stay(cached, tmp_path, inner):
    inner.delays = [0.0, *[0.02] * (PACED - 1)]
    cached.encode([str(n) for n in range(PACED)])
    busy = cached.seconds_per_text()
    second = Cached(Counting(), tmp_path)
    second.encode([f"later {n}" for n in range(PACED)])
    assert second.seconds_per_text() < busy / 2
    second.close()


def test_the_first_text_is_no_part_of_the_pace_as_it_may_load_a_model(cached, inner):
    inner.delays = [0.5]
    cached.encode(["one", "two", "three"])
    assert 0 < cached.seconds_per_text() < 0.25


def test_before_the_first_text_the_pace_is_unknown(cached):
    assert cached.seconds_per_text() is None


def test_time_in_encode_is_counted(cached):
    cached.encode(["one"])
    first = cached.seconds
    cached.encode(["one"])
    assert 0 < first < cached.seconds


@pytest.mark.parametrize(
    ("set_to", "expected"),
    [
        ({"MEMLAB_CACHE": "/m", "XDG_CACHE_HOME": "/x"}, Path("/m")),
        ({"XDG_CACHE_HOME": "/x"}, Path("/x/memlab")),
        ({}, Path.home() / ".cache" / "memlab"),
    ],
)
def test_the_cache_folder_follows_the_environment(monkeypatch, set_to, expected):
    for name in ("MEMLAB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == expected
