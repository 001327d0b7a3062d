"""Trials as a source: tasks whose approaches succeed with known chances, and a question after so many of them.

Nothing else is in these lives, so that what is measured is the choice among approaches, not the finding of what was
said. Who succeeds how often is drawn from the seed; the judge knows the chances, the strategy hears of outcomes.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from memlab.events import Event, Outcome, Query, SessionEnd, Turn, TurnId, UserId
from memlab.life import Gold, Life, Nugget, recorded
from memlab.paths import read_yaml
from memlab.seeds import Draw, derive
from memlab.sources import SourceError
from memlab.sources.reading import checked_form

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
LANGUAGE = Path(__file__).parent / "trials.yaml"


class Trials:
    """Users who try approaches to tasks and say how it went.

    One approach to a task succeeds with a chance that is drawn evenly between `gap` and 1, the others with `gap` less.
    In every session each approach to each task is tried once, in random order; after some sessions it is asked for
    each task which approach is best.

    Args:
        users: How many.
        tasks: Per user, at most as many as the language file has.
        approaches: Per task, 2 or 3.
        gap: How much likelier the best approach is to succeed than any other, over 0, under 1.
        outcomes: After how many sessions it is asked, ascending, each at least 1.
        neglect: One approach to each task, drawn at random, is passed over in this share of the sessions after the
            first, 0 to 1; at 1 it is tried once in all.
        text: The text form of a turn, with `{speaker}` and `{text}`.

    Attributes:
        digest: The sha256 of the language file.
        facts: How many tasks there are over all users.

    Raises:
        SourceError: A number is out of its range.
    """

    def __init__(
        self,
        users: int,
        tasks: int,
        approaches: int,
        gap: float,
        outcomes: Sequence[int],
        neglect: float,
        text: str,
    ) -> None:
        known = _language()["tasks"]
        _check("users", users, users >= 1, "at least 1")
        _check("tasks", tasks, 1 <= tasks <= len(known), f"between 1 and {len(known)}")
        _check("approaches", approaches, approaches in (2, 3), "2 or 3")
        _check("gap", gap, 0 < gap < 1, "over 0 and under 1")
        ascending = list(outcomes) == sorted(set(outcomes)) and min(outcomes, default=0) >= 1
        _check("outcomes", list(outcomes), ascending, "ascending whole numbers from 1 on")
        _check("neglect", neglect, 0 <= neglect <= 1, "between 0 and 1")
        self._users, self._tasks, self._approaches = users, tasks, approaches
        self._gap, self._outcomes, self._neglect = gap, tuple(outcomes), round(1000 * neglect)
        self._form = checked_form("trials", text)
        self.digest = sha256(LANGUAGE.read_bytes()).hexdigest()
        self.facts: dict[str, int | str] = {"tasks": users * tasks}

    def users(self) -> Sequence[UserId]:
        """`trier-000` and so on."""
        return tuple(f"trier-{n:03d}" for n in range(self._users))

    def life(self, user: UserId, *, seed: int) -> Life:
        """One user's trials and the questions about them; the outcomes of a session do not depend on later ones."""
        root = derive(seed, "trials", user)
        drawn = Draw(root, "tasks").some(sorted(_language()["tasks"]), self._tasks)
        chances = {task: self._chances(task, root) for task in drawn}
        told: dict[tuple[str, str], list[TurnId]] = {}
        gold: dict[str, Gold] = {}
        events: list[Event] = []
        for session in range(self._outcomes[-1]):
            events += self._session(session, chances, told, root)
            if session + 1 in self._outcomes:
                events += self._asked(session, chances, told, gold, root)
        return recorded(user, events, gold)

    def _chances(self, task: str, root: int) -> dict[str, float]:
        """The chance of success of each approach, the best first."""
        draw = Draw(root, "chances", task)
        best = self._gap + (1 - self._gap) * draw.below(10_001) / 10_000
        approaches = draw.some(_language()["tasks"][task], self._approaches)
        return {name: round(best - self._gap * (place > 0), 4) for place, name in enumerate(approaches)}

    def _session(
        self,
        session: int,
        chances: dict[str, dict[str, float]],
        told: dict[tuple[str, str], list[TurnId]],
        root: int,
    ) -> Iterator[Event]:
        at = START + timedelta(days=session)
        pairs = [(task, name) for task, tried in chances.items() for name in tried]
        for task, name in Draw(root, "order", session).shuffled(pairs):
            draw = Draw(root, "trial", task, name, session)
            succeeds = draw.below(10_000) < round(10_000 * chances[task][name])
            neglected = Draw(root, "neglected", task).choice(list(chances[task]))
            if session and name == neglected and draw.chance(self._neglect):
                continue
            at, id = at + timedelta(minutes=1), f"s{session:02d}t{len(told.setdefault((task, name), [])):02d}"
            id = sha256("\n".join((id, task, name)).encode()).hexdigest()[:8]
            pattern = draw.choice(_language()["worked" if succeeds else "failed"])
            words = pattern.format(task=task, approach=name, Approach=name[0].upper() + name[1:])
            text = self._form.format(speaker="user", text=words, at=at)
            told[task, name].append(id)
            yield Turn(at=at, session=session, id=id, speaker="user", text=text)
            yield Outcome(at=at, session=session, turn=id, task=task, approach=name, success=succeeds)
        yield SessionEnd(at=at, session=session)

    def _asked(
        self,
        session: int,
        chances: dict[str, dict[str, float]],
        told: dict[tuple[str, str], list[TurnId]],
        gold: dict[str, Gold],
        root: int,
    ) -> Iterator[Query]:
        at = START + timedelta(days=session, hours=12)
        for task, tried in chances.items():
            best = next(iter(tried))
            id = sha256(f"{session}\n{task}".encode()).hexdigest()[:8]
            facets: dict[str, float | str] = {
                "outcomes": session + 1,
                **{f"chance of {n}": p for n, p in tried.items()},
            }
            gold[id] = Gold(
                kind="best_approach",
                answers=(best,),
                choices=tuple(Draw(root, "choices", task, session).shuffled(list(tried))),
                evidence=(Nugget(turns=frozenset(told[task, best]), values=(best,)),),
                facets=MappingProxyType(facets),
            )
            yield Query(at=at, session=session, id=id, text=_language()["ask"].format(task=task))


def _check(name: str, value: object, holds: bool, wanted: str) -> None:
    if not holds:
        raise SourceError(f"source trials: {name} is {value!r}; it must be {wanted}")


@cache
def _language() -> dict[str, Any]:
    return read_yaml(LANGUAGE)
