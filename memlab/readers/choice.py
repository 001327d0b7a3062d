"""A reader without a model: it chooses, of the options that a question offers, the one that the memories bear out best.

What it can tell is the worth of its rules: a right choice that `oracle`'s memories do not lead it to is out of every
strategy's reach, so its figures are to be read beside `oracle`'s.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from memlab.encoders import Encoder, Vectors
from memlab.events import Memory, Query, Reply
from memlab.seeds import Draw
from memlab.text import contains, normalise, stems

SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
DAY = "%d %B %Y"


class Choice:
    """Chooses by words: an option is borne out where it stands in a sentence with words of the question.

    Each memory counts for an option by how many of the question's words it has, rare ones more, and the first memories
    count more than later ones; where the option's words are not there, cues from the yaml stand for it. Of options that
    the question names itself, the one that was spoken of first is chosen; of days, the one just before the day on which
    the memory nearest to the question was said. Where no words bear any option out, the option nearest in meaning to
    what the nearest memories say is chosen, if it is near enough. What two options share evenly is abstained from.

    It takes about a millisecond for a question, and where it goes by meaning the encoding of up to `nearest` memories,
    sentence by sentence.

    Args:
        seed: In which order options are looked at: no place among them is favoured.
        encoder: Makes the vectors for meaning; None goes by words alone.
        floor: What an option counts for in a sentence without words of the question, beside 1 for all of them; 0 to 1.
        company: Words that a sentence must hold beside an option, so that a bare list of values says nothing.
        recent_days: Up to how many days before it was said a memory may tell of a day.
        nearest: Memories that are read for their meaning.
        likeness: The least cosine at which a sentence bears an option out, 0 to 1.
        doubt: What abstaining is borne out by, where it is weighed against the options: 1 is an option beside all of
            the question's words, in the first memory.
        temperature: Over 0: how even the probabilities are; near 0 the option that is chosen has all.
        counted: Words for numbers and their units. Options of such words and digits alone ask for what must be
            counted, which no memory says: abstained from, so that a number in passing is not taken for an answer.
        cues: Words that stand for an option, by option; one that ends in a colon stands at a memory's beginning.
    """

    def __init__(
        self,
        seed: int,
        encoder: Encoder | None,
        floor: float,
        company: int,
        recent_days: int,
        nearest: int,
        likeness: float,
        doubt: float,
        temperature: float,
        counted: Sequence[str],
        cues: Mapping[str, Sequence[str]],
    ) -> None:
        if not (doubt > 0 and temperature > 0):
            raise ValueError(f"choice: doubt={doubt}, temperature={temperature}; both must be over 0")
        self._seed, self._encoder, self._floor, self._company = seed, encoder, floor, company
        self._recent, self._nearest, self._likeness = timedelta(days=recent_days), nearest, likeness
        self._doubt, self._sharpness = doubt, 1 / temperature
        self._counted = frozenset(counted)
        self._cues = {option: tuple(words) for option, words in cues.items()}

    def answer(self, query: Query, memories: Sequence[Memory], choices: Sequence[str]) -> Reply | None:
        """The option that the memories bear out best, as text and choice; None where the question offers none."""
        if not choices:
            return None
        support = self._support(query, memories, choices)
        best = max(support.values(), default=0.0)
        chosen = [option for option, worth in support.items() if worth == best > 0]
        if len(chosen) != 1:
            return Reply(text="")
        return Reply(text=chosen[0], choice=chosen[0])

    def weigh(self, query: Query, memories: Sequence[Memory], choices: Sequence[str]) -> dict[str | None, float] | None:
        """What bears each option out, beside what bears out abstaining, as shares of the whole (Luce, 1959).

        Each is taken to the power of 1 / `temperature`; an option that nothing bears out has no chance.
        """
        if not choices:
            return None
        support = self._support(query, memories, choices)
        weights = {option: max(support.get(option, 0.0), 0.0) ** self._sharpness for option in choices}
        doubt = self._doubt**self._sharpness
        whole = sum(weights.values()) + doubt
        return {option: weight / whole for option, weight in weights.items()} | {None: doubt / whole}

    def _support(self, query: Query, memories: Sequence[Memory], choices: Sequence[str]) -> dict[str, float]:
        """What bears each option out, by the rule that fits the options; where nothing does, they may be left out."""
        options = Draw(self._seed, "options", query.id).shuffled(choices)
        page = _Page(query.text, memories)
        if all(contains(query.text, option) for option in options):
            return self._earliest(page, options)
        if all(self._is_counted(option) for option in options):
            return {}
        if len(days := [day for option in options if (day := _day(option))]) == len(options):
            return self._by_day(page, options, days)
        if all(option in self._cues for option in options):
            support = self._by_cues(page, options)
            meant = {option: ", ".join(self._cues[option]) for option in options}
        else:
            support = self._by_words(page, options)
            meant = {option: option for option in options}
        return support if any(support.values()) else self._by_meaning(page, meant)

    def _is_counted(self, option: str) -> bool:
        words = normalise(option).split()
        return not self._counted.isdisjoint(words) and all(w in self._counted or w.isdigit() for w in words)

    def _by_words(self, page: "_Page", options: Sequence[str]) -> dict[str, float]:
        """What holds an option; one with several parts, a list, is borne out by the mean of them."""
        parts = {option: option.split(", ") for option in options}
        return {
            option: sum(self._worth(page, part) for part in parts[option]) / len(parts[option]) for option in options
        }

    def _worth(self, page: "_Page", option: str) -> float:
        return max(
            (
                page.discount(place) * _held(sentence, option, self._company) * (self._floor + page.near(sentence))
                for place, sentence in page.sentences()
            ),
            default=0.0,
        )

    def _by_cues(self, page: "_Page", options: Sequence[str]) -> dict[str, float]:
        """What holds a cue of an option, as near to the question as the memory is."""
        return {
            option: sum(
                page.discount(place) * (self._floor + page.near(memory.text)) * _cued(memory.text, self._cues[option])
                for place, memory in enumerate(page.memories)
            )
            for option in options
        }

    def _earliest(self, page: "_Page", options: Sequence[str]) -> dict[str, float]:
        """1 for the option whose best memory was said first; none where one of them is in no memory."""
        said: dict[str, datetime] = {}
        for option in options:
            worth = {n: _held(memory.text, option, 0) for n, memory in enumerate(page.memories)}
            best = max(worth, key=lambda n: worth[n] * page.discount(n), default=None)
            if best is None or not worth[best]:
                return {}
            said[option] = page.memories[best].at
        first = min(said.values())
        return {option: float(at == first) for option, at in said.items()}

    def _by_day(self, page: "_Page", options: Sequence[str], days: Sequence[datetime]) -> dict[str, float]:
        """A day that a memory names, or that was shortly before it was said."""
        support = dict.fromkeys(options, 0.0)
        for place, memory in enumerate(page.memories):
            if not memory.text.strip():
                continue  # what says nothing tells of no day, whenever it was
            worth = page.discount(place) * (self._floor + page.near(memory.text))
            for option, day in zip(options, days, strict=True):
                short = contains(memory.text, f"{day.day} {day:%B}")
                ago = memory.at - day
                shortly = timedelta(0) <= ago <= self._recent
                support[option] += worth * (1.0 if short else 0.5 if shortly else 0.0)
        return support

    def _by_meaning(self, page: "_Page", options: Mapping[str, str]) -> dict[str, float]:
        """The likeness of the nearest memories' sentences to an option; none where no sentence is alike enough."""
        worth = [page.discount(n) * (self._floor + page.near(memory.text)) for n, memory in enumerate(page.memories)]
        nearest = sorted(range(len(worth)), key=lambda n: -worth[n])[: self._nearest]
        said = [s for n in nearest for s in SENTENCE.split(page.memories[n].text) if stems(s)]
        if self._encoder is None or not said:
            return {}
        rows: Vectors = self._encoder.encode([*options.values(), *said])
        alike = rows[: len(options)] @ rows[len(options) :].T
        return {  # less than words would, so that what is merely alike never outweighs what is said
            option: self._floor * float(best) if best >= self._likeness else 0.0
            for option, best in zip(options, alike.max(axis=1), strict=True)
        }


