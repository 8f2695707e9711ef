"""Careless texts, invented: what is set apart, under which name, and what must stay report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.acquire.blocks import cut_blocks, pieces
from sayso.model import Block

PROSE = ("The minister of transport, Adaeze Nwosu, said on Monday that the ferry had been overloaded when it left the "
         "port, and that her office had warned the owners twice.")
MORE = "Three survivors told reporters that they had seen no life jackets on board, and that nobody had counted them."


def named(text: str, role: str) -> list[str]:
    return [text[block.start:block.end] for block in cut_blocks(text) if block.role == role]


@pytest.mark.parametrize(("debris", "role"), [
    ("AfricaWorldTransport", "tags"),
    ("Back to top button", "boilerplate"),
    ("Share this:FacebookTwitterWhatsApp", "boilerplate"),
    ("Advertisement", "boilerplate"),
    ("Sign up for our newsletter and get the latest in your inbox", "boilerplate"),
    ("(Reporting by Chidi Obi; Editing by Ruth Vale)", "wire-credit"),
    ("Photo: Amara Diallo / Oru Agency", "caption"),
    ("The ferry in the harbour of Lume last week (Image: Oru Agency)", "caption"),
    ("Related: Port of Lume closed for a third day", "teaser"),
    ("Published 4 March 2031", "dateline"),
])
def test_a_line_of_debris_is_named(debris, role):
    text = f"Ferry was overloaded, minister says\n\n{PROSE}\n\n{debris}\n\n{MORE}"
    assert named(text, role) == [debris]
    assert named(text, "body") == [PROSE, MORE]


def test_tags_run_together_before_the_headline():
    text = f"AfricaWorldShipping\n\nFerry was overloaded, minister says\n\n{PROSE}\n\n{MORE}"
    assert named(text, "tags") == ["AfricaWorldShipping"]
    assert named(text, "headline") == ["Ferry was overloaded, minister says"]


def test_a_teaser_glued_into_a_paragraph_leaves_both_halves_report():
    before, teaser, after = MORE, "Owner of sunken ferry to be questioned, police chief says", PROSE
    text = f"Ferry was overloaded, minister says\n\n{PROSE}\n\n{before}{teaser}{after}\n\n{MORE}"
    assert named(text, "teaser") == [teaser]
    assert named(text, "body") == [PROSE, before, after, MORE]


@pytest.mark.parametrize("kept", [
    "Read more books, the minister said, and you will travel further than by ferry.",
    "She wrote it on her iPhone, Mr McDonald said, and put it on YouTube the same evening.",
    "“No,” he said.",
    "Share prices fell by four per cent after the accident was reported by the owners.",
    "Comments by the captain were read out in court, where nobody from the company was present.",
])
def test_a_sentence_that_looks_like_furniture_stays_report(kept):
    text = f"Ferry was overloaded, minister says\n\n{PROSE}\n\n{kept}\n\n{MORE}\n\n{PROSE}"
    assert kept in " ".join(named(text, "body"))


@pytest.mark.parametrize(("opening", "dateline"), [
    ("LUME, March 3 (Oru) — ", "LUME, March 3 (Oru) —"),
    ("LUME — ", "LUME —"),
    ("(Oru) - ", "(Oru) -"),
    ("LUME (Oru Agency) – ", "LUME (Oru Agency) –"),
])
def test_a_dateline_opens_the_body(opening, dateline):
    text = f"Ferry was overloaded, minister says\n\n{opening}{PROSE}\n\n{MORE}"
    assert named(text, "dateline") == [dateline]
    assert named(text, "body")[0] == PROSE


def test_a_dash_after_a_word_is_no_dateline():
    text = f"Ferry was overloaded, minister says\n\nNobody – not even the captain – counted them, she said.\n\n{MORE}"
    assert named(text, "dateline") == []


def test_markup_vouches_for_its_blocks():
    text = f"{MORE}Owner of ferry to be questioned in Lume, police say{PROSE}"
    assert [block.role for block in cut_blocks(text, (Block(0, len(text), "body"),))] == ["body", "teaser", "body"]


@given(st.text(alphabet=st.sampled_from("aB. \n”“\"(é1ﷺ\x00\ud800🙂-—"), max_size=300))
def test_blocks_cover_every_character_once_in_order(text):
    blocks = cut_blocks(text)
    covered = [index for block in blocks for index in range(block.start, block.end)]
    assert covered == sorted(set(covered))
    assert {index for index, character in enumerate(text) if not character.isspace()} <= set(covered)


def test_pieces_know_what_bounds_them():
    assert [(piece.left, piece.right) for piece in pieces("One two. Three four.Five six")] == [
        ("line", "sentence"), ("sentence", "glue"), ("glue", "line")]


def test_a_closing_mark_stays_with_its_sentence():
    text = '"Nobody told us. We will not forget what they did." He said the ministry had promised boats.'
    assert [text[one.start:one.end] for one in pieces(text)] == [
        '"Nobody told us. ', 'We will not forget what they did." ', "He said the ministry had promised boats."]
