"""Users who react, as a source: simulated lives in which the user wants something of every session and hears replies.

What is true, what is planned to be told and when sessions are scheduled hang on the seed alone, so that two assistants
meet the same user. What is said hangs on the replies.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from memlab.events import Event, Reply, SessionEnd, Turn, UserId
from memlab.life import Feedback, Gold, Life, Stream, Superseded
from memlab.satisfaction.reacting.goals import Asked, Kinds, Sought, sought
from memlab.satisfaction.reacting.sitting import Sitting
from memlab.satisfaction.reacting.step import State, comes, new_user, thumb
from memlab.satisfaction.reacting.weights import Weights
from memlab.satisfaction.reacting.words import digest
from memlab.sources import SourceError
from memlab.sources.reading import checked_form
from memlab.sources.simulated.dialogue import Marked
from memlab.sources.simulated.following import consented, follows
from memlab.sources.simulated.source import Begun, Simulated
from memlab.sources.simulated.superseding import outdated

GOALS = ("answer", "recommendation", "task", "company")
ASKED = ("current_value", "when", "two_hop", "preference", "best_approach", "avoid_error", "outcome", "sentiment")


class Reacting:
    """Users who pursue a goal in every session and react to the assistant's replies.

    A session that a displeased user does not hold is in no event; what would have been told in it is not told. What
    the user made of each reply, and which sessions were held, is the life's `feedback`.

    Args:
        users: How many.
        sessions: Scheduled for each user.
        warm_up: Sessions at the beginning in which things are told and nothing is asked for; all of them are held.
        attempts: How often the user asks for the same in a session at most, at least 1.
        goals: By goal (`answer`, `recommendation`, `task`, `company`) its `rate`, a whole number, and the `kinds` of
            questions that it is pursued by.
        updated: How much more readily what has changed is asked for than what never has, a whole number from 1.
        user: How the user takes things, see `Weights`.
        world: Makes the simulated users, of `users`, `sessions` and `text`.
        text: The text form of a turn, with `{speaker}` and `{text}`.

    Attributes:
        digest: The sha256 of all language files.
        facts: How many attributes and fragments of language there are.

    Raises:
        SourceError: A number is out of its range, or there is no such goal or kind.
    """

    def __init__(
        self,
        users: int,
        sessions: int,
        warm_up: int,
        attempts: int,
        goals: Mapping[str, Mapping[str, Any]],
        updated: int,
        user: Mapping[str, float],
        world: Callable[..., Simulated],
        text: str,
    ) -> None:
        for name, value, least in (("warm_up", warm_up, 1), ("attempts", attempts, 1), ("updated", updated, 1)):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise SourceError(f"source reacting: {name} is {value!r}; it must be a whole number from {least}")
        self._world = world(users=users, sessions=sessions, text=checked_form("reacting", text))
        self._sessions, self._warm_up, self._attempts = sessions, warm_up, attempts
        self._goals, self._updated = _checked(goals), updated
        try:
            self._weights = Weights(**user)
        except (TypeError, ValueError) as error:
            raise SourceError(f"source reacting: {error}") from error
        self.digest = sha256(f"{self._world.digest}{digest()}".encode()).hexdigest()
        self.facts = self._world.facts

    def users(self) -> Sequence[UserId]:
        """`user-000` and so on."""
        return self._world.users()

    def life(self, user: UserId, *, seed: int) -> Life:
        """One user's life, made up as it is lived and as replies are heard."""
        gold, superseded, feedback = dict[str, Gold](), list[Superseded](), list[Feedback]()

        def start() -> Stream:
            gold.clear()
            feedback.clear()
            begun = self._world.begin(user, seed)
            yield from self._events(begun, gold, feedback)
            superseded[:] = outdated(begun.world, begun.talk)

        return Life(user=user, start=start, gold=gold, superseded=superseded, feedback=feedback)

    def traits(self, user: UserId, *, seed: int) -> dict[str, str]:
        """What kind of user it is, which the seed alone says: no reply can have moved it."""
        state = new_user(self._weights, self._world.begin(user, seed).root)
        patience = "impatient" if state.impatient else "patient"
        return {"patience": patience, "replies": "liked short" if state.likes_short else "liked long"}

    def _events(self, begun: Begun, gold: dict[str, Gold], feedback: list[Feedback]) -> Stream:
        world, state, asked = begun.world, new_user(self._weights, begun.root), Asked()
        yield from consented(world)
        for session, start in enumerate(world.starts):
            state, is_held = comes(state, session)
            is_due = session >= self._warm_up
            if is_due and not is_held:
                begun.talk.missed.add(session)
            said, goal = next(begun.sessions), ""
            if session in begun.talk.missed:  # what the user would have wanted, so that later wants are the same
                self._sought(begun, session, asked)
            if session not in begun.talk.missed:
                state = yield from self._held(begun, session, said, state, asked, gold, feedback)
                goal = state.goal.name if state.goal else ""
            is_held = session not in begun.talk.missed
            feedback.append(
                Feedback(
                    session=session,
                    at=start,
                    allowed=self._attempts,
                    held=is_held,
                    is_due=is_due,
                    goal=goal,
                    thumbs=thumb(state, session) if goal else 0,
                    mood=state.mood,
                )
            )

    def _sought(self, begun: Begun, session: int, asked: Asked) -> Sought | None:
        scene = self._world.scene(begun, session, begun.talk.said)
        return sought(self._goals, self._updated, asked, scene, begun.root)

    def _held(
        self,
        begun: Begun,
        session: int,
        said: Sequence[Turn | Marked],
        state: State,
        asked: Asked,
        gold: dict[str, Gold],
        feedback: list[Feedback],
    ) -> Generator[Event, Reply | None, State]:
        """A session that the user holds: what they tell, then what they want."""
        scene, at, place = partial(self._world.scene, begun, session), begun.world.starts[session], 0
        for event in said:
            match event:
                case Turn():
                    at, place = event.at, place + 1
                    yield event
                case Marked():
                    yield from follows(begun.user, None, scene(event.until), event, at, gold, begun.root)
        if session >= self._warm_up:
            found = self._sought(begun, session, asked)
            if found is not None:
                form, allowed = self._world.form, self._attempts
                sitting = Sitting(begun, session, scene, form, gold, feedback, at, place, allowed)
                state = yield from sitting.pursue(found, state)
                at = sitting.at
        yield SessionEnd(at=at, session=session)
        return state


def _checked(goals: Mapping[str, Mapping[str, Any]]) -> Kinds:
    """The goals as they are drawn from."""
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for name, node in goals.items():
        where = f"source reacting: goals.{name}"
        if name not in GOALS:
            raise SourceError(f"source reacting: there is no goal {name!r}; it must be one of {', '.join(GOALS)}")
        rate, kinds = node.get("rate"), tuple(node.get("kinds", ()))
        if isinstance(rate, bool) or not isinstance(rate, int) or rate < 0:
            raise SourceError(f"{where}.rate is {rate!r}; it must be a whole number of at least 0")
        for kind in kinds:
            if kind not in ASKED:
                raise SourceError(f"{where} has no kind {kind!r}; it must be of {', '.join(ASKED)}")
        found[name] = (rate, kinds)
    if not any(rate and kinds for rate, kinds in found.values()):
        raise SourceError("source reacting: goals have no rate above 0; give one of them some kinds of questions")
    return found
