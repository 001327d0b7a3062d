"""Colours that people with colour-blindness tell apart, and ink that can be read on them."""

STEPS = 20
LIGHT = ("#f4f7fb", "#9ec5e3", "#08306b")
DARK = ("#1b2027", "#2f6ea6", "#d6ebff")
BLACK, WHITE = "#000000", "#ffffff"


def shades(stops: tuple[str, ...]) -> list[str]:
    """`STEPS` + 1 colours of even distance along the stops, from 0 to 1: one hue, so lightness alone tells."""
    found = []
    for step in range(STEPS + 1):
        place, last = step / STEPS * (len(stops) - 1), len(stops) - 2
        which = min(int(place), last)
        low, high = _channels(stops[which]), _channels(stops[which + 1])
        found.append(
            "#" + "".join(f"{round(a + (b - a) * (place - which)):02x}" for a, b in zip(low, high, strict=True))
        )
    return found


def readable_on(colour: str) -> str:
    """Black or white, whichever contrasts more; the ratio is never under 4.5 (WCAG 2.2, 1.4.3).

    >>> readable_on("#0072b2"), readable_on("#e69f00")
    ('#ffffff', '#000000')
    """
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return round((lighter + 0.05) / (darker + 0.05), 6)


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in _channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
