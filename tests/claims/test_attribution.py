"""The reader: decoding, quotations over paragraphs, walls, and with the weights what a report yields."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.annotate.encode import WEIGHTS, split_words
from sayso.claims.attribution import (
    ROLE_PAIRS,
    Candidate,
    Settings,
    asks_for_anonymity,
    choose,
    continue_quotations,
    fill_quotations,
    finish_phrases,
    form,
    places,
    read_statements,
    reports,
    running_quotations,
    runs,
    spans,
    stretches,
    unclaimed,
    viterbi,
    without_addressee,
)
from sayso.model import Block, Document, Record, words_of

needs_weights = pytest.mark.skipif(not (WEIGHTS / "attribution.json").is_file(), reason="no weights in the package")


def one(cue, content, score=0.9, source=()):
    return Candidate((cue,), source, tuple(content), (), score)


def read(text, roles=None):
    blocks = roles or (Block(0, len(text), "body"),)
    return read_statements(Record(document=Document(id="0" * 64, text=text, blocks=blocks)))


def test_an_inside_label_never_follows_another_kind():
    scores = np.log(np.array([[[.1, .1, .1, .6, .1], [.1, .1, .6, .1, .1], [.1, .1, .1, .1, .6]]], np.float32))
    path = viterbi(scores, ROLE_PAIRS)[0].tolist()
    assert path != [3, 2, 4]
    assert path in ([3, 4, 4], [1, 2, 0], [3, 1, 2], [3, 4, 0]) or path[1] != 2


def test_runs_are_cut_at_begin_labels():
    assert runs([0, 3, 4, 3, 4, 4, 0, 4], 3, 4) == [(1, 3), (3, 6)]


def test_the_better_of_two_that_share_words_stands():
    kept = choose([one((3, 4), [(4, 9)], 0.6), one((9, 10), [(4, 9)], 0.9), one((5, 6), [(6, 9)], 0.8)], Settings())
    assert [c.cue for c in kept] == [((9, 10),)]


def test_candidates_below_the_threshold_are_not_kept():
    assert choose([one((3, 4), [(4, 9)], 0.1)], Settings()) == []


def test_places_tell_before_from_after():
    words = split_words("Ruiz said that it rained")
    distance, relation = places(words, 0, 5, [(1, 2)])
    assert distance[0, 1] == 0
    assert len({*distance[0].tolist()}) == 5
    assert len({*relation[0].tolist()}) == 1


RUNNING = "“One goes on.\n\n“Two goes on.\n\n“Three ends,” she said.\n\nNot hers."


def test_a_quotation_that_runs_over_paragraphs_is_one():
    words = split_words(RUNNING)
    assert [[" ".join(words.folded[s:e]) for s, e in chain] for chain in running_quotations(words)] == [
        ['" One goes on .', '" Two goes on .', '" Three ends , "']]


def test_the_parts_without_a_cue_go_to_the_speaker_of_the_others():
    words = split_words(RUNNING)
    said = words.folded.index("said")
    (joined,) = continue_quotations(words, [one((said, said + 1), [(said - 6, said - 1)], source=((said - 1, said),))])
    assert [RUNNING[s:e] for s, e in spans(words, joined.content)] == [
        "“One goes on.", "“Two goes on.", "“Three ends,”"]


def test_a_content_that_stops_inside_its_quotation_is_led_to_the_end():
    words = split_words("“We will appeal and we will win,” Ruiz said.")
    (filled,) = fill_quotations(words, [one((11, 12), [(0, 4)], source=((10, 11),))])
    assert [" ".join(words.folded[s:e]) for s, e in filled.content] == ['" We will appeal and we will win , "']


@pytest.mark.parametrize(("text", "upto", "content"), [
    ("Ruiz said it rained on the night of the storm, and left.", "the", "it rained on the night of the storm"),
    ("Ruiz said it rained on the night.", "night", "it rained on the night"),
    ("Ruiz said she saw the very last of the boats that had once crossed here by night.", "the",
     "she saw the very last of the"),
])
def test_no_content_stops_on_an_article(text, upto, content):
    words = split_words(text)
    stop = len(words.folded) - words.folded[::-1].index(upto)
    (found,) = finish_phrases(words, [one((1, 2), [(2, stop)], source=((0, 1),))])
    assert [text[s:e] for s, e in spans(words, found.content)] == [content]


@pytest.mark.parametrize(("text", "mark", "kept"), [
    ("Ruiz: we shall appeal", ":", True), ("DEAR ANN: My cat sings", ":", False), ("rain (Image: GETTY)", ":", False),
    ("Photo: Tom Ruiz", ":", False), ("Ruiz; Moro", ";", False),
    ("Ruiz said so", "said", True),
])
def test_what_can_be_a_cue(text, mark, kept):
    words = split_words(text)
    at = words.folded.index(mark)
    assert reports(words, one((at, at + 1), [(at + 1, len(words))], source=((0, at),))) is kept


def test_a_source_that_stops_short_is_as_long_as_another_has_it():
    words = split_words("Senda’s envoy to Karoa accused them of it and warned that it rained")
    found = finish_phrases(words, [one((4, 5), [(5, 8)], source=((0, 4),)), one((9, 10), [(10, 13)], source=((0, 3),))])
    assert [c.source for c in found] == [((0, 4),)] * 2


@pytest.mark.parametrize(("text", "asks"), [
    ("She asked not to be named", True), ("She requested anonymity to speak freely", True),
    ("She asked not to be late", False), ("She promised to be named", False), ("She said anonymously", False),
])
def test_a_wish_not_to_be_named_is_no_claim(text, asks):
    words = split_words(text)
    assert asks_for_anonymity(words, one((1, 2), [(2, len(words))], source=((0, 1),))) is asks


@pytest.mark.parametrize(("text", "source"), [
    ("The clerks were told that it rained", ""),
    ("The clerks had not been told by Ana Ruiz that it rained", "Ana Ruiz"),
    ("The clerks had told them that it rained", "The clerks"),
])
def test_who_was_told_is_no_source(text, source):
    words = split_words(text)
    told, content = words.folded.index("told"), words.folded.index("that")
    found = without_addressee(words, one((2, told + 1), [(content, len(words))], source=((0, 2),)))
    assert " ".join(words.folded[at] for s, e in found.source for at in range(s, e)) == source


def test_a_quotation_that_no_cue_claims_is_kept_without_a_source():
    words = split_words("He called it “a mistake”. “Nobody in this town has slept a full night since.”")
    (alone,) = unclaimed(words, [])
    assert (alone.source, alone.cue, alone.score) == ((), (), None)
    assert words.folded[alone.content[0][0] + 1] == "Nobody"


def test_a_closed_quotation_does_not_run_on():
    assert list(running_quotations(split_words("“One ends.”\n\n“Another begins,” he said."))) == []


@pytest.mark.parametrize(("text", "expected"), [
    ("“It rained”", "direct"), ("it rained", "indirect"), ("it “rained” again", "mixed"), ("‘It rained’", "direct"),
])
def test_form_is_told_by_the_marks(text, expected):
    words = split_words(text)
    assert form(words, [(0, len(words))]) == expected


def test_debris_is_a_wall():
    blocks = (Block(0, 5, "headline"), Block(6, 10, "tags"), Block(11, 20, "body"), Block(21, 30, "body"),
              Block(31, 35, "teaser"), Block(36, 40, "body"), Block(41, 50, "caption"))
    assert list(stretches(blocks, "x" * 50)) == [(0, 0, 5), (2, 11, 30), (5, 36, 40), (6, 41, 50)]


@needs_weights
@pytest.mark.model
def test_source_cue_and_content_are_found():
    text = "“We will appeal,” Ana Ruiz said on Friday."
    (statement,) = read(text).statements
    assert (words_of(text, statement.source), words_of(text, statement.cue)) == ("Ana Ruiz", "said")
    assert "We will appeal" in words_of(text, statement.content)
    assert statement.form == "direct"
    assert 0.5 < statement.score <= 1


@needs_weights
@pytest.mark.model
def test_a_headline_may_name_its_source_after_a_colon():
    text = "River city to be cleared within the week: regional governor"
    (statement,) = read(text, (Block(0, len(text), "headline"),)).statements
    assert statement.in_headline
    assert words_of(text, statement.source) == "regional governor"


@needs_weights
@pytest.mark.model
def test_no_statement_crosses_into_debris():
    text = "The minister said the bridge\n\nMore: The union says buses will stop\n\nwould be closed on Monday."
    blocks = (Block(0, 28, "body"), Block(30, 66, "teaser"), Block(68, len(text), "body"))
    for statement in read(text, blocks).statements:
        for start, end in (*statement.content, *statement.source, *statement.cue):
            assert end <= 28 or start >= 68


@needs_weights
@pytest.mark.model
@pytest.mark.parametrize("text", ["", " \n ", "x" * 200_000, "“" * 5_000, "said " * 3_000, "😀\u202e‘’“”«»\n" * 50])
def test_any_text_is_read_without_a_fault(text):
    record = read(text, (Block(0, len(text), "body"),) if text.strip() else ())
    assert all(0 <= s < e <= len(text) for one in record.statements for s, e in one.content)


@needs_weights
@pytest.mark.model
def test_every_record_names_the_weights():
    (made,) = read("It rained.").provenance
    assert made.stage == "statements"
    assert made.version == read_statements.version
