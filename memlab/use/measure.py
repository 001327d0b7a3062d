"""One user's sample of questions, read again and again: with and without each memory, with placebos, in all subsets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from memlab.encoders import Encoder
from memlab.events import Memory, Query, UserId
from memlab.identity import code_digest
from memlab.metrics.choice_accuracy import chance_of_right
from memlab.metrics.frames import Asked, read_frames
from memlab.metrics.uses import Use
from memlab.readers import Reader, Weighing
from memlab.seeds import Draw
from memlab.text import how_many_fit, normalise
from memlab.traces import read_rows
from memlab.use.bank import Bank, Placebo, read_bank
from memlab.use.effects import Balance, Effect, Row, effect, shapley
from memlab.use.groups import groups
from memlab.use.replies import Rarity, lexical_influence

CODE = ("use", "text.py", "seeds.py")


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """By what numbers use is measured.

    Attributes:
        seed: Of the sample and the placebos.
        queries: Questions of each user that are measured, drawn at random.
        first: Memories that are judged, from the first that the reader was given on.
        placebos: In the place of each group of memories; `outdo` how many of these it must exceed to be used.
        alike, least_words: When two memories say the same (`memlab.use.groups`).
        bank_users, bank_turns: Where placebos are from (`memlab.use.bank`).
        shapley: Questions of all users together that get Shapley values too, at most 2^`first` readings each.
    """

    seed: int
    queries: int
    first: int
    placebos: int
    outdo: int
    alike: float
    least_words: int
    bank_users: int
    bank_turns: int
    shapley: int

    def __post_init__(self) -> None:
        counts = {name: getattr(self, name) for name in ("queries", "first", "placebos", "bank_users", "bank_turns")}
        for name, value in counts.items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"use: {name} is {value!r}; it must be a whole number of at least 1")
        if not 1 <= self.outdo <= self.placebos:
            raise ValueError(f"use: outdo is {self.outdo!r}; it must be from 1 to the number of placebos")
        if not self.shapley >= 0 or not 0 < self.alike <= 1:
            raise ValueError(f"use: shapley={self.shapley}, alike={self.alike}; 0 or more, and over 0 up to 1")
        if self.bank_turns <= self.placebos:
            raise ValueError(f"use: bank_turns is {self.bank_turns}; it must be over the {self.placebos} placebos")

    @property
    def identity(self) -> str:
        """The hash of all numbers and of the code that measures."""
        return sha256(f"{sorted(asdict(self).items())} {code_digest(CODE)}".encode()).hexdigest()[:16]


def measure(
    measuring: Measuring,
    folder: Path,
    user: UserId,
    users: Sequence[UserId],
    reader: Reader,
    encoder: Encoder,
    budget_tokens: int | None,
) -> list[Use]:
    """What the first memories of a sample of one user's questions did to the reader, from a run's files.

    The sample is the same for every strategy that lived the same life. It takes `first` times (`placebos` + 2) readings
    a question, and the encoding of what was recalled and of the bank.

    Args:
        users: Of the run, finished; others' turns are the placebos, so a user who is alone is not measured.
        budget_tokens: What the reader was given.
    """
    bank = read_bank(folder, user, users, measuring.seed, measuring.bank_users, measuring.bank_turns)
    if not bank.said:
        return []
    frames = read_frames(folder, [user])
    said = {row["query"]: row for row in read_rows(folder, "traces", user) if row["query"] is not None}
    fitting = [asked for asked in frames.asked if _is_measurable(asked, reader)]
    sample = Draw(measuring.seed, "use", user).some(fitting, measuring.queries)
    checked = measuring.shapley * (1 + users.index(user)) // len(users) - measuring.shapley * users.index(user) // len(
        users
    )
    rarity = Rarity(turn.text for turn in frames.asked[0].life.turns.values()) if sample else Rarity(())
    found: list[Use] = []
    for place, asked in enumerate(sample):
        read = _read(asked, said[asked.query], budget_tokens)
        if read:
            one = _Question(measuring, asked, read, bank, reader, encoder, rarity)
            found += one.uses(with_shapley=place < checked)
    return sorted(found, key=lambda use: (use.query, use.place))


def _is_measurable(asked: Asked, reader: Reader) -> bool:
    return bool(chance_of_right(asked)) if isinstance(reader, Weighing) else bool(asked.reply)


def _read(asked: Asked, row: Mapping[str, Any], budget_tokens: int | None) -> list[Memory]:
    """What the reader was given, as it was given it."""
    names = ("ids", "texts", "scores", "ats", "valid_tos", "categories", "sources", "replaces")
    columns = zip(*(row[name] for name in names), strict=True)
    memories = [
        Memory(
            id=id, text=text, score=score, at=at, valid_to=to, category=kind, sources=tuple(own), replaces=tuple(before)
        )
        for id, text, score, at, to, kind, own, before in columns
    ]
    return memories[: how_many_fit(asked.tokens, budget_tokens)]


def _shown(memory: Memory, one: object) -> Memory:
    """What the reader sees in a memory's place: the memory, a placebo, or nothing."""
    if isinstance(one, Placebo):
        return replace(memory, text=one.text, at=one.at)
    return memory if one is not None else replace(memory, text="")


