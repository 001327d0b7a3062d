from memlab import make
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.oracle import Oracle
from memlab.testing import ask, turn


def test_the_oracle_gives_the_shortest_turn_of_each_nugget_shortest_first():
    evidence = {"q9": (frozenset({"t0", "t1"}), frozenset({"t2"}))}
    strategy = Oracle(SqliteStore(), evidence.__getitem__)
    for place, text in enumerate(["a long way to say Denver", "Denver it is", "Ana"]):
        strategy.observe(turn(place, text))
    assert [memory.id for memory in strategy.recall(ask(9, "?")).memories] == ["t2", "t1"]


def test_the_oracle_knows_nothing_of_other_queries():
    strategy = Oracle(SqliteStore(), lambda query: (frozenset({"t0"}),) if query == "q9" else ())
    strategy.observe(turn(0, "Denver"))
    assert strategy.recall(ask(8, "?")).memories == ()


def told(seed):
    strategy = make("strategy/random", seed=seed)
    for place in range(50):
        strategy.observe(turn(place, f"turn {place}"))
    return strategy


def order(strategy, place):
    return [memory.id for memory in strategy.recall(ask(place, "?", limit=None)).memories]


def test_random_is_a_permutation_that_depends_on_query_and_seed():
    strategy = told(0)
    assert sorted(order(strategy, 60)) == sorted(f"t{place}" for place in range(50))
    assert order(strategy, 60) != order(strategy, 61)
    assert order(strategy, 60) != order(told(1), 60)
