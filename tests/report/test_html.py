import re
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from memlab.report.html import bar, breakable, emphasis, step
from memlab.report.page import write_report
from memlab.report.tables import leaderboard

ROOT = Path(__file__).parent.parent.parent
VOID = {"meta", "wbr", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """What the tests ask of a page: its tags in balance, its attributes, its text, its tables."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.words, self.tables = [], [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} is given twice"
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.table = self.tables[dict(attrs)["aria-label"]] = {"attrs": dict(attrs), "rows": []}
        if tag == "tr":
            self.table["rows"].append({"attrs": dict(attrs), "in": self.open[-2], "cells": []})
        if tag in ("td", "th"):
            self.table["rows"][-1]["cells"].append({"attrs": dict(attrs), "text": ""})

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.words.append(data)
            if {"td", "th"} & set(self.open):
                self.table["rows"][-1]["cells"][-1]["text"] += data

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def written(results, tmp_path_factory):
    return write_report(results, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(written):
    return Page(written.read_text())


def test_the_tags_are_balanced_and_the_ids_unique(page):
    assert page.open == []
    ids = Counter(attrs["id"] for _, attrs in page.tags if "id" in attrs)
    assert len(ids) > 20
    assert max(ids.values()) == 1


def test_every_inner_reference_leads_somewhere(page):
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    values = [value for _, attrs in page.tags for value in attrs.values() if value]
    inner = {found for value in values for found in re.findall(r"^#(.+)$|url\(#(.+)\)", value)}
    assert len(inner) > 2
    assert {one or other for one, other in inner} <= ids


def test_nothing_is_fetched(written, page):
    text = written.read_text()
    assert not re.search(r"https?:|//[a-z]+\.|@import", text)
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object", "embed", "base"}
    for _, attrs in page.tags:
        assert all(attrs.get(name, "#").startswith(("#", "data:")) for name in ("href", "src", "srcset", "xlink:href"))
    (policy,) = [attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert len(text) < 1_500_000


def test_markdown_and_page_show_the_same_tables(results, written, page):
    markdown = (written.parent / "README.md").read_text()
    shown = re.findall(r"\*\*(.+)\*\*\n\n\| (.+) \|\n\|[-:|]+\n((?:\|.+\|\n)+)", markdown)
    assert [caption for caption, *_ in shown] == [caption for caption in page.tables]
    for caption, columns, rows in shown:
        found = [[cell["text"].strip() for cell in row["cells"]] for row in page.tables[caption]["rows"]]
        assert found[0] == columns.split(" | ")
        for row, line in zip(found[1:], rows.splitlines(), strict=True):
            name, *others = (cell.strip() for cell in line[1:-1].split(" | "))
            assert row[0].removesuffix(" bound") == name.strip("*")
            assert row[1:] == others


def test_names_are_escaped(written, page, odd):
    assert "<b>$r" not in written.read_text()
    assert odd in page.text
    (figure,) = [attrs for tag, attrs in page.tags if tag == "svg" and attrs["aria-label"].startswith("Why")]
    assert f"{odd}: found 0.50, never stored 0.30" in figure["aria-label"]


def test_bounds_are_marked_and_references_stay_below(page):
    rows = page.tables["simulated: 8 users, 50 questions, seed 0; 95 % intervals over users"]["rows"]
    parts = {row["cells"][0]["text"]: (row["in"], row["attrs"].get("class")) for row in rows[1:]}
    assert parts["oracle bound"] == ("tbody", "bound")
    assert parts["hybrid"] == ("tbody", "contestant")
    assert [name for name, (where, _) in parts.items() if where == "tfoot"] == ["chance", "attainable", "n"]


def test_whatever_sorts_has_its_value(page):
    sortable = {caption: table for caption, table in page.tables.items() if "data-sortable" in table["attrs"]}
    assert set(page.tables) - set(sortable) == {
        "Restraint, which is no ranking",
        *(c for c in page.tables if c.startswith("Places")),
    }
    for table in sortable.values():
        for row in table["rows"]:
            for place, cell in enumerate(row["cells"]):
                value = cell["attrs"].get("data-value")
                if row["in"] != "tbody":
                    assert value is None
                elif place == 0:
                    assert value == cell["text"].removesuffix(" bound")
                elif cell["text"] == "–":
                    assert value == ""
                else:
                    shown = float(re.match(r"-?[\d.]+", cell["text"].replace(",", ""))[0])
                    assert float(value) == pytest.approx(shown, abs=0.51 if shown > 2 else 0.006)


def test_no_asterisk_of_the_notes_is_left(page):
    assert "*" not in page.text


def test_the_headline_is_marked_as_sorted(page):
    heads = page.tables["simulated: 8 users, 50 questions, seed 0; 95 % intervals over users"]["rows"][0]["cells"]
    assert {head["text"]: head["attrs"].get("aria-sort") for head in heads if "aria-sort" in head["attrs"]} == {
        "evidence_recall@512": "descending"
    }


def test_two_writings_are_the_same_bytes(results, written, tmp_path):
    assert write_report(results, tmp_path / "again").read_bytes() == written.read_bytes()


def test_what_was_not_measured_is_not_shown(old_results, tmp_path):
    written = write_report(old_results, tmp_path / "report")
    page = Page(written.read_text())
    assert not {"Why questions are missed", "Restraint, which is no ranking"} & set(page.tables)
    assert [attrs["aria-label"][:19] for tag, attrs in page.tags if tag == "svg"] == [
        "Places by evidence_",
        "evidence_recall@512",
    ]
    assert not (tmp_path / "report" / "simulated-why.png").exists()


def test_bars_share_a_scale_within_a_column(results):
    table = leaderboard("simulated", sorted(results, key=lambda r: -r.figure("evidence_recall@512")["mean"]))
    hybrid = table.rows[1].cells
    assert (bar(table, 1, hybrid[1]).left, bar(table, 1, hybrid[1]).dot) == (65.0, 68.0)
    recall = bar(table, 2, hybrid[2])
    assert recall.marks == {"chance": 6.5, "attainable": 100.0}
    stale = bar(table, 4, hybrid[4])  # -.02 from -1 to 1
    assert (stale.left, stale.width, stale.dot) == (47.5, 3.0, 49.0)
    assert (hybrid[5].text, bar(table, 5, hybrid[5])) == ("1.50 ±0.10", None)  # milliseconds
    assert bar(table, 1, table.rows[-1].cells[1]) is None


def test_a_shade_is_never_off_the_scale():
    assert [step(value) for value in (-0.1, 0.0, 0.5, 1.0, 1.1)] == [0, 0, 10, 20, 20]


def test_notes_and_names_become_markup():
    assert emphasis("**a@5** & *b\nb* < c") == "<strong>a@5</strong> &amp; <em>b\nb</em> &lt; c"
    assert breakable("turn_recall@10") == "turn_<wbr>recall<wbr>@10"
    assert breakable("<_a>") == "&lt;_<wbr>a&gt;"


def test_the_wheel_takes_the_template():
    wheel = pytest.importorskip("hatchling.builders.wheel")
    shipped = {file.distribution_path for file in wheel.WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {f"memlab/report/template/page.{end}" for end in ("html", "css", "js")} <= shipped


CLICKS = """<script>
const frame = document.querySelector("iframe").contentDocument;
const table = frame.querySelector("table");
const name = (row) => row.cells[0].dataset.value ?? row.cells[0].textContent;
const say = () => [...table.rows].slice(1).map(name).join(" ");
const heads = [...table.tHead.rows[0].cells];
const said = [];
for (const column of [4, 4, 0, 0, 5]) {
  heads[column].querySelector("button").click();
  said.push(say() + ": " + heads.map((head) => head.getAttribute("aria-sort") ?? "-").join(" "));
}
frame.querySelectorAll("details").forEach((one) => (one.open = true));
const root = frame.documentElement;
const buttons = [...frame.querySelectorAll("thead button")];
buttons.at(0).focus();
said.push(`overflow ${root.scrollWidth - root.clientWidth}`, `focus ${frame.activeElement === buttons[0]}`);
said.push(`unsortable ${frame.querySelectorAll("table:not([data-sortable]) button").length}`);
document.body.textContent = said.join("\\n");
</script>"""


@pytest.mark.slow
def test_in_a_browser_headers_sort_and_a_phone_does_not_scroll_sideways(written, tmp_path, chromium):
    from html import escape

    frame = f'<iframe srcdoc="{escape(written.read_text())}" style="width:390px;height:800px"></iframe>'
    script = CLICKS.replace("const frame", "onload = () => {\nconst frame").replace("</script>", "};</script>")
    (tmp_path / "phone.html").write_text(f"<!doctype html><meta charset=utf-8><body>{frame}{script}")
    quiet = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    where = [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=8000", "--dump-dom"]
    command = [chromium, *quiet, *where, (tmp_path / "phone.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    said = Page(re.sub(r"^[\s\S]*<body>", "", done.stdout).removesuffix("</html>\n").replace("</body>", "")).words
    below = "chance attainable n"
    assert "".join(said).strip().splitlines() == [
        f"oracle hybrid <b>$r&g$</b> none {below}: - - - - descending -",
        f"<b>$r&g$</b> hybrid oracle none {below}: - - - - ascending -",
        f"<b>$r&g$</b> hybrid none oracle {below}: ascending - - - - -",
        f"oracle none hybrid <b>$r&g$</b> {below}: descending - - - - -",
        f"oracle none hybrid <b>$r&g$</b> {below}: - - - - - descending",
        "overflow 0",
        "focus true",
        "unsortable 0",
    ]
