"""The shape of the project is checked like its behaviour: who may import whom, and what an import may do."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "memlab"
FILES = sorted(PACKAGE.rglob("*.py"))
ORDER = (
    *(
        "paths",
        "events",
        "life",
        "seeds",
        "text",
        "encoders",
        "indexes",
        "stores",
        "llm",
        "extract",
        "strategies",
        "control",
        "layers",
        "assistants",
        "sources",
        "readers",
    ),
    *(
        "traces",
        "loop",
        "metrics",
        "stats",
        "satisfaction",
        "config",
        "build",
        "identity",
        "worker",
        "runs",
        "results",
        "use",
        "health",
        "fitting",
        "trec",
        "report",
        "studies",
        "tracking",
        "terminal",
        "checks",
        "data",
        "commands",
        "cli",
    ),
)
HEAVY = (
    "torch",
    "openai",
    "sentence_transformers",
    "transformers",
    "mlflow",
    "matplotlib",
    "sklearn",
    "scipy.stats",
    "jinja2",
)


def imports(file: Path) -> set[str]:
    """The parts of memlab that a file imports, functions included."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module == "memlab":
            names += [f"memlab.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name and name.startswith("memlab.")}
    return found


def part(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_imports_only_what_stands_above_it(file):
    own = part(file)
    if own in ("__init__", "testing"):
        return
    below = {name for name in imports(file) if name in ORDER and ORDER.index(name) > ORDER.index(own)}
    assert not below, f"{own} may not reach {below}; the order is in tests/test_layout.py"


def test_every_part_has_its_place_in_the_order():
    assert {part(file) for file in FILES} - {"__init__", "testing"} == set(ORDER)


@pytest.mark.parametrize(
    "file", [file for file in FILES if part(file) in ("strategies", "layers")], ids=lambda file: file.stem
)
def test_gold_is_out_of_a_strategys_reach(file):
    assert not imports(file) & {"life", "sources", "metrics", "runs", "worker", "traces", "loop"}


def test_only_build_instantiates_and_only_tracking_knows_mlflow():
    for file in FILES:
        text = file.read_text()
        assert "instantiate" not in text.replace("instantiates", "") or part(file) == "build", file
        assert "import mlflow" not in text or part(file) == "tracking", file


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_files_stay_small(file):
    limit = (
        40
        if file.name == "__init__.py" and part(file) not in ("sources", "stores", "indexes", "llm", "extract")
        else 300
    )
    assert len(file.read_text().splitlines()) <= limit


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_functions_stay_small(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef):
            first = node.body[1 if ast.get_docstring(node) and len(node.body) > 1 else 0]
            assert node.end_lineno - first.lineno < 40, node.name


def test_importing_every_module_does_no_work():
    modules = [".".join(("memlab", *file.relative_to(PACKAGE).with_suffix("").parts)) for file in FILES]
    names = [name.removesuffix(".__init__") for name in modules]
    code = (
        "import importlib, sys, threading\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] 1"


def test_help_loads_no_more_than_it_needs():
    code = (
        "import sys\nfrom memlab.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([name for name in ('numpy', 'hydra', 'pyarrow', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_the_datasets_folder_is_not_taken_for_a_package():
    code = (
        "from memlab.encoders.minilm import MiniLM\n"
        "print(MiniLM().encode(['hello']).shape)\n"
        "import sys; print('datasets' in sys.modules and (sys.modules['datasets'].__file__ or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[0] == "(1, 384)"
    assert str(ROOT / "datasets") not in done.stdout
