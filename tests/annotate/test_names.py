"""When two names name one."""

import pytest

from sayso.annotate.names import is_acronym, key, same_spelling, short_for_body, short_for_person, slug


@pytest.mark.parametrize(("one", "other"), [
    ("Asa’ib", "Asaib"), ("Asa'ib Ahl al-Nahr", "Asaib Ahl el-Nahr"), ("Kata’ib Hezbollah", "Kataib Hizballah"),
    ("عصائب", "Asaib"), ("al-Ahad", "Ahad"), ("Müller", "Muller"), ("Hussein", "Hussain"),
    ("Omar", "Umar"),
])
def test_spellings_of_one_name(one, other):
    assert same_spelling(key(one.split()), key(other.split()))


@pytest.mark.parametrize(("one", "other"), [
    ("Hussein", "Hassan Ali"), ("Mali", "Malawi"), ("Ahmed Karim", "Ahmed Karam Saleh"), ("Baghdad", "Bogota"),
    ("Ana", "Ian"), ("Hussein", "Hassan"), ("Omar", "Amr"), ("Bush", "Bash"),
])
def test_names_that_stay_two(one, other):
    assert not same_spelling(key(one.split()), key(other.split()))


@pytest.mark.parametrize(("short", "full", "right"), [
    ("Khazali", "Qais Khazali", True), ("Okoye-Hart", "Beatrice Okoye-Hart", True), ("Qais", "Qais Khazali", False),
    ("Qais Khazali", "Khazali", False), ("Dulami", "Nasser al-Dulami", True),
])
def test_family_names(short, full, right):
    assert short_for_person(key(short.split()), key(full.split())) is right


@pytest.mark.parametrize(("short", "full", "right"), [
    ("Asa’ib", "Asa’ib Ahl al-Haq", True), ("Salt Company", "National Salt Company", True), ("UN", "UN Fund", False),
])
def test_short_names_of_bodies(short, full, right):
    assert short_for_body(key(short.split()), key(full.split())) is right


@pytest.mark.parametrize(("letters", "name", "right"), [
    ("PMU", "Popular Mobilization Units", True), ("IRGC", "Islamic Revolution Guards Corps", True),
    ("NSC", "National Salt Company", True), ("MoR", "Ministry of Rivers", True), ("NSC", "North Sea", False),
])
def test_acronyms(letters, name, right):
    assert is_acronym(letters, name.split()) is right


def test_slug_keeps_no_article():
    assert slug("Asa’ib Ahl al-Haq".split()) == "asaib-ahl-haq"
