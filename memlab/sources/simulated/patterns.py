"""What the language bank is made of: attributes, people, words with two senses, habits, and ways of talking."""

from dataclasses import dataclass
from typing import Literal

Patterns = tuple[str, ...]
Process = Literal["static", "drifting", "cyclic", "event", "ephemeral", "set"]
LASTING: frozenset[Process] = frozenset(("static", "drifting", "cyclic"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Short clauses that state a value, to be put into other sentences: of the user, to the user, of somebody else.

    Attributes:
        thing: What happened, as a noun phrase; of events.
    """

    i: str
    you: str
    they: str = ""
    was: str = ""
    if_i: str = ""
    thing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """Something that can be true of a user, with the sentences that state it and that ask for it.

    Attributes:
        process: How it behaves in time: `static`; `drifting`, changes now and then; `cyclic`, goes back and forth;
            `event`, happens once; `ephemeral`, true for the moment; `set`, several at a time, which come and go.
        per_year: How often a drifting one changes and a set loses or gains one.
        period_days: Of a cyclic one.
        sensitivity: A category of consent, or `none`.
        noun: What a value is; `topic` what the attribute is, in the user's mouth.
        unnamed: Of an event: noun phrases that mean it without naming it.
    """

    name: str
    domain: str
    process: Process
    sensitivity: str
    salience: Literal["high", "normal", "low"]
    noun: str
    topic: str
    values: Patterns
    clause: Clause
    say: Patterns
    echo: Patterns
    per_year: float = 0.0
    period_days: int = 182
    change: Patterns = ()
    add: Patterns = ()
    remove: Patterns = ()
    ask_now: Patterns = ()
    ask_past: Patterns = ()
    ask_preference: Patterns = ()
    ask_when: Patterns = ()
    ask_list: Patterns = ()
    ask_count: Patterns = ()
    unnamed: Patterns = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Something that can be true of a person whom the user knows."""

    name: str
    values: Patterns
    clause: str
    say: Patterns
    echo: Patterns
    ask: Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A person in the user's life: introduced once by name, spoken of by name, asked for by relation."""

    name: str
    names: Patterns
    third: str
    introduce: Patterns
    echo: Patterns
    about: tuple[About, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """One of the things that a word can mean, and what can be said of it."""

    name: str
    values: Patterns
    say: Patterns
    echo: Patterns
    ask: Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Homonym:
    """A word with two senses that both come up in ordinary lives.

    Attributes:
        near: Attributes of which one of the senses tells something too: no life has both.
    """

    word: str
    senses: tuple[Sense, ...]
    near: Patterns = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """A habit in using the assistant: one request, then another; `value` names the other."""

    name: str
    value: str
    before: Patterns
    reply: Patterns
    after: Patterns
    after_reply: Patterns
    ask: Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskKind:
    """A task with several approaches, of which some work for a user and some do not."""

    name: str
    noun: str
    approaches: Patterns
    request: Patterns
    propose: Patterns
    success: Patterns
    failure: Patterns
    ask_best: Patterns
    ask_avoid: Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an episode can end, and how that feels."""

    outcome_value: str
    sentiment: Literal["positive", "negative", "mixed"]
    say: Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeKind:
    """Something that is announced first and whose outcome is told some sessions later.

    Attributes:
        like: Events and other kinds, by name, that a question which names neither might mean as well.
        near: Attributes and homonyms of which it tells something too: no life has both.
    """

    name: str
    values: Patterns
    announce: Patterns
    feeling_before: Patterns
    outcomes: tuple[Ending, ...]
    echo: Patterns
    ask_outcome: Patterns
    ask_sentiment: Patterns
    ask_outcome_unnamed: Patterns
    ask_sentiment_unnamed: Patterns
    like: Patterns = ()
    near: Patterns = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """How one kind of person talks: what opens and closes a session, what a statement, question or wish stands in."""

    openings: Patterns
    closings: Patterns
    frames: Patterns
    asks: Patterns
    requests: Patterns
    hedges: Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What can be said beside the point wherever a domain comes up.

    Attributes:
        more: What a user adds to a statement.
        heed: Opens an answer of the assistant's; `think` are its passages, `steps` entries of a list in it, `back`
            questions that close it.
    """

    more: Patterns
    heed: Patterns
    think: Patterns
    steps: Patterns
    back: Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """What the assistant says whatever is said to it."""

    greetings: Patterns
    farewells: Patterns
    acks: Patterns
    offers: Patterns
    looking: Patterns
