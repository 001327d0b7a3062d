"""How things end, in plain words."""

import pytest

from memlab.extract.endings import Trial, feeling, says, statements, trials


@pytest.mark.parametrize(
    ("text", "felt"),
    [
        ("They hired me, I am over the moon!", "positive"),
        ("It was a disaster and I cried.", "negative"),
        ("It did not work.", "negative"),
        ("It wasn’t bad at all.", "positive"),
        ("I passed, but the parking was awful.", "mixed"),
        ("The library is open on Mondays.", None),
        ("", None),
    ],
)
def test_feelings(text, felt):
    assert feeling(text) == felt


def test_a_denial_ends_with_its_clause():
    assert feeling("I would not say, it worked.") == "positive"


@pytest.mark.parametrize(
    ("what", "text", "holds"),
    [
        ("ahead", "The scan is scheduled for May.", True),
        ("ahead", "The scan was normal.", False),
        ("over", "Heard back about the scan.", True),
        ("asks_outcome", "What became of the scan?", True),
        ("asks_feeling", "Was I upset?", True),
        ("asks_avoid", "What did I swear off?", True),
        ("asks_avoid", "What should we cook?", False),
    ],
)
def test_phrases_match_as_whole_words(what, text, holds):
    assert says(what, text) == holds


@pytest.mark.parametrize(
    ("text", "trial"),
    [
        ("For the report, bullet points worked.", Trial("report", "bullet points", True)),
        ("For my report I tried a long draft and it did not work.", Trial("report", "a long draft", False)),
        ("Bullet points did the trick for the report!", Trial("report", "Bullet points", True)),
        ("I tried steam for bread, but it flopped.", Trial("bread", "steam", False)),
    ],
)
def test_trials_in_words(text, trial):
    assert trials(text) == (trial,)


def test_a_question_is_no_trial_and_neither_is_small_talk():
    assert trials("Have bullet points worked for the report?") == ()
    assert trials("I worked for the council. My father worked for the post.") == ()
    assert statements("Why? Because. 100") == ["Because.", "100"]
