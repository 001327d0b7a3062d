"""What every data set owes, law by law: its lives are in order, and nothing but their words tells what is judged."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence

from memlab.checks import CheckFailed, NotApplicable
from memlab.data.guessing import Guess, folds_of, id_features, most_telling
from memlab.data.survey import LivedThrough, Survey
from memlab.events import Query, Turn
from memlab.text import normalise

TELLING = ("answer", "evidence", "gold", "label", "stale", "distractor", "filler")
LETTERS, GLUED = 4, 5
NAME = re.compile(r"\w*_\w*")
FIELD = re.compile(r"[^\W_]+(?:_[^\W_]+)+")


def every_life_is_in_order(data: Survey) -> str:
    """Times never go back, ids occur once, evidence is said before it is asked for and is never stale as well."""
    broken = [life.error for life in data.lives if life.error is not None]
    if broken:
        raise CheckFailed(f"{len(broken)} of {len(data.lives)} lives break it, first: {broken[0]}", "mend the source")
    return ""


def no_user_is_there_twice(data: Survey) -> str:
    """There is at least one user, and each has a name of its own."""
    if not data.lives:
        raise CheckFailed("there is no user", "read a file that has some")
    user, n = Counter(life.user for life in data.lives).most_common(1)[0]
    if n > 1:
        raise CheckFailed(f"user {user} is there {n} times", "give each life a name of its own")
    return ""


def every_judged_question_is_asked(data: Survey) -> str:
    """No question that is judged is left out of the life."""
    for life in data.lives:
        left = sorted(life.gold.keys() - {asked.query.id for asked in life.asked})
        if left and life.error is None:
            raise CheckFailed(f"life {life.user}: {left[0]} is judged and never asked", "ask it, or drop it and count")
    return ""


def what_is_superseded_was_said(data: Survey) -> str:
    """A turn that is out of date was said, and before the turn that made it so."""
    for life in data.lives:
        place = {id: n for n, id in enumerate(life.turns)}
        for note in life.superseded if life.error is None else ():
            if note.turn not in place or note.by not in place or place[note.turn] >= place[note.by]:
                raise CheckFailed(
                    f"life {life.user}: {note.turn} is superseded by {note.by}, and they are not said in this order",
                    "name two turns of this life, the older first",
                )
    return ""


def dangling_labels_are_counted(data: Survey) -> str:
    """Of data that are read from files, the labels that name no turn are counted, be they none or some."""
    if not data.files:
        raise NotApplicable("it is not read from files that a card can know")
    if not any("dangling" in name for name in data.counted):
        raise CheckFailed("nothing is counted as labels_dangling", "count them in the source's facts, and 0 for none")
    n = sum(count for name, count in data.counted.items() if "dangling" in name)
    return f"{n} labels name no turn and are left out" if n else ""


def no_gold_stands_in_an_id(data: Survey) -> str:
    """No answer, kind, word of judgement or leaking field stands in the id of a turn, a question or a user."""
    kinds = {asked.gold.kind for asked in data.asked}
    names = {name.strip("_") for text in data.card.leaks for name in NAME.findall(text)}
    for life in data.lives:
        answers = {answer for asked in life.asked for answer in asked.gold.answers}
        words = sorted(word for word in {*TELLING, *kinds, *names, *answers} if _letters(word) >= LETTERS)
        found = _first_within(words, [life.user, *life.turns, *(asked.query.id for asked in life.asked)])
        for asked in life.asked:
            named = sorted(turn for turn in asked.gold.evidence_turns if len(_squeezed(turn)) >= LETTERS - 1)
            found = found or _first_within(named, [asked.query.id])
        if found is not None:
            raise CheckFailed(f"life {life.user}: id {found[1]!r} holds {found[0]!r}", "give ids that tell nothing")
    return ""


def _first_within(words: Sequence[str], ids: Sequence[str]) -> tuple[str, str] | None:
    """The first of `words` that stands in one of `ids`, whole, or glued to others where it is all letters and long."""
    whole, glued = [_spaced(id) for id in ids], [_squeezed(id) for id in ids]
    all_whole, all_glued = "\n".join(whole), "\n".join(glued)
    for word in words:
        needle, short = _spaced(word), _squeezed(word)
        if needle in all_whole:
            return word, next(id for id, text in zip(ids, whole, strict=True) if needle in text)
        if short.isalpha() and len(short) >= GLUED and short in all_glued:
            return word, next(id for id, text in zip(ids, glued, strict=True) if short in text)
    return None


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _spaced(text: str) -> str:
    return normalise(text.replace("_", " "))


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def no_leaking_field_stands_in_text(data: Survey) -> str:
    """No turn and no question matches what the card forbids, or holds the name of a field that the card says leaks."""
    fields = sorted({name for text in data.card.leaks for name in FIELD.findall(text)})
    patterns = [*data.card.never_in_text, *(rf"\b{re.escape(name)}\b" for name in fields)]
    if not patterns:
        raise NotApplicable("its card names no field and no pattern that would leak")
    try:
        compiled = [re.compile(pattern) for pattern in patterns]
    except re.error as error:
        raise CheckFailed(
            f"the card's never_in_text has {error.pattern!r}: {error}", "write a regular expression"
        ) from None
    for life in data.lives:
        for event in life.events:
            if isinstance(event, Turn | Query):
                _search(life, event, compiled)
    return ""


def _search(life: LivedThrough, event: Turn | Query, patterns: Sequence[re.Pattern[str]]) -> None:
    texts = [event.text, *(a.text for a in event.attachments)] if isinstance(event, Turn) else [event.text]
    for pattern in patterns:
        for text in texts:
            if match := pattern.search(text):
                raise CheckFailed(
                    f"life {life.user}: {event.id} matches {pattern.pattern!r}: {match[0][:40]!r}", "cut it off"
                )


def kinds_cannot_be_told_from_ids(data: Survey) -> str:
    """What can be seen of the ids of questions and users does not tell a question's kind."""
    ids, users = [asked.query.id for asked in data.asked], [asked.user for asked in data.asked]
    return _told(_kind_guess(data, dict(id_features(ids, "its id")) | dict(id_features(users, "the user's name"))))


