"""Writes what can be generated in docs/ and README.md: python -m docs (or make docs); --check only says what drifted.

A generated part stands between <!-- GENERATOR ARGUMENTS --> and <!-- end -->, where GENERATOR is one of

    model          the records of model.py, field by field
    tables         the tables of ledger/schema.sql, with its comments
    commands       every command of the command line, with its help
    errors         the exceptions, with the code that the ledger keeps
    failures       what the docstring of each module says it is known to fail on
    results TASK: COLUMN, …   these columns of a task's table in evaluation/RESULTS.md
    run A-B COMMAND        lines A to B (or all) of what a command really prints, run in the project's root;
                           $LEDGER is a file that the commands share
    statement FILE WORDS   the JSON of the first statement in FILE whose content has these words
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.main import get_command

from sayso.cli import app

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "sayso"
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
PART = re.compile(r"(<!-- ([a-z]+)( [^\n]*?)? -->\n)(.*?)(<!-- end -->)", re.S)
WIDTH = 100


# ------------------------------------------------------------------ generators

def model(_: str) -> str:
    """Each record of model.py: its docstring, and a table of its fields with types, defaults and docstrings."""
    out = ["| word | one of |", "| --- | --- |"]
    body = ast.parse((SOURCE / "model.py").read_text("utf-8")).body
    for node in body:
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("Literal["):
            values = ", ".join(f"`{value}`" for value in ast.literal_eval(node.value.slice))  # type: ignore[attr-defined]
            out.append(f"| `{ast.unparse(node.targets[0])}` | {values} |")
    out.append("")
    for node in body:
        if isinstance(node, ast.ClassDef):
            out += [f"### `{node.name}`", "", flat(ast.get_docstring(node)), "", *fields(node), ""]
    return "\n".join(out)


def fields(node: ast.ClassDef) -> list[str]:
    """A Markdown table of the annotated fields of a class."""
    rows = ["| field | type | |", "| --- | --- | --- |"]
    following: list[ast.stmt | None] = [*node.body[1:], None]
    for line, after in zip(node.body, following, strict=True):
        if isinstance(line, ast.AnnAssign):
            about = ""
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                about = flat(str(after.value.value))
            kind = ast.unparse(line.annotation).replace("'", '"').replace("|", "\\|")
            rows.append(f"| `{ast.unparse(line.target)}` | `{kind}` | {about.replace('|', chr(92) + '|')} |")
    return rows


TABLE = re.compile(r"^((?:--[^\n]*\n)*)CREATE (?:VIRTUAL )?(?:TABLE|VIEW) (\w+)(.*?);$", re.M | re.S)
COLUMN = re.compile(r"^ {4}([a-z_0-9]+)\s+([A-Z][A-Z ]*?\b)?([^\n]*?)(?:\s*--\s*([^\n]*))?$", re.M)


def tables(_: str) -> str:
    """Each table and view of schema.sql: the comment above it, and a table of its columns with their comments."""
    out = []
    for comment, name, body in TABLE.findall((SOURCE / "ledger" / "schema.sql").read_text("utf-8")):
        out += [f"### `{name}`", "", flat(comment.replace("--", " ")), ""]
        columns = [(column, about) for column, _, _, about in COLUMN.findall(body)]
        if columns:
            out += ["| column | |", "| --- | --- |", *(f"| `{column}` | {about} |" for column, about in columns), ""]
    return "\n".join(out)


def commands(_: str) -> str:
    """Every command: how it is called, what it does, and a table of its arguments and options."""
    out = []
    for name, command in vars(get_command(app))["commands"].items():
        called = [p.metavar or p.name.upper() for p in command.params if p.param_type_name == "argument"]
        usage = " ".join(["sayso", name, *called, "[OPTIONS]"])
        out += [f"### `{name}`", "", f"    {usage}", "", *paragraphs(command.help),
                "| | | default |", "| --- | --- | --- |", *map(parameter, command.params), ""]
    return "\n".join(out)


def parameter(param: Any) -> str:
    """One row: the argument or option, its help, its default as one would type it."""
    is_option = param.param_type_name == "option"
    called = [*param.opts, *([param.metavar] if param.metavar else [])] if is_option else [param.metavar or param.name]
    default = "" if callable(param.default) or param.default in (None, False, (), [], "") else f"`{param.default}`"
    return f"| `{' '.join(called).replace('|', ' or ')}` | {flat(param.help)} | {default} |"


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a help text, each on one line, with an empty line after each."""
    return [line for part in re.split(r"\n\s*\n", text or "") for line in (flat(part), "")]


