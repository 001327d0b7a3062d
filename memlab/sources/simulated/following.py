"""What follows what is said: erasures, consents and outcomes after a turn, questions after a session."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import assert_never

from memlab.events import Consent, Erasure, Event, Outcome, Query, SessionEnd, Turn, UserId
from memlab.life import Gold
from memlab.seeds import Draw
from memlab.sources.simulated.asking import Asker
from memlab.sources.simulated.dialogue import LONGEST_PAUSE, SHORTEST_PAUSE, Marked
from memlab.sources.simulated.marks import Erased, Named, Tried, Withdrawn
from memlab.sources.simulated.remarks import States
from memlab.sources.simulated.scene import Question, Scene
from memlab.sources.simulated.wording import in_turn
from memlab.sources.simulated.world import World


def consented(world: World) -> Iterator[Event]:
    """What the user allows and forbids to be kept, before anything is said."""
    for category, granted in world.consents.items():
        yield Consent(at=world.starts[0], session=0, category=category, granted=granted)


def follows(
    user: UserId, asker: Asker | None, scene: Scene, marked: Marked, at: datetime, gold: dict[str, Gold], root: int
) -> Iterator[Event]:
    """What happens right after a turn.

    Args:
        asker: Who may ask back for what was just named; None for nobody.
    """
    session = scene.session
    match marked.mark:
        case Erased(attribute):
            yield Erasure(at=at, session=session, turns=scene.about(attribute))
        case Withdrawn(category):
            yield Consent(at=at, session=session, category=category, granted=False)
        case Tried(task, approach, success):
            yield Outcome(at=at, session=session, turn=marked.turn, task=task, approach=approach, success=success)
        case Named(attribute, version):
            draw = Draw(root, "follows", session, "refer", attribute, version)
            question = asker.within(scene, attribute, version, draw) if asker else None
            if question is not None:
                yield query_of(user, scene, marked.turn, at, question, gold)
        case _:
            assert_never(marked.mark)


def asked(
    user: UserId, asker: Asker, scene: Scene, form: str, at: datetime, gold: dict[str, Gold], root: int
) -> Iterator[Event]:
    """The end of a session: the user's own questions, each a turn with an answer that tells nothing; then probes."""
    questions = list(enumerate(asker.after(scene)))
    for place, question in questions:
        if question.natural:
            yield query_of(user, scene, str(place), at, question, gold)
            for turn in _exchange(scene, question, place, form, at, root):
                at = turn.at
                yield turn
    yield SessionEnd(at=at, session=scene.session)
    for place, question in questions:
        if not question.natural:
            yield query_of(user, scene, str(place), at, question, gold)


def _exchange(scene: Scene, question: Question, place: int, form: str, at: datetime, root: int) -> Iterator[Turn]:
    """A question as a turn, noted for the value that it names, and the answer to it."""
    draw = Draw(root, "answered", scene.session, place)
    names: States = (((question.gold.kind, *question.subject), question.named),) if question.named else ()
    answer = in_turn(scene.bank.assistant.looking, question.natural, root, "looking")
    for which, speaker, said, states in (("a", "user", question.text, names), ("b", "assistant", answer, ())):
        at += timedelta(seconds=draw.between(SHORTEST_PAUSE, LONGEST_PAUSE))
        text, id = form.format(speaker=speaker, text=said, at=at), f"s{scene.session:03d}q{place:02d}{which}"
        turn = Turn(at=at, session=scene.session, id=id, speaker=speaker, text=text)
        scene.talk.hear(turn, states)
        yield turn


def query_of(user: UserId, scene: Scene, place: str, at: datetime, question: Question, gold: dict[str, Gold]) -> Query:
    """A question as the strategy sees it; its gold is noted first. The id is a function of user, session and place."""
    id = sha256(f"{user}\n{scene.session}\n{place}".encode()).hexdigest()[:8]
    gold[id] = question.gold
    return Query(at=at, session=scene.session, id=id, text=question.text, probe=not question.natural)
