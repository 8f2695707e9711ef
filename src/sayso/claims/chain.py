"""The hands that each statement went through: speaker → their own source → relaying media → wire → outlet.

Read from the words around a statement's content (its frame): “told Coastwire”, “in an interview with”, “according to”
beside a speaker, “quoted by”, “state media reported, quoting”, “citing”, datelines and credit lines.  A medium that
quotes or cites somebody hands them on; anybody else who cites has a source of their own (`origin`).  An inner
statement's chain goes on through the statement around it (`parent`).  Known failures: a medium that no word gives
away and that is told nothing (“Zorza has it that …”); relays named a paragraph before.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sayso.annotate.mentions import CALENDAR
from sayso.annotate.names import key
from sayso.annotate.parse import phrase, source_heads
from sayso.claims.headlines import bear_out
from sayso.claims.source_type import classes, is_medium, reason_for_anonymity, singular, source_type
from sayso.claims.wire import wire_hand
from sayso.model import Document, Entity, Hand, Mention, Provenance, Record, Span, Statement

VERSION = "3"
DEEPEST = 4
"""Levels of statements inside statements that are told apart."""
NO_MEDIUM = frozenset("""un eu fbi cia nsa pentagon kremlin nato who unicef opec asean au imf congress parliament
senate reporters journalists lawmakers mps court judge judges police inquiry tribunal commission council committee
assembly parliamentarians supporters ministers visitors delegates investors""".split())
REPORTING = frozenset(
    "reported reports said says quoted quotes quoting cited cites carried published aired broadcast showed "
    "announced wrote writes".split()
)
OCCASIONS = frozenset("""interview interviews remarks comments speech statement address programme program briefing
phone-in call-in broadcast podcast show documentary debate op-ed message email letter text""".split())
"""What words are said in, on or to a medium."""
WRITTEN = frozenset("message email letter text op-ed".split())
"""Of these only a medium passes on what it is sent."""
PASSED_ON = frozenset("""aired approached broadcast carried contacted excerpted leaked obtained posted published quoted
reached read released reproduced reviewed run seen shown verified viewed""".split())
PEOPLE = frozenset("""man woman boy girl child person people passenger driver parent teacher nurse doctor
soldier""".split())
RANK_TOLD, RANK_QUOTED, RANK_REPORTED = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Named:
    """Who stands in a noun phrase: words to show, entity if known, where, and whether it is a medium."""

    name: str
    entity: str | None
    span: Span
    medium: bool
    head: Any
    whole: Span
    person: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around one statement's content in one paragraph, and the statement's own source."""

    paragraph: Any
    tokens: tuple[Any, ...]
    source: tuple[Span, ...]
    content: tuple[Span, ...]


class Report:
    """A record's parts by place, so that looking one up does not grow with the length of the report."""

    def __init__(self, record: Record, paragraphs: Sequence[Any]) -> None:
        self.record, self.text, self.paragraphs = record, record.document.text, paragraphs
        self.starts = [one.start for one in paragraphs]
        self.people = {entity.id: entity for entity in record.entities}
        self.mentions = sorted(record.mentions, key=lambda one: one.start)
        self.mention_starts = [one.start for one in self.mentions]

    def paragraph(self, position: int) -> Any | None:
        """The paragraph that holds a character."""
        at = bisect(self.starts, position) - 1
        return self.paragraphs[at] if at >= 0 and position < self.paragraphs[at].end else None

    def number(self, position: int) -> int:
        """The number of the paragraph that holds a character, or of the one before it."""
        return max(0, bisect(self.starts, position) - 1)

    def mentions_in(self, start: int, end: int) -> list[Mention]:
        """Mentions that begin in text[start:end]."""
        return self.mentions[bisect(self.mention_starts, start - 1):bisect(self.mention_starts, end)]


