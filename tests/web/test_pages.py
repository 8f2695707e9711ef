"""The routes, without a browser: what they show, what they refuse, what they never let out."""

from __future__ import annotations

import csv
import io
import json
import time

import pytest
from fastapi.testclient import TestClient

from sayso.ledger.listed import ListedActor
from sayso.ledger.store import open_ledger
from sayso.web.app import create_app, serve
from sayso.web.safety import Door, is_loopback
from tests.web import made

HOME = "http://127.0.0.1"


@pytest.fixture
def path(tmp_path):
    return made.ledger(tmp_path / "news.db")


@pytest.fixture
def web(path):
    return TestClient(create_app(path, who="the desk", read=made.read, reader="test"), base_url=HOME,
                      raise_server_exceptions=False)


@pytest.fixture
def token(web):
    return web.get("/api/token").json()["token"]


@pytest.fixture
def report(web):
    return next(r["id"] for r in web.get("/api/reports").json()["items"] if r["outlet"] == "The Beremba Courier")


def pages(report):
    return ["/", f"/report/{report}", "/search", "/search?q=siren", "/actors", "/actor/Tomas%20Adeyo", "/add",
            "/corrections", "/search.csv?q=siren", "/search.jsonl?q=siren", "/?outlet=Al-Sahil%20Times"]


def test_every_page_answers_and_carries_the_policy(web, report):
    for page in pages(report):
        answer = web.get(page)
        assert answer.status_code == 200, page
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src 'self'" in policy


def test_no_page_has_inline_script_or_style_or_loads_from_elsewhere(web, report):
    for page in pages(report):
        text = web.get(page).text.lower()
        assert " style=" not in text and "<style" not in text and "onclick=" not in text
        assert text.count("<script") == text.count('<script src="/static/')
        assert ('src="http' not in text and '<link rel="stylesheet" href="/static/' in text) or "search." in page


def test_an_empty_ledger_explains_the_first_step(tmp_path):
    answer = TestClient(create_app(tmp_path / "new.db"), base_url=HOME).get("/")
    assert "The first step" in answer.text and "sayso add" in answer.text


def test_a_report_shows_owner_status_chain_reason_and_debris(web, report):
    text = web.get(f"/report/{report}").text
    for shown in ("Tomas Adeyo", "asserts", "reported", "CPA", "because she feared for her post", "unsure",
                  "Not part of the report: tags", "Not part of the report: teaser", "borne out by", "inside"):
        assert shown in text, shown


def test_the_text_of_a_report_is_whole_and_in_order(web, report):
    import re
    from html import unescape

    text = web.get(f"/report/{report}").text
    pieces = {int(at): unescape(words) for at, words in re.findall(r'data-at="(\d+)">([^<]*)<', text)}
    body = "".join(pieces[at] for at in sorted(pieces))
    assert body == made.flood()[1].document.text.replace("\n\n", "")


def test_a_person_without_a_public_role_has_no_page_and_is_in_no_list(web):
    assert "Ilse Okonte" not in web.get("/actors").text
    answer = web.get("/actor/Ilse%20Okonte")
    assert answer.status_code == 404 and "public role" in answer.text


def test_a_search_exports_exactly_its_rows_with_owner_and_status(web):
    rows = list(csv.DictReader(io.StringIO(web.get("/search.csv?q=gates").text)))
    lines = [json.loads(line) for line in web.get("/search.jsonl?q=gates").text.splitlines()]
    assert len(rows) == len(lines) == web.get("/api/search?q=gates").json()["total"] > 0
    assert all(row["owner"] and row["status"] for row in rows + lines)
    assert not any("text" in row for row in lines)


def test_a_spreadsheet_runs_nothing(web):
    from sayso.views.rows import Row, as_csv
    one = Row("id", "s1", "=HYPERLINK(1)", "words", None, "reported", "+1", "direct", None, "plain", 0.9, "@x", None,
              "-2", None)
    assert "'=HYPERLINK(1)" in "".join(as_csv([one])) and ",'+1," in "".join(as_csv([one]))


@pytest.mark.parametrize("address", ["/search?q=%22", "/search?q=%00", "/search?since=never&q=a", "/report/zz",
                                     "/report/00000000", "/actor/nobody", "/add/0000000000000000", "/?page=0",
                                     "/search.exe?q=a", "/static/../app.py", "/static/%2e%2e%2fapp.py", "/nothing"])
def test_what_cannot_be_answered_is_refused_in_one_line(web, address):
    answer = web.get(address)
    assert answer.status_code in (200, 400, 404, 422) and "Traceback" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "",
                                  "127.0.0.1/x"])
def test_another_name_for_this_machine_is_refused(web, host):
    assert web.get("/", headers={"host": host}).status_code == 421


def test_this_machine_is_known_by_its_own_names(web):
    for host in ("127.0.0.1:8642", "localhost", "[::1]:8642", "LOCALHOST:1"):
        assert web.get("/", headers={"host": host}).status_code == 200


