"""What stands in quotation marks but is nobody's speech."""

import pytest

from sayso.claims.quoted import find_quoted
from sayso.model import Block, Document, Record, Span, Statement


def quoted(text, content=None):
    statements = ()
    if content:
        start = text.index(content)
        statements = (Statement(id="s1", form="mixed", content=(Span(start, start + len(content)),)),)
    record = find_quoted(Record(document=Document(id="x", text=text, blocks=(Block(0, len(text), "body"),)),
                                statements=statements))
    return [(text[one.start:one.end], one.why) for one in record.quoted]


@pytest.mark.parametrize(("text", "found"), [
    ("The “reform” shut ten schools.", [("reform", "scare")]),
    ("He read the novel “The Long Harvest” twice.", [("The Long Harvest", "title")]),
    ("They marched under the slogan “Bread first” to the gate.", [("Bread first", "motto")]),
    ("The boxer, known as “the Anvil”, retired.", [("the Anvil", "nickname")]),
    ("Joseph “Sparrow” Adeyi retired.", [("Sparrow", "nickname")]),
    ("The mark “is never closed.", []), ("Nothing “ ” is said.", []),
])
def test_quoted(text, found):
    assert quoted(text) == found


def test_speech_is_not_quoted():
    assert quoted("“We will not sell,” Moro said.", "“We will not sell,”") == []


def test_a_bare_name_in_marks_inside_a_statement_is_scare_quotes():
    assert quoted("‘Norland’ wants war: leader", "‘Norland’ wants war") == [("Norland", "scare")]