@dataclass(frozen=True, slots=True)
class TraceHands:
    """The stage; `parse` gives the report's paragraphs (annotate.parse.parse_report)."""

    parse: Callable[[Document], Sequence[Any]]

    def __call__(self, record: Record) -> Record:
        """The record with source_type, chain, parent, reason and borne_out_by on each statement."""
        return trace_hands(record, self.parse(record.document)) if record.statements else record


def trace_hands(record: Record, paragraphs: Sequence[Any]) -> Record:
    """The record with source_type, chain, parent, reason and borne_out_by on each statement."""
    if not paragraphs:                                         # nothing in the report's own blocks to read hands from
        return record
    report = Report(record, paragraphs)
    near = _neighbours(record.statements, report)
    kept, merged = _merge_relays(record.statements, near, report.text)
    statements = _parents(kept, near)
    by_id = {one.id: one for one in statements}
    near = _neighbours(statements, report)
    document = record.document
    mine: dict[str, Statement] = {}
    own: dict[str, tuple[Hand | None, list[Hand], list[Hand]]] = {}
    for statement in statements:
        frames = _frames(statement, by_id.get(statement.parent or ""), near[statement.id], report)
        speaker, origins, ranked, swapped = _hands(statement, frames, report)
        for gone in merged.get(statement.id, ()):              # “according to …” beside a speaker
            ranked += [(RANK_REPORTED, hand) for hand in _merged_hand(gone, report)
                       if hand.name not in {one.name for _, one in ranked}]
        relays = [hand for _, hand in sorted(ranked, key=lambda pair: pair[0])]
        head = _head(report, statement.source) if swapped is None else swapped.head
        known = report.people.get(speaker.entity or "") if speaker else None
        kind = "unattributed" if speaker is None and not statement.source else source_type(
            head, _source_words(head, statement.source, document.text) if swapped is None else swapped.name, known,
            by_name=known is not None and "@" not in known.id)
        reason = reason_for_anonymity(document.text, _spots(statement, report)) if kind == "anonymous" else None
        mine[statement.id] = replace(statement, source_type=kind, reason=reason,
                                     speaker=speaker.entity if speaker else None)
        own[statement.id] = speaker, origins, relays
    echoes = {one.id for one in statements if one.parent and one.score is None and by_id[one.parent].score is not None
              and mine[one.id].speaker is not None and mine[one.id].speaker == mine[one.parent].speaker}
    statements = tuple(
        replace(one, parent=_past(one.parent, echoes, by_id)) for one in statements if one.id not in echoes
    )
    mine = {one.id: replace(mine[one.id], parent=one.parent) for one in statements}
    wire = wire_hand(document, report.people)
    done = tuple(replace(mine[one.id], chain=_chain(one, mine, own, wire, document)) for one in statements)
    done = bear_out(done, document.text)
    return replace(record, statements=done,
                   provenance=(*record.provenance, Provenance("chain", "sayso-rules", VERSION)))


def _chain(statement: Statement, statements: dict[str, Statement],
           own: dict[str, tuple[Hand | None, list[Hand], list[Hand]]], wire: Hand | None,
           document: Document) -> tuple[Hand, ...]:
    """Speaker, origins, relays from the innermost statement out, wire, outlet; what was told to the outlet itself went
    through no other hand, and the outlet stands at the words that say so."""
    speaker, origins, relays = own[statement.id]
    origins, relays = list(origins), list(relays)
    outer = statement.parent
    while outer is not None:
        them, theirs, further = own[outer]
        origins += theirs
        relays += ([replace(them, hand="relay")] if them else []) + further
        outer = statements[outer].parent
    itself = [hand for hand in relays if _is_outlet(hand, document.outlet)]
    hands = ([speaker] if speaker else []) + origins + [hand for hand in relays if hand not in itself]
    if wire and all(hand.name != wire.name for hand in hands):
        hands.append(wire)
    at = itself[0] if itself else None
    return (*hands, Hand("outlet", None, document.outlet, at.start if at else None, at.end if at else None))


def _is_outlet(hand: Hand, outlet: str | None) -> bool:
    """Whether a relay is the outlet of the page by its name or a part of it: The Vellapur Express, “told Express”."""
    name, whole = key((hand.name or "").split()), key((outlet or "").split())
    return bool(name) and any(whole[at:at + len(name)] == name for at in range(len(whole)))


