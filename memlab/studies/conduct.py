"""Conducts a study: its folder, its record and its report page."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import yaml

from memlab import build
from memlab.identity import MOVES_TRACES, NOT_IDENTITY, SCHEMA_VERSION, code_digest, provenance
from memlab.report.page import provenance_line, write_page
from memlab.report.sections import Report
from memlab.runs import now, write_text
from memlab.studies.base import Findings, Progress, Setting
from memlab.studies.planned import Planned

MOVES_FINDINGS = (*MOVES_TRACES, "metrics", "stats", "satisfaction", "studies")


def conduct(study: Planned, argv: Sequence[str] = (), progress: Progress = lambda *_: None) -> tuple[Findings, Path]:
    """Conducts a study and writes its report; returns what it found and the page's path.

    Its folder `OUT/EXPERIMENT/KEY` has the hash of what it is for a name and keeps `config.yaml` and `study.json`: what
    was asked for, where it ran, and all figures. The report lies in `OUT/EXPERIMENT/report`.

    Args:
        argv: For the record.

    Raises:
        ConfigError: A parameter does not fit; nothing has been done.
    """
    built = build.study(study.node)
    home = Path(study.config["out"]) / study.name
    folder = home / study_key(study)
    folder.mkdir(parents=True, exist_ok=True)
    started = now()
    found = built.conduct(Setting(folder=folder, config=study.config, progress=progress))
    record = {
        "schema_version": SCHEMA_VERSION,
        "experiment": study.name,
        "status": "partial" if found.failed else "complete",
        "argv": list(argv),
        "started": started,
        "finished": now(),
        "seed": study.config["seed"],
        "limits": study.config["limits"],
        **provenance(),
        "verdict": list(found.verdict),
        "failed": list(found.failed),
        "figures": dict(found.figures),
    }
    write_text(folder / "study.json", json.dumps(record, indent=1, allow_nan=False) + "\n")
    write_text(folder / "config.yaml", yaml.safe_dump(study.config | {"study": study.node}, sort_keys=False))
    title = f"memlab report: {study.name}"
    report = Report(title, provenance_line(record), found.sections, found.failed, found.notes)
    return found, write_page(report, home / "report")


def study_key(study: Planned) -> str:
    """The first 12 hex digits of the hash of everything that can move a study's figures."""
    kept = {name: node for name, node in study.config.items() if name not in NOT_IDENTITY}
    text = yaml.safe_dump([study.node, kept, code_digest(MOVES_FINDINGS)], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]