def errors(_: str) -> str:
    """Each exception with its code and its meaning."""
    rows = ["| code | error | when |", "| --- | --- | --- |"]
    for node in ast.parse((SOURCE / "errors.py").read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            code = next(str(ast.literal_eval(line.value)) for line in node.body if isinstance(line, ast.Assign))
            rows.append(f"| `{code}` | `{node.name}` | {flat(ast.get_docstring(node))} |")
    return "\n".join(rows) + "\n"


def failures(_: str) -> str:
    """What each module of the package says of itself that it gets wrong."""
    rows = ["| where | known to fail |", "| --- | --- |"]
    for file in sorted(SOURCE.rglob("*.py")):
        text = flat(ast.get_docstring(ast.parse(file.read_text("utf-8"))))
        if found := re.search(r"(?:Known failures?:|Known to fail:) (.*?\.)(?= [A-Z`]|$)", text):
            about = found[1][0].upper() + found[1][1:]
            rows.append(f"| `{file.relative_to(SOURCE)}` | {about.replace('|', chr(92) + '|')} |")
    return "\n".join(rows) + "\n"


def results(arguments: str) -> str:
    """Some columns of the last measurement of a task, with the command above them."""
    task, wanted = arguments.split(": ")
    section = (ROOT / "evaluation" / "RESULTS.md").read_text("utf-8").split(f"## {task}\n")[1].split("\n## ")[0].strip()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    columns = [0, *(rows[0].index(name) for name in wanted.split(", "))]
    table = ["| " + " | ".join(row[column] for column in columns) + " |" for row in rows]
    return section.splitlines()[0] + "\n\n" + "\n".join(table) + "\n"


def run(arguments: str) -> str:
    """A command and what it prints, or the lines of that which were asked for."""
    first, last, command = re.fullmatch(r"(?:(\d+)-(\d+) )?(.*)", arguments, re.S).groups()  # type: ignore[union-attr]
    lines = shell(command).splitlines()
    wanted = lines[int(first) - 1:int(last)] if first else lines
    return fenced(command, "\n".join(["…"] * (wanted[:1] != lines[:1]) + wanted + ["…"] * (wanted[-1:] != lines[-1:])))


def statement(arguments: str) -> str:
    """One statement of a report as the record has it, short lists on one line."""
    file, words = arguments.split(maxsplit=1)
    record = json.loads(shell(f"sayso read --json {file}").splitlines()[0])
    text = record["document"]["text"]
    found = next(s for s in record["statements"] if words in "".join(text[start:end] for start, end in s["content"]))
    shown = re.sub(r"\[[^\[\]{}]*\]", lambda short: " ".join(short[0].split()),
                   json.dumps(found, ensure_ascii=False, indent=1))
    return f"```json\n{shown}\n```\n"


GENERATORS: dict[str, Callable[[str], str]] = {
    function.__name__: function for function in (model, tables, commands, errors, failures, results, run, statement)}


# ------------------------------------------------------------------ running commands

LEDGERS = tempfile.TemporaryDirectory(prefix="sayso-docs-")


def shell(command: str) -> str:
    """Standard output and error of a command, without colours, at a fixed width, with what differs from run to run
    (how long it took, where the ledger lies) left out."""
    shown = {"COLUMNS": str(WIDTH), "TERM": "dumb", "NO_COLOR": "1", "LEDGER": str(Path(LEDGERS.name) / "sayso.db"),
             "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
             "PYTHONUTF8": "1"}
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=os.environ | shown, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    printed = re.sub(r"in [\d.,]+ s(, [\d.,]+ words a second)?$", "in … s", done.stdout, flags=re.M)
    return "\n".join(line.rstrip() for line in printed.replace(LEDGERS.name + os.sep, "").strip("\n").splitlines())


def fenced(command: str, printed: str) -> str:
    """A command and its output as a block of Markdown."""
    shown = command.replace(" --ledger $LEDGER", "")
    return f"```console\n$ {shown}\n{printed}\n```\n"


def flat(text: str | None) -> str:
    """A docstring on one line."""
    return " ".join((text or "").split())


# ------------------------------------------------------------------ pages

def renew(text: str) -> str:
    """A page with its generated parts made anew; its commands begin without a ledger."""
    for file in Path(LEDGERS.name).iterdir():
        file.unlink()
    return PART.sub(lambda part: part[1] + GENERATORS[part[2]]((part[3] or "").strip()) + part[5], text)


def drifted() -> list[str]:
    """The pages whose generated parts are no longer what they would be now."""
    return [page.name for page in PAGES if renew(page.read_text("utf-8")) != page.read_text("utf-8")]


def main() -> int:
    """The exit status: 1 where --check finds drift."""
    if "--check" in sys.argv[1:]:
        for name in (names := drifted()):
            print(f"{name} has drifted from what it describes: run make docs and read the diff")
        return bool(names)
    for page in PAGES:
        page.write_text(renew(page.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
