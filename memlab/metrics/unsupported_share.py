"""`unsupported_share`: how often a memory cites a turn that its text does not bear out."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.metrics.support import supports, values_stated


@dataclass(frozen=True)
class UnsupportedShare:
    """Share of cited sources that the citing memory's text does not support; 1 for a source that was never said."""

    unit = "share"
    higher_is_better = False
    per = "query"
    summary = "mean"
    name = "unsupported_share"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One share per query that recalled anything with sources."""
        for asked in run.asked:
            value = unsupported_share(asked)
            if value is not None:
                yield query_score(self.name, asked, value, None, 0.0)


def unsupported_share(asked: Asked) -> float | None:
    """Unsupported citations over citations; None without any."""
    cited = unsupported = 0
    for text, sources in zip(asked.texts, asked.sources, strict=True):
        for source in sources:
            turn = asked.life.turns.get(source)
            cited += 1
            unsupported += turn is None or not supports(text, turn.text, values_stated(asked, source))
    return unsupported / cited if cited else None
