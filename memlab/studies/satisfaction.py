"""Satisfaction beside retrieval: whether planned A/B experiments find the true effect, and whether rankings agree."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from memlab.config import load_option, plan
from memlab.report.ab import ab_section
from memlab.report.cells import Table
from memlab.report.drawing import Figure
from memlab.report.sections import Section
from memlab.results import load
from memlab.runs import execute
from memlab.satisfaction.sensitivity import Arms, Shift, Variant, of_user, variants
from memlab.studies.ab import Wanted, live, read
from memlab.studies.ab_planned import Planned, admitted, planned_users, truth
from memlab.studies.arms import overrides_of
from memlab.studies.base import Findings, Setting
from memlab.studies.flips import Region, regions
from memlab.studies.panel import Panel
from memlab.studies.populations import SAME, lived, seed_of, staged
from memlab.studies.rankings import Ranking, Side, between, side_of_panels, side_of_results
from memlab.studies.satisfaction_tables import (
    NOTES,
    draw_rankings,
    experiments_table,
    figures_table,
    rankings_table,
    regions_table,
    shifts_table,
    verdict,
)

RETRIEVED, ALL = "retrieval", "all"


class Satisfaction:
    """Lives one population under every strategy, others under the two arms of each experiment, and recorded users.

    Costs users x strategies lives, up to `most` for each experiment, and a run of the retrieval source for each
    strategy: tens of minutes where sentences are encoded.

    Args:
        strategies: As `memlab ab` reads arms; `none` is in no ranking.
        users: Of the population; `sessions` from the exposure on, `burn_in` before it.
        experiments: Pairs of strategies, `a` and `b`, and `effect`, the smallest worth finding in the first of
            `by`, that users are planned for.
        pilot: Users of the population from whose spread under both arms is planned, at least 6.
        most: Users of an experiment at most.
        by: Outcomes that rank, the first the primary one.
        retrieval: `overrides` of the run in which retrieval is measured, and `metrics` that rank.
        variants: `weights` of the user that are halved and doubled, the `arms` and `users` that are lived again under
            each; `all` stands for every weight, and without any none are.
    """

    def __init__(
        self,
        strategies: Sequence[str],
        users: int,
        sessions: int,
        burn_in: int,
        experiments: Sequence[Mapping[str, Any]],
        pilot: int,
        most: int,
        by: Sequence[str],
        retrieval: Mapping[str, Sequence[str]],
        variants: Mapping[str, Any],
    ) -> None:
        lost = {pair[arm] for pair in experiments for arm in ("a", "b")} - {*strategies}
        if lost:
            raise ValueError(f"experiments are on {', '.join(sorted(lost))}; they must be among the strategies")
        effects = [pair["effect"] for pair in experiments]
        if min(users, sessions, burn_in) < 1 or pilot < 6 or min(effects) <= 0 or not by or not retrieval["metrics"]:
            raise ValueError(
                f"users={users}, sessions={sessions}, burn_in={burn_in}, pilot={pilot}, "
                f"effects={effects}, by={list(by)}; counts must be at least 1, the pilot at least 6, effects positive, "
                "and something must rank"
            )
        self._strategies, self._users, self._sessions, self._burn_in = tuple(strategies), users, sessions, burn_in
        self._experiments, self._pilot, self._most = experiments, pilot, most
        self._by, self._retrieval, self._variants = tuple(by), retrieval, variants

    def conduct(self, setting: Setting) -> Findings:
        """The population first, which plans the experiments; then these; then retrieval."""
        everybody, failed = lived(
            self._strategies,
            self._by,
            setting,
            users=self._users,
            sessions=self._sessions,
            burn_in=self._burn_in,
            populations=["truth"],
        )
        sides, rows = ({name: getattr(one, part) for name, one in everybody.items()} for part in ("panel", "rows"))
        done, pages = [], []
        for number, pair in enumerate(self._experiments):
            found, page, wrong = self._experiment(setting, number, pair, sides)
            done.append(found)
            pages.append(page)
            failed += wrong
        judges, others, wrong = self._sides(setting, sides)
        rankings = [between(judge, other) for judge in judges for other in others]
        turned = regions({name: rows[name] for name in judges[0].strategies})
        shifts, lost = self._shifts(setting)
        blocks: tuple[Table | Figure, ...] = (
            experiments_table(self._by[0], done),
            rankings_table(rankings),
            *(draw_rankings(judges[0], other) for other in others[:1]),
            figures_table(judges, others),
            regions_table(turned),
            *(table for table in [shifts_table(shifts, self._variants["users"])] if table is not None),
        )
        facts = (
            f"Data: {len(next(iter(sides.values())).users):,} simulated users under {len(sides)} strategies, "
            f"{self._sessions} sessions each after a burn-in of {self._burn_in}."
        )
        return Findings(
            sections=(Section("Satisfaction beside retrieval", "satisfaction", blocks, facts), *pages),
            notes=NOTES,
            verdict=verdict(done, rankings, turned, shifts),
            failed=(*failed, *wrong, *lost),
            figures=_figures(done, rankings, turned, shifts),
        )

    def _experiment(
        self, setting: Setting, number: int, pair: Mapping[str, Any], sides: Mapping[str, Panel]
    ) -> tuple[Planned, Section, list[str]]:
        """One A/B experiment of as many users as are planned, none of them of the population."""
        a, b, effect, outcome = pair["a"], pair["b"], pair["effect"], self._by[0]
        users = planned_users(sides[a], sides[b], outcome, self._pilot, effect)
        node = load_option("ab", "standard", setting.config["config_dir"]) | {
            "users": admitted(users, self._most),
            "sessions": self._sessions,
            "burn_in": self._burn_in,
            "holdout": 0.0,
            "primary": outcome,
        }
        seed = seed_of(setting, f"experiment {number}")
        shared = {name: setting.config[name] for name in SAME if name != "config_dir"} | {"out": str(setting.folder)}
        outside = setting.config["config_dir"]
        wanted = Wanted(a, b, node, [f"seed={seed}"], Path(outside) if outside else None, shared)
        experiment = live(wanted, (), staged(setting, f"{b} over {a}"))
        found, _ = read(*experiment.logs(), experiment.design)
        page = ab_section(
            found, f"Data: simulated users, seed {seed}, planned for {effect:g}.", f"ab-{number}", folded=True
        )
        wrong = [f"{one.run.label}: {one.run.status}" for one in experiment.lived if one.run.status != "complete"]
        return (
            Planned(a, b, effect, users, node["users"], found.primary, truth(sides[a], sides[b], outcome)),
            page,
            wrong,
        )

    def _shifts(self, setting: Setting) -> tuple[list[Shift], list[str]]:
        """What becomes of the order of two arms where a user takes things otherwise."""
        wanted, arms = self._variants["weights"], self._variants["arms"]
        if not wanted:
            return [], []
        user = load_option("source", "reacting", setting.config["config_dir"])["user"]
        rows: dict[Variant, Arms] = {}
        declared: Arms = {}
        failed: list[str] = []
        size = {"users": self._variants["users"], "sessions": self._sessions, "burn_in": self._burn_in}
        chosen = [None, *variants(user if wanted == ALL else {name: user[name] for name in wanted})]
        for place, variant in enumerate(chosen):
            override = [] if variant is None else [variant.override]
            told = replace(setting, progress=_counted(setting, place, len(chosen)))
            found, wrong = lived(arms, self._by, told, populations=["variants"], overrides=override, **size)
            found_rows = {name: one.rows for name, one in found.items()}
            if variant is None:
                declared = found_rows
            else:
                rows[variant] = found_rows
            failed += wrong
        return of_user(declared, rows), failed

    def _sides(self, setting: Setting, sides: Mapping[str, Panel]) -> tuple[list[Side], list[Side], list[str]]:
        """What ranks: satisfaction among the population, and retrieval on recorded lives."""
        ranked = {name: side for name, side in sides.items() if name != "none"}
        configs = []
        for name in ranked:
            config = plan([*self._retrieval["overrides"], *overrides_of(name)], setting.config["config_dir"])[0]
            same = {part: setting.config[part] for part in SAME}
            configs.append(config | same | {"out": str(setting.folder), "experiment": RETRIEVED})
        runs = execute(configs, progress=staged(setting, RETRIEVED))
        wrong = [f"{run.label} on {run.source}: {run.status}" for run in runs if run.status != "complete"]
        results = dict(zip(ranked, load([run.folder for run in runs]), strict=True))
        others = [side_of_results(results, metric) for metric in self._retrieval["metrics"]]
        known = [side for side in others if side is not None]
        return [side_of_panels(ranked, outcome) for outcome in self._by], known, wrong


def _figures(
    done: Sequence[Planned], rankings: Sequence[Ranking], turned: Sequence[Region], shifts: Sequence[Shift]
) -> dict[str, Any]:
    return {
        "experiments": [asdict(one) for one in done],
        "rankings": [asdict(one) for one in rankings],
        "composite": [asdict(one) for one in turned],
        "user": [asdict(one) | {"verdict": one.verdict} for one in shifts],
    }


def _counted(setting: Setting, place: int, of: int):
    def advance(stage: str, done: int, total: int) -> None:
        setting.progress(f"{stage} {place + 1} of {of}", done, total)

    return advance
