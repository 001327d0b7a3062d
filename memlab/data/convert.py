"""Any source written as lines of our own format, to be read back by `source=jsonl`."""

import os
from collections.abc import Sequence
from pathlib import Path

from memlab.config import ConfigError, plan
from memlab.sources.jsonl_lines import lines_of
from memlab.worker import source_of


def convert(name: str, overrides: Sequence[str], file: Path) -> tuple[int, int]:
    """Writes every life of a source, gold included, and returns how many lives and lines that are.

    The text stays under the licence of its data set. A file that is there is left alone.

    Args:
        overrides: `key=value` as for a run: `source.path=FILE`, `source.labels=published`, `seed=1`, `limits.users=2`.

    Raises:
        ConfigError: The file is there already, or a name or key does not exist.
        SourceError: The data are not at hand, or not what they should be.
    """
    if file.exists():
        raise ConfigError(f"{file} is there already; name another file, or delete it first")
    (config,) = plan([f"source={name}", *overrides])
    source = source_of(config)
    users = source.users()[: config["limits"]["users"]]
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    lines = 0
    try:
        with draft.open("w", encoding="utf-8") as opened:
            for user in users:
                for line in lines_of(source.life(user, seed=config["seed"])):
                    opened.write(line + "\n")
                    lines += 1
        os.replace(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    return len(users), lines
