"""From drawing to picture: a PNG file for Markdown, SVG for a page that holds everything itself."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

INK = "#1c2024"
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
OFTEN = 3
FONT = "'DejaVu Sans', sans-serif"
PLACES = ("d", "x", "y", "width", "height", "transform")  # attributes of coordinates; a tenth of a point is not seen
LONG = re.compile(r"-?\d+\.\d+")
LINKED = re.compile(r'(?:href="#|url\(#)([^")]+)')
STYLE = re.compile(r' style="([^"]*)"')
UPRIGHT = re.compile(r' transform="rotate\(-?0 [^)]*\)"')


@dataclass(frozen=True, slots=True)
class Figure:
    """A finished picture.

    Attributes:
        name: The end of its file's name: `age`.
        title: A few words.
        alt: What is to be seen, for those who do not see it.
        inline: An `<svg>` or `<img>` element without references to anything outside; None where a page shows the same
            in a table.
    """

    name: str
    title: str
    alt: str
    png: bytes
    inline: str | None = None


@contextmanager
def canvas(width_inches: float, height_inches: float, rows: int = 1, columns: int = 1) -> Iterator[tuple[Any, Any]]:
    """A drawing and its axes, a grid of them where there are several columns, without a display.

    The style holds as long as the context.
    """
    import matplotlib
    from matplotlib.figure import Figure as Drawing

    inked = ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
    style: dict[Any, Any] = dict.fromkeys(inked, INK) | {"grid.color": "#8a8a8a"}
    style |= {"svg.fonttype": "none", "svg.hashsalt": "memlab"}  # text stays text, ids depend on content only
    style |= {"font.size": 9, "font.sans-serif": ["DejaVu Sans"], "text.parse_math": False}
    style |= {"axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6, "axes.axisbelow": True}
    style |= {"axes.titlesize": 10, "axes.titlelocation": "left"}
    with matplotlib.rc_context(style):
        drawing = Drawing(figsize=(width_inches, height_inches), layout="constrained")
        yield drawing, drawing.subplots(rows, columns, squeeze=False) if columns > 1 else drawing.subplots()


def finish(drawing: Any, slug: str, name: str, title: str, alt: str, inline: bool = True) -> Figure:
    """The picture of a drawing, inside its canvas's context.

    Args:
        slug: Of the source; with `name` it keeps the ids of a page's pictures apart.
        inline: Whether a page needs it too.
    """
    file = io.BytesIO()
    drawing.savefig(file, format="png", dpi=140)
    drawing.set_layout_engine("none")  # the second time all stays where it was put, which is most of the work
    png = file.getvalue()
    prefix = f"f{sha256(f'{slug}-{name}'.encode()).hexdigest()[:6]}"
    return Figure(name, title, alt, png, _inline(drawing, prefix, alt, png) if inline else None)


def _inline(drawing: Any, prefix: str, alt: str, png: bytes) -> str:
    import base64
    from html import escape
    from xml.etree import ElementTree

    file = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    drawing.savefig(file, format="svg", transparent=True, metadata=nothing)
    root = ElementTree.fromstring(file.getvalue())
    for parent in list(root.iter()):
        for child in [c for c in parent if c.tag == f"{SVG}style" or not c.tag.startswith(SVG)]:
            parent.remove(child)  # a style sheet inside would hold for the whole page, a metadata block names addresses
        _rename(parent, prefix)
    for name in ("height", "version"):
        root.attrib.pop(name, None)
    root.attrib |= {"width": "100%", "role": "img", "aria-label": alt, "font-family": FONT}
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False).replace(INK, "currentColor")
    picture = f'<img alt="{escape(alt)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
    return min(_leaner(text), picture, key=len)


def _rename(element: Any, prefix: str) -> None:
    """Drops namespaces, which inline SVG has no need of, and gives ids a prefix."""
    element.tag = element.tag.removeprefix(SVG)
    element.text = element.text.strip() if element.text and element.tag not in ("text", "tspan") else element.text
    element.tail = element.tail.strip() if element.tail else None
    if LINK in element.attrib:
        element.attrib["href"] = element.attrib.pop(LINK)
    for name, value in element.attrib.items():
        if name == "id":
            element.set(name, f"{prefix}-{value}")
        elif name in PLACES and not value.startswith(("scale", "matrix")):
            element.set(name, " ".join(LONG.sub(_short, value).split()))
        elif value.startswith(("#", "url(#")) and name in ("href", "clip-path", "fill"):
            element.set(name, value.replace("#", f"#{prefix}-", 1))


def _leaner(text: str) -> str:
    """A picture's markup without what says nothing or says it again.

    Ids without a link and turns by nothing go; a style that comes often becomes a class, whose name hangs on the style
    alone, so that pictures of one page may share it.
    """
    linked = set(LINKED.findall(text))
    text = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in linked else "", text)
    text = UPRIGHT.sub("", text).replace(f" font-family: {FONT};", "")
    often = [style for style, times in Counter(STYLE.findall(text)).items() if times > OFTEN]
    classes = {style: f"s{sha256(style.encode()).hexdigest()[:6]}" for style in often}
    text = STYLE.sub(lambda found: f' class="{classes[found[1]]}"' if found[1] in classes else found[0], text)
    sheet = "".join(f".{name}{{{style}}}" for style, name in classes.items())
    return text.replace(">", f"><style>{sheet}</style>", 1) if sheet else text


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")
