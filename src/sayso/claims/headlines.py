"""Headlines: statements by their own rules, and the body statement that bears each out.

`X: Y`, `Y: X`, `‘Y’ – X`, `Y, says X`, `X says Y`.  Which side of a colon speaks is told by quotation marks and by
which side is short and names an office, a body, a paper, or somebody whom the report's body has as a source.  A kind of
piece (“Watch: …”), a topic (“Karoa flood: …”) and a place that only stands there (“Nairobi: three dead”) speak for
nobody: what the model laid to them is dropped.  Where rule and model agree on the source, a side of the mark is the
whole content; elsewhere the model's statement is kept.  In “…, court told” the court listens: the source stays open.
Known failures: a name before a colon that the body never quotes is left to the model; clauses taken for phrases
(“Police shoot minister: …”), where the tagger sees no verb.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

from sayso.claims.source_type import classes, is_medium
from sayso.model import Document, Form, Provenance, Record, Span, Statement

VERSION = "1"
STOP = frozenset("""the a an of in on at to for from by with and or but as that this these those is are was were be
been has have had will would could should might may must it its he she they his her their not no do does did than then
there who which says said say over after before into out up about against""".split())
ENOUGH = 0.4
"""Least share of the shorter statement's content words that both hold; by eye on the tuning half of
evaluation/chains."""
LONGEST = 30
"""Words in a line that is read as a headline; a longer one is a standfirst, prose that the model reads."""
SHORT = 6
"""Words that a side with a speaker has at most."""
QUOTE = re.compile(r"“[^”\n]*”|(?<![\w’])‘.+?’(?!\w)|(?<!\w)\"[^\"\n]*\"(?!\w)|(?<!\w)'.+?'(?!\w)|«[^»\n]*»")
MARK = re.compile(r":(?=\s)|(?<=\s)[–—-](?=\s)")
CUT = re.compile(r";\s|\s\|\s")
PREPOSITIONS = frozenset("of at in on to for with from by near over after before behind who as against".split())
ADDRESSED = re.compile(r"\s(?:on|to|about)\s", re.I)
ENVOYS = frozenset("ambassador envoy adviser advisor secretary aide delegate candidate assistant".split())
PAPERS = frozenset("""report study poll survey memo filing lawsuit ruling indictment document data audit leak email
statement source probe inquest coroner sources finding census forecast tracker""".split())
"""Documents that headlines quote by a colon; a book, a video or a law before one is what the piece is about."""
PEOPLE = re.compile(r"(?:ologist|ographer|ician|keeper|holder|maker|dealer|driver|player|teacher|writer|manager|mother"
                    r"|father|widow|son|daughter|brother|sister|wife|husband|friend|engineer|doctor|nurse|agent|boss)s?$")
"""Endings of nouns for people that lexicon/sources.txt need not list one by one."""
NOBODY = frozenset(("nobody", "no one", "no-one", "none", "nothing", "neither"))
SAYS = frozenset("""says say said warns warn warned insists insist insisted denies deny denied admits admit admitted
vows vow vowed tells argues argue argued alleges alleged believes believe thinks think concedes predicts predicted
announces announced confirms confirmed declares declared hints hinted suggests suggested reveals revealed threatens
threatened""".split())
NOUNS_TOO = frozenset("claims claim promises promise pledges pledge fears hopes reports demands".split())
WITH_TO = frozenset("""vows vow vowed threatens threatened promises promise pledges pledge hopes claims claim
demands""".split())
TAIL = frozenset("says say said warns warn warned insists claims admits hints argues declares finds shows".split())
LISTENING = frozenset("told hears heard".split())
NO_SUBJECT = frozenset("""what who how why if when where as while after before nobody no none it there which in on at by
for with""".split())
Standing = Literal["speaker", "label", "topic", "place", "name", "unknown"]


@lru_cache(maxsize=1)
def labels() -> dict[str, str]:
    """Word or phrase → label, topic or told, from lexicon/headline_labels.txt."""
    lines = files("sayso.claims").joinpath("lexicon", "headline_labels.txt").read_text("utf-8").splitlines()
    return {line.partition("\t")[0]: line.partition("\t")[2] for line in lines if line and not line.startswith("#")}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules see in one headline: source (none for “court told”), cue, content, and which form it has."""

    source: Span | None
    cue: Span
    content: Span
    by: Literal["mark", "tail", "verb"]