# ------------------------------------------------------------------ statements inside statements

def _covers(outer: Statement, inner: Statement) -> bool:
    """Whether inner's content, and its source or cue, lie inside outer's content, and it is not the whole of it."""
    if outer is inner or outer.content == inner.content:
        return False
    def within(spans: tuple[Span, ...]) -> bool:
        return all(any(a <= s and e <= b for a, b in outer.content) for s, e in spans)
    marks = (*inner.source[:1], *inner.cue[:1])
    return within(inner.content) and bool(marks) and any(within((mark,)) for mark in marks)


def _neighbours(statements: Sequence[Statement], report: Report) -> dict[str, list[Statement]]:
    """Statement id → the statements that touch a paragraph which its own parts touch."""
    touched: dict[int, list[Statement]] = defaultdict(list)
    places: dict[str, set[int]] = {}
    for one in statements:
        places[one.id] = {number for start, end in (*one.content, *one.source, *one.cue)
                          for number in range(report.number(start), report.number(end - 1) + 1)}
        for number in places[one.id]:
            touched[number].append(one)
    return {one.id: list({other.id: other for number in sorted(places[one.id]) for other in touched[number]}.values())
            for one in statements}


def _parents(statements: Sequence[Statement], near: dict[str, list[Statement]]) -> tuple[Statement, ...]:
    """Each statement with the smallest one around it as parent, DEEPEST levels at most."""
    size = {one.id: sum(e - s for s, e in one.content) for one in statements}
    around = {one.id: min((other for other in near[one.id] if other.id in size and _covers(other, one)),
                          key=lambda other: size[other.id], default=None) for one in statements}
    kept = []
    for one in statements:
        depth, parent = 1, around[one.id]
        while parent is not None:
            depth, parent = depth + 1, around[parent.id]
        if depth <= DEEPEST:
            above = around[one.id]
            kept.append(replace(one, parent=above.id if above else None))
    return tuple(kept)


def _past(parent: str | None, gone: set[str], by_id: dict[str, Statement]) -> str | None:
    """The next statement outwards that is still there: “she said she hopes …” is one statement of hers."""
    while parent is not None and parent in gone:
        parent = by_id[parent].parent
    return parent


def _merge_relays(statements: Sequence[Statement], near: dict[str, list[Statement]], text: str
                  ) -> tuple[list[Statement], dict[str, list[Statement]]]:
    """The statements without those that only say who relayed another (“…,” X said, *according to Y*), and those by the
    id of the one they belong to."""
    kept: list[Statement] = []
    merged: dict[str, list[Statement]] = defaultdict(list)
    for one in statements:
        cue = text[one.cue[0].start:one.cue[-1].end].lower() if one.cue else ""
        trailing = bool(one.source) and one.source[0].start >= one.content[-1].end
        inside = [other for other in near[one.id] if other.source and _covers(one, other)]
        if inside and (cue.startswith("according") or (trailing and is_medium(_words(text, one.source)))):
            for other in inside:
                merged[other.id].append(one)
        else:
            kept.append(one)
    return kept, merged


def _merged_hand(gone: Statement, report: Report) -> list[Hand]:
    head = _head(report, gone.source)
    paragraph = report.paragraph(gone.source[0].start) if gone.source else None
    if head is None or paragraph is None:
        return []
    named = _named(head, paragraph, report)
    return [Hand("relay", named.entity, named.name, *named.span)]


# ------------------------------------------------------------------ the words around a statement

def _head(report: Report, spans: tuple[Span, ...]) -> Any | None:
    """The head word of a source."""
    paragraph = report.paragraph(spans[0].start) if spans else None
    return next(iter(source_heads(paragraph, spans[0])), None) if paragraph is not None else None


