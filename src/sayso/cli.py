"""The command line: reads what the user named, asks the ledger, and prints what `views` gives.

Exit status: 0 done; 1 something failed (a source skipped, a check that does not hold, a ledger that cannot be written);
2 bad use, or nothing could be read; 130 after Ctrl-C.  Errors are one line each, on standard error.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.errors import MissingPiece, SaysoError, UnreadableSource, UnwritableLedger

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sayso.ledger.intake import Summary
    from sayso.ledger.store import Counts
    from sayso.model import Document, Page, Problem, Record
    from sayso.views.actor import Actor, Printed
    from sayso.views.report import Card, Paragraph, ReportView
    from sayso.views.search import Found, StatementHit

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["-h", "--help"]})

Sources = Annotated[list[str], typer.Argument(
    metavar="SOURCE...", show_default=False,
    help="A file (HTML, text, JSONL, WARC, ZIP), a folder, an address, a feed, or - for standard input.")]
Name = Annotated[str, typer.Argument(
    metavar="REPORT", show_default=False, help="An id, its first characters, or the address or path it came from.")]
LedgerFile = Annotated[Path, typer.Option("--ledger", metavar="FILE", envvar="SAYSO_LEDGER", help="The ledger.")]
Fields = Annotated[list[str] | None, typer.Option(
    "--field", metavar="NAME=KEY", show_default=False,
    help="For JSONL: which key holds text, title, outlet, published, address … Repeat for several.")]
HERE = Path("sayso.db")


@app.callback()
def sayso() -> None:
    """On whose say-so? Who claims what in news reports, on whose word, at the exact words. Nothing leaves the machine
    but requests for the addresses that you name."""


# ------------------------------------------------------------------ commands


@app.command("read")
def read_command(sources: Sources, field: Fields = None, as_json: Annotated[bool, typer.Option(
        "--json", help="One record a line, as schema/record-1.json describes it.")] = False) -> None:
    """Print the record of each report; touches no ledger."""
    from sayso.codec import decode
    from sayso.ledger.intake import read_one
    from sayso.model import Page
    from sayso.pipeline import read

    done = failed = 0
    for page in _pages(sources, field):
        result = read_one(read, page) if isinstance(page, Page) else page
        if not isinstance(result, bytes):
            failed += 1
            complain(result.message)
            continue
        done += 1
        record = decode(result)
        failed += bool(record.problems)
        if as_json:
            sys.stdout.buffer.write(result + b"\n")
            sys.stdout.buffer.flush()
        else:
            _print_report(record)
    if not done and not failed:
        complain(f"nothing to read in {' '.join(sources)}")
    raise typer.Exit(_status(done, failed))


@app.command()
def add(sources: Sources, ledger: LedgerFile = HERE, field: Fields = None,
        jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, metavar="N",
                                          help="How many readers; 0: one a core.")] = 0,
        again: Annotated[bool, typer.Option("--again", help="Read again what this reader has read.")] = False) -> None:
    """Read reports into the ledger. Twice is once; what was cut off goes on where it stopped."""
    from sayso.ledger.intake import add_all, cores
    from sayso.ledger.store import open_ledger
    from sayso.pipeline import read, reader

    with open_ledger(ledger, create=True) as opened, _progress() as progress:
        named = [os.path.abspath(source) if os.path.exists(source) else source for source in sources]
        summary = add_all(opened, _pages(named, field), read=read, reader=reader(), jobs=jobs or cores(),
                          again=again, progress=progress)
        counts = opened.counts()
    _print_summary(summary, counts, ledger)
    if isinstance(summary.stopped, SaysoError):
        complain(str(summary.stopped))
        raise typer.Exit(1)
    if summary.stopped:
        complain("stopped by Ctrl-C; what was added is kept: the same command goes on from here")
        raise typer.Exit(130)
    if not summary.found:
        complain(f"nothing to read in {' '.join(sources)}")
    raise typer.Exit(_status(sum(summary.outcomes.values()), summary.skips + len(summary.problems)))


@app.command()
def show(report: Name, ledger: LedgerFile = HERE, as_json: Annotated[bool, typer.Option(
        "--json", help="The record as one line of JSON, as it was read, without corrections.")] = False) -> None:
    """Print a report with its statements marked in the text, and a table of them."""
    from sayso.ledger.store import open_ledger

    with open_ledger(ledger) as opened:
        document = opened.find(report)
        versions = opened.versions(document)
        if as_json:
            sys.stdout.buffer.write(opened.record_line(document) + b"\n")
            return
        record, corrected = opened.corrected(document)
    _print_report(record, corrected)
    this = next(v for v in versions if v.document == document)
    if len(versions) > 1:
        others = ", ".join(f"{v.version}: {v.document[:12]}" for v in versions if v.document != document)
        _console().print(f"Version {this.version} of {len(versions)} seen at this address ({others})."
                         + ("" if this.current else "  This is not the last one."), style="bold")


@app.command()
def search(words: Annotated[list[str] | None, typer.Argument(
               metavar="WORDS...", show_default=False,
               help='All have to be there; "several words" stand together, star* for any ending.')] = None,
           ledger: LedgerFile = HERE,
           speaker: Annotated[str | None, typer.Option(help="In the owner's name or the words for the source.")] = None,
           outlet: Annotated[str | None, typer.Option(help="In the outlet's name.")] = None,
           since: Annotated[str | None, typer.Option(metavar="DAY", help="First day, as 2026-03-01.")] = None,
           until: Annotated[str | None, typer.Option(metavar="DAY", help="Last day.")] = None,
           form: Annotated[str | None, typer.Option(help="direct, indirect or mixed.")] = None,
           limit: Annotated[int, typer.Option(min=1, help="How many hits to print.")] = 20) -> None:
    """Find statements and reports by their words; accents and case do not matter."""
    from sayso.ledger.store import open_ledger
    from sayso.views.search import search as search_view

    if form not in (None, "direct", "indirect", "mixed"):
        raise typer.BadParameter(f"--form {form}: hoped for direct, indirect or mixed")
    with open_ledger(ledger) as opened:
        found = search_view(opened.db, " ".join(words or []), speaker=speaker, outlet=outlet, since=_day(since),
                            until=_day(until), form=form, hidden=_thresholds()[1], limit=limit)
    _print_found(found)


@app.command()
def who(name: Annotated[list[str], typer.Argument(metavar="NAME", show_default=False, help="A name or an alias.")],
        ledger: LedgerFile = HERE,
        limit: Annotated[int, typer.Option(min=1, help="How many statements of each kind to print.")] = 20,
        apart: Annotated[str | None, typer.Option(
            "--apart", metavar="OTHER", show_default=False,
            help="First take OTHER, a name that was joined to NAME, apart from it.")] = None,
        join: Annotated[str | None, typer.Option(
            "--join", metavar="OTHER", show_default=False,
            help="First let OTHER be one with NAME again, where they were taken apart.")] = None) -> None:
    """Print what an actor is reported to have said, and what is said of them, always with its owner; and why several
    names are one actor."""
    from sayso.ledger.store import open_ledger
    from sayso.views.actor import find_actor, said_by, said_of

    hidden = _thresholds()[1]
    with open_ledger(ledger) as opened:
        if apart:
            opened.part(" ".join(name), apart, who=_user())
        if join:
            opened.unpart(" ".join(name), join)
        actor = find_actor(opened.db, " ".join(name))
        said, said_in_all = said_by(opened.db, actor.name, hidden=hidden, limit=limit)
        of, of_in_all = said_of(opened.db, actor.name, hidden=hidden, limit=limit)
    _print_actor(actor)
    for heading, hits, in_all in (("is reported to have said", said, said_in_all), ("is spoken of", of, of_in_all)):
        _console().print(_plain(f"\n{actor.name} {heading}: {_many(in_all, 'statement')}"
                                + (f", {len(hits)} shown" if len(hits) < in_all else ""), "bold"))
        _print_hits(hits)


@app.command()
def verify(ledger: LedgerFile = HERE) -> None:
    """Read every kept span again in the kept text and in the kept page; say what no longer holds."""
    from sayso.ledger.check import verify as faults_of
    from sayso.ledger.store import open_ledger

    faults = 0
    with open_ledger(ledger) as opened:
        counts = opened.counts()
        for fault in faults_of(opened, _decode_page):
            faults += 1
            print(visible(f"{fault.document[:12]}: {fault.message}"))
    if faults:
        complain(f"{faults:,} of what {ledger} keeps no longer holds")
        raise typer.Exit(1)
    print(f"{ledger}: {counts.pages:,} pages; every kept span stands where it stood")


@app.command()
def doctor(ledger: LedgerFile = HERE, reindex: Annotated[bool, typer.Option(
        "--reindex", help="First make the ledger's index tables anew from the kept records.")] = False) -> None:
    """Look whether all that sayso needs is here, and say what to do where it is not."""
    from rich.table import Table

    from sayso.ledger.store import open_ledger
    from sayso.views.health import checks

    if reindex:
        with open_ledger(ledger) as opened:
            opened.reindex()
    table = Table(box=None, pad_edge=False, show_header=False)
    bad = 0
    for check in checks(ledger, _probes()):
        bad += check.state != "good"
        sign, colour = {"good": ("+", "green"), "missing": ("-", "yellow"), "broken": ("!", "red")}[check.state]
        found = _plain(check.found)
        if check.remedy:
            found.append(f"\nremedy: {check.remedy}", "bold")
        table.add_row(f"[{colour}]{sign}[/] {check.what}", found)
    _console().print(table)
    raise typer.Exit(1 if bad else 0)


@app.command()
def export(form: Annotated[str, typer.Argument(metavar="FORMAT", show_default=False, help="jsonl or corrections.")],
           ledger: LedgerFile = HERE,
           text: Annotated[bool, typer.Option("--text", help="With the reports' texts, which are their publishers'.")
                           ] = False,
           all_versions: Annotated[bool, typer.Option("--all-versions", help="Older versions too.")] = False) -> None:
    """Print the ledger for other programs. jsonl: one report a line, without its text; every statement with its owner
    and status, null where not known. corrections: the reports that people put right, with their texts, for training."""
    from sayso.ledger.store import open_ledger
    from sayso.views.export import correction_lines, export_lines

    if form not in ("jsonl", "corrections"):
        raise typer.BadParameter(f"{form}: not a format that this sayso writes; hoped for jsonl or corrections")
    with open_ledger(ledger) as opened:
        lines = correction_lines(opened) if form == "corrections" else export_lines(opened, text=text,
                                                                                    current=not all_versions)
        for line in lines:
            sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


@app.command()
def actors(file: Annotated[Path | None, typer.Argument(
               metavar="FILE", show_default=False,
               help="A CSV file with the columns name, aliases (divided by ;), id and type; - for standard input. "
                    "Without it your list is printed.")] = None,
           ledger: LedgerFile = HERE,
           clear: Annotated[bool, typer.Option("--clear", help="Take your list away.")] = False) -> None:
    """Take your own list of actors into the ledger, in place of the one before: its names join, its id and type hold,
    for the reports that are there and for those to come."""
    from sayso.ledger.listed import read_list
    from sayso.ledger.store import open_ledger

    if file is not None and not clear:
        given = read_list(_file(file), str(file))
        with open_ledger(ledger, create=True) as opened:
            named = opened.set_list(given)
        names = sum(1 + len(actor.aliases) for actor in given)
        print(visible(f"{_many(len(given), 'actor')} with {_many(names, 'name')} from {file}; reports in {ledger} name "
                      f"{named:,} of them"))
        return
    with open_ledger(ledger) as opened:
        if clear:
            opened.set_list(())
        for actor in opened.listed():
            print(visible(" · ".join(filter(None, (actor.name, actor.id, actor.type, "; ".join(actor.aliases))))))
    if clear:
        print(f"{ledger} has no list of actors now")


@app.command()
def forget(report: Annotated[str | None, typer.Argument(
               metavar="REPORT", show_default=False,
               help="An id, its first characters, or the address or path it came from.")] = None,
           ledger: LedgerFile = HERE,
           person: Annotated[str | None, typer.Option(
               "--person", metavar="NAME", show_default=False,
               help="Withhold this person's name instead, in all that is shown.")] = None,
           undo: Annotated[bool, typer.Option("--undo", help="With --person: show the name again.")] = False) -> None:
    """Take a report out of the ledger: page, text, record and all (corrections stay). Or, with --person, withhold a
    person's name everywhere that sayso shows it; the kept pages in the ledger's file still have it (docs/ethics.md)."""
    from sayso.ledger.store import open_ledger

    if (report is None) == (person is None) or (undo and person is None):
        raise typer.BadParameter("hoped for a REPORT to take out, or for --person NAME to withhold (and --undo to show "
                                 "the name again)")
    with open_ledger(ledger) as opened:
        if person is not None:
            if undo:
                opened.show_again(person)
                print(f"the name is shown again in {ledger}")
            else:
                opened.withhold(person, who=_user())
                print(f"the name is withheld from now on in all that sayso shows of {ledger}; the file itself still "
                      "has the pages with it")
            return
        assert report is not None
        document = opened.find(report)
        opened.forget(document)
    print(f"{document[:12]} is no longer in {ledger}")


@app.command()
def serve(ledger: LedgerFile = HERE,
          host: Annotated[str, typer.Option(metavar="ADDRESS", help="Any other than this machine's own needs a token.")
                          ] = "127.0.0.1",
          port: Annotated[int, typer.Option(min=0, max=65535)] = 8642,
          token: Annotated[str | None, typer.Option(metavar="WORD", envvar="SAYSO_TOKEN", show_default=False,
                                                    help="Has to be in the address to enter.")] = None,
          who: Annotated[str | None, typer.Option(metavar="NAME", show_default=False,
                                                  help="Who corrects; else your user name.")] = None) -> None:
    """Show the ledger as a web page on this machine, to read, search, add and correct."""
    from sayso.web.app import serve as serve_app

    serve_app(ledger, host=host, port=port, token=token, who=who)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a record."""
    from sayso.codec import json_schema

    print(json.dumps(json_schema(), indent=2))


