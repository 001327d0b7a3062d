"""How a user talks: a sentence in a frame, in their register, with their slips; what is said stays legible.

Values are kept apart while words are changed around them, so that a value always stands in a turn as it is labelled.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar

from memlab.seeds import Draw
from memlab.sources.simulated.patterns import Patterns, Register

T = TypeVar("T")
BEGIN, END = "\x02", "\x03"
FRAMED_PERMILLE = 700
HEDGED_PERMILLE = 200
ARTICLE_PERMILLE = 300
EXPLICIT_DATE_PERMILLE = 450
LONG_WORD = re.compile("[a-z]{5,}")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SEASONS = ("winter", "spring", "summer", "autumn")
COUNTS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
FULL = {
    "I'm": "I am", "I've": "I have", "I'll": "I will", "don't": "do not", "can't": "cannot", "you're": "you are",
    "it's": "it is", "It's": "It is", "that's": "that is", "That's": "That is", "isn't": "is not",
    "doesn't": "does not", "didn't": "did not", "won't": "will not", "we're": "we are", "We're": "We are",
    "they're": "they are", "wasn't": "was not", "haven't": "have not", "couldn't": "could not",
}  # fmt: skip
STATED = re.compile(r"(?:I|My|We|Our|The|There|It|She|He|They|You)\b[^?]*$")
KEPT_ARTICLE = r"(?:month|week|day|year|time|while|moment|bit|lot|few|little|hundred|thousand)\b"


class Voice:
    """One user's way of saying things.

    Args:
        name: Of the register.
        typo_permille: Of words of five letters and more, how many of a thousand are mistyped.
        small: Words that are no names, in small letters.
        frames: How readily a sentence is put in a frame or hedged, 1 as people here do, 0 never.
    """

    def __init__(
        self, name: str, register: Register, typo_permille: int, small: frozenset[str], frames: float = 1.0
    ) -> None:
        self._name, self._register, self._typos, self._small = name, register, typo_permille, small
        self._hedged, self._framed = (min(1000, round(n * frames)) for n in (HEDGED_PERMILLE, FRAMED_PERMILLE))

    def says(self, pattern: str, slots: Mapping[str, str], draw: Draw) -> str:
        """A statement: hedged at times, framed mostly, as this user would type or speak it."""
        said = kept_apart(pattern, slots)
        if draw.chance(self._hedged) and STATED.match(pattern):
            said = draw.choice(self._register.hedges) + _lowered(said, self._small)
        return self._put(self._register.frames, "{said}", said, draw)

    def asks(self, pattern: str, slots: Mapping[str, str], draw: Draw) -> str:
        """A question, put as this user would."""
        return self._put(self._register.asks, "{question}", kept_apart(pattern, slots), draw)

    def wants(self, text: str, draw: Draw) -> str:
        """Something to be done, asked for as this user would."""
        return self._put(self._register.requests, "{request}", text, draw)

    def plainly(self, text: str, draw: Draw) -> str:
        """A sentence without a frame: an opening, a piece of chatter."""
        return self._spoken(capital(text), draw)

    @property
    def openings(self) -> Patterns:
        """Patterns that open a session."""
        return self._register.openings

    @property
    def closings(self) -> Patterns:
        """Patterns that close a session."""
        return self._register.closings

    @property
    def _careless(self) -> bool:
        return self._name in ("terse", "voice")

    def _put(self, frames: Patterns, slot: str, said: str, draw: Draw) -> str:
        """A sentence, mostly in a frame, which begins and ends like one where this user minds such things."""
        frame = draw.choice(frames) if draw.chance(self._framed) else slot
        if self._name != "voice" and frame.startswith(slot + " ") and re.search(rf"[\w%]{END}?$", said):
            said += "."
        if not (self._careless and said.startswith(BEGIN)):
            said = capital(said)
        return self._spoken(frame.replace(slot, said), draw)

    def _spoken(self, text: str, draw: Draw) -> str:
        parts = re.split(f"({BEGIN}[^{END}]*{END})", text)
        changed = [part[1:-1] if part.startswith(BEGIN) else self._changed(part, draw) for part in parts]
        whole = "".join(changed)
        if self._careless:
            whole = whole.rstrip().removesuffix(".")
        return whole

    def _changed(self, text: str, draw: Draw) -> str:
        if self._name == "formal":
            text = re.sub(r"[A-Za-z]+'[a-z]+(?! (?:been|got)\b)", lambda found: FULL.get(found[0], found[0]), text)
        if self._careless:
            text = re.sub(r"(?:(?<=[.!?:] )|(?<=^))[A-Z](?=[a-z]| [a-z])", _small_but_i, text)
        if self._name == "voice":
            text = re.sub(r"[,;:](?!\d)", "", text)
        if self._name == "non_native":
            text = re.sub(
                rf"(?<!\b[Bb]y )(?<!\d )\b(the|a|an) (?=[a-z])(?!{KEPT_ARTICLE})",
                lambda found: "" if draw.chance(ARTICLE_PERMILLE) else found[0],
                text,
                flags=re.ASCII,
            )
        if not self._typos:
            return text
        lots = _permilles(draw)
        return LONG_WORD.sub(lambda w: _mistyped(w[0], draw) if next(lots) < self._typos else w[0], text)


def _permilles(draw: Draw) -> Iterator[int]:
    """Numbers below 1,000, six to a draw: a draw for every word would be a third of all."""
    while True:
        lots = draw.below(1000**6)
        for _ in range(6):
            lots, permille = divmod(lots, 1000)
            yield permille


def _mistyped(word: str, draw: Draw) -> str:
    at = draw.between(1, len(word) - 3)
    return word[:at] + (word[at + 1] + word[at] + word[at + 2 :] if draw.chance(500) else word[at + 1 :])


def in_turn(options: Sequence[T], nth: int, seed: int, *names: str | int) -> T:
    """The nth of options in an order of this seed and these names: none comes again before all have come."""
    return options[_order(len(options), seed, *names)[nth % len(options)]]


@lru_cache(maxsize=1_000)
def _order(n: int, seed: int, *names: str | int) -> tuple[int, ...]:
    return tuple(Draw(seed, "in turn", *names).shuffled(range(n)))


def kept_apart(pattern: str, slots: Mapping[str, str]) -> str:
    """A pattern with its slots filled, what is filled in marked as not to be changed."""
    return pattern.format(**{name: f"{BEGIN}{value}{END}" for name, value in slots.items()})


def filled(pattern: str, slots: Mapping[str, str]) -> str:
    """A pattern with its slots filled, beginning with a capital."""
    return capital(pattern.format(**slots))


def drawn(patterns: Sequence[str], words: Mapping[str, Patterns], draw: Draw) -> list[str]:
    """An exchange with its slots drawn; a slot that occurs twice gets one word."""
    text = "\x00".join(patterns)
    slots = {name: draw.choice(values) for name, values in sorted(words.items()) if "{" + name + "}" in text}
    return [capital(part) for part in text.format(**slots).split("\x00")]


def capital(text: str) -> str:
    """With its first letter a capital, that of a value that is kept apart included."""
    at = 1 if text.startswith(BEGIN) else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def _small_but_i(found: re.Match[str]) -> str:
    return found[0] if found[0] == "I" and found.string[found.end()] == " " else found[0].lower()


def _lowered(text: str, small: frozenset[str]) -> str:
    """For the middle of a sentence: a first word that is also written small begins small."""
    word = re.match(r"[A-Z][a-z']*\b", text)
    plain = word is not None and word[0].split("'")[0] != "I" and word[0].lower() in small
    return text[:1].lower() + text[1:] if plain else text


def date_forms(day: date) -> tuple[str, ...]:
    """A date as an answer states it, with and without the year: `14 March 2024`, `14 March`."""
    short = f"{day.day} {MONTHS[day.month - 1]}"
    return f"{short} {day.year}", short


def month_of(day: date) -> str:
    """`in March 2024`."""
    return f"in {MONTHS[day.month - 1]} {day.year}"


def when(day: date, today: date, draw: Draw) -> str:
    """A day of the last fortnight as people say it: a date, a weekday, or how long ago."""
    ago = (today - day).days
    if draw.chance(EXPLICIT_DATE_PERMILLE):
        return f"on {date_forms(day)[1]}"
    if ago == 1:
        return "yesterday"
    if 2 <= ago <= 7 and draw.chance(500):
        return f"last {WEEKDAYS[day.weekday()]}"
    return f"{COUNTS[ago]} days ago"


def since(day: date, now: datetime) -> str:
    """A day long ago as people say it: a month, a season of a year, a year."""
    days = (now.date() - day).days
    if days < 300:
        return MONTHS[day.month - 1]
    if days < 700:
        return f"{SEASONS[day.month % 12 // 3]} {day.year}"
    return str(day.year)