class _Question:
    """One question with what was read for it."""

    def __init__(
        self,
        measuring: Measuring,
        asked: Asked,
        read: Sequence[Memory],
        bank: Bank,
        reader: Reader,
        encoder: Encoder,
        rarity: Rarity,
    ) -> None:
        self._measuring, self._asked, self._read, self._bank = measuring, asked, tuple(read), bank
        self._reader, self._encoder, self._rarity = reader, encoder, rarity
        self._texts = tuple(memory.text for memory in read)

    def uses(self, with_shapley: bool) -> list[Use]:
        """A row for each of the first memories."""
        numbers, first = self._measuring, range(min(self._measuring.first, len(self._texts)))
        every = groups(self._texts, self._encoder.encode(self._texts), numbers.alike, numbers.least_words)
        judged = [group for group in every if group[0] in first]
        balance = self._balance()
        drawn = [self._bank.placebos(self._asked.query, group, numbers.placebos + 1) for group in judged]
        effects: list[Effect | None] = [None] * len(judged)
        if balance is not None:
            effects = [effect(balance, self._read, *one, numbers.outdo) for one in zip(judged, drawn, strict=True)]
        values: list[float | None] = [None] * len(judged)
        if balance is not None and with_shapley:
            values = list(shapley(balance, self._read, judged))
        return [
            self._use(place, number, effects[number], values[number], [row[at].text for row in drawn[number][:-1]])
            for number, group in enumerate(judged)
            for at, place in enumerate(group)
            if place in first
        ]

    def _balance(self) -> Balance | None:
        """The probability of right options minus that of wrong ones, of memories or placebos in each place."""
        reader, asked, read = self._reader, self._asked, self._read
        if not isinstance(reader, Weighing):
            return None
        right = set(map(normalise, asked.gold.answers))
        query = Query(at=asked.at, session=asked.session, id=asked.query, text=asked.text)
        choices = asked.gold.choices

        @cache
        def balance(row: Row) -> float:
            shown = [_shown(memory, one) for memory, one in zip(read, row, strict=True)]
            weighed = reader.weigh(query, shown, choices) or {}
            return sum((1 if normalise(o) in right else -1) * p for o, p in weighed.items() if o is not None)

        return balance

    def _use(self, place: int, group: int, found: Effect | None, value: float | None, placebos: Sequence[str]) -> Use:
        lexical, lexical_bar = self._beside(self._lexical, place, placebos)
        nearness, nearness_bar = self._beside(self._nearness, place, placebos)
        return Use(
            query=self._asked.query,
            place=place,
            group=group,
            effect=found.effect if found else None,
            bar=found.bar if found else None,
            impostor=found.impostor if found else None,
            shapley=value,
            lexical=lexical,
            lexical_bar=lexical_bar,
            nearness=nearness,
            nearness_bar=nearness_bar,
        )

    def _beside(
        self, of: Callable[[Sequence[str]], list[float] | None], place: int, placebos: Sequence[str]
    ) -> tuple[float | None, float | None]:
        """A memory's figure and the bar that placebos set."""
        found = of([self._texts[place], *placebos])
        return (None, None) if found is None else (found[0], sorted(found[1:])[self._measuring.outdo - 1])

    def _lexical(self, texts: Sequence[str]) -> list[float] | None:
        reply, question = self._asked.reply or "", self._asked.text
        found = [lexical_influence(text, reply, question, self._rarity) for text in texts]
        known = [value for value in found if value is not None]
        return known or None

    def _nearness(self, texts: Sequence[str]) -> list[float] | None:
        reply = self._asked.reply
        if not reply or not reply.strip():
            return None
        rows = self._encoder.encode([reply, *texts])
        return [float(value) for value in rows[1:] @ rows[0]]
