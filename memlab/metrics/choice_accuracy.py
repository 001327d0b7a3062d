"""`choice_accuracy`: how often the reader chose the right option of those that the question offers."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.text import normalise


@dataclass(frozen=True)
class ChoiceAccuracy:
    """1 if the reader chose a right option, else 0; to abstain is wrong.

    Judged where a question offers options, a right one among them, and a reader was asked. Chance is the share of the
    options that are right; what is attainable is the reader's own ceiling, the figure of `oracle`, which no trace of
    another strategy knows.
    """

    name = "choice_accuracy"
    unit = "share"
    higher_is_better = True
    per = "query"
    summary = "mean"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """0 or 1 per query with options."""
        for asked in run.asked:
            chance = chance_of_right(asked)
            if chance and asked.reply is not None:
                yield query_score(self.name, asked, float(is_right(asked)), chance, None)


def is_right(asked: Asked) -> bool:
    """Whether what was chosen is one of the answers, case and punctuation aside."""
    return asked.choice is not None and normalise(asked.choice) in map(normalise, asked.gold.answers)


def chance_of_right(asked: Asked) -> float:
    """The share of the offered options that are right; 0 where none is offered."""
    right = set(map(normalise, asked.gold.answers))
    return sum(normalise(choice) in right for choice in asked.gold.choices) / max(1, len(asked.gold.choices))
