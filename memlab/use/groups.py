"""Near-duplicates among memories: a fact that is said twice is not unused because either would have done."""

from collections.abc import Sequence

from memlab.encoders import Vectors
from memlab.text import normalise


def groups(texts: Sequence[str], vectors: Vectors, alike: float, least_words: int) -> list[tuple[int, ...]]:
    """The places of texts that say the same, each place in one group, groups in order of their first place.

    Two say the same where one holds the other's words whole, and these are not too few, or their vectors are near; and
    so do two that a third says the same as.

    Args:
        vectors: One row of unit length per text.
        alike: The least cosine that counts, 0 to 1.
        least_words: Equal texts may be shorter than this; one that is held in another may not.

    >>> import numpy as np
    >>> said = ["I moved to Denver", "the kettle broke", "well, I moved to Denver!"]
    >>> groups(said, np.eye(3), 0.9, 3)
    [(0, 2), (1,)]
    """
    plain = [normalise(text) for text in texts]
    words = [len(text.split()) for text in plain]
    near = vectors @ vectors.T >= alike
    leader = list(range(len(texts)))
    for one in range(len(texts)):
        for other in range(one):
            least = min(words[one], words[other])
            held = least >= least_words and (plain[one] in plain[other] or plain[other] in plain[one])
            if (least > 0 and near[one, other]) or held or plain[one] == plain[other]:
                first, second = sorted((leader[one], leader[other]))
                leader = [first if own == second else own for own in leader]
    return [tuple(place for place, own in enumerate(leader) if own == first) for first in dict.fromkeys(leader)]