# ------------------------------------------------------------------ what the commands share


def _pages(sources: list[str], fields: list[str] | None) -> Iterator[Page | Problem]:
    """Every page of every source; typer.BadParameter where a field is not NAME=KEY."""
    from sayso.acquire.fetch import find_pages

    pairs = [field.partition("=") for field in fields or []]
    for name, equals, key in pairs:
        if not (name and equals and key):
            raise typer.BadParameter(f"--field {name}{equals}{key}: hoped for NAME=KEY, as --field text=body")
    return iter(find_pages(sources, fields={name: key for name, _, key in pairs}))


def _file(path: Path) -> bytes:
    """The bytes of a file, or of standard input for "-".  UnreadableSource where it cannot be opened."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror or error}; hoped for a CSV file") from None


def _user() -> str:
    """Who corrects: the name of the user."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "reader"


def _decode_page(page: Page, document: Document) -> str:
    """The characters that the document's runs count in."""
    from sayso.acquire.article import decode_page

    return decode_page(page.content, page.media_type, document.encoding, page.text_field)


def _thresholds() -> tuple[float, float]:
    """The scores under which a statement is unsure, and hidden."""
    from sayso.claims.attribution import HIDDEN, UNSURE

    return UNSURE, HIDDEN


def _probes() -> tuple[tuple[str, Callable[[], str]], ...]:
    """What the doctor tries for itself: one sentence read by every stage, weights and all."""
    def every_stage() -> str:
        from sayso.model import Page
        from sayso.pipeline import read, reader

        record = read(Page(content="“We will appeal,” Ana Ruiz said on Monday.".encode(), media_type="text/plain"))
        for problem in record.problems:
            raise MissingPiece(f"{problem.stage}: {problem.message}")
        return f"{reader()}; {_many(len(record.statements), 'statement')} in a sentence that holds one"

    return (("reader", every_stage),)


