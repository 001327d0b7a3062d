"""Draws docs/hybrid.png: one question, the turns of a short chat, and what each signal adds to each turn.

python docs/hybrid_figure.py
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

import memlab
from memlab.events import Query, Turn
from memlab.indexes.fusion import z_scores
from memlab.report.drawing import canvas

QUESTION = "When did Priya start pottery classes?"
CHAT = (
    (0, "Priya", "Hey Tom! How was the move?"),
    (0, "Tom", "Exhausting, but the flat is lovely. Two boxes are still in the hall."),
    (0, "Priya", "I have news as well: I finally signed up for those clay evenings on Mill Lane."),
    (0, "Tom", "Oh nice, when do they begin?"),
    (0, "Priya", "The first one was last Tuesday, my hands still ache!"),
    (0, "Tom", "Ha. I tried pottery once, my bowl looked like a hat."),
    (1, "Tom", "Did you see the match on Saturday?"),
    (1, "Priya", "No, I was at my sister's all weekend."),
    (1, "Tom", "My German exam is in May, wish me luck."),
    (1, "Priya", "Good luck! I should learn a language too."),
    (2, "Priya", "My first mug came out of the kiln, it even holds tea."),
    (2, "Tom", "Photo please!"),
)


def main() -> None:
    ranked = memlab.make("strategy/ranked_even")
    start = datetime(2024, 3, 4, 18, tzinfo=UTC)
    texts = {}
    for place, (session, speaker, said) in enumerate(CHAT):
        at, text = start + timedelta(days=9 * session, minutes=place), f"{speaker}: {said}"
        texts[f"t{place}"] = text
        ranked.observe(Turn(at=at, session=session, id=f"t{place}", speaker=speaker, text=text))
    query = Query(at=start + timedelta(days=60), session=9, id="q", text=QUESTION, limit=None)
    ids, found = ranked.signals(query)
    weights = {name: weight for name, weight in memlab.config.load_option("strategy", "ranked_even")["weights"].items()}
    names = [name for name in weights if np.ptp(found[name]) > 0]
    parts = np.stack([weights[name] * z_scores(found[name]) for name in names], axis=1)
    order = np.argsort(-parts.sum(axis=1), kind="stable")
    _draw(names, parts[order], [texts[ids[place]] for place in order])


def _draw(names: list[str], parts: np.ndarray, texts: list[str]) -> None:
    with canvas(11.5, 0.36 * len(texts) + 1.9) as (drawing, axes):
        bound = np.abs(parts).max()
        axes.imshow(parts, cmap="RdBu_r", vmin=-bound, vmax=bound, aspect="auto")
        axes.set_yticks(range(len(texts)), [text if len(text) <= 62 else f"{text[:61]}…" for text in texts], fontsize=8)
        axes.set_xticks(range(len(names)), names, rotation=35, ha="right", fontsize=8)
        for row, total in enumerate(parts.sum(axis=1)):
            axes.text(len(names) - 0.3, row, f"{total:+.1f}", va="center", fontsize=9)
            for column, part in enumerate(parts[row]):
                shade = "white" if abs(part) > 0.6 * bound else "black"
                axes.text(column, row, f"{part:+.1f}", ha="center", va="center", fontsize=6.5, color=shade)
        axes.set_title(f"“{QUESTION}”: what each signal adds to each turn, best first; the sum at the right")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        drawing.savefig(Path(__file__).with_name("hybrid.png"), dpi=130, bbox_inches="tight")


if __name__ == "__main__":
    main()