def _sentences(paragraph: Any, spans: Sequence[Span]) -> list[Any]:
    """The sentences of a paragraph that any of the spans touches."""
    return [sentence for sentence in paragraph.parsed.sents if any(
        paragraph.start + sentence.start_char < end and start < paragraph.start + sentence.end_char
        for start, end in spans)]


def _frames(statement: Statement, around: Statement | None, near: Sequence[Statement], report: Report) -> list[Frame]:
    """The sentences that hold the cue and source (else the content's last), without this content and without the
    siblings', their sources and cues."""
    marks = [*statement.cue, *statement.source] or [statement.content[-1]]
    hidden = [span for other in near for span in other.content
              if other.id == statement.id or not _covers(other, statement)]
    hidden += [span for other in near for span in (*other.source, *other.cue)
               if other.source != statement.source and other.cue != statement.cue and not _covers(other, statement)]
    frames = []
    for number in sorted({report.number(mark.start) for mark in marks}):
        paragraph = report.paragraphs[number]
        touching = _sentences(paragraph, [mark for mark in marks if paragraph.start <= mark.start < paragraph.end])
        if not touching:
            continue
        reach = _sentences(paragraph, statement.content)
        low, high = touching[0].start, touching[-1].end
        if reach and around is None:
            low, high = min(low, reach[-1].start if reach[-1].start <= high else low), max(high, reach[-1].end)
        tokens = []
        for token in paragraph.parsed[low:high]:
            place = paragraph.start + token.idx
            if token.is_space or token.text in "“”\"‘" or any(start <= place < end for start, end in hidden):
                continue
            if around is None or any(start <= place < end for start, end in around.content):
                tokens.append(token)
        frames.append(Frame(paragraph, tuple(tokens), statement.source, statement.content))
    return frames


def _spots(statement: Statement, report: Report) -> list[Span]:
    """The sentences of the source and cue, and the one after, for reasons of anonymity."""
    found = []
    for number in sorted({report.number(span.start) for span in (*statement.cue, *statement.source)}):
        paragraph = report.paragraphs[number]
        sentences = list(paragraph.parsed.sents)
        for sentence in _sentences(paragraph, (*statement.cue, *statement.source)):
            last = sentences[min(sentences.index(sentence) + 1, len(sentences) - 1)]
            found += [
                Span(paragraph.start + one.start_char, paragraph.start + one.end_char) for one in (sentence, last)
            ]
    return found


def _words(text: str, spans: tuple[Span, ...]) -> str:
    return text[spans[0].start:spans[-1].end] if spans else ""


def _source_words(head: Any | None, spans: tuple[Span, ...], text: str) -> str:
    """A source's words; of a relative pronoun those of the noun before it."""
    words = _words(text, spans)
    if head is None or head.text in words:
        return words
    first, last = phrase(head)
    return str(head.doc[first:last + 1].text)


# ------------------------------------------------------------------ noun phrases as hands

def _phrase_at(tokens: Sequence[Any], position: int) -> Any | None:
    """The head of the noun phrase that begins at tokens[position], or None."""
    while position < len(tokens) and tokens[position].text in ("‘", "’", "'", "“", "\""):
        position += 1
    if position >= len(tokens) or tokens[position].tag_[:2] not in (
        "DT",
        "NN",
        "JJ",
        "PR",
        "CD",
        "FW",
        "VB",
        "RB",
        "PO",
    ):
        return None
    last = position
    while last + 1 < len(tokens) and tokens[last + 1].i == tokens[last].i + 1 and (
            tokens[last + 1].tag_[:2] in ("NN", "JJ", "CD", "FW", "PO", "HY") or tokens[last + 1].text in "-’"
            or (tokens[last].text in "-" and tokens[last + 1].text.isalpha())
            or (tokens[last + 1].tag_ in ("VBN", "VBG") and last == position)
            or (tokens[last + 1].text[0].isupper() and tokens[last].text[0].isupper())):
        last += 1
    while last > position and (
        tokens[last].tag_[:2] not in ("NN", "CD", "FW", "PR") and not tokens[last].text[0].isupper()
    ):
        last -= 1
    head = tokens[last]
    return head if head.tag_[:2] in ("NN", "CD", "FW", "PR", "DT") or head.text[0].isupper() else None


