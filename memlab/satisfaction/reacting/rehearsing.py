"""What would be said under several ways of replying, as one life that does not react.

Texts in the loop hang on replies, and a text that no rehearsal has met is encoded alone, which is slow. So a life is
gone through under scripted replies, none of which asks a strategy, and whatever is said or asked in any of them stands
once in one recorded life.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, runtime_checkable

from memlab.events import Event, Memory, Query, QueryId, Reply, Turn, UserId
from memlab.life import Gold, Life, recorded
from memlab.readers import Reader

Script = Callable[[int, int], int]
ENDS = re.compile(r"[.!?\n]+")
SCRIPTS: tuple[Script, ...] = (  # of the nth question in a session and the number of options: which is replied with
    lambda nth, n: 0,  # the right one
    lambda nth, n: 1,  # none, each time
    lambda nth, n: (2 + nth) % n,  # a wrong one, what held once if any, then another …
)


@runtime_checkable
class Rehearsed(Protocol):
    """A source whose lives hang on the replies: what may be said is found without living them."""

    def rehearsal(self, user: UserId, *, seed: int, reader: Reader | None) -> Life:
        """A life that does not react, in which stands what would be said and asked under several ways of replying."""
        ...


def rehearsed(life_of: Callable[[], Life], reader: Reader | None, form: str) -> Life:
    """All that is said and asked under the scripts, in order of time; the first script's life stands in it whole.

    Args:
        life_of: Makes the life anew, of a user who neither leaves nor stays away.
        reader: Words the replies: it is shown nothing but the option that it is to settle on.
        form: The text form of a turn.
    """
    said, asked, whole = dict[str, None](), dict[str, None](), list[Event]()
    golds: dict[QueryId, Gold] = {}
    for number, script in enumerate(SCRIPTS):
        life, more = life_of(), list[Event]()
        for event in _under(script, life, reader, form):
            if isinstance(event, Turn):
                if number and event.text in said:
                    continue
                said[event.text] = None
                more.append(replace(event, id=f"{number}.{event.id}") if number else event)
            elif isinstance(event, Query):
                if event.text not in asked:
                    asked[event.text] = None
                    more.append(replace(event, id=f"{number}.{event.id}"))
                    golds[f"{number}.{event.id}"] = replace(life.gold[event.id], evidence=(), stale=frozenset())
            elif not number:
                more.append(event)
        whole += more
    golds = {id: replace(gold, forbidden=frozenset(), answerable=False) for id, gold in golds.items()}
    return recorded(life.user, sorted(whole, key=lambda event: event.at), golds)


def _under(script: Script, life: Life, reader: Reader | None, form: str) -> list[Event]:
    """The events of a life whose questions are replied to by a script, and every reply that might have been given."""
    events, found, reply, nth = life.stream(), list[Event](), None, (-1, 0)
    while True:
        try:
            event = events.send(reply)
        except StopIteration:
            return found
        reply = None
        found.append(event)
        if isinstance(event, Query) and reader is not None:
            nth = (event.session, nth[1] + 1 if nth[0] == event.session else 0)
            gold = life.gold[event.id]
            options = _options(gold)
            reply = _replied(event, options[script(nth[1], len(options))], gold, reader)
            if script is SCRIPTS[0]:
                for place, option in enumerate(options):
                    found += _said(event, _replied(event, option, gold, reader), place, form)


def _options(gold: Gold) -> list[str | None]:
    """What a reply can settle on: the right option, none, and each of the others."""
    right = [choice for choice in gold.choices if choice in gold.answers][:1]
    wrong = [choice for choice in gold.choices if choice not in gold.answers]
    return [*right, None, *sorted(wrong, key=lambda choice: choice not in gold.stale_values)]


def _replied(query: Query, option: str | None, gold: Gold, reader: Reader) -> Reply | None:
    return reader.answer(query, _shown(query, option), gold.choices)


def _said(query: Query, reply: Reply | None, place: int, form: str) -> list[Turn]:
    """A reply that might be given, as a turn; none for no reply."""
    if reply is None:
        return []
    text, id = form.format(speaker="assistant", text=reply.text, at=query.at), f"{query.id}.{place}"
    return [Turn(at=query.at, session=query.session, id=id, speaker="assistant", text=text)]


def _shown(query: Query, option: str | None) -> list[Memory]:
    """A memory that bears out an option, for any reader that goes by words; none for none."""
    if option is None:
        return []
    text = f"{ENDS.sub(' ', query.text)} {option}"
    return [Memory(id="shown", text=text, score=1.0, at=query.at, sources=())]
