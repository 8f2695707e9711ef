"""Which names of several reports are one actor: what joins, what never does, and the way back."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from sayso.ledger.listed import ListedActor
from sayso.ledger.store import open_ledger
from sayso.model import Entity, ReportedRole
from tests.ledger import made

P, O, G = "person", "organisation", "place"  # noqa: E741


def report(number, *entities, roles=()):
    """A page with a record that names these actors: (name, type, aliases …)."""
    text = f"{made.TEXT} {number} " + " ".join(roles)
    page = made.page(text, address=f"https://courier.test/{number}")
    reported = tuple(ReportedRole(role, None, *made.at(text, role)) for role in roles)
    found = tuple(Entity(f"e{n + 1}", name, kind, tuple(aliases), reported if kind == P else ())
                  for n, (name, kind, *aliases) in enumerate(entities))
    return page, replace(made.record(page), entities=found)


def filled(*reports, roles=()):
    """A ledger with a report for each list of actors; `roles` has a report's role for its person, if any."""
    ledger = open_ledger(":memory:", create=True)
    for number, entities in enumerate(reports):
        ledger.add(*report(number, *entities, roles=roles[number:number + 1]))
    return ledger


def merged(ledger):
    """The merges, as pairs of names with the rule."""
    return {(*sorted((row["name"], row["other"])), row["rule"]) for row in ledger.db.execute("SELECT * FROM merge")}


def known(ledger):
    """Name → the actor it goes by."""
    return {row["name"]: row["actor"] for row in ledger.db.execute("SELECT * FROM known_as")}


@pytest.mark.parametrize(("one", "other", "rule"), [
    (("Asa'ib Ahl al-Haq", O), ("Asa’ib Ahl al-Haq", O), "marks"),
    (("Asaib Ahl al-Haq", O), ("Asaʼib Ahl el-Haq", O), "marks"),
    (("Kata'ib Hezbollah", O), ("Kataib Hizballah", "group"), "spelling"),
    (("Asaib Ahl al-Haq", O), ("عصائب أهل الحق", O), "spelling"),
    (("Hezbollah", O), ("Hizbullah", O), "spelling"),
    (("Qassem Varani", P), ("Qasim Varani", P), "spelling"),
    (("Lena Ruiz", P), ("Dr Lena Ruiz", P), "marks"),
    (("Lena Maria Ruiz", P), ("Lena Ruiz", P), "fuller"),
    (("Lena M. Ruiz", P), ("Lena Maria Ruiz", P), "spelling"),
    (("Popular Mobilization Units", O, "PMU"), ("PMU", O), "acronym"),
    (("Karun Reed Brotherhood", O, "Reed Brotherhood"), ("Reed Brotherhood", "group"), "alias"),
    (("Jamal Ibrahimi", P, "Abu Mahdi"), ("Abu Mahdi", P), "alias"),
])
def test_names_of_two_reports_that_are_one_actor(one, other, rule):
    ledger = filled([one], [other])
    assert merged(ledger) == {(*sorted((one[0], other[0])), rule)}
    assert len(set(known(ledger).values())) == 1


@pytest.mark.parametrize("reports", [
    ([("Ruiz", P)], [("Lena Ruiz", P)]),                                      # a family name alone
    ([("Lena Ruiz", P, "Ruiz")], [("Ruiz", P)]),
    ([("Al-Ruiz", P)], [("Ruiz", P)]),
    ([("Lena Ruiz", P)], [("Tomas Ruiz", P)]),
    ([("Lena A. Ruiz", P)], [("Lena B. Ruiz", P)]),                           # middle names contradict
    ([("Lena Ruiz", P)], [("Lena A. Ruiz", P)], [("Lena B. Ruiz", P)]),       # which of the two?
    ([("Mohamed Salah", P)], [("Mohammad Saleh", P)]),                        # other vowels in the family name
    ([("Hussein Oke", P)], [("Hassan Oke", P)]),
    ([("Niger", G)], [("Nigeria", G)]), ([("Niger Police", O)], [("Nigeria Police", O)]),
    ([("Fatah", O)], [("Fateh", O)]),                                         # three consonants are too few
    ([("PMU", G)], [("Popular Mobilization Units", O, "PMU")]),               # another kind of thing
    ([("PMU", O)], [("Popular Mobilization Units", O, "PMU")], [("Port Management Union", O, "PMU")]),
    ([("Health Ministry", O)], [("Ministry of Health of Karoa", O, "Health Ministry")]),
    ([("Lena Ruiz", P), ("Lena Maria Ruiz", P)], [("Lena Ruiz", P)]),         # one report names both
])
def test_names_that_stay_apart(reports):
    assert merged(filled(*reports)) == set()