def _named(head: Any, paragraph: Any, report: Report) -> Named:
    """Who a noun phrase stands for, by its head word and the mentions in it."""
    place = paragraph.start + head.idx
    low, high = paragraph.phrase(head)
    whole = paragraph.span(low, high)
    text, people = report.text, report.people
    here = report.mentions_in(paragraph.start, paragraph.end)
    mentions = [one for one in here if (one.entity and one.kind != "pronoun") or one.kind == "name"]
    exact = next((one for one in mentions if one.kind == "name" and one.start <= place < one.end), None)
    if exact is None and head.tag_.startswith("PRP"):
        exact = next((one for one in here if one.start <= place < one.end), None)
    if exact is None and ("media" in classes(head.text) or head.lower_ in ("agency", "network", "report", "dispatch",
                                                                           "story", "service", "broadcaster")):
        after = next(
            (one for one in mentions if one.kind == "name" and 0 <= one.start - (place + len(head.text)) <= 1), None
        )
        before = [one for one in mentions if one.kind == "name" and whole.start <= one.start and one.end <= place
                  and text[one.end:place].strip().islower() | (text[one.end:place].strip() == "")]
        exact = after or (before[-1] if before else None)
        if exact is not None:
            entity = people.get(exact.entity or "")
            return Named(entity.name if entity else text[exact.start:exact.end], exact.entity,
                         Span(exact.start, exact.end), True, head, whole)
    if exact is not None:
        entity = people.get(exact.entity or "")
        name = entity.name if entity else text[exact.start:exact.end]
        medium = is_medium(name) or any(is_medium(alias) for alias in (entity.aliases if entity else ())) or \
            "media" in classes(text[max(0, exact.start - 20):exact.start].rpartition(" ")[0].rpartition(" ")[2])
        person = entity is not None and entity.type == "person" and not medium
        return Named(name, exact.entity, Span(exact.start, exact.end), medium, head, whole, person)
    nominal = next((one for one in mentions if one.kind == "nominal" and one.start <= place < one.end
                    and whole.start <= one.start), None)
    name = text[whole.start:whole.end]
    entity = people.get(nominal.entity or "") if nominal else None
    return Named(
        entity.name if entity and "@" not in entity.id else name,
        nominal.entity if nominal else None,
        whole,
        "media" in classes(head.text) or (head.lower_ in ("agency", "network", "service", "site") and is_medium(name)),
        head,
        whole,
        bool(entity and entity.type == "person"),
    )


def _may_be_told(named: Named, people: dict[str, Entity]) -> bool:
    """Whether somebody who is told something passes it on: a medium, or a name that is no person, place or known
    body."""
    if named.medium:
        return True
    entity = people.get(named.entity or "")
    word = named.head.lower_
    if not named.head.text[0].isupper() or word in NO_MEDIUM | CALENDAR or (
            entity is None and named.head.tag_.startswith("PRP")):
        return False
    if entity is None or (entity.type == "person" and not entity.roles and any(
            child.lower_ == "the" for child in named.head.children)):
        return True
    if entity.type in ("person", "place", "group"):
        # one capitalised word that only the parser's subject relation took for a person
        return False if entity.type != "person" else " " not in entity.name and not entity.roles and \
            not any(one in entity.name for one in "-’'")
    return not any(classes(part) & {"body", "office"} for part in entity.name.split())


def _can_tell(named: Named, people: dict[str, Entity]) -> bool:
    """Whether what is cited or followed says something: a medium, a name, somebody, a document; “low growth” is a
    reason, and no source."""
    if named.medium or classes(named.head.text) or named.head.tag_ in ("NNP", "NNPS", "CD", "PRP"):
        return True
    entity = people.get(named.entity or "")
    return singular(named.head.text) in PEOPLE or any(child.dep_ == "relcl" and any(
        token.lower_ == "who" for token in child.subtree) for child in named.head.children) or (
        entity is not None and entity.type in ("person", "group", "organisation", "document"))


