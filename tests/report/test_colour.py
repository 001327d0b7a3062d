from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memlab.report.colour import DARK, LIGHT, STEPS, contrast, readable_on, shades
from memlab.report.figures import CAUSE_COLOURS, FOUND


@given(st.integers(0, 0xFFFFFF))
def test_ink_can_be_read_on_any_colour(number):
    colour = f"#{number:06x}"
    assert contrast(readable_on(colour), colour) >= 4.5


def test_a_known_contrast():
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # WCAG's own example of just enough


@pytest.mark.parametrize(("stops", "ground"), [(LIGHT, "#ffffff"), (DARK, "#14171b")])
def test_more_is_further_from_the_page(stops, ground):
    found = [contrast(shade, ground) for shade in shades(stops)]
    assert len(found) == STEPS + 1
    assert found == sorted(found)
    assert found[-1] > 10


def test_neighbours_in_a_bar_differ_in_lightness():
    order = [FOUND, *CAUSE_COLOURS.values()]
    assert len(set(order)) == 6
    for one, other in pairwise(order):
        assert contrast(one, other) > 1.2
