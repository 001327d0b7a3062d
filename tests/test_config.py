import json
import re
from pathlib import Path

import pytest
import yaml

from memlab import build
from memlab.config import ConfigError, load_option, options, plan
from memlab.encoders.hashing import Hashing
from memlab.paths import configs_folder

READY = [name for name in options("layer") if load_option("layer", name)["leaderboard"]]
OUTSIDE = Path(__file__).parent / "outside" / "configs"
GROUPS = ("source", "strategy", "encoder", "store", "reader", "limits", "tracking", "experiment", "metric")


def test_the_root_stays_small():
    root = yaml.safe_load((configs_folder() / "config.yaml").read_text())
    assert len(root.keys() - {"defaults"}) <= 12


def test_one_run_is_complete_and_resolved():
    (config,) = plan(["strategy=rag", "source.users=3", "seed=7"])
    assert (config["strategy"]["name"], config["source"]["users"], config["seed"]) == ("rag", 3, 7)
    assert config["experiment"] is None


def test_an_experiment_expands_into_every_strategy_of_the_leaderboard():
    configs = plan(["experiment=leaderboard", "limits=smoke"])
    marked = {name for name in options("strategy") if load_option("strategy", name).get("leaderboard")}
    marked = {"agentic (rules)" if name == "agentic" else name for name in marked}
    assert {(c["source"]["name"], c["strategy"]["name"]) for c in configs} == {
        (source, name) for source in ("simulated", "locomo") for name in marked
    }
    assert all(config["limits"]["users"] == 2 and config["experiment"] == "leaderboard" for config in configs)


def test_the_command_line_wins_over_an_experiment():
    configs = plan(["experiment=leaderboard", "seed=5"])
    assert {config["seed"] for config in configs} == {5}


def test_naming_a_strategy_or_source_selects_runs_of_an_experiment():
    chosen = plan(["experiment=leaderboard", "strategy=bm25"])
    assert [(c["source"]["name"], c["strategy"]["name"]) for c in chosen] == [("simulated", "bm25"), ("locomo", "bm25")]
    assert {c["source"]["name"] for c in plan(["experiment=leaderboard", "source=locomo"])} == {"locomo"}


def test_a_number_of_one_source_is_set_where_there_is_one():
    configs = plan(["experiment=leaderboard", "strategy=bm25", "source.users=3", "source.caption=false"])
    assert configs[0]["source"]["users"] == 3
    assert configs[1]["source"]["caption"] is False


def test_a_number_that_no_run_of_an_experiment_has_is_refused():
    with pytest.raises(ConfigError, match=r"there is no key 'source\.user'; the nearest of .* known: users"):
        plan(["experiment=leaderboard", "source.user=3"])


def test_a_list_of_configurations_is_run_on_every_source_of_a_list(tmp_path):
    home = tmp_path / "experiment"
    home.mkdir()
    flat = {"strategy": "bm25", "name": "bm25 (b 0)", "overrides": ["strategy.index.b=0.0"]}
    runs = [{"source": ["beam", "locomo"], "overrides": ["seed=3"]}, {"source": "beam", "strategy": ["rag", "graph"]}]
    written = {"name": "listed", "configurations": [{"strategy": "bm25"}, flat], "runs": runs}
    (home / "listed.yaml").write_text(yaml.safe_dump(written))
    configs = plan(["experiment=listed"], tmp_path)
    assert [(c["source"]["name"], c["strategy"]["name"], c["seed"]) for c in configs] == [
        *((source, name, 3) for source in ("beam", "locomo") for name in ("bm25", "bm25 (b 0)")),
        *(("beam", name, 0) for name in ("rag", "graph")),
    ]
    assert [c["strategy"]["index"]["b"] for c in configs[:4]] == [0.75, 0.0, 0.75, 0.0]


@pytest.mark.parametrize(
    ("configurations", "words"),
    [
        (
            None,
            "experiment listed: the entry {'source': 'beam'} names no strategy; give it one, or list `configurations`",
        ),
        ([{"strategy": "bm25", "overides": []}], "has no key 'overides'; the nearest of 4 known: overrides"),
        ([{"name": "bm25 (b 0)"}], "experiment listed: the configuration {'name': 'bm25 (b 0)'} names no strategy"),
    ],
)
def test_a_list_of_configurations_that_cannot_be_read_is_refused(tmp_path, configurations, words):
    (tmp_path / "experiment").mkdir()
    written = {"name": "listed", "runs": [{"source": "beam"}]}
    written |= {"configurations": configurations} if configurations else {}
    (tmp_path / "experiment" / "listed.yaml").write_text(yaml.safe_dump(written))
    with pytest.raises(ConfigError, match=re.escape(words)):
        plan(["experiment=listed"], tmp_path)


def test_an_experiment_without_the_named_strategy_says_so():
    with pytest.raises(ConfigError, match="experiment aviary has no run with strategy=none"):
        plan(["experiment=aviary", "strategy=none"], OUTSIDE)


def test_an_outside_name_that_is_taken_is_refused(tmp_path):
    (tmp_path / "strategy").mkdir()
    (tmp_path / "strategy" / "bm25.yaml").write_text("_target_: x.Y\nname: bm25\n")
    with pytest.raises(ConfigError, match="strategy 'bm25' is there already; give yours another name"):
        plan(["strategy=bm25"], tmp_path)


def test_an_outside_folder_may_have_any_name(tmp_path):
    folder = tmp_path / "my configs (1)"
    (folder / "strategy").mkdir(parents=True)
    (folder / "strategy" / "mine.yaml").write_text("_target_: memlab.strategies.none.NoMemory\nname: mine\n")
    assert plan(["strategy=mine"], folder)[0]["strategy"]["name"] == "mine"


