"""`source.text`: how a turn's words, speaker and time become its text, the same way in every source."""

import re

import pytest

from memlab import build
from memlab.config import ConfigError, load_option, options, plan
from memlab.events import Turn
from memlab.sources import SourceError
from memlab.sources.cards import names
from memlab.sources.reading import checked_form, is_text_form

RECORDED = [name for name in names() if name not in ("simulated", "trials", "reacting")]
DATED = "{at:%d %B %Y} {speaker}: {text}"


def turns_of(*overrides):
    (config,) = plan(overrides)
    source = build.source(config)
    return [e for user in source.users()[:2] for e in source.life(user, seed=0).stream() if isinstance(e, Turn)]


def test_every_source_has_a_text_form():
    assert [name for name in options("source") if "text" not in load_option("source", name)] == []
    assert {name for name in options("source") if not name.startswith("simulated_")} == {*names()}


@pytest.mark.parametrize("name", names())
def test_the_date_is_put_where_the_form_says(name, sample_of):
    asked = [f"source={name}", f"source.path={sample_of(name)}" if name in RECORDED else "source.users=1"]
    plain, dated = turns_of(*asked), turns_of(*asked, f'source.text="{DATED}"')
    own = name == "jsonl"  # its second life brings a form of its own, which stands
    assert len(plain) == len(dated) > 5
    for before, after in list(zip(plain, dated, strict=True))[: 5 if own else None]:
        assert (after.id, after.at) == (before.id, before.at)
        assert after.text == f"{before.at:%d %B %Y} {before.text}"
    assert not own or plain[-1] == dated[-1]


@pytest.mark.parametrize("quoted", [f'source.text="{DATED}"', f"source.text='{DATED}'"])
def test_the_command_line_takes_a_form_in_quotes_of_its_own(quoted):
    (config,) = plan(["source=locomo", quoted])
    assert config["source"]["text"] == DATED


def test_a_form_without_quotes_of_its_own_is_refused_by_the_command_line():
    with pytest.raises(ConfigError, match=re.escape(f"source.text={DATED}")):
        plan(["source=locomo", f"source.text={DATED}"])


@pytest.mark.parametrize(
    "form",
    [
        *("{txt}", "{speaker}", "{}: {text}", "{0}: {text}", "{text", "text}", "{{text}}", ""),
        *("{at.year} {text}", "{text:d}", "{text:{speaker}}", "{at:%d {text}} {text}", "{speaker!x}: {text}", None, 7),
    ],
)
def test_a_form_that_cannot_be_filled_in_is_refused_with_what_may_stand_in_it(form):
    assert not is_text_form(form)
    told = re.escape(
        f"source locomo: text is {form!r}; it must hold {{text}} and may hold {{speaker}} and {{at}}, like '{DATED}'"
    )
    with pytest.raises(SourceError, match=told):
        checked_form("locomo", form)


@pytest.mark.parametrize("name", names())
def test_every_source_refuses_a_bad_form_before_it_gives_a_life(name, sample_of):
    asked = [f"source.path={sample_of(name)}"] if name in RECORDED else []
    (config,) = plan([f"source={name}", 'source.text="{who}: {text}"', *asked])
    with pytest.raises(SourceError, match=rf"source {name}: text is '\{{who\}}: \{{text\}}'; it must hold \{{text\}}"):
        build.source(config)


@pytest.mark.parametrize("form", ["{text}", "{text!s:.80} ({speaker:>9})", "{{{text}}}", "{at} {text}", DATED])
def test_a_form_may_use_what_python_formats_with(form):
    assert checked_form("locomo", form) == form