@dataclass(frozen=True, slots=True)
class ReadHeadlines:
    """The stage; `parse` gives the report's paragraphs (annotate.parse.parse_report)."""

    parse: Callable[[Document], Sequence[Any]]

    def __call__(self, record: Record) -> Record:
        """The record with headline statements put right, added and dropped."""
        if not any(block.role == "headline" for block in record.document.blocks):
            return record
        return read_headlines(record, self.parse(record.document))


class Body:
    """What a report's body knows of names: whose words it reports, and what it speaks of as a place."""

    def __init__(self, record: Record) -> None:
        document = record.document
        self.text = "\n".join(document.text[one.start:one.end] for one in document.blocks if one.role == "body")
        self.dateline = (document.dateline or "").lower()
        self.phrases = [document.text[start:end] for one in record.statements if not one.in_headline
                        for start, end in one.source]
        self.sources = frozenset(word.lower() for source in self.phrases for word in re.findall(r"[^\W\d_]+", source)
                                 if word[0].isupper())

    def quotes(self, name: str) -> bool:
        """Whether the last word of a name stands, with a capital, in a source of the body."""
        found = re.findall(r"[^\W\d_]+", name)
        return bool(found) and found[-1].lower() in self.sources

    def place(self, name: str) -> bool:
        """Whether the body files from a name, or speaks of it as a place only."""
        where = rf"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Oo]utside) {re.escape(name)}\b"
        return not self.quotes(name) and (name.lower() in self.dateline or re.search(where, self.text) is not None)


