"""HTML source → its paragraphs, each character with its place in the source.

One pass over the source, linear in its length at any depth of nesting: no tree is built that a page could overflow.
It follows the HTML standard where that decides what is text (raw text of scripts, comments, implied ends of
paragraphs, character references) and is lenient elsewhere.  Known to fail: text that a script or a style sheet hides
or adds.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from sayso.model import Run

BLOCK = frozenset("""address article aside blockquote body button caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe label legend li main
    menu nav ol option p pre section select summary table tbody td tfoot th thead tr ul video audio""".split())
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
RAW = frozenset("script style textarea xmp noembed noframes iframe title".split())
SILENT = frozenset("script style textarea xmp noembed noframes iframe title head template svg math object select "
                   "option noscript audio video map canvas".split())
"""Elements whose text is not on the page."""
CLOSES = {"li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd"), "tr": ("tr",), "td": ("td", "th"), "th": ("td", "th")}
"""Start tags that end an open element of these names, when it is the nearest block."""
OPENING = re.compile(r"<(?:(/?)([a-zA-Z][^\s/>\0]*)|(!--)|([!?/]))")
REST = re.compile(r"""(?:[^>"'=]++|=\s*+(?:"[^"]{0,5000}+"|'[^']{0,5000}+')?+|["'])*+>""")
UNIT = re.compile(r"\s{2,}|[^\S ]|&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
ATTRIBUTE = re.compile(r"""([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
LONGEST_HEADING = 300
PATIENCE = 200
"""So many tags with unclosed quotation marks are read twice; after that a tag ends at its first >."""


@dataclass(slots=True)
class Node:
    """An element that is or was open: name, attributes as written, and the index of its parent."""

    name: str
    source: str
    parent: int


@dataclass(slots=True)
class Paragraph:
    """Text between two block tags: white space folded, runs as in model.Run but counted from this paragraph."""

    node: int
    text: str = ""
    runs: list[Run] = field(default_factory=list)
    linked: int = 0
    """How many of its characters stand in links."""
    marked: int = 0
    """How many stand in bold or italics."""
    inner: list[int] = field(default_factory=list)
    """Inline elements in it."""
    after_break: bool = False
    """Whether a <br>, not a block tag, sets it off from the one before."""

    @property
    def start(self) -> int:
        return self.runs[0].page_start if self.runs else 0


@dataclass(slots=True)
class Outline:
    """What walk() returns: elements in order of opening, paragraphs in order, and what the head holds."""

    nodes: list[Node]
    paragraphs: list[Paragraph]
    metas: list[dict[str, str]]
    links: list[dict[str, str]]
    scripts: list[str]
    """The contents of scripts of JSON-LD."""
    title: str
    language: str | None
    deepest: int = 0
    """The most elements that were open at once."""

    def ancestors(self, node: int, most: int = 40) -> list[Node]:
        """The element and those around it, inmost first."""
        found: list[Node] = []
        while node >= 0 and len(found) < most:
            found.append(self.nodes[node])
            node = self.nodes[node].parent
        return found


def attributes(source: str) -> dict[str, str]:
    """Attributes of a tag, names in lower case, values with character references resolved; the first of each counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in ATTRIBUTE.findall(source):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found


class _Walk:
    """The state of one pass."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.out = Outline([Node("", "", -1)], [], [], [], [], "", None)
        self.stack: list[int] = [0]
        self.open: dict[str, int] = {}
        self.silent = 0
        self.paragraph: Paragraph | None = None
        self.parts: list[str] = []
        self.length = 0
        self.breaks = 0
        self.impatience = 0

    def run(self) -> Outline:
        source, at, end = self.source, 0, len(self.source)
        last_comment_end = source.rfind("-->")
        while at < end:
            found = OPENING.search(source, at)
            if not found:
                self.words(at, end)
                break
            if found.start() > at:
                self.words(at, found.start())
            at = found.start()
            if found[3]:
                close = source.find("-->", at + 4 if not source.startswith("<!-->", at) else at + 2)
                if at > last_comment_end:
                    close = -1
                at = close + 3 if close >= 0 else self.tag_end(at + 4)
            elif found[4]:
                at = self.tag_end(at + 2)
            else:
                at = self.tag(found)
        self.flush()
        return self.out

    def tag_end(self, at: int) -> int:
        close = self.source.find(">", at)
        return close + 1 if close >= 0 else len(self.source)

    def tag(self, found: re.Match[str]) -> int:
        """Handles the tag and returns where the source goes on."""
        name = found[2].lower()
        rest = REST.match(self.source, found.end()) if self.impatience < PATIENCE else None
        if rest:
            end = rest.end()
        else:
            self.impatience += 1
            end = self.tag_end(found.end())
        if found[1]:
            self.close(name)
            return end
        written = self.source[found.end():end - 1]
        self.start(name, written)
        if name in RAW:
            return self.raw(name, written, end)
        return end

    def raw(self, name: str, written: str, at: int) -> int:
        close = re.compile(rf"</{name}", re.I).search(self.source, at)
        end = close.start() if close else len(self.source)
        if name == "title" and not self.out.title and "svg" not in self.open:
            self.out.title = " ".join(html.unescape(self.source[at:end]).split())
        if name == "script" and "ld+json" in written.lower():
            self.out.scripts.append(self.source[at:end])
        return end

    def start(self, name: str, written: str) -> None:
        if name == "br":
            self.breaks += 1
            self.line_break()
            return
        if name in BLOCK:
            self.flush()
            self.close_p()
            if name in CLOSES:
                self.close_nearest(CLOSES[name])
        if name in ("meta", "link"):
            (self.out.metas if name == "meta" else self.out.links).append(attributes(written))
        if name == "html" and self.out.language is None:
            self.out.language = attributes(written).get("lang") or attributes(written).get("xml:lang")
        if name == "body":
            self.close("head")
        if name in VOID:
            return
        if written.endswith("/") and name in ("svg", "path", "use", "g"):
            return
        self.out.nodes.append(Node(name, written, self.stack[-1]))
        node = len(self.out.nodes) - 1
        self.stack.append(node)
        self.out.deepest = max(self.out.deepest, len(self.stack))
        self.open[name] = self.open.get(name, 0) + 1
        self.silent += name in SILENT
        if self.paragraph is not None and name not in BLOCK:
            self.paragraph.inner.append(node)

    def close_p(self) -> None:
        if self.open.get("p"):
            for depth in range(1, min(len(self.stack), 24)):
                name = self.out.nodes[self.stack[-depth]].name
                if name == "p":
                    self.pop(depth)
                    return
                if name in BLOCK:
                    return

    def close_nearest(self, names: tuple[str, ...]) -> None:
        for depth in range(1, min(len(self.stack), 24)):
            name = self.out.nodes[self.stack[-depth]].name
            if name in names:
                self.pop(depth)
                return
            if name in ("ul", "ol", "dl", "table", "tbody", "tr") or (name in BLOCK and name not in ("p", "div")):
                return

    def close(self, name: str) -> None:
        if name in BLOCK:
            self.flush()
        if name == "br" or not self.open.get(name):
            return
        inline = name not in BLOCK
        for depth in range(1, len(self.stack)):
            there = self.out.nodes[self.stack[-depth]].name
            if there == name:
                self.pop(depth)
                return
            if inline and (there in BLOCK or depth > 64):
                return

    def pop(self, count: int) -> None:
        for _ in range(count):
            name = self.out.nodes[self.stack.pop()].name
            self.open[name] -= 1
            self.silent -= name in SILENT

    def line_break(self) -> None:
        """One <br> is a line break within the paragraph; two end it, and so does one after a line all in bold."""
        if self.paragraph is None or self.silent:
            return
        bold = self.length < LONGEST_HEADING and self.paragraph.marked + "".join(self.parts).count(" ") >= self.length
        if self.breaks > 1 or bold:
            self.flush()
            self.breaks = 1
        elif self.parts and self.parts[-1] != "\n":
            self.trim()
            self.parts.append("\n")
            self.length += 1

    def trim(self) -> None:
        """Takes a blank off the end of the paragraph so far."""
        if self.paragraph and self.parts and self.parts[-1].endswith((" ", "\n")):
            last = self.parts[-1][:-1]
            self.parts[-1:] = [last] if last else []
            self.length -= 1
            runs = self.paragraph.runs
            if runs and runs[-1].end > self.length:
                start, end, page_start, page_end = runs.pop()
                if end - start > 1:
                    runs.append(Run(start, end - 1, page_start, page_end - 1))

    def words(self, start: int, end: int) -> None:
        if self.silent:
            return
        at = start
        for unit in UNIT.finditer(self.source, start, end):
            if unit.start() > at:
                self.stretch(at, unit.start())
            at = unit.end()
            written = unit[0]
            if written[0] != "&":
                self.blank(unit.start(), at)
                continue
            meant = html.unescape(written)
            if meant.isspace():
                self.blank(unit.start(), at)
            elif meant:
                self.add(meant, unit.start(), at)
        if at < end:
            self.stretch(at, end)

    def stretch(self, start: int, end: int) -> None:
        """Adds words with single blanks between them, and drops a blank that follows a blank or opens a paragraph."""
        if self.source[start] == " ":
            if end - start == 1:
                self.blank(start, end)
                return
            if not self.length or self.parts[-1].endswith((" ", "\n")):
                start += 1
        self.add(self.source[start:end], start, end)

    def blank(self, start: int, end: int) -> None:
        if self.length and not self.parts[-1].endswith((" ", "\n")):
            self.put(" ", start, end)

    def add(self, words: str, start: int, end: int) -> None:
        if self.paragraph is None:
            self.paragraph = Paragraph(self.stack[-1], after_break=self.breaks > 0)
            near = self.stack[-1]
            while near and self.out.nodes[near].name not in BLOCK and len(self.paragraph.inner) < 24:
                self.paragraph.inner.append(near)
                near = self.out.nodes[near].parent
            self.paragraph.node = near
        self.breaks = 0
        if self.open.get("a"):
            self.paragraph.linked += len(words) - words.count(" ")
        if self.open.get("b") or self.open.get("strong") or self.open.get("em") or self.open.get("i"):
            self.paragraph.marked += len(words) - words.count(" ")
        self.put(words, start, end)

    def put(self, words: str, start: int, end: int) -> None:
        assert self.paragraph is not None
        runs, length = self.paragraph.runs, self.length
        self.parts.append(words)
        self.length += len(words)
        if end - start == len(words) and words == self.source[start:end]:
            if runs:
                last = runs[-1]
                if (last.end == length and last.page_end == start and last.end - last.start == start - last.page_start
                        and self.verbatim):
                    runs[-1] = Run(last.start, self.length, last.page_start, end)
                    return
            self.verbatim = True
        else:
            self.verbatim = False
        runs.append(Run(length, self.length, start, end))

    verbatim = False

    def flush(self) -> None:
        self.breaks = 0
        if self.paragraph is None:
            return
        while self.parts and self.parts[-1].endswith((" ", "\n")):
            self.trim()
        self.paragraph.text = "".join(self.parts)
        if self.paragraph.text:
            self.out.paragraphs.append(self.paragraph)
        self.paragraph, self.parts, self.length = None, [], 0


def walk(source: str) -> Outline:
    """The outline of an HTML source."""
    return _Walk(source).run()