def _status(done: int, failed: int) -> int:
    if not done:
        return 2
    return 1 if failed else 0


def _day(text: str | None) -> str | None:
    """An ISO 8601 day; typer.BadParameter where it is none."""
    from datetime import date

    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{text}: not a day; hoped for one like 2026-03-01") from None


def visible(text: str) -> str:
    """Text whose control characters are shown, not obeyed: a page may hold a terminal's commands."""
    return "".join(chr(0x2400 + ord(c)) if ord(c) < 32 and c not in "\n\t" else
                   "�" if 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 else c for c in text)


def near(text: str) -> str:
    """Text in which paths under the present folder are given from there; the ledger keeps them whole."""
    return text.replace(os.getcwd() + os.sep, "")


def complain(message: str) -> None:
    """One line on standard error."""
    print("sayso:", visible(near(" ".join(message.split()))), file=sys.stderr, flush=True)


# ------------------------------------------------------------------ drawing

COLUMN = 100
"""Widest column of text that is comfortable to read."""
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
OTHERS_CUE = re.compile(r"(?:quot|cit)(?:ing|ed|es)\b", re.I)
"""A cue that is the word of who passes a statement on, not of its owner."""
BRACKETS = {"content": ("⟦", "⟧"), "source": ("⟨", "⟩"), "cue": ("‹", "›")}
STYLES = {"content": "green", "source": "bold cyan underline", "cue": "italic yellow"}
Drawn = tuple[str, str]
"""A mark as it is drawn: the id of a statement, and source, cue or content."""
ORDER = ("content", "source", "cue")
SHOWN = 150
"""Characters of a content in the table: the whole of it stands in the text above."""


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False, markup=True, emoji=False)
    console.width = min(console.width, COLUMN)
    return console


