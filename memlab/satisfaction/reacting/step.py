"""The simulated user: a pure function from what they feel and what they hear to what they feel and do.

Nothing here keeps state: a user is a list of replies in and a list of reactions out. Draws go by name (user, session,
attempt, what for), so that one user under two assistants shares every draw as long as the two states agree.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from memlab.events import Reply
from memlab.life import Feedback
from memlab.satisfaction.reacting.noticing import SAID, WRONG, Goal, Noticed, notice
from memlab.satisfaction.reacting.weights import Weights
from memlab.seeds import Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A user at one moment.

    Attributes:
        root: The seed of the user's draws.
        mood: How content they are, 0 to 1.
        goal: What they want; None between sessions.
        attempt: How often they have asked for it in this session.
        helped: Whether they have what they wanted, as far as they know; `annoyed` whether something was amiss.
    """

    weights: Weights
    root: int
    impatient: bool
    likes_short: bool
    mood: float
    goal: Goal | None = None
    attempt: int = 0
    helped: bool = False
    annoyed: bool = False


class Reaction(NamedTuple):
    """What a user does about a reply.

    Attributes:
        kind: `thanks`, `repeat`, `correction`, `objection` or `leaving`; empty for going on without a word.
        about: What it is about, of what was noticed.
        states: Whether it says what is right.
        again: Whether the user asks once more.
    """

    kind: str
    about: str = ""
    states: bool = False
    again: bool = False


class Step(NamedTuple):
    """What comes of a reply."""

    state: State
    reaction: Reaction
    feedback: Feedback


def new_user(weights: Weights, root: int) -> State:
    """A user before the first session."""
    return State(
        weights=weights,
        root=root,
        impatient=_chance(Draw(root, "impatient"), weights.impatient),
        likes_short=_chance(Draw(root, "likes short"), weights.likes_short),
        mood=weights.start,
    )


def step(state: State, reply: Reply | None) -> Step:
    """What a user with a goal makes of a reply to it, and does.

    Args:
        state: With its goal, asked for once more than `state.attempt` says.
        reply: None for no reply.

    Raises:
        ValueError: The user has no goal.
    """
    goal, weights = state.goal, state.weights
    if goal is None:
        raise ValueError("a user without a goal has asked for nothing; give the state one")
    state = replace(state, attempt=state.attempt + 1)
    noticed = notice(goal, reply, weights, weights.short_words if state.likes_short else weights.long_words)
    mood = min(1.0, max(0.0, state.mood + change(noticed, weights)))
    right = noticed.outcome == "right"
    state = replace(state, mood=mood, helped=right, annoyed=state.annoyed or not right or bool(noticed.irritants))
    reaction = _pleased(state, noticed) if right else _displeased(state, goal, noticed)
    feedback = Feedback(
        session=goal.session,
        at=goal.at,
        query=goal.query,
        attempt=state.attempt,
        allowed=goal.allowed,
        goal=goal.name,
        reaction=reaction.kind,
        noticed=(noticed.outcome, *noticed.irritants),
        mood=mood,
        seconds=reply.seconds if reply else 0.0,
    )
    return Step(state, reaction, feedback)


def change(noticed: Noticed, weights: Weights) -> float:
    """By how much what was noticed moves the mood."""
    bad = [name for name in (noticed.outcome, *noticed.irritants) if name != "right"]
    good = weights.right if noticed.outcome == "right" else 0.0
    return good - weights.right * weights.bad_over_good * sum(getattr(weights, name) for name in bad)


def comes(state: State, session: int) -> tuple[State, bool]:
    """The user at the time of a scheduled session, somewhat over what was; and whether they hold it."""
    weights = state.weights
    mood = state.mood + weights.recovers * (weights.start - state.mood)
    state = replace(state, mood=mood, goal=None, attempt=0, helped=False, annoyed=False)
    share = weights.returns_unhappy + mood * (weights.returns - weights.returns_unhappy)
    return state, _chance(Draw(state.root, "comes", session), share)


def thumb(state: State, session: int) -> int:
    """The user's verdict on a session that had a goal: up where they were helped and nothing was amiss, mostly none."""
    if not _chance(Draw(state.root, "thumb", session), state.weights.rates):
        return 0
    return -1 if not state.helped else 0 if state.annoyed else 1


def _pleased(state: State, noticed: Noticed) -> Reaction:
    annoying = _said(state, noticed)
    if annoying:
        return Reaction("objection", annoying)
    return Reaction("thanks" if _drawn(state, "thanks", state.weights.thanks) else "", "right")


def _displeased(state: State, goal: Goal, noticed: Noticed) -> Reaction:
    weights, outcome = state.weights, noticed.outcome
    gives_up = weights.leaves_unhappy + state.mood * (weights.leaves - weights.leaves_unhappy)
    if _drawn(state, "leaves", gives_up * (weights.impatience if state.impatient else 1.0)):
        return Reaction("leaving", outcome)
    again = state.attempt < goal.allowed
    annoying = _said(state, noticed)
    if annoying:
        return Reaction("objection", annoying, again=again)
    if outcome in WRONG:
        states = bool(goal.statement) and _drawn(state, "corrects", weights.corrects)
        return Reaction("correction" if states else "objection", outcome, states, again)
    if goal.statement and goal.name in ("recommendation", "task"):
        return Reaction("repeat", outcome, states=True, again=again)  # says again what it was asked to say again
    if _drawn(state, "objects", weights.objects):
        return Reaction("objection", outcome, again=again)
    return Reaction("repeat", outcome, again=True) if again else Reaction("leaving", outcome)


def _said(state: State, noticed: Noticed) -> str:
    """What the user objects to beside the answer; empty for nothing."""
    worst = next((name for name in SAID if name in noticed.irritants), "")
    return worst if worst and _drawn(state, "says", state.weights.objects) else ""


def _drawn(state: State, what: str, share: float) -> bool:
    session = state.goal.session if state.goal else 0
    return _chance(Draw(state.root, "user", session, state.attempt, what), share)


def _chance(draw: Draw, share: float) -> bool:
    return draw.chance(round(1000 * share))
