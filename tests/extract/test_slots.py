from datetime import timedelta

from memlab.extract import Fact
from memlab.extract.slots import Slots
from memlab.testing import START


def fact(slot, value, **kw):
    return Fact(text=f"{slot} {value}", category="fact", slot=slot, value=value, **kw)


def filled(*facts):
    slots = Slots()
    for day, one in enumerate(facts):
        slots.take(one, whose="user", statement=f"s{day}", at=START + timedelta(days=day))
    return slots


def held(slots):
    return [(one.slot, one.value) for one in slots.current()]


def test_one_at_a_time_takes_the_place_and_the_old_keeps_its_time():
    slots = filled(fact("home", "Boston", single=True), fact("home", "Denver", single=True))
    assert held(slots) == [("home", "Denver")]
    old = next(slots.all())
    assert (old.value, old.valid_from, old.valid_to, old.superseded_by) == (
        "Boston", START, START + timedelta(days=1), "s1",
    )  # fmt: skip


def test_several_at_a_time_are_added_until_a_change_is_said():
    assert held(filled(fact("take", "losartan"), fact("take", "metformin"))) == [
        ("take", "losartan"),
        ("take", "metformin"),
    ]
    changed = filled(fact("take", "losartan"), fact("take", "metformin"), fact("take", "ramipril", single=True))
    assert held(changed) == [("take", "ramipril")]


def test_the_same_value_in_other_words_confirms():
    slots = filled(
        fact("home", "Denver", single=True, confidence=0.6),
        fact("home", "Denver downtown", single=True, confidence=0.8),
    )
    (one,) = slots.current()
    assert (one.value, one.statements) == ("Denver", ("s0", "s1"))
    assert abs(one.confidence - (0.6 + 0.4 * 0.8 / 2)) < 1e-9


def test_an_ended_value_is_ended_in_whatever_slot_it_is_held_and_the_new_one_fills_it():
    slots = filled(fact("way to work", "ferry", single=True))
    over = slots.take(fact(None, "ferry", ends=True), whose="user", statement="s9", at=START + timedelta(days=9))
    assert [one.value for one in over] == ["ferry"]
    slots.take(fact(None, "kayak", single=True), whose="user", statement="s9", at=START + timedelta(days=9))
    assert held(slots) == [("way to work", "kayak")]
    slots.take(fact(None, "sled", single=True), whose="user", statement="s10", at=START + timedelta(days=10))
    assert held(slots) == [("way to work", "kayak")], "a value that no slot was emptied for is left aside"


def test_an_ended_slot_without_a_value_is_empty():
    assert (
        held(filled(fact("car", "van", single=True), Fact(text="no car", category="fact", slot="car", ends=True))) == []
    )


def test_nobody_ends_what_is_anothers():
    slots = filled(fact("home", "Boston", single=True))
    slots.take(fact("home", "Denver", single=True), whose="Ana", statement="a0", at=START)
    assert held(slots) == [("home", "Boston"), ("home", "Denver")]