def test_a_family_name_spelt_otherwise_joins_where_a_role_agrees():
    reports = [("Qassem Varani", P)], [("Qasem Verani", P)]
    assert {rule for *_, rule in merged(filled(*reports, roles=["general of the Reed Force", "the Reed general"]))} == {
        "spelling"}
    assert merged(filled(*reports, roles=["general of the Reed Force", "a singer"])) == set()


def test_it_does_not_matter_in_which_order_reports_come():
    reports = [[("Kata'ib Hezbollah", O, "KH")], [("Kataib Hizballah", O)], [("KH", O)], [("Lena Ruiz", P)],
               [("Lena A. Ruiz", P)], [("Lena Ruiz", P), ("Kataib Hizballah", O)], [("Katai'b Hezbollah", O)]]
    first = None
    for seed in range(6):
        order = list(enumerate(reports))
        random.Random(seed).shuffle(order)
        with open_ledger(":memory:", create=True) as ledger:
            for number, entities in order:
                ledger.add(*report(number, *entities))
            found = merged(ledger), known(ledger)
            ledger.reindex()
            assert (merged(ledger), known(ledger)) == found
        first = first or found
        assert found == first


def test_what_is_forgotten_joins_nothing_any_more():
    ledger = filled([("PMU", O)], [("Popular Mobilization Units", O, "PMU")], [("Port Management Union", O, "PMU")])
    ledger.forget("https://courier.test/2")
    assert merged(ledger) == {("PMU", "Popular Mobilization Units", "acronym")}
    ledger.forget("https://courier.test/1")
    assert merged(ledger) == set() and known(ledger) == {}


def test_a_merge_is_taken_apart_for_good_and_joined_again():
    ledger = filled([("Kata'ib Hezbollah", O)], [("Kataib Hizballah", O)])
    made_ = ledger.correct("", "two", old="Kata'ib Hezbollah", new="Kataib Hizballah", who="desk")
    assert merged(ledger) == set()
    page, record = report(1, ("Kataib Hizballah", O))
    ledger.add(page, replace(record, provenance=()))                          # read again
    ledger.reindex()
    ledger.add(*report(7, ("Kataib Hizballah", O, "KH")))
    assert merged(ledger) == set()
    ledger.undo(made_)
    assert len(merged(ledger)) == 1


# ------------------------------------------------------------------ the user's list


def test_the_list_joins_names_and_wins():
    ledger = filled([("Ruiz", P)], [("Lena Ruiz", P)], [("the ferry woman", "other")])
    found = ledger.set_list([ListedActor("Ruiz, Lena", ("Ruiz", "Lena Ruiz", "The Ferry Woman"), "Q1", "person"),
                             ListedActor("Nobody Yet", (), "Q2", None)])
    assert found == 1
    assert set(known(ledger).values()) == {"Ruiz, Lena"} and {rule for *_, rule in merged(ledger)} == {"list"}
    assert {(row["id"], row["type"]) for row in ledger.db.execute("SELECT * FROM known_as")} == {("Q1", "person")}


def test_the_list_holds_for_later_reports_and_for_a_new_index():
    ledger = filled([("Ruiz", P)])
    ledger.set_list([ListedActor("Lena Ruiz", ("Ruiz",), "Q1")])
    ledger.add(*report(5, ("Lena Ruiz", P)))
    ledger.reindex()
    assert known(ledger) == {"Ruiz": "Lena Ruiz", "Lena Ruiz": "Lena Ruiz"}
    ledger.set_list([])
    assert known(ledger) == {}


def test_two_actors_of_the_list_stay_two():
    ledger = filled([("Hezbollah", O)], [("Hizbullah", O)])
    ledger.set_list([ListedActor("Hezbollah", (), "a"), ListedActor("Hizbullah", (), "b")])
    assert merged(ledger) == set() and len(set(known(ledger).values())) == 2