class _Page:
    """What was read beside its question: how near a text is to it, and what a place in the order is worth."""

    def __init__(self, question: str, memories: Sequence[Memory]) -> None:
        self.memories = memories
        counts = Counter(stem for memory in memories for stem in set(stems(memory.text)))
        self._weights = {stem: 1 / counts[stem] for stem in set(stems(question)) if counts[stem]}
        self._whole = sum(self._weights.values())
        self._near: dict[str, float] = {}
        self._sentences = [
            (n, sentence) for n, memory in enumerate(memories) for sentence in SENTENCE.split(memory.text)
        ]

    def sentences(self) -> Sequence[tuple[int, str]]:
        """Every sentence with the place of its memory."""
        return self._sentences

    def discount(self, place: int) -> float:
        """What a memory's place is worth: 1 for the first, half for the second."""
        return 1 / (1 + place)

    def near(self, text: str) -> float:
        """The share of the question's words that a text has, of those that any has, rare ones counting more."""
        if not self._whole:
            return 0.0
        if text not in self._near:
            self._near[text] = sum(self._weights.get(stem, 0.0) for stem in _different(text)) / self._whole
        return self._near[text]


@lru_cache(maxsize=200_000)
def _held(text: str, option: str, company: int) -> float:
    """1 where a text holds an option among other words, the share of its stems where it holds half or more."""
    words = normalise(option).split()
    if len(normalise(text).split()) < len(words) + company:
        return 0.0
    if contains(text, option):
        return 1.0
    wanted = set(stems(option))
    share = len(wanted & set(stems(text))) / len(wanted) if len(wanted) > 1 else 0.0
    return share / 2 if share >= 0.5 else 0.0


@lru_cache(maxsize=200_000)
def _different(text: str) -> tuple[str, ...]:
    """The stems of a text, each once, in alphabetical order."""
    return tuple(sorted(set(stems(text))))


def _cued(text: str, cues: Sequence[str]) -> int:
    start = normalise(text)
    return sum(start.startswith(normalise(cue)) if cue.endswith(":") else contains(text, cue) for cue in cues)


def _day(option: str) -> datetime | None:
    try:
        return datetime.strptime(option, DAY).replace(tzinfo=UTC)
    except ValueError:
        return None
