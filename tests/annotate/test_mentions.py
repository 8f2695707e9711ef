"""Where a name begins and ends, and what before it is an office."""

import pytest

from sayso.annotate.coreference import Linked, add_linked
from sayso.annotate.mentions import find_mentions
from sayso.annotate.parse import parse_report
from sayso.model import Block, Document


def names(*lines: str) -> list[tuple[str, str]]:
    """(title or nothing, name) of every name in a report of these lines."""
    text = "\n".join(lines)
    document = Document(id="0" * 64, text=text, blocks=(Block(0, len(text), "body"),))
    return [(text[slice(*one.title)] if one.title else "", text[one.start:one.end])
            for one in find_mentions(parse_report(document)) if one.kind == "name"]


@pytest.mark.parametrize(("line", "title", "name"), [
    ("Karoa Secretary of State Jon Ruiz said so.", "Secretary of State", "Jon Ruiz"),
    ("The former secretary of state Jon Ruiz said so.", "former secretary of state", "Jon Ruiz"),
    ("His Chief of Staff Jeremy Moro said so.", "Chief of Staff", "Jeremy Moro"),
    ("Minister for Foreign Affairs Winston Ruiz said so.", "Minister for Foreign Affairs", "Winston Ruiz"),
    ("She met Minister of Trade and Industry Ann Moro there.", "Minister of Trade and Industry", "Ann Moro"),
    ("Governor of Texas Greg Moro said so.", "Governor of Texas", "Greg Moro"),
    ("Rep. Ann Moro said so.", "Rep.", "Ann Moro"),
    ("Republican Donald Moro said so.", "Republican", "Donald Moro"),
    ("Actress and activist Carla Moro said so.", "Actress and activist", "Carla Moro"),
])
def test_an_office_stands_before_the_name(line, title, name):
    assert (title, name) in names(line)


@pytest.mark.parametrize(("line", "name"), [
    ("The mother of Jon Ruiz said so.", "Jon Ruiz"), ("The leader of the Reed Party said so.", "Reed Party"),
    ("The mayor of Senda said so.", "Senda"),
])
def test_what_somebody_is_of_is_no_office(line, name):
    assert names(line) == [("", name)]


def test_an_office_alone_is_no_name():
    assert names("The Secretary of State and the Minister for Health said so.") == []


def test_a_line_may_end_on_a_title():
    assert names("Senda and its Deputy Prime Minister", "R", "Ann Moro, R") == [("", "Senda"), ("", "Ann Moro")]


def test_a_constituency_is_no_name():
    assert names("Sen. Ann Moro (R-Ga.) and Tom Ruiz, D-Texas, said so.") == [("Sen.", "Ann Moro"), ("", "Tom Ruiz")]


def test_in_a_line_of_capitals_a_word_that_the_report_has_small_is_no_name():
    assert names("Senda Floods Leave Ann Moro Without Shelter Again", "The floods leave her without shelter.") == [
        ("", "Senda"), ("", "Ann Moro")]


def test_a_mention_of_the_model_stands_in_its_own_sentence():
    text = "It rained. Ann Moro left.\nNobody spoke. It was dark, and the old ferryman slept."
    paragraphs = parse_report(Document(id="0" * 64, text=text, blocks=(Block(0, len(text), "body"),)))
    start, head = text.index("the old"), text.index("ferryman")
    model = Linked(start, head + 8, head, "person", -1, 0.9)
    mentions = [one for one in find_mentions(paragraphs) if one.head != head]
    assert [one.sentence for one in add_linked(mentions, [model], paragraphs) if one.head == head] == [4]


@pytest.mark.parametrize(("line", "name"), [
    ("North Korean leader Kim Jong-un spoke.", "Kim Jong-un"),
    ("Neighbouring Vostria denied it.", "Vostria"),
    ("He told the Sunday Argus so.", "Sunday Argus"),
    ("Stacy Baker of Senda spoke.", "Stacy Baker"),
    ("In Mura, Pres. Obi spoke.", "Obi"),
    ("KATE BOULDUAN: Why not debate?", "KATE BOULDUAN"),
    ("Prime Minister Theresa May spoke.", "Theresa May"),
    ("Mayor June Osborne spoke in June.", "June Osborne"),
    ("Police Chief Dolores “Lola” Benavides spoke.", "Dolores “Lola” Benavides"),
    ("He spoke for the Council on Foreign Relations.", "Council on Foreign Relations"),
    ("The Institute for Northern Affairs met.", "Institute for Northern Affairs"),
    ("The Textile Women's League met.", "Textile Women's League"),
    ("Cole & Sons Haulage paid.", "Cole & Sons Haulage"),
    ("Datuk Zulkifli bin Haji Osman spoke.", "Zulkifli bin Haji Osman"),
    ("Mayor Agathe Tournier told them.", "Agathe Tournier"),
    ("He told BBC Radio 4 so.", "BBC Radio 4"),
])
def test_what_a_name_is(line, name):
    assert name in [found for _, found in names(line)]


@pytest.mark.parametrize("line", [
    "In May Trump left.", "Iraq's Parliament met.", "The Senda-backed Ada Moro spoke (Md.) there.", "WATCH: It rained.",
    "Moro, on Sunday, spoke.",
])
def test_what_is_no_name(line):
    found = {name for _, name in names(line)}
    assert not {"Senda-backed Ada Moro", "Md.", "WATCH", "Sunday", "May Trump", "Iraq's Parliament"} & found
