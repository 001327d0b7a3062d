"""The cache on disk and the recorder of rehearsals."""

from pathlib import Path

import numpy as np
import pytest

from memlab.encoders.cached import CHUNK, Cached, Recording, cache_folder
from memlab.encoders.hashing import Hashing

TEXTS = ["I moved to Denver.", "", "a\x00b control", "漢字 and 한국", "\ud800 half a surrogate pair", "Denver " * 50]


class Counting:
    """An inner encoder that notes each text it encodes, one entry per text."""

    def __init__(self, dim: int = 8) -> None:
        self.encoded: list[str] = []
        self._hashing = Hashing(dim)
        self.dim, self.identity = self._hashing.dim, self._hashing.identity

    def encode(self, texts):
        self.encoded.extend(texts)
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


def test_what_was_filled_ahead_is_not_encoded_in_the_loop(cached, inner):
    filled = cached.fill(["one", "two", "one"])
    cached.encode(["two", "one"])
    assert (filled, len(inner.encoded)) == (2, 2)


def test_progress_ends_at_the_number_of_missing_texts(cached):
    seen = []
    cached.fill([str(n) for n in range(CHUNK + 3)], lambda n, of: seen.append((n, of)))
    assert seen == [(CHUNK, CHUNK + 3), (CHUNK + 3, CHUNK + 3)]


def test_no_texts_give_no_rows(cached):
    assert cached.encode([]).shape == (0, 8)


def test_the_files_hold_no_text(cached, tmp_path):
    cached.encode(["zebra crossing 7141"])
    held = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    cached.close()
    held += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [True for content in held if b"zebra" in content]


def test_the_rate_is_measured_once_per_folder(cached, tmp_path):
    measured = cached.seconds_per_text(["one", "two"])
    again = Counting()
    second = Cached(again, tmp_path)
    remembered = second.seconds_per_text(["three", "four"])
    second.close()
    assert (remembered, again.encoded) == (measured, [])


def test_the_rate_is_that_of_one_text_at_a_time_without_the_cache(cached, inner):
    cached.encode(["one"])
    cached.seconds_per_text(["one", "two"])
    assert inner.encoded == ["one", "one", "two"]


def test_a_rate_that_was_never_measured_is_unknown(cached):
    assert cached.seconds_per_text([]) is None


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


def test_a_recording_holds_texts_in_order_without_duplicates(inner):
    recording = Recording(inner)
    recording.encode(["b", "a", "b"])
    recording.encode(["c", "a"])
    assert list(recording.recorded) == ["b", "a", "c"]


def test_a_recording_never_asks_the_inner_encoder(inner):
    Recording(inner).encode(TEXTS)
    assert inner.encoded == []


def test_a_recording_answers_with_unit_rows_in_the_shape_of_the_inner_encoder(inner):
    rows = Recording(inner).encode(["a", "b"])
    assert (rows.dtype, rows.shape, np.linalg.norm(rows, axis=1).tolist()) == (np.float32, (2, 8), [1, 1])


def test_a_recording_goes_under_the_name_of_the_inner_encoder(inner):
    assert Recording(inner).identity == inner.identity