class Line:
    """One line of a headline: its words as parsed, and its quotations."""

    def __init__(self, text: str, paragraph: Any, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self.tokens = [token for token in paragraph.parsed
                       if start <= paragraph.start + token.idx < end and not token.is_space]
        self.offset = paragraph.start
        self.quotes = [Span(*mark.span()) for mark in QUOTE.finditer(text, start, end)]

    def marks(self, start: int, end: int) -> Iterator[Span]:
        """Colons and free-standing dashes outside quotations."""
        for mark in MARK.finditer(self.text, start, end):
            if not any(low <= mark.start() < high for low, high in self.quotes):
                yield Span(*mark.span())

    def trim(self, start: int, end: int) -> Span | None:
        """The words between, without blanks and loose points; none where there are none."""
        while start < end and (self.text[start].isspace() or self.text[start] in ",;:–—-"):
            start += 1
        while end > start and (self.text[end - 1].isspace() or self.text[end - 1] in ",;:–—-."):
            end -= 1
        return Span(start, end) if start < end else None

    def quoted(self, span: Span) -> bool:
        """Whether all of a side stands in one pair of marks."""
        return any(low == span.start and span.end <= high + 1 for low, high in self.quotes)

    def words(self, span: Span) -> list[str]:
        """The words of a side."""
        return self.text[span.start:span.end].split()

    def has_verb(self, span: Span) -> bool:
        """Whether the tagger sees a finite verb in a side."""
        return any(token.tag_ in ("VBZ", "VBP", "VBD", "MD") for token in self.tokens
                   if span.start <= self.offset + token.idx < span.end)

    def is_clause(self, span: Span) -> bool:
        """Whether a side may be what somebody says: it has a verb or a quotation, asks nothing, and is one side."""
        said = any(token.tag_ in ("VBZ", "VBP", "VBD", "MD", "VB") for token in self.tokens
                   if span.start <= self.offset + token.idx < span.end) or _touch(self.quotes, span)
        return said and self.text[span.end - 1] != "?" and next(self.marks(span.start, span.end), None) is None


def read_headlines(record: Record, paragraphs: Sequence[Any]) -> Record:
    """The record with headline statements put right, added and dropped."""
    document, body = record.document, Body(record)
    starts = [one.start for one in paragraphs]
    kept = [one for one in record.statements if not one.in_headline]
    taken = {one.id for one in record.statements}
    for number, block in enumerate(document.blocks):
        if block.role != "headline":
            continue
        mine = [one for one in record.statements if one.in_headline and block.start <= one.content[0].start < block.end]
        for paragraph in paragraphs[bisect(starts, block.start - 1):bisect(starts, block.end - 1)]:
            if len(document.text[paragraph.start:paragraph.end].split()) <= LONGEST:
                mine = _read_line(document.text, paragraph, number, mine, body, taken)
        kept += mine
    return replace(record, statements=tuple(sorted(kept, key=lambda one: one.content[0])),
                   provenance=(*record.provenance, Provenance("headlines", "sayso-rules", VERSION)))


def _read_line(text: str, paragraph: Any, block: int, mine: list[Statement], body: Body,
               taken: set[str]) -> list[Statement]:
    """The statements of a headline block after the rules have read one of its lines."""
    cuts = [paragraph.start, *(cut.end() for cut in CUT.finditer(text, paragraph.start, paragraph.end)), paragraph.end]
    for start, end in pairwise(cuts):
        line = Line(text, paragraph, start, end)
        silent: list[Span] = []
        reading = _read_segment(line, body, silent)
        mine = [within for one in mine if not _laid_to_nobody(one, silent, text)
                and (within := _within(one, line)) is not None]
        if reading is not None:
            mine = _agree(mine, reading, text, block, taken)
    return mine


def _read_segment(line: Line, body: Body, silent: list[Span]) -> Reading | None:
    """What a stretch without a semicolon says on whose word; sides that speak for nobody go into `silent`."""
    start, end = line.start, line.end
    while (mark := next(line.marks(start, end), None)) is not None:
        left, right = line.trim(start, mark.start), line.trim(mark.end, end)
        if left is None or right is None:
            break
        here, there = standing(line, left, body), standing(line, right, body)
        colon = line.text[mark.start] == ":"
        if there in ("label", "topic") and len(line.words(right)) <= SHORT:
            silent.append(right)
        if here == "label":
            silent.append(left)
            start = right.start
            continue
        if there == "speaker" and _may_close(line, left, right, colon) and (
                here != "speaker" or len(line.words(left)) > len(line.words(right))):
            return Reading(right, mark, left, "mark")
        if here == "speaker" and (line.quoted(right) or (colon and line.is_clause(right))):
            return Reading(_without_addressee(line, left), mark, right, "mark")
        if here == "name" and line.quoted(right) and re.search(rf"\b{re.escape(line.words(left)[-1])}\b", body.text):
            return Reading(left, mark, right, "mark")
        if here in ("topic", "place") and not line.quoted(left):
            silent.append(left)
            start = right.start
            continue
        return _subject_of(line, left, mark, right, body) if colon else None
    return _tail(line, start, body) or _verb(line, start, body)


def _may_close(line: Line, left: Span, right: Span, colon: bool) -> bool:
    """Whether a side with a speaker may own what stands before it: after a dash no paper, which is the page's own
    (“… - The Herald”), nor a bare name; never several bodies (“What they want: break up banks”)."""
    if len(line.words(left)) < 3 and not line.quoted(left):
        return False
    head = _head(line.words(right))
    if "body" in classes(head) and head.lower().endswith("s") and head.lower() not in ("authorities", "forces"):
        return line.quoted(left)
    return colon or not (is_medium(line.text[right.start:right.end]) or not (line.quoted(left) or classes(head)))


def standing(line: Line, side: Span, body: Body) -> Standing:
    """What a side of a mark is: somebody who may speak, a kind of piece, a topic, a place, a bare name, or unknown."""
    phrase = line.text[side.start:side.end]
    words, lower = phrase.split(), phrase.lower().replace("’", "'")
    if lower.count("[") != lower.count("]") or lower.count("(") != lower.count(")"):
        return "label"
    if "?" in phrase or line.quoted(side) or not any(map(str.isalpha, phrase)) or len(words) > SHORT + 2:
        return "unknown"
    tail = [" ".join(lower.replace("-", " ").split()[-n:]) for n in (1, 2, 3)]
    if labels().get(lower) == "label" or lower.startswith("dear ") or (
            any(labels().get(one) == "label" for one in tail) and not any(phrase in one for one in body.phrases)):
        return "label"
    head, name = _head(words), words[:_cut(words)]
    proper = all(word[0].isupper() or word in ("and", "de", "bin", "van") for word in name)
    if labels().get(head.lower()) == "topic":
        return "topic"
    if phrase[0].isdigit() or len(words) > SHORT or line.has_verb(side) or "," in phrase:
        return "unknown"
    if proper and body.place(phrase):
        return "place"
    if classes(head) & {"office", "collective", "unnamed", "body", "media"} or head.lower().rstrip("s") in PAPERS \
            or head.lower() in PAPERS or PEOPLE.search(head) or is_medium(phrase):
        return "speaker"
    if not proper:
        return "unknown"
    return "speaker" if body.quotes(" ".join(name)) else "name"


def _cut(words: Sequence[str]) -> int:
    """Where a phrase goes on with “of”, “at” …, or its end."""
    return next((n for n, word in enumerate(words) if n and word.lower() in PREPOSITIONS), len(words))


def _head(words: Sequence[str]) -> str:
    """The head noun of a short phrase: the last word before “of”, “at” …"""
    return words[_cut(words) - 1].strip(",.”’'\"")


def _without_addressee(line: Line, side: Span) -> Span:
    """“Moro” of “Moro to rebels: …” and “Moro on taxes: …”, but all of “envoy to Senda”."""
    found = ADDRESSED.search(line.text, side.start, side.end)
    if found is None or line.text[side.start:found.start()].split()[-1].lower() in ENVOYS:
        return side
    return Span(side.start, found.start())


def _subject_of(line: Line, left: Span, mark: Span, right: Span, body: Body) -> Reading | None:
    """“‘Y’: X recall …” and “X mocks Z: ‘Y’”: the subject of the side that is no quotation, where it may speak."""
    for quoted, clause in ((left, right), (right, left)):
        if not line.quoted(quoted) or len(line.words(quoted)) < 3 or line.quoted(clause):
            continue
        verb = next((token for token in line.tokens if token.tag_ in ("VBZ", "VBP", "VBD")
                     and clause.start < line.offset + token.idx < clause.end), None)
        subject = line.trim(clause.start, line.offset + verb.idx) if verb is not None else None
        if subject is not None and standing(line, subject, body) == "speaker":
            return Reading(subject, mark, quoted, "mark")
    return None


def _tail(line: Line, start: int, body: Body) -> Reading | None:
    """“Y, says X”, “Y, X says”, “Y, court told”."""
    cut = max((n for n in range(start, line.end) if line.text[n] in ",’”\"'»" and line.text[n + 1:n + 2] == " "
               and not any(low <= n < high - 1 for low, high in line.quotes)), default=None)
    rest = line.trim(cut + 1, line.end) if cut is not None else None
    content = line.trim(start, cut + (line.text[cut] != ",")) if cut is not None else None
    if rest is None or content is None or len(line.words(content)) < 3:
        return None
    words = line.words(rest)
    if not 2 <= len(words) <= SHORT + 1:
        return None
    first, last = words[0].lower(), words[-1].lower()
    if last in LISTENING and labels().get(" ".join(words[:-1]).lower()) == "told":
        return Reading(None, rest, content, "tail")
    after = line.trim(rest.start + len(words[0]), rest.end)
    if first in TAIL and after is not None and _may_say(line, after, body):
        return Reading(after, Span(rest.start, rest.start + len(words[0])), content, "tail")
    before = line.trim(rest.start, rest.end - len(words[-1]))
    if last in TAIL and before is not None and _may_say(line, before, body):
        return Reading(before, Span(rest.end - len(words[-1]), rest.end), content, "tail")
    return None


def _may_say(line: Line, side: Span, body: Body) -> bool:
    """Whether a phrase beside “says” is somebody: of known standing, or at least a noun phrase without a verb."""
    what = standing(line, side, body)
    last = next((token for token in reversed(line.tokens) if line.offset + token.idx < side.end), None)
    return what in ("speaker", "name", "place") or (
        what == "unknown" and not line.has_verb(side) and last is not None and last.tag_[:2] == "NN")


def _verb(line: Line, start: int, body: Body) -> Reading | None:
    """“X says Y”, “X vows to Y”; never “X says” alone, “said to be”, or a noun (“jobless claims fall”)."""
    tokens = [token for token in line.tokens if line.offset + token.idx >= start]
    for number, token in enumerate(tokens):
        word = token.lower_
        if word in NOUNS_TOO and token.tag_ not in ("VBZ", "VBP", "VBD"):
            continue
        if word not in SAYS and word not in NOUNS_TOO:
            if token.tag_ in ("VBZ", "VBP", "VBD", "MD") or token.text in QUOTE_MARKS:
                return None                                     # another verb first: the model's
            continue
        following = tokens[number + 1] if number + 1 < len(tokens) else None
        place = line.offset + token.idx
        source, content = line.trim(start, place), line.trim(place + len(token.text), line.end)
        if following is None or source is None or content is None or len(line.words(content)) < 2:
            return None
        if following.tag_ == "IN" and following.lower_ != "that":
            return None
        if (following.lower_ == "to") != (word in WITH_TO) and (following.lower_ == "to" or word in NOUNS_TOO):
            return None
        words = line.words(source)
        if len(words) > SHORT + 2 or words[0].lower() in NO_SUBJECT or "," in line.text[source.start:source.end] or \
                words[-1].lower() in PREPOSITIONS or standing(line, source, body) in ("label", "topic"):
            return None
        return Reading(source, Span(place, place + len(token.text)), content, "verb")
    return None


QUOTE_MARKS = frozenset("“ ‘ \" ' «".split())


# ------------------------------------------------------------------ rule and model

def _touch(spans: Sequence[Span], other: Span) -> bool:
    return any(start < other.end and other.start < end for start, end in spans)


def _laid_to_nobody(one: Statement, silent: Sequence[Span], text: str) -> bool:
    """Whether a model's statement has a label, a topic, a place or “nobody” for its source."""
    words = " ".join(text[start:end] for start, end in one.source).lower()
    if words in NOBODY:
        return True
    return bool(one.source) and (not one.cue or text[one.cue[0].start:one.cue[0].end] in (":", "–", "—", "-")) and \
        any(side.start <= one.source[0].start and one.source[-1].end <= side.end for side in silent)


def _within(one: Statement, line: Line) -> Statement | None:
    """A statement whose cue lies in this stretch without the pieces of content that lie in another; where all do, with
    what stands after its cue, and not at all where nothing does."""
    if not one.cue or not _touch(one.cue, Span(line.start, line.end)):
        return one
    content = tuple(piece for piece in one.content if _touch((piece,), Span(line.start, line.end)))
    if not content:
        rest = line.trim(one.cue[-1].end, line.end)
        content = (rest,) if rest else ()
    if content == one.content:
        return one
    return replace(one, content=content, score=None) if content else None


def _agree(mine: list[Statement], reading: Reading, text: str, block: int, taken: set[str]) -> list[Statement]:
    """The model's statements and the rule's: one where they say the same, the rule's where the model has the sides
    the wrong way round, both where one lies inside the other."""
    if reading.by == "verb":
        if any(_touch(one.cue, reading.cue) or _touch(one.content, reading.source or reading.cue) or (
                reading.source and _touch(one.source, reading.source)) for one in mine):
            return mine
        return [*mine, _statement(reading, text, block, taken)]
    kept, found = [], False
    for one in mine:
        same = _touch(one.content, reading.content) and (
            _touch(one.source, reading.source) if reading.source else _touch(one.cue, reading.cue))
        if same and not found:
            found = True
            changed = one.content != (reading.content,) or reading.source is None
            kept.append(replace(one, content=(reading.content,), form=_form(text, reading.content), score=None,
                                source=one.source if reading.source else (),
                                cue=one.cue if reading.source else (reading.cue,)) if changed else one)
        elif same or _touch(one.cue, reading.cue) or (reading.source and _touch(one.content, reading.source)):
            continue
        else:
            kept.append(one)
    return kept if found else [*kept, _statement(reading, text, block, taken)]


def _statement(reading: Reading, text: str, block: int, taken: set[str]) -> Statement:
    number = len(taken) + 1
    while f"s{number}" in taken:
        number += 1
    taken.add(f"s{number}")
    return Statement(id=f"s{number}", form=_form(text, reading.content), content=(reading.content,),
                     source=(reading.source,) if reading.source else (), cue=(reading.cue,), in_headline=True,
                     block=block)


def _form(text: str, content: Span) -> Form:
    quotes = [mark for mark in QUOTE.finditer(text, content.start, content.end)]
    if quotes and quotes[0].start() == content.start and quotes[-1].end() >= content.end and len(quotes) == 1:
        return "direct"
    return "mixed" if quotes else "indirect"


# ------------------------------------------------------------------ headline and body

def content_words(text: str) -> frozenset[str]:
    """The words that carry a statement, roughly stemmed."""
    words = (word.lower() for word in re.findall(r"[^\W_]+", text))
    return frozenset(re.sub(r"(?:ing|ed|es|s|d|e)$", "", word) if len(word) > 4 else word
                     for word in words if word not in STOP)


def bear_out(statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """The statements, each headline one linked to the body statement that says the same on the same word, if any."""
    body = [one for one in statements if not one.in_headline]

    def words(one: Statement) -> frozenset[str]:
        return content_words(" ".join(text[start:end] for start, end in one.content))

    if not any(one.in_headline for one in statements):
        return tuple(statements)
    linked = []
    for one in statements:
        if one.in_headline:
            mine = words(one)
            ranked = sorted(((len(mine & words(other)) / max(1, min(len(mine), len(words(other)))),
                              one.speaker is not None and one.speaker == other.speaker, -number, other)
                             for number, other in enumerate(body)), key=lambda row: (row[0] + 0.2 * row[1], row[2]),
                            reverse=True)
            best = next((other for share, same, _, other in ranked
                         if (share >= ENOUGH and (same or one.speaker is None or share >= 0.6)) or (
                             share and same)), None)
            one = replace(one, borne_out_by=best.id if best else None)
        linked.append(one)
    return tuple(linked)
