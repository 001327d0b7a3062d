"""The simulator's lives keep the laws of exact data; a life with one thing wrong breaks its law."""

from dataclasses import replace

import pytest

from memlab.data.check import check_data
from memlab.data.exact import EXACT_LAWS
from memlab.data.survey import survey
from memlab.events import Query, Turn
from memlab.life import Nugget, recorded
from memlab.sources.cards import load_card
from memlab.sources.simulated import Simulated


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