def _plain(text: str, style: str = "") -> Text:
    """Text as it is: no markup in it is obeyed, nor any control character."""
    from rich.text import Text

    return Text(visible(near(text)), style=style)


def _print_report(record: Record, corrected: frozenset[str] = frozenset()) -> None:
    from sayso.views.report import report_view

    unsure, hidden = _thresholds()
    kept = tuple(s for s in record.statements if s.score is None or s.score >= hidden)
    view = report_view(replace(record, statements=kept), unsure=unsure, corrected=corrected)
    console = _console()
    _print_head(console, view)
    numbers = {card.id: f"{card.number}{'?' * (card.certainty == 'unsure')}" for card in view.cards}
    paragraphs = ([view.headline] if view.headline else []) + [p for held in view.passages for p in held.paragraphs]
    for paragraph in sorted(paragraphs, key=lambda p: p.index):
        console.print(_paragraph(paragraph, numbers))
        console.print()
    if view.cards:
        console.print(_statements(view.cards))
        console.print()
    hidden_too = len(record.statements) - len(kept)
    console.print(_plain(_sourcing_line(view) + (f"  {hidden_too} more are too doubtful to show." if hidden_too else
                                                 ""), "dim"))
    console.print()
    for problem in record.problems:
        complain(f"{problem.stage}: {problem.message}")