def kinds_cannot_be_told_from_time(data: Survey) -> str:
    """The hour, minute, second and weekday at which a question is asked do not tell its kind."""
    return _told(_kind_guess(data, _times([asked.query for asked in data.asked])))


def kinds_cannot_be_told_from_place(data: Survey) -> str:
    """The place of a question among the questions of its life does not tell its kind."""
    places = [asked.nth for asked in data.asked]
    shares = [_tenth(asked.nth, len(life.asked)) for life in data.lives for asked in life.asked]
    return _told(_kind_guess(data, {"its place": places, "the tenth of the questions it is in": shares}))


def kinds_cannot_be_told_from_how_much_was_said(data: Survey) -> str:
    """The number of turns before a question does not tell its kind."""
    sizes = [asked.candidates.bit_length() for asked in data.asked]
    return _told(_kind_guess(data, {"the number of turns before it": sizes}))


def evidence_cannot_be_told_from_ids(data: Survey) -> str:
    """What can be seen of a turn's id does not tell whether it is evidence."""
    ids = [turn.id for life in data.lives for turn in life.turns.values()]
    return _told(_evidence_guess(data, dict(id_features(ids, "a turn's id"))))


def evidence_cannot_be_told_from_time_or_place(data: Survey) -> str:
    """The hour, minute, second and weekday of a turn, and its place in the life, do not tell whether it is evidence."""
    turns = [turn for life in data.lives for turn in life.turns.values()]
    places = [place for life in data.lives for place in range(len(life.turns))]
    shares = [_tenth(place, len(life.turns)) for life in data.lives for place in range(len(life.turns))]
    placed: dict[str, list[Hashable]] = {"a turn's place": [*places], "the tenth of the life it is in": [*shares]}
    return _told(_evidence_guess(data, _times(turns) | placed))


def _times(events: Sequence[Turn | Query]) -> dict[str, list[Hashable]]:
    ats = [event.at for event in events]
    return {
        "the hour": [at.hour for at in ats],
        "the minute": [at.minute for at in ats],
        "the second": [at.second for at in ats],
        "the weekday": [at.weekday() for at in ats],
    }


def _tenth(place: int, of: int) -> int:
    return place * 10 // of


def _kind_guess(data: Survey, features: Mapping[str, Sequence[Hashable]]) -> Guess | None:
    folds = folds_of([asked.user for asked in data.asked], [asked.nth for asked in data.asked])
    kinds = sorted({asked.gold.kind for asked in data.asked})
    return most_telling(features, {k: [asked.gold.kind == k for asked in data.asked] for k in kinds}, folds)


def _evidence_guess(data: Survey, features: Mapping[str, Sequence[Hashable]]) -> Guess | None:
    """Turns are compared with turns of the same life, speaker and channel: who states facts is no leak."""
    said = [(life, turn) for life in data.lives for turn in life.turns.values()]
    folds = folds_of([life.user for life, _ in said], [turn.session for _, turn in said])
    strata = [(life.user, turn.speaker, turn.channel) for life, turn in said]
    sessions = [(life.user, turn.session) for life, turn in said]
    return most_telling(features, {"evidence": [t.id in life.evidence for life, t in said]}, folds, strata, sessions)


def _told(found: Guess | None) -> str:
    if found is None:
        raise NotApplicable("there is nothing to tell apart")
    if found.leaks:
        raise CheckFailed(
            f"{found.feature} tells {found.label}: {found.right:.2f} of {found.pairs} pairs are in the right order; "
            f"chance is 0.50, up to {found.bound:.2f} is let pass",
            "let ids, times and order tell nothing; what is the data's own, its card exempts with a reason",
        )
    if found.bound >= 1:
        raise NotApplicable(f"too few questions ({found.pairs:,} pairs) to tell a leak from chance")
    return ""


Law = Callable[[Survey], str]
LAWS: tuple[Law, ...] = (
    every_life_is_in_order,
    no_user_is_there_twice,
    every_judged_question_is_asked,
    what_is_superseded_was_said,
    dangling_labels_are_counted,
    no_gold_stands_in_an_id,
    no_leaking_field_stands_in_text,
    kinds_cannot_be_told_from_ids,
    kinds_cannot_be_told_from_time,
    kinds_cannot_be_told_from_place,
    kinds_cannot_be_told_from_how_much_was_said,
    evidence_cannot_be_told_from_ids,
    evidence_cannot_be_told_from_time_or_place,
)
