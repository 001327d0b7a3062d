"""What a memory has to do with a reply, by the reply alone: for readers that give no probabilities, as chats do."""

from collections import Counter
from collections.abc import Iterable
from math import log

from memlab.text import stems


class Rarity:
    """How rare words are among texts.

    Args:
        texts: What a user and those they talk to have said.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        held = [set(stems(text)) for text in texts]
        self._counts, self._n = Counter(stem for own in held for stem in own), len(held)

    def of(self, stem: str) -> float:
        """1 more than the log of how many times rarer than every text a word is; over 0."""
        return 1 + log((1 + self._n) / (1 + self._counts[stem]))


def lexical_influence(text: str, reply: str, question: str, rarity: Rarity) -> float | None:
    """The share of the reply's words, without the question's, that a text holds, rare ones weighing more.

    None where the reply has no words of its own.

    >>> lexical_influence("user: Denver is cold", "Denver", "Where do I live?", Rarity([]))
    1.0
    >>> lexical_influence("user: Denver is cold", "I do not know", "What do I know?", Rarity([])) is None
    True
    """
    own = sorted(set(stems(reply)) - set(stems(question)))
    if not own:
        return None
    held = set(stems(text))
    return sum(rarity.of(stem) for stem in own if stem in held) / sum(map(rarity.of, own))
