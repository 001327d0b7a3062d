"""The simulator's lives keep the laws of exact data; a life with one thing wrong breaks its law."""

from dataclasses import replace

import pytest

from memlab.data.check import check_data
from memlab.data.exact import EXACT_LAWS, kinds_are_balanced
from memlab.data.survey import survey
from memlab.events import Query, Turn
from memlab.life import Gold, Nugget, recorded
from memlab.sources.cards import load_card
from memlab.sources.simulated import Simulated
from memlab.testing import ask, turn


class Changed:
    """Two simulated lives; `change(events, gold)` edits each before it is lived."""

    def __init__(self, change):
        self._source, self._change = Simulated(users=2), change
        self.digest, self.facts = "changed", {}

    def users(self):
        return self._source.users()

    def life(self, user, *, seed):
        life = self._source.life(user, seed=seed)
        events, gold = list(life.stream()), dict(life.gold)
        self._change(events, gold)
        return recorded(user, events, gold, life.superseded)


def failing(change):
    card = replace(load_card("simulated"), exempt={})
    return {result.name for result in check_data(survey(card, Changed(change))) if result.status == "failed"}


def first(events, gold, wanted):
    """Place and gold of the first question that is wanted."""
    return next((n, e) for n, e in enumerate(events) if isinstance(e, Query) and wanted(gold[e.id]))


def give_the_answer_away(events, gold):
    n, query = first(events, gold, lambda g: g.kind == "current_value")
    events[n] = replace(query, text=f"{query.text} {gold[query.id].answers[0]}?")


def name_one_alternative(events, gold):
    n, query = first(events, gold, lambda g: g.kind == "order")
    events[n] = replace(query, text=f"What about {gold[query.id].choices[0]}?")


def cite_another_turn(events, gold):
    n, query = first(events, gold, lambda g: g.kind == "current_value")
    own, said = gold[query.id], [event.id for event in events[:n] if isinstance(event, Turn)]
    other = next(id for id in said if id not in own.evidence_turns | own.stale | own.forbidden)
    nugget = own.evidence[0]
    gold[query.id] = replace(own, evidence=(Nugget(turns=nugget.turns | {other}, values=nugget.values),))


def call_another_turn_stale(events, gold):
    n, query = first(events, gold, lambda g: g.stale)
    own, said = gold[query.id], [event.id for event in events[:n] if isinstance(event, Turn)]
    other = next(id for id in said if id not in own.evidence_turns | own.stale)
    gold[query.id] = replace(own, stale=own.stale | {other})


def forbid_evidence(events, gold):
    _, query = first(events, gold, lambda g: g.evidence)
    gold[query.id] = replace(gold[query.id], forbidden=gold[query.id].forbidden | gold[query.id].evidence_turns)


def test_what_is_simulated_keeps_every_law():
    assert failing(lambda events, gold: None) == set()


@pytest.mark.parametrize(
    ("change", "law"),
    [
        (give_the_answer_away, "no_answer_stands_in_its_question"),
        (name_one_alternative, "no_answer_stands_in_its_question"),
        (cite_another_turn, "evidence_states_its_values"),
        (call_another_turn_stale, "stale_turns_state_what_no_longer_holds"),
        (forbid_evidence, "nothing_erased_or_forbidden_is_evidence"),
    ],
)
def test_what_is_wrong_breaks_its_law_and_no_other(change, law):
    assert failing(change) == {law}


def test_data_whose_gold_is_not_exact_owe_no_exactness():
    card = replace(load_card("simulated"), exact=False)
    names = {result.name for result in check_data(survey(card, Changed(give_the_answer_away)))}
    assert not names & {law.__name__ for law in EXACT_LAWS}


class Asks:
    """Two lives that ask questions of each kind as often as they are told to."""

    digest, facts = "asks", {}

    def __init__(self, **counts):
        self._counts = counts

    def users(self):
        return ("ann", "ben")

    def life(self, user, *, seed):
        kinds = [kind for kind, n in self._counts.items() for _ in range(n if user == "ann" else 0)]
        questions = [ask(1 + n, "what do I do?") for n in range(len(kinds))]
        gold = {q.id: Gold(kind=kind) for q, kind in zip(questions, kinds, strict=True)}
        return recorded(user, [turn(0, "user: I swim"), *questions], gold)


class AsksAtRates(Asks):
    """The same, and says how often it means to."""

    def __init__(self, rates, **counts):
        super().__init__(**counts)
        self.rates = rates


def balance(source):
    """What the law of balance has to say of a source, with whether it is kept."""
    card = replace(load_card("simulated"), exempt={})
    return next(r for r in check_data(survey(card, source)) if r.name == kinds_are_balanced.__name__)


@pytest.mark.parametrize(
    ("rates", "counts"),
    [
        ({}, {"when": 8, "order": 12}),
        ({"when": 3, "order": 0.5}, {"when": 30, "order": 5, "count": 10}),
        ({"erased": 0}, {"when": 10, "order": 10}),
        ({}, {"when": 10, "order": 10, "session_reference": 90}),
        ({"session_reference": 5}, {"when": 10, "order": 10}),
    ],
    ids=["a fifth off", "by rate", "never meant, never asked", "pointing back is exempt", "and its rate too"],
)
def test_kinds_asked_at_their_rates_are_balanced(rates, counts):
    assert balance(AsksAtRates(rates, **counts)).status == "passed"


@pytest.mark.parametrize(
    ("rates", "counts", "told"),
    [
        (
            {},
            {"when": 79, "order": 121},
            "2 of 2 kinds are not asked 100 times at rate 1, give or take 20 %: order 121, when 79",
        ),
        ({"when": 3}, {"when": 10, "order": 10, "count": 10, "list": 10}, "when 10 at rate 3"),
        ({"erased": 1}, {"when": 10, "order": 10}, "erased 0"),
        ({"erased": 0}, {"when": 10, "order": 10, "erased": 1}, "asked at rate 0: erased 1"),
    ],
    ids=["more than a fifth off", "short of its rate", "meant, never asked", "asked, never meant"],
)
def test_kinds_asked_at_other_rates_are_named_with_their_counts(rates, counts, told):
    found = balance(AsksAtRates(rates, **counts))
    assert found.status == "failed"
    assert told in found.message


def test_a_source_that_declares_no_rates_owes_no_balance():
    assert balance(Asks(when=1, order=50)).status == "not_applicable"
