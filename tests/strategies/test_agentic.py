"""Memory in a chat's hands: its wishes are bounded and corrected, kept beside the turns and unlearned with them."""

from datetime import timedelta

import pytest

from memlab import make
from memlab.build import construct
from memlab.config import load_option
from memlab.encoders.hashing import Hashing
from memlab.events import Erasure, Forget
from memlab.extract.rules import Rules
from memlab.llm.rules import RuleChat
from memlab.stores.sqlite import SqliteStore
from memlab.testing import START, ScriptedChat, ask, turn

AT = START + timedelta(hours=9)
APPEND, REPLACE = "core_memory_append", "core_memory_replace"
INSERT, SEARCH = "archival_memory_insert", "archival_memory_search"


class CountingChat:
    """The chat of rules, counted."""

    def __init__(self):
        self.chat, self.asked = RuleChat(Rules()), 0

    def reply(self, messages, tools=()):
        self.asked += 1
        return self.chat.reply(messages, tools)


def agentic(chat=None, store=None, **numbers):
    parts = {"encoder": Hashing(64), "chat": chat or RuleChat(Rules()), "store": store or SqliteStore()}
    return construct("strategy", load_option("strategy", "agentic") | numbers, parts)


def told(strategy, *texts, first=0):
    for place, text in enumerate(texts, first):
        strategy.observe(turn(place, text))
    return strategy


def erase(strategy, *turns):
    strategy.observe(Erasure(at=AT, session=1, turns=frozenset(turns)))


def core(strategy):
    return [memory.text for memory in strategy.memories() if memory.id.startswith("core:")]


def held(strategy):
    return {memory.id: memory.text for memory in strategy.memories()}


def recalled(strategy, question="Where do I live?"):
    return [(m.id, m.text, m.sources, m.replaces, m.score) for m in strategy.recall(ask(50, question)).memories]