def _print_head(console: Console, view: ReportView) -> None:
    from rich.rule import Rule
    from rich.text import Text

    doc = view.document
    console.print(Rule(_plain(doc.outlet or "outlet not known", "bold"), style="dim"))
    if doc.title and not view.headline:
        console.print(_plain(doc.title, "bold"))
    date = doc.published or "date not known"
    date += f" ({doc.published_from})" if doc.published and doc.published_from else ""
    console.print(_plain(" · ".join(filter(None, (doc.byline, doc.dateline, date, doc.address, doc.id[:12]))), "dim"))
    legend = Text()
    for part, words in (("source", "who"), ("cue", "says"), ("content", "what")):
        before, after = BRACKETS[part]
        legend.append(f"{before}¹{words}{after}", STYLES[part]).append("  ")
    console.print(legend.append("numbers as in the table, ? where unsure; ~ not the report's own text", "dim"))
    console.print()


def _paragraph(paragraph: Paragraph, numbers: dict[str, str]) -> Text:
    """One block with its marks; debris and particulars are dimmed and say what they are."""
    from rich.text import Text

    if paragraph.role not in ("headline", "body", "caption", "pull-quote"):
        return _plain(f"~ {paragraph.role}: {' '.join(''.join(p.text for p in paragraph.pieces).split())}", "dim")
    text = Text("" if paragraph.role in ("headline", "body") else f"{paragraph.role}: ")
    held: list[list[Drawn]] = [[(m.statement, m.part) for m in piece.marks] for piece in paragraph.pieces]
    open_now: list[Drawn] = []
    for n, piece in enumerate(paragraph.pieces):
        opening = [mark for mark in held[n] if mark not in open_now]
        for mark in sorted(opening, key=lambda m: (-_reach(m, held, n), ORDER.index(m[1]))):
            open_now.append(mark)
            text.append(BRACKETS[mark[1]][0] + _number(mark, numbers), STYLES[mark[1]])
        text.append(visible(piece.text), _style(held[n], paragraph.role))
        after = held[n + 1] if n + 1 < len(held) else []
        for mark in [m for m in reversed(open_now) if m not in after]:
            open_now.remove(mark)
            number = _number(mark, numbers) if mark[1] == "content" else ""
            text.append(number + BRACKETS[mark[1]][1], STYLES[mark[1]])
    text.rstrip()
    return text