def test_every_change_needs_the_token(web, report):
    changes = {f"/report/{report}/correct": {"field": "statement", "statement": "s2"}, "/corrections/1/undo": {},
               "/actors/join": {"name": "a", "other": "b"}, "/add/text": {"text": "x"},
               "/add/address": {"address": "https://a.example"}}
    for address, form in changes.items():
        assert web.post(address, data=form).status_code == 403, address
        assert web.post(address, data=form | {"token": "wrong"}).status_code == 403
    assert web.post("/add/files", files={"files": ("a.txt", b"x")}).status_code == 403
    assert web.post("/api/jobs", json={"text": "x"}).status_code == 403


def test_more_than_the_limit_is_refused_as_it_comes_in(path):
    web = TestClient(create_app(path, door=Door(limit=1000)), base_url=HOME)
    assert web.post("/add/text", data={"text": "x" * 2000}).status_code == 413

    def drip():
        for _ in range(20):
            yield b"x" * 100

    assert web.post("/add/text", content=drip(), headers={"content-type": "application/x-www-form-urlencoded"}
                    ).status_code == 413


def test_where_others_can_reach_it_a_token_opens_the_door(path):
    web = TestClient(create_app(path, door=Door(entry="a" * 20)), base_url="http://desk.local", follow_redirects=False)
    assert web.get("/").status_code == 401 and web.get("/?token=wrong").status_code == 401
    assert web.get("/api/reports", headers={"authorization": "Bearer " + "a" * 20}).status_code == 200
    answer = web.get("/?token=" + "a" * 20)
    assert answer.status_code == 303 and "httponly" in answer.headers["set-cookie"].lower()
    assert web.get("/").status_code == 200


def test_another_address_without_a_token_is_refused_before_it_listens(path):
    from sayso.errors import MissingPiece
    for token in (None, "short"):
        with pytest.raises(MissingPiece, match="token"):
            serve(path, host="0.0.0.0", port=1, token=token, who=None)
    assert is_loopback("::1") and not is_loopback("0.0.0.0") and not is_loopback("desk.local")


# ------------------------------------------------------------------ correcting


def correct(web, report, token, **form):
    return web.post(f"/report/{report}/correct", data={"token": token, **form}, follow_redirects=True)


def statement(web, report, name):
    items = web.get(f"/api/reports/{report}/statements").json()["items"]
    return next((s for s in items if s["id"] == name), None)


def test_a_speaker_is_put_right_and_undone(web, report, token):
    answer = correct(web, report, token, field="speaker", statement="s5", name="Tomas Adeyo")
    assert "Said by Tomas Adeyo, not An official" in answer.text
    assert statement(web, report, "s5")["owner"] == "Tomas Adeyo"
    assert "siren" in web.get("/actor/Tomas%20Adeyo").text
    assert "by the desk" not in answer.text and "the desk" in web.get("/corrections").text
    web.post("/corrections/1/undo", data={"token": token})
    assert statement(web, report, "s5")["owner"] == "An official"
    web.post("/corrections/1/undo", data={"token": token})
    assert statement(web, report, "s5")["owner"] == "Tomas Adeyo"


def test_a_span_is_put_right_by_selection_in_utf16(web, report, token):
    text = made.flood()[1].document.text
    start = text.index("siren was broken")
    shift = sum(ord(c) > 0xFFFF for c in text[:start])
    assert shift == 1
    correct(web, report, token, field="content", statement="s5", start_utf16=start + shift,
            end_utf16=start + shift + len("siren was broken"))
    [piece] = statement(web, report, "s5")["content"]
    assert (piece["exact"], piece["start"], piece["start_utf16"]) == ("siren was broken", start, start + 1)


def test_a_span_is_put_right_by_words(web, report, token):
    correct(web, report, token, field="source", statement="s3", words="Ilse Okonte, a doctor")
    assert statement(web, report, "s3")["source"][0]["exact"] == "Ilse Okonte, a doctor"
    answer = correct(web, report, token, field="source", statement="s3", words="words that are not there")
    assert answer.status_code == 400 and "letter for letter" in answer.text


def test_what_is_no_statement_goes_and_a_new_one_comes(web, report, token):
    correct(web, report, token, field="statement", statement="s6")
    assert statement(web, report, "s6") is None
    text = made.flood()[1].document.text
    start = text.index("Read also") + 1
    correct(web, report, token, field="new", start_utf16=start, end_utf16=start + 9)
    assert any(s["content"][0]["exact"] == "Read also" for s in
               web.get(f"/api/reports/{report}/statements").json()["items"])


