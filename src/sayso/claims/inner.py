"""Statements inside statements: “The Israelis believe that …,” he said.

The training corpus has the outermost attribution only, so what lies inside a content is looked for here, in its
parse: a verb of speech or belief with a subject of its own and a clause after it, or “according to”.  Left alone:
first persons (their words are the outer speaker's own), denied, asked and supposed speech (“did not say”, “if they
say”), and whatever the reader has found already.  Known failure: quotations inside quotations without a verb between
them.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sayso.model import Document, Form, Provenance, Record, Span, Statement

VERSION = "1"
OWN = frozenset("i we you it that this there what which who one".split())
SUPPOSED = frozenset("if whether unless would could should might may must can not n't n’t never let to".split())
WITH_NOUNS = frozenset("expect fear predict promise deny demand announce describe admit confirm".split())
"""Verbs whose object alone may be what is laid to somebody: “expects growth of 2 percent”."""
HAVING = frozenset("has have had ’s ’ve 's 've".split())
SHORTEST = 2
"""Words that an inner content has at least."""


@lru_cache(maxsize=1)
def inner_cues() -> dict[str, str]:
    """Form → lemma, from lexicon/inner_cues.txt."""
    lines = files("sayso.claims").joinpath("lexicon", "inner_cues.txt").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class ReadInner:
    """The stage; `parse` gives the report's paragraphs (annotate.parse.parse_report)."""

    parse: Callable[[Document], Sequence[Any]]

    def __call__(self, record: Record) -> Record:
        """The record with inner statements added, after the ones they stand in."""
        if not record.statements:
            return record
        return read_inner(record, self.parse(record.document))


def read_inner(record: Record, paragraphs: Sequence[Any]) -> Record:
    """The record with inner statements added; their parents are told by `chain.trace_hands`."""
    places = [one.start for one in paragraphs]
    added: list[Statement] = []
    cues = {position for one in record.statements for mark in one.cue for position in range(*mark)}
    for outer in record.statements:
        for start, end in outer.content:
            for paragraph in paragraphs[max(0, bisect(places, start) - 1):bisect(places, end)]:
                for source, cue, content in inner_parts(paragraph, start, end):
                    if any(position in cues for position in range(cue.start, cue.end)):
                        continue
                    cues.update(range(cue.start, cue.end))
                    form: Form = "direct" if record.document.text[content.start] in "“\"‘" else "indirect"
                    added.append(Statement(id="", form=form, source=(source,), cue=(cue,), content=(content,),
                                           in_headline=outer.in_headline, block=outer.block))
    if not added:
        return record
    taken = {one.id for one in record.statements}
    number, named = len(record.statements), []
    for one in added:
        number += 1
        while f"s{number}" in taken:
            number += 1
        named.append(replace(one, id=f"s{number}"))
    whole = sorted((*record.statements, *named), key=lambda one: one.content[0])
    return replace(record, statements=tuple(whole),
                   provenance=(*record.provenance, Provenance("inner", "sayso-rules", VERSION)))


def inner_parts(paragraph: Any, start: int, end: int) -> Iterator[tuple[Span, Span, Span]]:
    """Source, cue and content of each statement in text[start:end] of a paragraph."""
    low, high = start - paragraph.start, end - paragraph.start
    tokens = [token for token in paragraph.parsed if low <= token.idx and token.idx + len(token.text) <= high]
    if not tokens:
        return
    first, last = tokens[0].i, tokens[-1].i
    for token in tokens:
        if token.lower_ in inner_cues() and (token.tag_ in ("VBD", "VBZ", "VBP", "VBG") or (
                token.tag_ == "VBN" and any(child.lower_ in HAVING for child in token.children))):
            found = _clause(token, first, last)
            if found:
                subject, content = found
                source = _noun_phrase(subject, first, last)
                yield paragraph.span(*source), paragraph.span(token.i, token.i), paragraph.span(*content)


def _clause(verb: Any, first: int, last: int) -> tuple[Any, tuple[int, int]] | None:
    """A verb's subject and the tokens of the clause after it, both inside first..last."""
    subject = next((child for child in verb.children if child.dep_ == "nsubj" and first <= child.i < verb.i), None)
    if subject is not None and subject.tag_ not in ("NNP", "NNPS"):
        subject = next((child for child in subject.rights if child.dep_ == "appos" and _who(child)), subject)
    after = [child for child in verb.children if child.i > verb.i]
    clause = next((child for child in after if child.dep_ == "ccomp" or (child.dep_ in ("xcomp", "pcomp")
                   and child.tag_ == "VBG")), None)
    if clause is None and inner_cues()[verb.lower_] in WITH_NOUNS:
        clause = next((child for child in after if child.dep_ == "dobj"), None)
    if subject is None or clause is None or subject.lower_ in OWN or clause.i > last:
        return None
    if any((child.lower_ in SUPPOSED and child.i < verb.i) or child.dep_ == "neg" for child in verb.children):
        return None
    begin, stop = max(clause.left_edge.i, verb.i + 1), min(clause.right_edge.i, last)
    while begin <= stop and verb.doc[begin].is_punct and verb.doc[begin].text not in "“\"‘":
        begin += 1
    while stop > begin and verb.doc[stop].is_punct:
        stop -= 1
    if stop - begin + 1 < SHORTEST:
        return None
    return subject, (begin, stop)


def _who(noun: Any) -> bool:
    """Whether “who …” follows a noun: of “…, a guard who saw it said” the guard is the subject, whatever the parser
    joined him to."""
    return any(child.dep_ == "relcl" and any(one.lower_ == "who" for one in child.lefts) for child in noun.rights)


def _noun_phrase(head: Any, first: int, last: int) -> tuple[int, int]:
    """First and last token of a subject, without relative clauses."""
    begin, stop = max(head.left_edge.i, first), head.i
    for child in head.rights:
        if child.dep_ in ("prep", "cc", "conj") and child.i <= stop + 1:
            stop = child.right_edge.i
        else:
            break
    while begin < head.i and (head.doc[begin].is_punct or head.doc[begin].dep_ in ("cc", "advmod", "mark")):
        begin += 1
    return begin, min(stop, last)
