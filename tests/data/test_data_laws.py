"""A made source keeps every law of data; broken in one way, it breaks the law that is meant for it and no other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from memlab.data.check import check_data
from memlab.data.laws import LAWS
from memlab.data.survey import survey
from memlab.events import Attachment, Query, Turn
from memlab.life import Gold, Nugget, Superseded, recorded
from memlab.seeds import Draw
from memlab.sources.cards import Card, load_card

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
USERS, TURNS, ASKED, SITTING = 10, 60, 30, 6
KINDS = ("current", "temporal", "multi_hop")
CARD = Card(
    name="made",
    title="Made",
    licence="Apache-2.0",
    url="here",
    citation="nobody",
    text=True,
    unit="turn",
    replies="none",
    leaks=("has_answer: on the turn that holds it", "the order of the questions"),
    files=(),
    never_in_text=(r"->-> \d",),
)


def hashed(*parts):
    return sha256(repr(parts).encode()).hexdigest()[:8]


class Made:
    """Lives of drawn evidence and kinds; `change(user, turns, queries, gold)` edits each before it is lived."""

    def __init__(self, change=None, users=USERS, superseded=lambda turns: (), turn_id=None):
        self._change, self._users, self._superseded = change, users, superseded
        self._turn_id = turn_id or (lambda user, place, is_evidence: f"S{place // SITTING}:{place % SITTING}")
        self.digest, self.facts = "made", {"a.json: pinned": "a.json", "a.json: labels_dangling": 3}

    def users(self):
        return [f"life-{place}" for place in range(self._users)]

    def life(self, user, *, seed):
        draw = Draw(seed, user)
        chosen = [draw.below(TURNS) for _ in range(ASKED)]
        ids = [self._turn_id(user, place, place in chosen) for place in range(TURNS)]
        turns = [
            Turn(
                at=START + timedelta(hours=7 * p),
                session=p // SITTING,
                id=ids[p],
                speaker=f"s{p % 2}",
                text=f"word {p}",
            )
            for p in range(TURNS)
        ]
        queries, gold = [], {}
        for nth, place in enumerate(chosen):
            id = hashed(user, nth)
            evidence = (Nugget(turns=frozenset([ids[place]])),)
            gold[id] = Gold(kind=draw.choice(KINDS), answers=("Denver",), evidence=evidence)
            queries.append(Query(at=turns[-1].at, session=turns[-1].session, id=id, text="where?"))
        if self._change:
            self._change(user, turns, queries, gold)
        return recorded(user, [*turns, *queries], gold, self._superseded(turns))


def broken(source, card=CARD):
    """The laws that are broken, with what is said of each."""
    return {result.name: result.message for result in check_data(survey(card, source)) if result.status == "failed"}


def test_a_sound_source_keeps_every_law():
    results = list(check_data(survey(CARD, Made())))
    assert {result.status for result in results} == {"passed"}
    assert [result.name for result in results] == [law.__name__ for law in LAWS]


def test_dangling_labels_are_told_even_when_all_is_well():
    (told,) = [r.message for r in check_data(survey(CARD, Made())) if r.name == "dangling_labels_are_counted"]
    assert told == "3 labels name no turn and are left out"


def back_in_time(user, turns, queries, gold):
    turns[9] = replace(turns[9], at=turns[8].at - timedelta(seconds=1))


def turn_twice(user, turns, queries, gold):
    turns[9] = replace(turns[9], id=turns[8].id)


def query_twice(user, turns, queries, gold):
    queries.append(queries[0])


def evidence_unsaid(user, turns, queries, gold):
    gold[queries[3].id] = Gold(kind="current", evidence=(Nugget(turns=frozenset(["S99:1"])),))


def evidence_stale(user, turns, queries, gold):
    gold[queries[3].id] = replace(gold[queries[3].id], stale=gold[queries[3].id].evidence_turns)


def no_gold(user, turns, queries, gold):
    del gold[queries[3].id]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (back_in_time, "time must never decrease"),
        (turn_twice, "turn id S1:2 occurs twice"),
        (query_twice, "occurs twice"),
        (evidence_unsaid, "evidence S99:1 is not said before it is asked for"),
        (evidence_stale, "is both evidence and stale"),
        (no_gold, "has no gold"),
    ],
)
def test_a_life_out_of_order_is_told_with_its_place(change, says):
    (law, told), *others = broken(Made(change)).items()
    assert (law, others) == ("every_life_is_in_order", [])
    assert f"{USERS} of {USERS} lives break it, first: life life-0: " in told
    assert says in told


def test_one_life_out_of_order_among_many_is_found():
    one = lambda user, *parts: back_in_time(user, *parts) if user == "life-7" else None  # noqa: E731
    assert f"1 of {USERS} lives break it, first: life life-7" in broken(Made(one))["every_life_is_in_order"]


def test_evidence_said_after_the_question_is_found():
    made = Made()
    whole = made.life

    def early(user, *, seed):
        """The questions come after half of the turns."""
        life = whole(user, seed=seed)
        events = list(life.start())
        return recorded(user, [*events[: TURNS // 2], *events[TURNS:], *events[TURNS // 2 : TURNS]], life.gold)

    made.life = early
    assert "every_life_is_in_order" in broken(made)


def test_a_user_that_is_there_twice_is_found():
    made = Made()
    made.users = lambda: ["life-0", "life-1", "life-0"]
    assert "user life-0 is there 2 times" in broken(made)["no_user_is_there_twice"]


def test_an_empty_source_is_found():
    assert list(broken(Made(users=0))) == ["no_user_is_there_twice"]


def test_a_judged_question_that_is_never_asked_is_found():
    told = broken(Made(lambda user, turns, queries, gold: gold.update(extra=Gold(kind="current"))))
    assert list(told) == ["every_judged_question_is_asked"]
    assert "extra is judged and never asked" in told["every_judged_question_is_asked"]


@pytest.mark.parametrize("pair", [("S1:1", "S0:1"), ("S1:1", "S1:1"), ("S1:1", "S77:1"), ("S77:1", "S1:1")])
def test_what_is_superseded_must_have_been_said_before(pair):
    turn, by = pair
    assert list(broken(Made(superseded=lambda turns: (Superseded(turn=turn, by=by),)))) == [
        "what_is_superseded_was_said"
    ]
    assert not broken(Made(superseded=lambda turns: (Superseded(turn="S0:1", by="S1:1"),)))


def test_dangling_labels_that_nobody_counts_are_found():
    made = Made()
    del made.facts["a.json: labels_dangling"]
    assert list(broken(made)) == ["dangling_labels_are_counted"]


def renamed(place, id):
    """One turn has another id, and its evidence follows."""

    def change(user, turns, queries, gold):
        old, turns[place] = turns[place].id, replace(turns[place], id=id)
        for query, one in gold.items():
            if old in one.evidence_turns:
                gold[query] = replace(one, evidence=(Nugget(turns=frozenset([id])),))

    return change


@pytest.mark.parametrize(
    ("id", "holds"),
    [
        ("denver-9", "Denver"),
        ("xdenver9", "Denver"),
        ("t_multi_hop_3", "multi_hop"),
        ("evidence7", "evidence"),
        ("3-stale", "stale"),
        ("has_answer-1", "has_answer"),
        ("MULTIHOP", "multi_hop"),
    ],
)
def test_gold_in_a_turns_id_is_found(id, holds):
    told = broken(Made(renamed(5, id)))
    assert list(told) == ["no_gold_stands_in_an_id"]
    assert f"id {id!r} holds" in told["no_gold_stands_in_an_id"]
    assert holds.split("_")[-1].casefold() in told["no_gold_stands_in_an_id"].casefold()


def query_renamed(name):
    def change(user, turns, queries, gold):
        old = queries[3].id
        queries[3] = replace(queries[3], id=name(gold[old]))
        gold[queries[3].id] = gold.pop(old)

    return change


@pytest.mark.parametrize(
    "name",
    [lambda g: f"q-{g.kind}", lambda g: f"{g.answers[0]}?", lambda g: f"q {min(g.evidence_turns)}", lambda g: "x_gold"],
)
def test_gold_in_a_questions_id_is_found(name):
    assert list(broken(Made(query_renamed(name)))) == ["no_gold_stands_in_an_id"]


def test_gold_in_a_users_name_is_found():
    made = Made()
    made.users = lambda: ["a", "b", "c_temporal"]
    assert "id 'c_temporal' holds 'temporal'" in broken(made)["no_gold_stands_in_an_id"]


def test_short_answers_and_numbers_are_no_leak():
    def change(user, turns, queries, gold):
        gold[queries[0].id] = replace(gold[queries[0].id], answers=("1", "no", "S1", "12"))

    assert not broken(Made(change))


@pytest.mark.parametrize("text", ["really? ->-> 1,1", "my has_answer is set"])
@pytest.mark.parametrize("where", ["turn", "query", "attachment"])
def test_what_the_card_forbids_is_found_in_text(text, where):
    def change(user, turns, queries, gold):
        if where == "turn":
            turns[40] = replace(turns[40], text=text)
        elif where == "query":
            queries[5] = replace(queries[5], text=text)
        else:
            turns[40] = replace(turns[40], attachments=(Attachment(kind="image", text=text),))

    assert list(broken(Made(change))) == ["no_leaking_field_stands_in_text"]


def test_a_pattern_that_is_none_is_named():
    told = broken(Made(), replace(CARD, never_in_text=("(",)))
    assert "the card's never_in_text has '('" in told["no_leaking_field_stands_in_text"]


def kind_in_id(user, turns, queries, gold):
    """The first letter of a question's id is its kind's number, as in a file that counts them by kind."""
    for nth, query in enumerate(queries):
        one = gold.pop(query.id)
        queries[nth] = replace(query, id=f"{KINDS.index(one.kind)}{query.id}")
        gold[queries[nth].id] = one


def kind_by_order(user, turns, queries, gold):
    queries.sort(key=lambda query: gold[query.id].kind)


def kind_by_second(user, turns, queries, gold):
    at = turns[-1].at
    queries[:] = [replace(q, at=at + timedelta(seconds=KINDS.index(gold[q.id].kind))) for q in queries]
    queries.sort(key=lambda query: query.at)


@pytest.mark.parametrize(
    ("change", "laws"),
    [
        (kind_in_id, {"kinds_cannot_be_told_from_ids"}),
        (kind_by_order, {"kinds_cannot_be_told_from_place"}),
        (kind_by_second, {"kinds_cannot_be_told_from_time", "kinds_cannot_be_told_from_place"}),
    ],
)
def test_kinds_that_can_be_told_are_found(change, laws):
    assert broken(Made(change)).keys() == laws


def test_kinds_that_go_with_the_length_of_a_life_are_found():
    def change(user, turns, queries, gold):
        kind = KINDS[int(user[5:]) % 2]
        del queries[1:]
        for query in [id for id in gold if id != queries[0].id]:
            del gold[query]
        gold[queries[0].id] = Gold(kind=kind)
        if kind == KINDS[0]:
            del turns[10:]
            queries[0] = replace(queries[0], session=0)

    assert broken(Made(change, users=200)).keys() == {"kinds_cannot_be_told_from_how_much_was_said"}


@pytest.mark.parametrize(
    "turn_id",
    [
        lambda user, place, is_evidence: f"{'answer' if is_evidence else 'sharegpt'}_{hashed(user, place)}",
        lambda user, place, is_evidence: f"{'k' if is_evidence else 'm'}{hashed(user, place)}",
        lambda user, place, is_evidence: f"{hashed(user, place)}-{place:02d}{'a' if is_evidence else 'b'}",
        lambda user, place, is_evidence: hashed(user, place) + ("00" if is_evidence else ""),
    ],
)
def test_evidence_that_can_be_told_from_ids_is_found(turn_id):
    assert "evidence_cannot_be_told_from_ids" in broken(Made(turn_id=turn_id))


def test_session_ids_as_a_public_data_set_has_them_are_caught():
    """`answer_…` is evidence and all else is filler: every session a hash behind its label."""
    sessions = {"answer": (1, 4), "ultrachat": (0, 2, 3, 5, 6, 7, 8, 9)}
    prefix = {n: label for label, numbers in sessions.items() for n in numbers}

    def change(user, turns, queries, gold):
        for query in gold:
            turn = Draw(0, query).choice([turn.id for turn in turns if turn.id.startswith("answer")])
            gold[query] = replace(gold[query], evidence=(Nugget(turns=frozenset([turn])),))

    def turn_id(user, place, is_evidence):
        session = place // SITTING
        return f"{prefix[session]}_{hashed(user, session)}:{place % SITTING}"

    told = broken(Made(change, turn_id=turn_id))
    assert {"no_gold_stands_in_an_id", "evidence_cannot_be_told_from_ids"} <= told.keys()
    assert "id 'answer_" in told["no_gold_stands_in_an_id"]


def test_evidence_that_is_always_at_one_place_is_found():
    def change(user, turns, queries, gold):
        for query in gold:
            place = Draw(0, query).below(6)
            gold[query] = replace(gold[query], evidence=(Nugget(turns=frozenset([turns[place].id])),))

    assert "evidence_cannot_be_told_from_time_or_place" in broken(Made(change))


def test_evidence_that_is_said_at_an_odd_second_is_found():
    def change(user, turns, queries, gold):
        said = frozenset().union(*(one.evidence_turns for one in gold.values()))
        turns[:] = [replace(t, at=t.at + timedelta(seconds=17)) if t.id in said else t for t in turns]
        queries[:] = [replace(query, at=turns[-1].at) for query in queries]

    assert broken(Made(change)).keys() == {"evidence_cannot_be_told_from_time_or_place"}


def test_a_speaker_who_states_the_facts_is_no_leak():
    """Only one speaker states facts, so the parity of a turn's place tells evidence, as it tells the speaker."""

    def change(user, turns, queries, gold):
        for query in gold:
            place = 2 * Draw(0, query).below(TURNS // 2)
            gold[query] = replace(gold[query], evidence=(Nugget(turns=frozenset([turns[place].id])),))

    assert not broken(Made(change))


def test_too_few_questions_are_told_as_such():
    def change(user, turns, queries, gold):
        del queries[2:]
        gold.clear()
        gold |= {queries[0].id: Gold(kind="a"), queries[1].id: Gold(kind="b")}

    results = {result.name: result for result in check_data(survey(CARD, Made(change, users=1)))}
    told = results["kinds_cannot_be_told_from_ids"]
    assert told.status == "not_applicable"
    assert told.message == "not applicable: too few questions (1 pairs) to tell a leak from chance"


def test_an_exempt_law_is_told_with_its_reason():
    card = replace(CARD, exempt={"kinds_cannot_be_told_from_place": "Upstream asks by kind."})
    told = {result.name: result for result in check_data(survey(card, Made(kind_by_order)))}
    found = told["kinds_cannot_be_told_from_place"]
    assert (found.status, found.message) == ("not_applicable", "exempt: Upstream asks by kind.")


def test_exemptions_name_laws_and_give_reasons():
    from memlab.sources.cards import names

    for name in names():
        for law, reason in load_card(name).exempt.items():
            assert law in {one.__name__ for one in LAWS}
            assert reason.endswith(".")
