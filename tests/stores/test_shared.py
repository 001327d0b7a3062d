"""What one user told, no other is given: interleaved canaries, 10,000 probes, no leak, and every refusal counted."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from memlab.build import make
from memlab.encoders.hashing import Hashing
from memlab.events import Query, Turn
from memlab.stores import Record
from memlab.stores.shared import AccessRefused, Shared, refusals

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
USERS = ["ana", "ben", "Ana", "ana/ben", ""]
N_TURNS = 8
N_PROBES = 10_000
N_REFUSED = 100


def canary(user: str, n: int) -> str:
    return f"canary{USERS.index(user)}x{n}y"


def told(text: str, user: str) -> bool:
    """Whether a text holds a canary, and none but the user's."""
    return text.count("canary") == text.count(f"canary{USERS.index(user)}x") > 0


@pytest.mark.slow
@pytest.mark.parametrize("home", ["sqlite", "encrypted", "postgres"], indirect=True)
def test_ten_thousand_probes_of_a_shared_store_leak_nothing_and_each_refusal_is_counted(home):
    """Users in turn tell canaries under the same ids; each then probes for those of others, by id, source and words."""
    shared, draw = Shared(home.open), np.random.default_rng(6)
    stores = {user: shared.store(user, asked_by=user) for user in USERS}
    rags = {user: make("strategy/rag", store=stores[user].space("turns"), encoder=Hashing()) for user in USERS}
    for n in range(N_TURNS):
        for user in USERS:
            text = f"The code of my drawer {n} is {canary(user, n)}."
            rags[user].observe(Turn(at=NOON, session=0, id=f"t{n}", speaker="user", text=text))
            stores[user].put(Record(id=f"of {user} {n}", text=text, sources=(f"said {user} {n}",), at=NOON))
    leaks, refused = 0, Counter()
    for probe in range(N_PROBES):
        reader, owner = (USERS[place] for place in draw.permutation(len(USERS))[:2])
        n = int(draw.integers(N_TURNS))
        if probe % (N_PROBES // N_REFUSED) == 0:
            with pytest.raises(AccessRefused, match="may not read the memory of"):
                shared.store(owner, asked_by=reader)
            refused[owner, reader] += 1
        elif probe % 10 == 1:
            query = Query(at=NOON, session=1, id=f"q{probe}", text=f"code {canary(owner, n)}", limit=3, budget_tokens=9)
            leaks += any(not told(memory.text, reader) for memory in rags[reader].recall(query).memories)
        elif probe % 3 == 0:
            leaks += not told(stores[reader].space("turns").get(f"t{n}").text, reader)
        elif probe % 3 == 1:
            leaks += stores[reader].get(f"of {owner} {n}") is not None
        else:
            leaks += len(stores[reader].citing([f"said {owner} {n}"]))
    held = {user: repr([*stores[user].scan(), *stores[user].space("turns").scan()]) for user in USERS}
    assert leaks == 0
    assert all(
        held[user].count("canary") == 2 * N_TURNS == held[user].count(f"canary{USERS.index(user)}x") for user in held
    )
    assert {(owner, reader): n for owner in USERS for reader, n in refusals(stores[owner]).items()} == refused
    assert refused.total() == N_REFUSED


def test_the_owner_finds_the_refusals_again_and_they_change_no_recall(home):
    shared = Shared(home.open)
    for _ in range(3):
        with pytest.raises(AccessRefused, match="'eve' may not read the memory of 'ana'; each user may read their own"):
            shared.store("ana", asked_by="eve")
    store = shared.store("ana", asked_by="ana")
    assert (refusals(store), list(store.scan())) == ({"eve": 3}, [])
    assert refusals(shared.store("eve", asked_by="eve")) == {}
