"""Rows of MiniLM's tokens in a third of the numbers, a byte each, at little loss: a projection that is shipped.

The matrix holds the first right singular vectors of token rows of simulated users' texts, so that products of projected
rows are near those of the rows; nothing of any recorded conversation went into it. It was made of 1,500 turns;
another draw of as many, by `memlab fit projection`, gives nearly the same space (mean squared cosine .93).
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memlab.encoders import Vectors

DIM = 128
SHA256 = "b2b7a98e10a2fec228df8830fffccd6008740b212906b97a202485a6e0f33c63"
FILE = Path(__file__).with_name("projection.f16")
SCALE = 127


def projected(rows: Vectors) -> NDArray[np.int8]:
    """Rows of shape (n, 384) as rows of shape (n, 128), of unit length again and rounded to 127ths.

    Raises:
        ValueError: The shipped matrix is another than this module was written for.
    """
    flat = rows @ _matrix()
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    return np.rint(flat * SCALE).astype(np.int8)


def fitted(rows: Vectors) -> NDArray[np.float16]:
    """The matrix for rows of shape (n, 384): shape (384, 128), by singular values, not centred, since cosines are kept.

    A vector's sign is chosen so that its greatest entry is positive.
    """
    _, _, right = np.linalg.svd(rows.T @ rows)
    kept = right[:DIM].T
    signs = np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(DIM)])
    return (kept * signs).astype(np.float16)


@cache
def _matrix() -> Vectors:
    body = FILE.read_bytes()
    found = sha256(body).hexdigest()
    if found != SHA256:
        raise ValueError(f"{FILE} has sha256 {found}, expected {SHA256}: reinstall memlab")
    return np.frombuffer(body, np.float16).reshape(-1, DIM).astype(np.float32)
