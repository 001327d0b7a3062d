"""`answer_recall@budget`: whether the answer's words are in what was recalled, wherever they came from."""

from collections.abc import Iterator
from dataclasses import dataclass

from memlab.metrics.base import Score, check_positive, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.metrics.support import within_budget
from memlab.text import contains, normalise

TRIVIAL = {"yes", "no"}
MIN_CHARACTERS = 3


@dataclass(frozen=True)
class AnswerRecall:
    """1 if an answer occurs in the first `budget_tokens` word pieces of recalled text, else 0.

    Judged only where the answer occurs in the evidence word for word, has at least 3 characters and is not yes or no;
    the count of judged queries is part of the figure. `budget_tokens` None takes all that was recalled.
    """

    budget_tokens: int | None
    unit = "share"
    higher_is_better = True
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        if self.budget_tokens is not None:
            check_positive("answer_recall", "budget_tokens", self.budget_tokens)

    @property
    def name(self) -> str:
        return f"answer_recall@{'all' if self.budget_tokens is None else self.budget_tokens}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """0 or 1 per query whose answer its evidence states."""
        for asked in run.asked:
            answers = stated_answers(asked)
            if answers:
                best = answer_found(asked.ideal_asked, answers, self.budget_tokens)
                yield query_score(self.name, asked, answer_found(asked, answers, self.budget_tokens), None, best)


def stated_answers(asked: Asked) -> list[str]:
    """The answers that some turn of the evidence states and that are worth looking for."""
    texts = [asked.life.turns[turn].text for turn in asked.gold.evidence_turns]
    return [answer for answer in asked.gold.answers if _telling(answer) and any(contains(t, answer) for t in texts)]


def _telling(answer: str) -> bool:
    words = normalise(answer).strip()
    return len(words) >= MIN_CHARACTERS and words not in TRIVIAL


def answer_found(asked: Asked, answers: list[str], budget_tokens: int | None) -> float:
    """1 if any of the answers occurs in a text within the budget, else 0."""
    texts = within_budget(asked, budget_tokens)
    return float(any(contains(text, answer) for text, _ in texts for answer in answers))