def _reach(mark: Drawn, held: list[list[Drawn]], n: int) -> int:
    """Over how many pieces from the n-th a mark goes on: the longest is opened first."""
    end = n
    while end < len(held) and mark in held[end]:
        end += 1
    return end - n


def _number(mark: Drawn, numbers: dict[str, str]) -> str:
    return numbers.get(mark[0], "").translate(SUPERSCRIPT)


def _style(marks: list[Drawn], role: str) -> str:
    """The style of a piece: of its innermost part, contents within contents in bold."""
    parts = [part for _, part in marks]
    style = next((STYLES[part] for part in reversed(ORDER) if part in parts), "")
    return f"{style} bold" if role == "headline" or parts.count("content") > 1 else style


def _statements(cards: Iterable[Card]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("who", ratio=3)
    table.add_column("what", ratio=7)
    table.add_column("form", no_wrap=True)
    table.add_column("score", no_wrap=True)
    for card in cards:
        who = _plain(card.owner, "bold cyan" if card.owner_as != "none" else "italic")
        if card.role or card.statement.source_type:
            who.append(f"\n{visible(card.role or card.statement.source_type or '')}", "dim")
        what = _plain(card.content if len(card.content) <= SHOWN else card.content[:SHOWN - 1] + "…")
        notes = [f"inside {card.parent_number}"] if card.parent_number else []
        notes += ["corrected by hand"] if card.corrected else []
        notes += [f"borne out by {card.borne_out}"] if card.borne_out else []
        if card.statement.chain:
            notes.append(" → ".join(chip.name for chip in card.chips))
        if notes:
            what.append(f"\n{visible('; '.join(notes))}", "dim")
        score = "" if card.statement.score is None else f"{card.statement.score:.2f} "
        table.add_row(str(card.number), who, what, card.statement.form,
                      _plain(score + card.certainty, "yellow" if card.certainty == "unsure" else ""))
    return table


def _sourcing_line(view: ReportView) -> str:
    found = view.sourcing
    if not found.statements:
        return "No statements were found."
    line = (f"{_many(found.statements, 'statement')}, {found.share:.0%} of the report's words; "
            f"{_many(found.owners, 'owner')}")
    line += f", {found.unowned} by nobody named" if found.unowned else ""
    line += f"; {found.unsure} unsure" if found.unsure else ""
    return line + (f".  One owner only: {found.sole_owner}." if found.sole_owner else ".")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


@contextmanager
def _progress() -> Iterator[Callable[[Summary], None]]:
    """What draws a progress bar on standard error while pages are added; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                  TextColumn("{task.description}"), console=Console(stderr=True), transient=True,
                  disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)
        yield lambda so_far: bar.update(
            task, completed=so_far.done, total=so_far.found if so_far.all_found else None,
            description=f"{_many(so_far.statements, 'statement')}, {so_far.skips} skipped")


def _print_summary(summary: Summary, counts: Counts, ledger: Path) -> None:
    console = _console()
    rate = f", {summary.words / summary.seconds:,.0f} words a second" if summary.words and summary.seconds else ""
    console.print(f"[bold]{_many(summary.found, 'page')}[/] in {summary.seconds:,.1f} s{rate}")
    console.print("  " + ", ".join(f"{summary.outcomes[name]:,} {name}" for name in (
        "new", "new version", "read again", "unchanged") if summary.outcomes[name] or name in ("new", "unchanged"))
        + f", {summary.skips:,} skipped")
    if summary.read:
        console.print(f"  {_many(summary.statements, 'statement')}: {summary.without_source:,} where the report names "
                      f"nobody, {summary.without_speaker:,} whose speaker is not known as an actor")
    for what, groups in (("skipped", summary.skipped), ("kept, but", summary.problems)):
        for group in sorted(groups.values(), key=lambda g: -g.count):
            console.print(_plain(f"  {what} {group.count:,} × {group.code}, as {' '.join(group.example.split())}"))
    console.print(_plain(f"  {ledger} now holds {_many(counts.reports, 'report')} and "
                         f"{_many(counts.statements, 'statement')}"))


def _print_actor(actor: Actor) -> None:
    console = _console()
    seen = "  " + ", ".join(filter(None, (actor.id, *actor.types, _many(actor.reports, "report"))))
    console.print(_plain(actor.name, "bold cyan").append(seen, "not bold dim"))
    if actor.aliases:
        console.print(_plain(f"  also {', '.join(actor.aliases)}"))
    if actor.one_word:
        console.print(_plain("  reports print this one name alone: there may be several people behind it", "dim"))
    for merge in actor.merges:
        console.print(_plain(f"  one actor: {merge.name}{_where(merge.reports)} and {merge.other}"
                             f"{_where(merge.other_reports)}: {merge.why}", "dim"))
    for role in actor.roles:
        at = f" ({role.organisation})" if role.organisation else ""
        console.print(_plain(f"  {role.role}{at}, as {role.outlet or 'an outlet not known'} has it, "
                             f"{role.day or 'no date'}"))
    if actor.relays:
        console.print(_plain(f"  by way of {', '.join(actor.relays)}"))


def _where(reports: Iterable[Printed]) -> str:
    places = [f"{p.outlet or p.document[:12]}, {p.day or 'no date'}" for p in reports]
    return f" ({'; '.join(places)})" if places else ""


def _print_hits(hits: Iterable[StatementHit]) -> None:
    from rich.padding import Padding

    console = _console()
    for hit in hits:
        head = _plain(f"{hit.day or 'no date'}  {hit.outlet or 'outlet not known'}  ", "dim")
        head.append(visible(hit.owner or "nobody named"), STYLES["source"] if hit.owner else "italic")
        cue = "is quoted" if OTHERS_CUE.match(hit.cue or "") else visible(hit.cue or "")
        console.print(head.append(f" {cue}", STYLES["cue"]).append(f"  {hit.form}", "dim"))
        console.print(Padding(_snippet(hit.snippet), (0, 0, 0, 4), expand=False))
        console.print(Padding(_plain(f"{hit.document[:12]} #{hit.number}  {hit.title or hit.address or ''}", "dim"),
                              (0, 0, 1, 4), expand=False))


def _print_found(found: Found) -> None:
    from rich.padding import Padding

    console = _console()
    _print_hits(found.statements)
    for report in found.reports:
        console.print(_plain(f"{report.day or 'no date'}  {report.outlet or 'outlet not known'}  ", "dim")
                      .append(visible(report.title or report.address or "no title"), "bold"))
        console.print(Padding(_snippet(report.snippet), (0, 0, 0, 4), expand=False))
        console.print(Padding(_plain(f"{report.document[:12]}  {_many(report.statements, 'statement')}", "dim"),
                              (0, 0, 1, 4), expand=False))
    shown = (len(found.statements), len(found.reports))
    console.print(f"[bold]{_many(found.statements_in_all, 'statement')}[/], "
                  f"[bold]{_many(found.reports_in_all, 'report')}[/]"
                  + ("" if shown == (found.statements_in_all, found.reports_in_all)
                     else f"; shown {shown[0]} and {shown[1]}, more with --limit"))


def _snippet(snippet: str) -> Text:
    """A snippet, its ⟦found words⟧ in bold."""
    from rich.text import Text

    text = Text()
    for n, piece in enumerate(visible(" ".join(snippet.split())).replace("⟧", "⟧⟦").split("⟦")):
        bold = n and piece.endswith("⟧")
        text.append(f"⟦{piece}" if bold else piece, "bold green" if bold else "")
    return text


# ------------------------------------------------------------------ the door

BadUse: type[typer.BadParameter] = typer.BadParameter.__mro__[2]
"""What typer says of bad use, whichever click it carries: ClickException."""


def main() -> None:
    """The command `sayso`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        status = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
    except (UnwritableLedger, MissingPiece) as error:
        complain(str(error))
        status = 1
    except SaysoError as error:
        complain(str(error))
        status = 2
    except BadUse as error:
        complain(f"{error.format_message().rstrip('.')}; see: sayso --help")
        status = 2
    except (KeyboardInterrupt, typer.Abort):
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    sys.exit(status or 0)
