"""The bundled sentence encoder: each text alone, the same bits always."""

import timeit

import numpy as np
import pytest

from memlab.encoders.minilm import SHA256, MiniLM, verify
from memlab.text import cut, minilm_folder

pytestmark = pytest.mark.slow

TEXTS = [
    "",
    "I moved to Denver.",
    "漢字 한국 é \x00\x07",
    *(f"In session {n} we talked about the garden." for n in range(18)),
    "tea and " * 20,
    "a long story " * 100,
]


@pytest.fixture(scope="module")
def encoder():
    return MiniLM()


@pytest.fixture(scope="module")
def rows(encoder):
    return encoder.encode(TEXTS)


def test_a_vector_is_the_same_bits_alone_and_in_a_batch(encoder, rows):
    some = [0, 1, 2, 3, 11, 20, 21]
    assert [encoder.encode([TEXTS[n]])[0].tobytes() for n in some] == [rows[n].tobytes() for n in some]


def test_a_vector_is_the_same_bits_in_a_reversed_batch(encoder, rows):
    assert encoder.encode(TEXTS[::-1])[::-1].tobytes() == rows.tobytes()


def test_a_second_encoder_gives_the_same_bits(rows):
    assert MiniLM().encode(TEXTS[:5]).tobytes() == rows[:5].tobytes()


def test_every_row_has_length_one(rows):
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-6)


def test_rows_are_float32_and_384_long(rows):
    assert (rows.dtype, rows.shape) == (np.float32, (len(TEXTS), 384))


def test_no_texts_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, 384)


def test_vectors_agree_with_sentence_transformers(rows):
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(minilm_folder()), device="cpu")
    expected = reference.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    assert np.abs(rows - expected).max() < 1e-5


def test_what_comes_after_256_pieces_does_not_count(encoder, rows):
    assert encoder.encode([cut(TEXTS[-1], 254)])[0].tobytes() == rows[-1].tobytes()


def test_a_vector_is_the_same_bits_on_one_thread_and_on_three(rows):
    assert MiniLM(threads=1).identity == MiniLM(threads=3).identity
    for threads in (1, 3):
        assert MiniLM(threads).encode(TEXTS).tobytes() == rows.tobytes()


def test_one_text_costs_what_one_of_many_costs(encoder):
    """As an assistant encodes one question: nothing is spent on neighbours that it does not have."""
    many = [f"In session {n} we talked about the garden." for n in range(32)]
    encoder.encode(many)
    alone, together = (
        _seconds(lambda: [encoder.encode([text]) for text in many]),
        _seconds(lambda: encoder.encode(many)),
    )
    assert alone < 3 * together  # 2 where two threads share the many


def _seconds(work):
    return min(timeit.repeat(work, number=1, repeat=3))


def test_the_installed_weights_are_the_official_ones():
    assert verify(minilm_folder()) is None


def test_other_weights_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(ValueError, match=SHA256):
        verify(tmp_path)