# ------------------------------------------------------------------ hands from frames

def _hands(statement: Statement, frames: Sequence[Frame], report: Report
           ) -> tuple[Hand | None, list[Hand], list[tuple[int, Hand]], Named | None]:
    """Speaker, origins, ranked relays; and, where the source was only a medium that quotes somebody, who that is."""
    text, people = report.text, report.people
    known = people.get(statement.speaker or "")
    speaker = None
    if statement.source:
        start, end = statement.source[0].start, statement.source[-1].end
        name = known.name if known else text[start:end]
        speaker = Hand("speaker", statement.speaker, name, start, end)
    elif known is not None:                                    # a quotation that goes on after its cue
        speaker = Hand("speaker", known.id, known.name)
    medium = bool(speaker and (is_medium(speaker.name or "") or is_medium(_words(text, statement.source))))
    if known is not None and known.type == "person" and "@" not in known.id and " " in known.name:
        medium = False
    origins: list[Hand] = []
    relays: list[tuple[int, Hand]] = []
    swapped: Named | None = None
    quoting: list[Named] = []
    head = _head(report, statement.source)
    paragraph = report.paragraph(statement.source[0].start) if statement.source else None
    place = paragraph.start + head.idx if head is not None and paragraph is not None else None
    for frame in frames:
        for kind, rank, named in _found(frame, report):
            within = any(named.whole.start < end and start < named.whole.end for start, end in statement.source)
            mine = (within and (place is None or not named.medium or named.whole.start <= place < named.whole.end)) or \
                (named.entity is not None and named.entity == statement.speaker)
            if kind == "quotes" and not mine:
                quoting.append(named)
            elif kind == "relay" and not mine and not any(
                    hand.name == named.name or (hand.start is not None and hand.end is not None and
                                                named.whole.start < hand.end and hand.start < named.whole.end)
                    for _, hand in relays):
                relays.append((rank, Hand("relay", named.entity, named.name, *named.span)))
            elif kind == "origin" and not mine and all(hand.name != named.name for hand in origins):
                origins.append(Hand("origin", named.entity, named.name, *named.span))
    for named in quoting:
        hand = Hand("relay", named.entity, named.name, *named.span)
        if named.medium and all(one.name != named.name for _, one in relays):
            relays.append((RANK_QUOTED, hand))
        elif medium and swapped is None and not named.medium:
            swapped = named
        elif not named.medium and not any(kind == RANK_REPORTED for kind, _ in relays):
            origins.append(replace(hand, hand="origin"))
    if swapped is not None and speaker is not None:
        relays.append((RANK_REPORTED, replace(speaker, hand="relay")))
        speaker = Hand("speaker", swapped.entity, swapped.name, *swapped.span)
    return speaker, origins, relays, swapped


