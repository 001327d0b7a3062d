"""What a life has put out of date by its end, and by which turn."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from memlab.life import Superseded
from memlab.sources.simulated.dialogue import Statement, Talk
from memlab.sources.simulated.patterns import LASTING
from memlab.sources.simulated.remarks import fact_key
from memlab.sources.simulated.world import World


def outdated(world: World, talk: Talk) -> Iterator[Superseded]:
    """What a change, a correction, a cleared joke, a removal or a retraction has put out of date, and by which turn.

    What a cyclic attribute says comes back, so it is never out of date for good and is left out.
    """

    def put_out(stated: Sequence[Statement], by: Sequence[Statement]) -> Iterator[Superseded]:
        kept = {s.turn for s in by}
        for statement in stated:
            later = [s.turn for s in by if s.place > statement.place]
            if later and statement.turn not in kept:
                yield Superseded(turn=statement.turn, by=later[0])

    for fact in world.facts:
        name, n = fact.attribute.name, len(fact.versions)
        stated = [talk.stated.get(fact_key(name, version), []) for version in range(n)]
        if fact.attribute.process == "drifting":
            for older, newer in pairwise(stated):
                yield from put_out(older, newer[:1])
        if fact.attribute.process == "set":
            for version, said in enumerate(stated):
                yield from put_out(said, talk.stated.get(("gone", name, str(version)), []))
        yield from put_out(talk.stated.get(("wrong", name), []), talk.stated.get(("righted", name), []))
        yield from put_out(talk.stated.get(("joke", name), []), talk.stated.get(("cleared", name), []))
        if fact.attribute.process in LASTING:
            yield from put_out(stated[-1], talk.stated.get(("retract", name), []))
