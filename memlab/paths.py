"""Where the project's own data lie: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def configs_folder() -> Path:
    """The folder of config groups: the registry of everything that can be named."""
    return _folder("configs")


def datasets_folder() -> Path:
    """The folder of data set cards and hand-written samples."""
    return _folder("datasets")


def _folder(name: str) -> Path:
    bundled = _PACKAGE / "_bundled" / name
    return bundled if bundled.is_dir() else _PACKAGE.parent / name