def results(chat, reply=-1):
    return [message.text for message in chat.shown[reply] if message.role == "tool"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "memory.sqlite"


def left_in(path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


class TestConversation:
    def test_a_chat_that_never_ends_is_ended(self):
        chat = ScriptedChat([[(INSERT, {"content": f"{n}"})] for n in range(99)])
        strategy = told(agentic(chat, max_steps=4), "hello")
        assert (len(chat.shown), list(held(strategy).values())) == (4, ["0", "1", "2", "3"])

    @pytest.mark.parametrize(
        ("call", "complaint"),
        [
            (("send_mail", {"to": "all"}), "error: there is no tool 'send_mail'; there are core_memory_append, "),
            ((INSERT, {}), "error: archival_memory_insert needs 'content', a text"),
            ((REPLACE, {"old": "x"}), "error: core_memory_replace needs 'new', a text"),
            ((INSERT, {"content": 7}), "error: archival_memory_insert needs 'content', a text"),
            ((REPLACE, {"old": "x", "new": "y"}), "error: core memory has no line 'x'"),
            ((APPEND, {"line": " \n"}), "error: a line of core memory needs words"),
            ((APPEND, {"line": "word " * 200}), "error: the line is too long: 200 tokens, core memory has 128"),
        ],
    )
    def test_a_wish_that_cannot_be_met_is_answered_and_the_rest_goes_on(self, path, call, complaint):
        chat = ScriptedChat([[call, (INSERT, {"content": "kept"})]])
        strategy = told(agentic(chat, SqliteStore(path)), "hello")
        refused, done = results(chat)
        assert refused.startswith(complaint)
        assert (done, list(held(strategy).values())) == ("done", ["kept"])
        strategy.close()
        assert held(agentic(ScriptedChat([]), SqliteStore(path))) == {"archive:t0": "kept"}

    def test_an_argument_that_no_tool_knows_is_passed_over(self, path):
        strategy = told(
            agentic(ScriptedChat([[(INSERT, {"content": "kept", "why": object()})]]), SqliteStore(path)), "a"
        )
        strategy.close()
        assert held(agentic(ScriptedChat([]), SqliteStore(path))) == {"archive:t0": "kept"}

    def test_several_memories_of_one_turn_have_ids_of_their_own(self, path):
        wishes = [(INSERT, {"content": text}) for text in "abc"] + [(APPEND, {"line": text}) for text in "de"]
        strategy = told(agentic(ScriptedChat([wishes]), SqliteStore(path)), "hello")
        before = held(strategy)
        assert before == {"core:t0": "d", "core:t0:1": "e", "archive:t0": "a", "archive:t0:1": "b", "archive:t0:2": "c"}
        strategy.close()
        assert held(agentic(ScriptedChat([]), SqliteStore(path))) == before

    def test_it_may_search_while_it_files_and_core_memory_cannot_be_forged(self):
        chat = ScriptedChat([[(APPEND, {"line": "a\n* user – sister: Eve"})], [], [(SEARCH, {"query": "x"})]])
        strategy = told(agentic(chat), "one", "two")
        assert core(strategy) == ["a * user – sister: Eve"]
        assert chat.shown[-1][0].text.splitlines()[-1] == "* a * user – sister: Eve"

    def test_a_chat_that_fails_half_way_leaves_no_half_and_is_asked_again_at_reopening(self, path):
        half = [(INSERT, {"content": "half"}), (APPEND, {"line": "half"})]
        strategy = agentic(ScriptedChat([[], half, ConnectionError("out")]), SqliteStore(path))
        told(strategy, "zero")
        with pytest.raises(ConnectionError):
            told(strategy, "one", first=1)
        assert held(strategy) == {}
        strategy.close()
        chat = ScriptedChat([[(INSERT, {"content": "whole"})]])
        assert held(agentic(chat, SqliteStore(path))) == {"archive:t1": "whole"}
        assert [shown[1].text for shown in chat.shown] == ["Message of 2024-01-01 by user:\none"] * 2

    def test_what_the_chat_finds_is_recalled_after_core_memory(self):
        chat = ScriptedChat(
            [
                [(INSERT, {"content": "a green boat"}), (APPEND, {"line": "core"})],
                [],
                [(SEARCH, {"query": "green boat"})],
            ]
        )
        strategy = told(agentic(chat), "hello")
        (first, *_, first_score), (second, text, *_, score) = recalled(strategy)
        assert (first, first_score, second, text) == ("core:t0", 1.0, "archive:t0", "a green boat")
        assert 0 < score <= 1
        assert results(chat, 3) == ["* 2024-01-01 a green boat"]


class TestPressure:
    def test_the_chat_is_warned_before_core_memory_is_full_and_not_earlier(self):
        chat = ScriptedChat([[(APPEND, {"line": "word " * 8})], [], [(APPEND, {"line": "word"})]])
        told(agentic(chat, core_tokens=10), "one", "two", "three")
        first, _, second, _, third = (shown[0].text for shown in chat.shown)
        assert not any("Memory pressure" in text for text in (first, second)), "8 of 10 is not over 80 %"
        assert "Memory pressure: core memory holds 9 of 10 tokens." in third

    def test_a_core_memory_without_room_is_no_reason_to_warn(self):
        told(agentic(chat := ScriptedChat([]), core_tokens=0), "one")
        assert "pressure" not in chat.shown[0][0].text

    def test_the_rules_do_the_same_warned_or_not(self):
        texts = [f"I love {thing}." for thing in ("tea", "cake", "rain", "soup", "snow", "wine")]
        warned, never = (told(agentic(core_tokens=15, warn_above=share), *texts) for share in (0.0, 1.0))
        assert list(warned.memories()) == list(never.memories())


class TestPastTurns:
    WISH = [("conversation_search", {"query": "a green boat"})]  # noqa: RUF012

    def test_without_it_there_is_no_such_tool_and_no_such_memory(self):
        strategy = told(agentic(chat := ScriptedChat([self.WISH])), "a green boat")
        assert results(chat)[0].startswith("error: there is no tool 'conversation_search'")
        assert held(strategy) == {}

    def test_past_turns_are_found_word_for_word_and_recalled_with_their_source(self):
        chat = ScriptedChat([[], [], self.WISH, [], self.WISH])
        strategy = told(agentic(chat, conversation=1), "a green boat", "rain", "and so on")
        assert results(chat, 3) == ["a green boat"], "while filing"
        assert list(held(strategy)) == ["turn:t0", "turn:t1", "turn:t2"]
        (found,) = recalled(strategy)
        assert found[:3] == ("turn:t0", "a green boat", ("t0",))
        assert found[4] == pytest.approx(1.0)

    def test_what_is_erased_or_forgotten_is_not_found_reopened_or_not(self, path):
        def again(chat):
            return agentic(chat, SqliteStore(path), conversation=5)

        strategy = told(again(ScriptedChat([])), "a green boat", "a red boat", "rain")
        erase(strategy, "t0")
        strategy.observe(Forget(at=AT, session=1, memories=frozenset({"turn:t1"})))
        assert held(strategy) == {"turn:t2": "rain"}
        strategy.close()
        chat = ScriptedChat([self.WISH])
        strategy = again(chat)
        assert [found[0] for found in recalled(strategy)] == ["turn:t2"]
        assert b"green boat" not in left_in(path)


class TestRules:
    def test_of_boston_and_denver_core_memory_has_denver(self):
        strategy = told(agentic(), "I moved to Boston.", "It rains.", "I moved to Denver.")
        assert core(strategy) == ["user – live in: Denver"]
        first = next(strategy.memories())
        assert (first.sources, first.replaces) == (("t2",), ("t0",))

    def test_erasing_denver_brings_boston_back(self):
        strategy = told(agentic(), "I moved to Boston.", "It rains.", "I moved to Denver.")
        erase(strategy, "t2")
        assert core(strategy) == ["user – live in: Boston"]

    def test_erasing_boston_leaves_denver_and_no_byte_of_boston(self, path):
        strategy = told(agentic(store=SqliteStore(path)), "I moved to Boston.", "It rains.", "I moved to Denver.")
        assert left_in(path).count(b"Boston") > 0
        erase(strategy, "t0")
        assert (core(strategy), b"Boston" in left_in(path)) == (["user – live in: Denver"], False)
        assert [m.replaces for m in strategy.memories()] == [()] * 3
        strategy.close()
        assert core(agentic(store=SqliteStore(path))) == ["user – live in: Denver"]
        assert b"Boston" not in left_in(path)

    def test_a_full_core_memory_loses_its_oldest_lines(self):
        texts = [f"I love {thing}." for thing in ("tea", "cake", "rain", "soup", "snow", "wine")]
        strategy = told(agentic(core_tokens=15), *texts)
        assert core(strategy) == ["user – love: soup", "user – love: snow", "user – love: wine"]
        told(strategy, "I love freshly baked sourdough bread.", first=6)
        assert core(strategy) == ["user – love: wine", "user – love: freshly baked sourdough bread"]
        assert len(held(strategy)) == 2 + 7

    def test_a_line_that_fits_no_core_memory_costs_no_other(self):
        strategy = told(agentic(core_tokens=6), "I love tea.", "I love incomprehensibly otorhinolaryngological soup.")
        assert core(strategy) == ["user – love: tea"]

    def test_reopening_asks_nothing_and_recalls_the_same(self, path):
        strategy = told(agentic(store=SqliteStore(path)), "My sister Priya is here.", "I moved to Denver.", "It rains.")
        before = recalled(strategy)
        strategy.close()
        chat = CountingChat()
        again = agentic(chat, SqliteStore(path))
        assert chat.asked == 0
        assert recalled(again) == before != []

    def test_a_recall_writes_nothing(self, path):
        strategy = told(agentic(store=SqliteStore(path)), "My sister Priya is here.", "I moved to Denver.")
        before, size = held(strategy), left_in(path)
        recalled(strategy, "Where is my sister? I moved to Rome.")
        assert (held(strategy), left_in(path)) == (before, size)

    @pytest.mark.parametrize("gone", ["core:t1", "archive:t2"])
    def test_what_is_forgotten_stays_forgotten(self, path, gone):
        strategy = told(agentic(store=SqliteStore(path)), "It rains.", "I moved to Denver.", "I slept.")
        assert gone in held(strategy)
        strategy.observe(Forget(at=AT, session=1, memories=frozenset({gone})))
        kept = held(strategy)
        assert (len(kept), gone in kept, gone in {id for id, *_ in recalled(strategy)}) == (3, False, False)
        strategy.close()
        again = agentic(store=SqliteStore(path))
        assert held(again) == kept
        erase(again, "t0")
        assert held(again) == {id: text for id, text in kept.items() if id != "archive:t0"}

    def test_an_erasure_asks_again_for_later_turns_alone(self):
        strategy = told(
            agentic(chat := CountingChat()), "It rains.", "I moved to Boston.", "I slept.", "I moved to Denver."
        )
        chat.asked = 0
        erase(strategy, "t2")
        assert chat.asked == 2

    def test_what_the_assistant_says_is_filed_and_no_fact_about_anybody(self):
        strategy = agentic()
        strategy.observe(turn(0, "assistant: I moved to Boston.", speaker="assistant"))
        assert held(strategy) == {"archive:t0": "assistant: I moved to Boston."}

    def test_no_limit_and_a_small_one_are_kept(self):
        strategy = told(agentic(), "I love tea.", "I love cake.", "It rains.")
        sizes = [len(strategy.recall(ask(50, "tea", limit=limit)).memories) for limit in (None, 1, 3)]
        assert sizes == [5, 1, 3]


def test_a_python_user_gets_rules_for_a_chat_or_gives_another():
    assert core(told(make("strategy/agentic", encoder=Hashing(64)), "I moved to Denver.")) == ["user – live in: Denver"]
    chat = ScriptedChat([[(APPEND, {"line": "scripted"})]])
    assert core(told(make("strategy/agentic", encoder=Hashing(64), chat=chat), "I moved to Denver.")) == ["scripted"]


@pytest.mark.parametrize(
    "wrong", [{"core_tokens": -1}, {"found": 0}, {"max_steps": 0}, {"conversation": -1}, {"warn_above": 1.5}]
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=f"agentic: .*{next(iter(wrong))}={next(iter(wrong.values()))}"):
        agentic(**wrong)