def test_two_actors_become_one_and_one_becomes_two(web, report, token):
    web.post("/actors/join", data={"token": token, "name": "Tomas Adeyo", "other": "Tessaro Dam Company"})
    assert statement(web, report, "s2")["owner"] == "Tessaro Dam Company"
    web.post("/corrections/1/undo", data={"token": token})
    assert statement(web, report, "s2")["owner"] == "Tomas Adeyo"
    correct(web, report, token, field="apart", statement="s2")
    assert statement(web, report, "s2")["owner"] == "Tomas Adeyo (The Beremba Courier)"


def test_corrections_hold_for_the_next_reading(web, path, report, token):
    correct(web, report, token, field="speaker", statement="s5", name="Tomas Adeyo")
    correct(web, report, token, field="statement", statement="s6")
    came, record = made.flood()
    with open_ledger(path) as ledger:
        from dataclasses import replace
        newer = replace(record, statements=tuple(replace(s, id=f"n{s.id}") for s in record.statements))
        assert ledger.add(came, newer, reader="a newer one") == "read again"
    assert statement(web, report, "ns5")["owner"] == "Tomas Adeyo" and statement(web, report, "ns6") is None


# ------------------------------------------------------------------ adding


def wait_for(web, address):
    for _ in range(200):
        text = web.get(address).text
        if "data-job" not in text:
            return text
        time.sleep(0.02)
    raise AssertionError("the job did not end")


def test_text_is_added_once(web, token):
    form = {"token": token, "text": "Ferry shut\r\n\r\n“It is shut,” Lena Ruiz said.", "outlet": "The Courier"}
    for outcome in ("new</dt><dd>1", "unchanged</dt><dd>1"):
        answer = web.post("/add/text", data=form, follow_redirects=False)
        assert outcome in wait_for(web, answer.headers["location"])
    assert "The Courier" in web.get("/").text


def test_files_are_added_under_names_of_our_own(web, token, path):
    files = [("files", ("../../evil.txt", "Ferry shut\n\n“It is shut,” she said.".encode())), ("files", ("b.txt", b""))]
    answer = web.post("/add/files", data={"token": token}, files=files, follow_redirects=False)
    text = wait_for(web, answer.headers["location"])
    assert "new</dt><dd>1" in text and "sayso-" not in text
    with open_ledger(path) as ledger:
        [address] = [r.address for r in ledger.reports() if r.address and r.address.startswith("upload")]
    assert address.endswith(" evil.txt") and "/" not in address


@pytest.mark.parametrize("address", ["file:///etc/passwd", "/etc/passwd", "javascript:alert(1)", "ftp://a.example", ""])
def test_only_addresses_of_the_web_are_fetched(web, token, address):
    assert web.post("/add/address", data={"token": token, "address": address}).status_code in (400, 422)


# ------------------------------------------------------------------ actors of several reports


def test_a_joined_actor_shows_its_evidence_and_is_taken_apart(web, path, token):
    with open_ledger(path) as ledger:
        ledger.add(*made.spelt_otherwise())
    text = web.get("/actor/Tessaro%20Dam%20Company").text
    assert "One actor, because" in text and "marks and letter case alone" in text and "Dam Gazette" in text
    pair = {"name": "Tessaro Dam Company", "other": "Téssaro Dam-Company"}
    assert web.post("/actors/apart", data=pair).status_code == 403
    assert web.post("/actors/apart", data=pair | {"token": token}).status_code == 200
    assert "One actor, because" not in web.get("/actor/Tessaro%20Dam%20Company").text
    assert "are two" in web.get("/corrections").text
    assert web.post("/actors/apart", data=pair | {"token": token}).status_code == 400


def test_the_api_has_all_names_and_the_evidence(web, path):
    with open_ledger(path) as ledger:
        ledger.add(*made.spelt_otherwise())
        ledger.set_list([ListedActor("Tomas Adeyo", ("Adeyo",), "Q5", "person")])
    body = web.get("/api/actors/Tessaro%20Dam%20Company").json()
    assert set(body["names"]) == {"Tessaro Dam Company", "Téssaro Dam-Company"} and body["merges"][0]["rule"] == "marks"
    listed = web.get("/api/actors/Q5").json()
    assert (listed["name"], listed["id"]) == ("Tomas Adeyo", "Q5")
    assert {hit["actor_id"] for hit in listed["said"]["items"]} == {"Q5"}


def test_a_withheld_name_is_on_no_page(web, path, report, token):
    with open_ledger(path) as ledger:
        ledger.withhold("Ilse Okonte", who="desk")
    for page in [*pages(report), f"/api/reports/{report}", f"/api/reports/{report}?as_read=true", "/api/corrections",
                 f"/api/reports/{report}/statements", "/api/actors", "/search?speaker=doctor"]:
        assert "Okonte" not in web.get(page).text, page
    assert "[name withheld]" in web.get(f"/report/{report}").text
    assert web.get("/actor/[name withheld]").status_code == 404
    assert web.post("/corrections/1/undo", data={"token": token}).status_code == 404
    assert "Okonte" not in web.get(f"/report/{report}").text
