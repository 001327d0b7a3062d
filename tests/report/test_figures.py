import re
from xml.etree import ElementTree

from memlab.report import drawing
from memlab.report.drawing import canvas, finish
from memlab.report.figures import draw_age, draw_leaderboard, draw_why
from memlab.report.health import MOST_POINTS, _draw_curve
from memlab.results import comparable
from memlab.stats.mean import Mean

PNG = b"\x89PNG\r\n\x1a\n"


def ordered(results):
    (group,) = comparable(results).values()
    return group


def test_why_is_one_bar_per_strategy_in_the_leaderboards_order(results, odd):
    figure = draw_why("s", ordered(results))
    words = [text.text for text in ElementTree.fromstring(figure.inline).iter("text")]
    names = [word for word in words if word in ("oracle", "hybrid", odd, "none")]
    assert names == ["none", odd, "hybrid", "oracle"]  # drawn from the bottom
    assert [word for word in words if word.startswith(".")] == [".50", ".30", ".10", ".05", ".05", ".68", ".10", ".15"]
    causes = ["never stored", "stored, not recalled", "below the budget", "stale above", "read wrong"]
    assert {"found", *causes} <= set(words)
    assert figure.png[:8] == PNG


def test_why_is_not_drawn_of_runs_that_do_not_say(old_results):
    assert draw_why("s", ordered(old_results)) is None


def test_age_names_every_curve_at_its_end(results, odd):
    figure = draw_age("s", ordered(results))
    words = {text.text for text in ElementTree.fromstring(figure.inline).iter("text")}
    assert {"hybrid", odd} <= words
    assert "hybrid 0.68 to 0.68" in figure.alt


def test_the_leaderboard_is_a_picture_only_where_the_page_has_no_table(results):
    figure = draw_leaderboard("s", ordered(results))
    assert figure.inline is None
    assert figure.png[:8] == PNG
    assert "hybrid 0.680" in figure.alt


def test_a_page_can_hold_two_of_one_drawing():
    with canvas(2, 1) as (one, axes):
        axes.plot([0, 1], [0, 1], "o-")
        texts = [finish(one, slug, "age", "t", 'a "<&>"').inline for slug in ("a", "b")]
    ids = [[e.get("id") for e in ElementTree.fromstring(text).iter() if e.get("id")] for text in texts]
    assert len(ids[0]) > 3
    assert not set(ids[0]) & set(ids[1])
    assert ElementTree.fromstring(texts[0]).get("aria-label") == 'a "<&>"'
    assert drawing.INK not in texts[0]


def test_what_a_page_shows_has_no_long_numbers_and_no_ids_that_nothing_links_to():
    with canvas(2, 1) as (one, axes):
        axes.plot([0, 1 / 3], [0, 1 / 7], "o-")
        text = finish(one, "a", "age", "t", "b").inline
    linked = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    assert {e.get("id") for e in ElementTree.fromstring(text).iter() if e.get("id")} == {a or b for a, b in linked}
    assert not re.search(r"\d\.\d\d", re.sub(r' style="[^"]*"| viewBox="[^"]*"|<style>.*?</style>', "", text))
    assert not re.search(r'style="([^"]*)"(?:.*style="\1"){3}', text)


def test_a_drawing_whose_marks_take_more_than_their_picture_becomes_a_picture():
    with canvas(2, 1) as (one, axes):
        axes.plot([n * 7_919 % 101 for n in range(5_000)], "o")
        assert finish(one, "a", "age", "t", 'a "<&>"').inline.startswith(
            '<img alt="a &quot;&lt;&amp;&gt;&quot;" src="data:image/png;base64,iVBOR'
        )


def test_a_long_life_is_drawn_at_sixty_sessions_and_its_last():
    curve = {session: Mean(float(session), None, None, 1, 1) for session in range(150)}
    with canvas(2, 1) as (_, axes):
        _draw_curve(axes, curve, "#000000")
    (line,) = axes.lines
    sessions = line.get_xdata().tolist()
    assert 30 <= len(sessions) <= MOST_POINTS + 1
    assert (sessions[0], sessions[-1]) == (0, 149)
    assert sessions == line.get_ydata().tolist() == sorted(sessions)
