"""The rules of the house that a machine can check: where things live, what imports what, what waits at the door."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "sayso"
# claims stand on annotate: the reader is a head on the encoder's one pass, and a page is read once
LEVELS = ("errors model", "codec", "acquire annotate", "claims ledger", "pipeline views",
          "web spacy_component datatrove_step", "cli", "__main__ __init__")  # the command line opens the web page
LEVEL = {name: height for height, names in enumerate(LEVELS) for name in names.split()}
HEAVY = ("onnxruntime", "tokenizers", "trafilatura", "spacy", "fastapi", "starlette", "uvicorn", "jinja2", "httpx",
         "py3langid", "feedparser", "warcio", "torch", "numpy", "rich", "typer")
DROSS = {"utils", "util", "common", "helpers", "helper", "misc", "shared"}


def imported(node: ast.stmt) -> list[str]:
    """The modules of ours that a statement imports, as "claims.attribution"; `from sayso import x` is "x"."""
    if isinstance(node, ast.Import):
        return [alias.name.removeprefix("sayso.") for alias in node.names if alias.name.startswith("sayso.")]
    if isinstance(node, ast.ImportFrom) and node.module == "sayso":
        return [alias.name for alias in node.names if alias.name in LEVEL]
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sayso."):
        return [str(node.module).removeprefix("sayso.")]
    return []


def upward_imports(root: Path) -> list[str]:
    """The imports under root that do not point down, as "claims imports views"; should be empty."""
    found = []
    for file in sorted(root.rglob("*.py")):
        here = file.relative_to(root).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            for module in imported(node):
                there = module.split(".")[0]
                if there != here and LEVEL[there] >= LEVEL[here]:
                    found.append(f"{here} imports {there}")
    return found


def test_every_module_has_its_level():
    modules = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert modules - set(LEVEL) == set()


def test_imports_point_down():
    assert upward_imports(SOURCE) == []


@pytest.mark.parametrize("line", ["from sayso.views.report import x", "import sayso.cli", "from sayso import pipeline"])
def test_upward_imports_are_seen(tmp_path, line):
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "attribution.py").write_text(line)
    assert len(upward_imports(tmp_path)) == 1


def test_relative_imports_are_not_used():
    found = [file.name for file in SOURCE.rglob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8")))
             if isinstance(node, ast.ImportFrom) and node.level]
    assert found == []


def test_no_module_is_a_heap():
    assert [str(path) for path in SOURCE.rglob("*") if path.stem in DROSS] == []


@pytest.mark.parametrize("module", ["sayso", "sayso.model", "sayso.errors", "sayso.codec"])
def test_heavy_modules_wait_at_the_door(module):
    program = f"import sys, {module}; print(*({set(HEAVY)!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []


def test_help_is_quick_because_no_model_or_server_is_loaded():
    waiting = set(HEAVY) - {"rich", "typer"}
    program = ("import sys, contextlib\nfrom sayso.cli import main\nsys.argv = ['sayso', '--help']\n"
               f"with contextlib.suppress(SystemExit): main()\nprint('LOADED', *({waiting!r} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("LOADED")[1].split() == []


def test_every_module_class_and_public_function_has_a_docstring():
    missing = []
    for file in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        if tree.body and not ast.get_docstring(tree):
            missing.append(str(file.relative_to(SOURCE)))
        missing += [f"{file.relative_to(SOURCE)}: {node.name}" for node in tree.body
                    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
                    and not node.name.startswith("_") and not ast.get_docstring(node)]
    assert missing == []


def test_no_path_or_index_of_one_machine_is_written_down():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    marks = ("/" + "work/", "/" + "root/", "file:" + "///opt", "--extra-" + "index-url")
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".toml", ".lock", ".md", ".sh", ".json", ".txt", ".yml", ""}:
            text = path.read_text("utf-8", errors="replace")
            found += [f"{name}: {mark}" for mark in marks if mark in text]
    assert found == []