def _found(frame: Frame, report: Report) -> Iterator[tuple[str, int, Named]]:
    """What the frame says of hands: ("relay", rank, who), ("origin", 0, who), ("quotes", 0, who is quoted or cited)."""
    tokens = frame.tokens
    words, people = [token.lower_ for token in tokens], report.people

    def at(position: int) -> Named | None:
        head = _phrase_at(tokens, position)
        return _named(head, frame.paragraph, report) if head is not None else None

    for i, word in enumerate(words):
        after = words[i + 1] if i + 1 < len(words) else ""
        named: Named | None
        if word in ("told", "tells", "telling", "tell"):
            if after == "by":
                named = at(i + 2)
                if named and not named.medium:
                    yield "origin", 0, named
            elif words[i - 1:i] != ["was"] and (named := at(i + 1)) and _may_be_told(named, people):
                yield "relay", RANK_TOLD, named
        elif word in ("speaking", "spoke", "talking", "talked") and after in ("to", "with", "on"):
            if (named := at(i + 2)) and _may_be_told(named, people):
                yield "relay", RANK_TOLD, named
        elif word in OCCASIONS:
            if (where := _medium_before(tokens, i, frame, report)) is not None:
                yield "relay", RANK_TOLD, where
            for j in range(i + 1, min(i + 7, len(words))):
                if words[j] in (",", ".", ";"):
                    break
                if words[j] in ("with", "by", "on", "to", "for", "in") and (named := at(j + 1)) and (
                        _may_be_told(named, people) if words[j] in ("with", "by", "to", "for") and
                        word not in WRITTEN else named.medium):
                    yield "relay", RANK_TOLD, named
                    break
        elif word in PASSED_ON and (by := [
                one for j in range(i + 1, i + 1 + _until_mark(words[i + 1:i + 7]))
                if words[j] in ("by", "on") and (one := at(j + 1)) is not None and one.medium]):
            yield "relay", RANK_REPORTED, by[0]
        elif word in ("quoted", "cited", "asked", "interviewed") and after == "by":
            if (named := at(i + 2)) and _may_be_told(named, people):
                yield "relay", RANK_QUOTED if word in ("quoted", "cited") else RANK_TOLD, named
        elif word == "according" and after == "to":
            if (named := at(i + 2)) is not None and _can_tell(named, people):
                yield "relay", RANK_REPORTED, named
        elif word in ("quoting", "citing", "cites", "cited", "quoted", "quotes"):
            if word in ("quoted", "quotes", "cited", "cites") and (who := _subject(tokens, i, frame, report)) and \
                    (who.medium or _may_be_told(who, people)):
                yield "relay", RANK_REPORTED, who
            if (named := at(i + 1)) is not None and _can_tell(named, people):
                yield "quotes", 0, named
        elif word in ("pointing", "pointed", "points", "point") and after == "to":
            if (named := at(i + 2)) and classes(named.head.text) & {"document", "evidence"}:
                yield "origin", 0, named
        elif (word in ("based", "relying", "drawing") and after in ("on", "upon")) or \
                (word == "basis" and after == "of"):
            if (named := at(i + 2)) is not None and _can_tell(named, people):
                yield "origin", 0, named
        elif word in REPORTING and after != "by" and (who := _subject(tokens, i, frame, report)) is not None and (
                who.medium or (word == "reported" and who.head.text[0].isupper() and _may_be_told(who, people))):
            yield "relay", RANK_REPORTED, who


def _until_mark(words: Sequence[str]) -> int:
    """How many words come before the first comma, semicolon or full stop."""
    return next((n for n, word in enumerate(words) if word in (",", ".", ";")), len(words))


def _medium_before(tokens: Sequence[Any], position: int, frame: Frame, report: Report) -> Named | None:
    """The medium whose name stands before an occasion: “in a Radio Sahil interview”, “on the BBC's late show”."""
    last = position - 1
    while last > 0 and tokens[last].tag_ in ("NN", "JJ") and tokens[last].text.islower() and position - last < 4:
        last -= 1
    if last > 0 and tokens[last].tag_ == "POS":
        last -= 1
    if last < 0 or tokens[last].i < tokens[position].i - 5 or not tokens[last].text[0].isupper():
        return None
    named = _named(tokens[last], frame.paragraph, report)
    return named if named.medium and named.entity else None


def _subject(tokens: Sequence[Any], verb: int, frame: Frame, report: Report) -> Named | None:
    """Who does what tokens[verb] says: its parsed subject in the frame, or else the phrase that ends right before
    it."""
    for child in tokens[verb].children:
        if child.dep_ == "nsubj" and any(child.i == token.i for token in tokens):
            return _named(child, frame.paragraph, report)
    j = verb - 1
    while j >= 0 and tokens[j].tag_ in ("RB", "VBD", "VBZ", "VBP") and tokens[j].lower_ not in REPORTING:
        j -= 1
    if j >= 0 and tokens[j].tag_[:2] == "NN" and tokens[j].i == tokens[verb].i - (verb - j):
        return _named(tokens[j], frame.paragraph, report)
    return None
