"""What the reply alone tells of a memory."""

from memlab.use.replies import Rarity, lexical_influence

QUESTION = "Which city do I live in?"
SAID = Rarity(["user: the weather is cold", "user: cold tea again", "user: I moved to Denver"])


def influence(text, reply, rarity=SAID):
    return lexical_influence(text, reply, QUESTION, rarity)


def test_words_of_the_reply_that_only_the_memory_has_count():
    assert influence("user: I moved to Denver", "Denver") == 1.0
    assert influence("user: cold tea again", "Denver") == 0.0


def test_words_of_the_question_are_nobodys():
    assert influence("user: which city to live in", "Denver is the city to live in") == 0.0


def test_rare_words_weigh_more():
    common, rare = influence("cold", "Denver is cold"), influence("Denver", "Denver is cold")
    assert 0 < common < rare < 1
    assert common + rare == 1


def test_a_reply_without_words_of_its_own_tells_nothing():
    assert influence("user: I moved to Denver", "") is None
    assert influence("user: I moved to Denver", "the city to live in") is None
