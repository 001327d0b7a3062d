"""A cross-encoder judges a question and a text together: slower than comparing vectors, and closer."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any


class CrossEncoder:
    """Relevance by a cross-encoder whose weights are in a folder; nothing is ever downloaded.

    Args:
        folder: Of a model that sentence-transformers' CrossEncoder reads, such as ms-marco-MiniLM-L6-v2.

    Raises:
        FileNotFoundError: There is no such folder.
    """

    def __init__(self, folder: str) -> None:
        if not (Path(folder) / "config.json").is_file():
            raise FileNotFoundError(f"{folder} holds no cross-encoder; name a folder with its config.json and weights")
        self._folder = folder

    def __call__(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """The relevance of each text to the question, more is better."""
        return [float(score) for score in self._model.predict([(question, text) for text in texts])]

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder as Model

        return Model(self._folder, local_files_only=True, device="cpu")
