"""The docs cannot drift: their examples run, their references are generated, and every public name is in them."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

from docs import __main__ as generator
from tests.conftest import ROOT

PAGES = [page for page in generator.PAGES if page.exists()]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.S | re.M)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


def undocumented(names: list[str], page: str) -> list[str]:
    """Names that the page never sets in code type: `name`."""
    return [name for name in names if f"`{name}`" not in page]


def public_names(module: str) -> list[str]:
    """The records, functions and words that a module offers."""
    tree = ast.parse((ROOT / "src" / "sayso" / f"{module}.py").read_text("utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_run(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    for code in PYTHON.findall(page.read_text("utf-8")):
        exec(compile(code, str(page), "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    dead = [link for link in LINK.findall(page.read_text("utf-8"))
            if not link.startswith("http") and not (page.parent / link).exists()]
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_generated_parts_have_not_drifted(page):
    text = page.read_text("utf-8")
    assert generator.renew(text) == text, f"{page.name}: run make docs and read the diff"


def test_every_record_and_error_is_documented():
    page = (ROOT / "docs" / "data-model.md").read_text("utf-8")
    classes = [name for module in ("model", "errors") for name in public_names(module) if name[0].isupper()]
    assert undocumented(classes, page) == []


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split(r"[^A-Za-z0-9-]", line)[0].rstrip("-") for line in project["dependencies"]]
    page = (ROOT / "docs" / "why.md").read_text("utf-8")
    assert [name for name in names if f"| {name} |" not in page] == []


def test_every_example_report_is_in_their_readme():
    folder = ROOT / "examples" / "reports"
    page = (folder.parent / "README.md").read_text("utf-8")
    assert undocumented([file.name for file in folder.iterdir()], page) == []