def test_a_sweep_spans_a_grid():
    configs = plan(["strategy=bm25,none", "seed=0,1"], sweep=True)
    assert [(c["strategy"]["name"], c["seed"]) for c in configs] == [
        ("bm25", 0),
        ("bm25", 1),
        ("none", 0),
        ("none", 1),
    ]
    assert {config["experiment"] for config in configs} == {"sweep"}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("strategy=hybird", "there is no strategy 'hybird'; the nearest of .* known: hybrid"),
        ("experiment=leader", "there is no experiment 'leader'; the nearest of .*: leaderboard"),
        ("sede=1", "there is no key 'sede'; the nearest of .* known: seed"),
        ("strategy.index.k2=1", "there is no key 'strategy.index.k2'; the nearest of 3 known: k1"),
        ("bm25", "'bm25' is not of the form group=option or key=value"),
        ("query.limit=[1", "query.limit"),
        ("layer=cash", "there is no layer 'cash'; the nearest of .* known: cache"),
        ("layer=[cache,cash]", "there is no layer 'cash'; the nearest of .* known: cache"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(override, message):
    with pytest.raises(ConfigError, match=message):
        plan(["strategy=bm25", override] if not override.startswith("strategy=") else [override])


def test_layers_are_listed_outermost_first():
    (config,) = plan(["strategy=bm25", "layer=[cache]", "layer.cache.capacity=5"])
    assert config["layer"]["cache"]["capacity"] == 5
    assert plan(["strategy=bm25"])[0]["layer"] == {}


@pytest.mark.parametrize(
    ("layer", "expected"),
    [("cache", [["cache"]]), (["cache"], [["cache"]]), ([], [[]]), ("each", [[name] for name in READY])],
)
def test_an_entry_of_an_experiment_names_its_layers(tmp_path, layer, expected):
    (tmp_path / "experiment").mkdir()
    entry = {"source": "simulated", "strategy": "bm25", "layer": layer}
    (tmp_path / "experiment" / "layered.yaml").write_text(json.dumps({"name": "layered", "runs": [entry]}))
    configs = plan(["experiment=layered"], tmp_path)
    assert [list(config["layer"]) for config in configs] == expected


def test_an_outside_folder_adds_its_own_names():
    configs = plan(["strategy=parrot", "strategy.last=5"], OUTSIDE)
    assert configs[0]["strategy"] == {"_target_": "parrot.Parrot", "name": "parrot", "last": 5, "fail": False}
    assert "parrot" in options("strategy", OUTSIDE)
    assert "bm25" in options("strategy", OUTSIDE)


@pytest.mark.parametrize("path", [f"{group}/{name}" for group in GROUPS for name in options(group)])
def test_every_yaml_fits_the_signature_that_it_names(path):
    node = load_option(*path.split("/"))
    if "defaults" in node:  # it is composed of others
        node = plan([path.replace("/", "=")])[0][path.split("/")[0]]
    for name, part in node.pop("parts", {}).items():
        build.check(f"{path}: {name}", part, dict.fromkeys(build.PARTS))
    each = node.pop("each", [{}]) if path.startswith("metric") else [{}]
    for params in each:
        build.check(path, node | params, dict.fromkeys(build.PARTS))


def test_every_strategy_source_and_chat_has_its_files_name():
    for group in ("strategy", "source", "chat"):
        assert [load_option(group, name)["name"].split(" (")[0] for name in options(group)] == options(group)


def test_a_strategy_that_a_chat_steers_says_which():
    assert plan(["strategy=agentic"])[0]["strategy"]["name"] == "agentic (rules)"


def test_metric_names_are_unique():
    names = [metric.name for metric in build.metrics()]
    assert len(names) == len(set(names))


def test_a_nested_number_is_set_by_its_name():
    assert build.make("strategy/hybrid", encoder=Hashing(8), recency_weight=1.5)._recency_weight == 1.5
    assert build.make("strategy/bm25", k1=1.5)._index._k1 == 1.5


@pytest.mark.parametrize(
    ("path", "params", "message"),
    [
        ("strategy/bm25", {"kk": 1}, "strategy/bm25: parameter 'kk' does not exist; the nearest"),
        ("strategy/hybrid", {"k9": 1}, "parameter 'k9' does not exist"),
        ("strategy/bm26", {}, "there is no strategy 'bm26'"),
        ("stratgy/bm25", {}, "there is no config group 'stratgy'; the nearest of .* known: strategy"),
    ],
)
def test_make_refuses_what_does_not_exist(path, params, message):
    with pytest.raises(ConfigError, match=message):
        build.make(path, **params)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"_target_": "memlab.nowhere.Strategy"}, "cannot import memlab.nowhere.Strategy"),
        ({"_target_": "memlab.strategies.buffer.Buffer", "capcity": 1}, "no parameter 'capcity' in .*: capacity"),
        ({"_target_": "memlab.strategies.buffer.Buffer"}, "needs 'capacity', which the config does not set"),
        (
            {"_target_": "memlab.strategies.bm25.Bm25", "index": {"_target_": "memlab.indexes.bm25.Bm25Index", "k": 1}},
            r"strategy\.index: no parameter 'k'",
        ),
    ],
)
def test_a_misfit_is_found_before_anything_is_built(node, message):
    with pytest.raises(ConfigError, match=message):
        build.check("strategy", node, {"store": None})
