"""The page in a real Chromium: each flow once, with a report that is hostile in every field; accessibility by axe."""

from __future__ import annotations

import pytest

from tests.web import made

pytestmark = pytest.mark.browser
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
           "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="module")
def browser(chromium):
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with made.serving(made.ledger(tmp_path_factory.mktemp("web") / "news.db")) as address:
        yield address


@pytest.fixture
def tab(browser, address):
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(15_000)
    faults, elsewhere = [], []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: faults.append("a dialog opened"))
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(address) else None)
    yield page
    ran = page.evaluate("window.ran")
    context.close()
    assert (ran, faults, elsewhere) == (None, [], [])


def report_of(tab, outlet="The Beremba Courier"):
    found = tab.request.get("/api/reports").json()["items"]
    return next(f"/report/{r['id']}" for r in found if r["outlet"] == outlet)


def marked(tab):
    return tab.evaluate("[...document.querySelectorAll('mark.lit')].map(m => m.textContent)")


# ------------------------------------------------------------------ nothing runs


def test_nothing_of_a_hostile_report_runs_anywhere(tab):
    from urllib.parse import quote

    evil = report_of(tab, made.EVIL)
    for page in ("/", evil, f"/actor/{quote(made.EVIL, safe='')}", "/actors", f"/search?q={quote(made.EVIL)}",
                 f"/search?speaker={quote(made.EVIL)}", f"/?outlet={quote(made.EVIL)}", evil + "#s1"):
        tab.goto(page)
        assert "window.ran=1" in tab.content(), page
        assert tab.evaluate("document.querySelectorAll('main img, main svg[onload], main script').length") == 0
        assert tab.evaluate("[...document.links].every(a => /^https?:/.test(a.href))")
    tab.goto(evil)
    tab.locator(".fix summary").first.click()
    tab.locator(".fix button.pick").first.click()
    tab.wait_for_selector(".notice")
    tab.goto("/corrections")
    assert "window.ran=1" in tab.content()
    tab.locator(".fixes button").first.click()


# ------------------------------------------------------------------ reading


def test_a_statement_and_its_words_light_each_other(tab):
    tab.goto(report_of(tab))
    tab.locator("#card-s3 .says").hover()
    assert marked(tab) == ["said", "Ilse Okonte"] or "Ilse Okonte" in marked(tab)
    tab.locator("mark.content", has_text="the siren was broken").hover()
    assert "lit" in tab.locator("#card-s5").get_attribute("class")
    assert "the siren was broken" in marked(tab)


def test_j_and_k_step_and_the_address_follows(tab):
    tab.goto(report_of(tab))
    for _ in range(3):
        tab.keyboard.press("j")
    tab.wait_for_url("**#s3")
    tab.keyboard.press("k")
    tab.wait_for_url("**#s2")
    assert tab.locator("#card-s2").evaluate("e => e === document.activeElement")


def test_a_permalink_stands_on_the_words(tab):
    tab.goto(report_of(tab) + "#s6")
    assert "nobody will be held to account" in marked(tab)
    assert tab.locator("#s6").evaluate("e => e.getBoundingClientRect().top < innerHeight")


def test_from_a_search_to_the_words_in_two_clicks(tab):
    tab.goto("/")
    tab.fill("#find", "siren")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?q=siren")
    tab.locator(".row-says").first.click()
    tab.wait_for_url("**/report/*")
    tab.wait_for_selector(".card.lit")
    assert "the siren was broken" in marked(tab)


def test_reading_needs_no_script(browser, address):
    context = browser.new_context(base_url=address, java_script_enabled=False)
    tab = context.new_page()
    report = next(r["id"] for r in tab.request.get("/api/reports").json()["items"])
    tab.goto(f"/report/{report}")
    assert tab.locator(".card").count() > 0
    tab.locator(".debris summary, .fix summary").first.click()
    context.close()


# ------------------------------------------------------------------ correcting


