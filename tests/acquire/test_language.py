"""The language of a report from its own words, whatever its page declares."""

import pytest

from sayso.acquire import language
from sayso.acquire.article import to_document
from sayso.acquire.language import language_of
from sayso.model import Page
from sayso.pipeline import read

ENGLISH = ("The transport ministry on Thursday rejected claims by the seafarers’ union that the ship had been "
           "overloaded when it capsized last week off the cape.")
PORTUGUESE = ("O ministro dos Transportes disse na quinta-feira que o navio não estava sobrecarregado quando virou na "
              "semana passada ao largo do cabo. “Não temos nada a esconder”, afirmou.")
ARABIC = ("قالت وزارة النقل يوم الخميس إن السفينة لم تكن محملة فوق طاقتها عندما انقلبت الأسبوع الماضي قبالة الرأس، "
          "وأضاف المتحدث باسمها أن التحقيق سيبدأ قريبا.")


@pytest.mark.parametrize(("text", "code"), [
    (ENGLISH, "en"), (PORTUGUESE, "pt"), (ARABIC, "ar"), ("", None), ("14:32 21–19", None),
    ("Karoa, Dalil, Qasr", None),
])
def test_language_by_the_words(text, code):
    assert language_of(text) == code


def test_plain_english_loads_nothing(monkeypatch):
    monkeypatch.setattr(language, "load_identifier", lambda: pytest.fail("loaded"))
    assert language_of(ENGLISH) == "en"


def page(text, declared="en"):
    return Page(content=f"<html lang='{declared}'><title>X</title><body><article><p>{text}</p><p>{text}</p></article>"
                f"</body></html>".encode(), media_type="text/html", address="there.html")


@pytest.mark.parametrize(("text", "declared", "found"), [
    (PORTUGUESE, "en", "pt"), (ENGLISH, "pt", "en"), ("Karoa, Dalil, Qasr.", "fr", "fr"),
])
def test_the_words_outweigh_what_the_page_declares(text, declared, found):
    assert to_document(page(text, declared)).language == found


def test_what_is_given_with_the_page_outweighs_both():
    given = Page(content=PORTUGUESE.encode(), media_type="text/plain", particulars=(("language", "EN-gb"),))
    assert to_document(given).language == "en"


def test_a_report_in_another_language_is_kept_and_not_read():
    record = read(page(PORTUGUESE))
    assert PORTUGUESE in record.document.text
    assert (record.statements, record.entities, record.quoted) == ((), (), ())
    (problem,) = record.problems
    assert problem.code == "other-language"
    assert problem.message.startswith("there.html: the report is in another language (pt)")
