"""What a simulated user takes note of in a reply: its text, its choice and its declared seconds, nothing else."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from memlab.events import Reply
from memlab.satisfaction.reacting.weights import Weights
from memlab.text import contains, normalise, sole

WRONG = ("mistaken", "stale", "foreign")
SAID = ("intrusion", "slow", "long")  # what is objected to whatever the answer, the worst first


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a user wants of a session, and what they know of the right answer.

    Attributes:
        at: When it is asked for; `query` is the question's id.
        name: `answer`, `recommendation`, `task` or `company`.
        answers: Any of these is right; `choices` are what is offered.
        stale: Values that held once; `foreign` those of somebody else.
        private: Values that have no business in a reply to this question.
        statement: What the user can say to put it right, as a clause; empty where they cannot say it in one.
        allowed: How often they ask at most.
    """

    session: int
    at: datetime
    query: str
    name: str
    answers: tuple[str, ...]
    choices: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    statement: str = ""
    allowed: int = 1


class Noticed(NamedTuple):
    """What came of a reply (`right`, `mistaken`, `stale`, `foreign`, `asked_again`, `silent`), and what else annoys."""

    outcome: str
    irritants: tuple[str, ...] = ()


def notice(goal: Goal, reply: Reply | None, weights: Weights, words: float) -> Noticed:
    """What a user who wants `goal` makes of a reply; what it used of the memory is not theirs to see.

    Args:
        reply: None for no reply.
        words: From how many words on a reply is long to this user.
    """
    outcome = _outcome(goal, reply)
    found = [] if reply is None else _annoying(goal, reply, weights, words)
    if goal.name == "recommendation" and outcome != "right":
        found.insert(0, "preference")
    return Noticed(outcome, tuple(found))


def said_choice(text: str, choice: str | None, choices: tuple[str, ...]) -> str | None:
    """What a reply settles on: its choice; of a reader that makes none, the one option that its text names."""
    return sole(text, choices) if choice is None else choice


def _outcome(goal: Goal, reply: Reply | None) -> str:
    if reply is None or not (reply.text.strip() or reply.choice):
        return "silent"
    said = said_choice(reply.text, reply.choice, goal.choices)
    if said is None:
        return "asked_again"
    for outcome, values in (("right", goal.answers), ("stale", goal.stale), ("foreign", goal.foreign)):
        if normalise(said) in map(normalise, values):
            return outcome
    return "mistaken"


def _annoying(goal: Goal, reply: Reply, weights: Weights, words: float) -> list[str]:
    found = []
    if any(contains(reply.text, value) for value in goal.private):
        found.append("intrusion")
    if reply.seconds >= weights.slow_seconds:
        found.append("slow")
    if len(reply.text.split()) > words:
        found.append("long")
    return found