def test_a_speaker_is_corrected_in_two_clicks_and_undone(tab):
    tab.goto(report_of(tab))
    tab.locator("#card-s5 .fix summary").click()
    tab.locator("#card-s5 button.pick", has_text="Tomas Adeyo").click()
    tab.wait_for_selector(".notice")
    assert "Tomas Adeyo" in tab.locator("#card-s5 .card-top").inner_text()
    tab.locator(".notice button").click()
    tab.wait_for_load_state()
    assert "An official" in tab.locator("#card-s5 .card-top").inner_text()


def test_it_is_corrected_by_keyboard_too(tab):
    tab.goto(report_of(tab, "Al-Sahil Times"))
    for key in ("j", "j", "e", "Enter"):
        tab.keyboard.press(key)
    tab.wait_for_selector(".notice")
    assert "Not a statement" in tab.locator(".notice").inner_text()
    tab.locator(".notice button").click()


def test_a_span_is_corrected_by_selecting_the_words(tab):
    tab.goto(report_of(tab))
    tab.evaluate("""() => {
      const pieces = [...document.querySelectorAll('[data-at]')];
      const words = pieces.find(e => e.textContent.includes('the siren was broken'));
      const range = document.createRange(); range.setStart(words.firstChild, 4); range.setEnd(words.firstChild, 20);
      getSelection().removeAllRanges(); getSelection().addRange(range);
    }""")
    tab.locator(".picker button", has_text="the content").click()
    tab.wait_for_selector(".notice")
    assert tab.locator("#card-s5 .says").inner_text().endswith("siren was broken")
    assert "the siren" not in tab.locator("#card-s5 .says").inner_text()
    tab.locator(".notice button").click()


def test_two_actors_are_joined_and_parted_again(tab):
    tab.goto("/actor/Tomas Adeyo")
    tab.locator("details summary", has_text="The same").click()
    tab.fill("#other", "Tessaro Dam Company")
    tab.locator("button", has_text="They are one").click()
    assert "without warning" in tab.locator(".rows").first.inner_text()
    tab.goto("/corrections")
    tab.locator(".fixes button").first.click()
    tab.goto("/actor/Tomas Adeyo")
    assert "without warning" in tab.locator(".rows").first.inner_text()


# ------------------------------------------------------------------ adding


def test_text_is_pasted_and_read(tab):
    tab.goto("/add")
    tab.fill("#text", f"{made.EVIL}\n\n“{made.EVIL}” she said.")
    tab.locator("button", has_text="Read the text").click()
    tab.wait_for_selector("dl.summary")
    assert "1: 1 where the report names nobody" in tab.locator("main").inner_text()


def test_files_are_chosen_and_read(tab):
    tab.goto("/add")
    tab.set_input_files("#files", [{"name": "<img src=x onerror=window.ran=1>.txt", "mimeType": "text/html",
                                    "buffer": "Shut\n\n“It is shut,” she said.".encode()}])
    tab.locator("button", has_text="Read the files").click()
    tab.wait_for_selector("dl.summary")
    tab.locator("a.button", has_text="To the reports").click()
    assert tab.locator("h1").inner_text() == "Reports"


# ------------------------------------------------------------------ for everybody


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
def test_no_page_shuts_anybody_out(browser, address, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the package axe-playwright-python")
    context = browser.new_context(base_url=address, color_scheme=scheme, viewport={"width": width, "height": 900},
                                  reduced_motion="reduce")
    tab, found = context.new_page(), []
    report = report_of(tab)
    for page in ("/", report, report + "#s3", "/search?q=siren", "/search?q=%22", "/actors", "/actor/Tomas Adeyo",
                 "/add", "/corrections", "/actor/nobody"):
        tab.goto(page)
        if page == report:
            tab.locator(".debris summary").first.click()
            tab.locator(".fix summary").first.click()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page} is wider than {width}"
        for violation in axe.Axe().run(tab).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.append((page, violation["id"], [node["html"][:120] for node in violation["nodes"]][:3]))
    context.close()
    assert found == []
