"""`memlab fit`: weights of a strategy from a source's questions, and their worth; or the encoder's projection."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memlab.terminal import print_table, progress_bars

PROJECTION, PRESENCE = "projection", "presence"


def add(commands: Any) -> None:
    """Adds `fit` to the commands."""
    fit = commands.add_parser(
        "fit",
        help="refits the weights of ranked on a source, judged by leaving users out",
        description="memlab fit strategy=ranked_even source=beam,realmem: weights drawn to those of the strategy, "
        "never on what it is judged on. memlab fit presence [key=value ...]: how sure ranked is that the evidence is "
        "there. memlab fit projection: the encoder's projection of word pieces, made again.",
    )
    fit.add_argument("overrides", nargs="+", metavar="key=value", help="as in runs; or the one word projection")
    fit.add_argument(
        "--to", type=Path, metavar="FILE", help="writes the strategy's yaml, or the matrix; name: the file's"
    )
    fit.add_argument("--config-dir", type=Path, help="a folder with config groups of your own")
    fit.set_defaults(call=_fit)


def _fit(args: argparse.Namespace) -> int:
    if args.overrides == [PROJECTION]:
        return _projection(args.to)
    if args.overrides[0] == PRESENCE:
        return _presence(args.overrides[1:])
    from memlab.config import ConfigError
    from memlab.fitting.judging import Fitting
    from memlab.fitting.questions import asked, planned
    from memlab.fitting.written import as_yaml, check_writable, command, write, yaml_of

    configs = planned(args.overrides, args.config_dir)
    strategy = configs[0]["strategy"]
    if args.to is not None:
        if not args.to.parent.is_dir():
            raise ConfigError(f"--to {args.to}: there is no folder {args.to.parent}")
        text = yaml_of(args.overrides, args.config_dir)
        check_writable(strategy, text)
    with progress_bars() as progress:
        sources = [asked(config, progress) for config in configs]
    fitting = Fitting(sources, {name: weight for name, weight in strategy["weights"].items() if weight})
    chosen = fitting.chosen()
    _show_weights(chosen, strategy["weights"], sources)
    _show_lines(fitting.lines(chosen), sources)
    if args.to is not None:
        write(args.to, as_yaml(text, args.to.stem, command(args.overrides, configs), sources, chosen))
        print(f"written: {args.to}")
    return 0


def _show_weights(chosen: Any, given: Any, sources: Sequence[Any]) -> None:
    from memlab.fitting.written import short_digest
    from memlab.strategies.signals import MEANING

    rows = []
    for name, before in given.items():
        gain = chosen.gains.get(name) or chosen.dropped.get(name)
        cells = ("not seen", "") if gain is None else (f"{gain.mean.mean:+.4f}", _interval(gain.mean, "+.4f"))
        after = f"{chosen.weights[name]:.2f}" if name in chosen.weights else "dropped"
        rows.append((f"{name}: {MEANING.get(name, '')}", f"{before:g}", after, *cells))
    about = ", ".join(
        f"{one.source} ({one.users} users, {len(one.questions):,} questions, data {short_digest(one.digest)})"
        for one in sources
    )
    print_table(f"Weights fitted on {about}", ("signal", "given", "fitted", "gain", "95 % interval"), rows)
    print(f"Drawn to those given by {chosen.shrink:g}. gain: nDCG@10 with the signal minus without,")
    print("all others refitted, judged by leaving the judged user out, paired by question;")
    print("of a dropped one, when it was dropped. Dropped are those whose gain is below 0.")


def _show_lines(lines: Sequence[Any], sources: Sequence[Any]) -> None:
    for source in sources:
        level = "sessions" if source.questions[0].by_session else "turns"
        caption = f"{source.source}, by {level}, judged by leaving the judged user out"
        own = [line for line in lines if line.source == source.source]
        columns = ("ranking", "nDCG@10", "95 % interval", "recall@10", "95 % interval")
        print_table(
            caption,
            columns,
            (
                (
                    one.ranking,
                    f"{one.ndcg.mean:.3f}",
                    _interval(one.ndcg),
                    f"{one.recall.mean:.3f}",
                    _interval(one.recall),
                )
                for one in own
            ),
        )
    print("fitted: how strongly weights are drawn was chosen without the judged user,")
    print("too; which signals are dropped was not.")


def _interval(mean: Any, form: str = ".3f") -> str:
    return "–" if mean.low is None or mean.high is None else f"{mean.low:{form}} {mean.high:{form}}"


def _presence(overrides: Sequence[str]) -> int:
    from memlab.fitting.presence import fit_presence

    with progress_bars() as progress:
        found = fit_presence(overrides, lambda done, total: progress("live", done, total))
    rows = [(name, f"{gain.mean.mean:+.4f}", _interval(gain.mean, "+.4f")) for name, gain in found.gains.items()]
    about = f"{found.users} users, {found.questions:,} questions, {found.unanswerable:,} that nothing answers"
    print_table(f"How sure it is: {about}", ("fact", "Brier, change", "95 % interval"), rows)
    print(f"auroc {found.auroc.mean:.3f} [{_interval(found.auroc)}], Brier score {found.calibration.brier.mean:.3f},")
    print("all judged on users that were left out. For the strategy's yaml:")
    print(found.line)
    return 0


def _projection(to: Path | None) -> int:
    from hashlib import sha256

    from memlab.encoders.projection import DIM, SHA256
    from memlab.fitting.projecting import projection, texts

    said = texts()
    with progress_bars() as progress:
        made = projection(said, lambda done, total: progress("encode", done, total))
    body = made.matrix.tobytes()
    found = sha256(body).hexdigest()
    print(f"sha256:  {found}, {'as' if found == SHA256 else 'another than'} the shipped one")
    print(f"holds:   {made.share:.4f} of the singular values' sum in {DIM} dimensions")
    print(f"from:    {made.pieces:,} word pieces of {len(said):,} simulated turns")
    if to is not None:
        to.write_bytes(body)
        print(f"written: {to}")
    return 0
