"""The webmail, as a person uses it: a real server, a real browser."""

import re
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from harness.browser import PHONE, TABLET, Webmail, chromium
from harness.server import DOMAIN, PASSWORD

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"


def letter(number, subject, body="Hello Ana,\r\n\r\nplease have a look.\r\n", sender="Luis Ortega <luis@elsewhere.test>", more=""):
    return (
        f"Date: Thu, 1 Jan 2026 10:{number % 60:02}:00 +0000\r\nFrom: {sender}\r\nTo: {ANA}\r\n"
        f"Message-ID: <{number}.{time.monotonic_ns()}@elsewhere.test>\r\nSubject: {subject}\r\n{more}"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"
    ).encode()


def two_hundred():
    return ",\r\n ".join(f'"Person Number {number}" <person{number}@elsewhere.test>' for number in range(200))


def deliver(server, *letters):
    for octets in letters:
        server.deliver_by_lmtp(octets, ANA)


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def office(shared):
    """A server with something of everything in Ana's inbox, for tests that change nothing that another looks at."""
    deliver(
        shared,
        *[letter(number, f"Minutes of meeting {number}", f"Item {number} was the budget.\r\n") for number in range(120)],
        letter(1, "Plans for the summer house", "Shall we go in July?\r\n", more="References: <house@elsewhere.test>\r\n"),
        letter(2, "Re: Plans for the summer house", "Yes!\r\n\r\n> Shall we go in July?\r\n",
               sender="Priya <priya@elsewhere.test>", more="References: <house@elsewhere.test>\r\n"),
        letter(3, "=?utf-8?B?2YXYsdit2KjYpyDYqNmD2YU=?=", "السلام عليكم\r\n"),
        letter(4, "=?utf-8?Q?=F0=9F=8E=89_Party?=", "🎈🎈🎈\r\n"),
        letter(5, "A very long subject about the arrangements for the conference in Lisbon " * 4),
        letter(6, "The new address list", more=f"Cc: {two_hundred()}\r\n"),
        letter(7, "Numbers for the treasurer", "The zebra account holds 4711.\r\n", sender="Treasurer <money@elsewhere.test>"),
    )
    return shared


def test_the_page_and_its_files(office):
    def get(path, **fields):
        request = urllib.request.Request(f"http://127.0.0.1:{office.ports['http']}{path}", headers=fields)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers, answer.read()

    fields, page = get("/")
    policy = fields["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert fields["X-Content-Type-Options"] == "nosniff" and fields["Cache-Control"] == "no-cache"
    files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.decode())
    assert len(files) >= 3
    total = 0
    for path in files:
        fields, octets = get(path, **{"Accept-Encoding": "gzip"})
        assert "immutable" in fields["Cache-Control"]
        total += len(octets)
    assert total < 150 * 1024, f"the first page loads {total} octets"
    assert not re.search(r"https?://", page.decode()), "the page names another server"


def test_login(office, browser):
    with Webmail(browser, office) as web:
        web.open()
        web.page.wait_for_selector(".login-form")
        web.accessible("login")
        web.picture("login")
        web.page.locator("input[name=username]").fill(ANA)
        web.page.locator("input[name=password]").fill("not the password")
        web.keys("Enter")
        expect(web.page.locator(".login-problem")).to_contain_text("wrong")
        web.login(ANA)
        expect(web.page.locator(".list-title")).to_have_text("Inbox")
        # The session outlives the page, and no script can read it.
        web.page.reload()
        web.page.wait_for_selector(".row[id]")
        assert web.page.evaluate("document.cookie") == ""
        web.page.locator(".account-button").click()
        web.page.get_by_role("menuitem", name="Log out").click()
        web.page.wait_for_selector(".login-form")
        web.page.reload()
        web.page.wait_for_selector(".login-form")


def test_reading(office, browser):
    with Webmail(browser, office) as web:
        web.login(ANA)
        expect(web.row("Plans for the summer house")).to_have_count(1)
        expect(web.row("Plans for the summer house").locator(".row-count")).to_have_text("2")
        reading = web.read("Plans for the summer house")
        expect(reading.locator(".message")).to_have_count(2)
        expect(reading).to_contain_text("Yes!")
        expect(web.row("Plans for the summer house")).not_to_have_class(re.compile("unread"))
        web.accessible("conversation")
        web.picture("conversation")
        reading = web.read("The new address list")
        reading.locator(".message-to").click()
        expect(reading.locator(".details")).to_contain_text("Person Number 3")
        web.picture("200-recipients")
        reading.get_by_role("button", name=re.compile("^More for")).click()
        web.page.get_by_role("menuitem", name="View source").click()
        expect(web.page.locator(".source")).to_contain_text("Subject: The new address list")
        web.keys("Escape")
        reading.get_by_role("button", name=re.compile("^More for")).click()
        web.page.get_by_role("menuitem", name="How did this get here?").click()
        expect(web.page.locator(".trace").first).to_be_visible()
        web.accessible("trace")
        web.keys("Escape")


def test_a_long_list_is_fetched_as_it_is_seen(office, browser):
    with Webmail(browser, office) as web:
        web.login(ANA)
        web.page.wait_for_selector(".row[id]")
        total = int(web.page.locator(".rows").get_attribute("aria-rowcount"))
        assert total > 120
        assert web.page.locator(".row").count() < 60, "only what is seen is drawn"
        web.page.locator(".rows").evaluate("list => { list.scrollTop = list.scrollHeight }")
        expect(web.row("Minutes of meeting 0")).to_be_visible()
        assert web.page.locator(".row").count() < 60


def test_search(office, browser):
    with Webmail(browser, office) as web:
        web.login(ANA)
        web.page.wait_for_selector(".row[id]")
        web.keys("/")
        web.page.keyboard.type("from:mon")
        expect(web.page.get_by_role("option", name=re.compile("money@elsewhere.test"))).to_be_visible()
        web.accessible("suggestions")
        web.page.locator("#search").fill("zebra")
        web.keys("Enter")
        expect(web.row("Numbers for the treasurer")).to_have_count(1)
        expect(web.page.locator(".row mark").first).to_have_text(re.compile("zebra", re.I))
        web.picture("search")
        for words, subject in [
            ("from:money", "Numbers for the treasurer"),
            ('subject:"address list"', "The new address list"),
            ("from:priya -has:attachment", "Re: Plans for the summer house"),
        ]:
            web.page.locator("#search").fill(words)
            web.keys("Enter")
            expect(web.rows()).to_have_count(1)
            expect(web.rows().first).to_contain_text(subject)
        web.page.locator("#search").fill("nobodyeverwrotethis")
        web.keys("Enter")
        expect(web.page.locator(".list-pane .empty h2")).to_have_text("Nothing found")
        web.picture("nothing-found")


def test_star_move_delete_undo(server, browser):
    deliver(server, *[letter(number, f"Letter {number}") for number in range(5)])
    with Webmail(browser, server) as web:
        web.login(ANA)
        expect(web.rows()).to_have_count(5)
        # A star.
        web.row("Letter 1").get_by_role("button", name="Add star").click()
        expect(web.row("Letter 1").get_by_role("button", name="Remove star")).to_be_visible()
        web.go("Starred")
        expect(web.rows()).to_have_count(1)
        web.go("Inbox")
        # A folder, and messages moved into it by the menu and by dragging.
        web.page.get_by_role("button", name="New folder", exact=True).click()
        web.page.get_by_label("Name").fill("Work")
        web.keys("Enter")
        expect(web.page.locator(".list-title")).to_have_text("Work")
        web.go("Inbox")
        web.row("Letter 2").get_by_role("checkbox").click()
        web.row("Letter 3").get_by_role("checkbox").click()
        web.page.locator(".list-bar").get_by_role("button", name="Move to folder").click()
        web.page.get_by_label("Find a folder").first.fill("wor")
        web.keys("Enter")
        expect(web.toast()).to_contain_text("Work")
        expect(web.rows()).to_have_count(3)
        web.row("Letter 4").drag_to(web.page.get_by_role("link", name=re.compile("^Work")))
        expect(web.rows()).to_have_count(2)
        web.go("Work")
        expect(web.rows()).to_have_count(3)
        # Deleted, and back.
        web.row("Letter 2").click()
        web.page.locator(".reading-bar").get_by_role("button", name="Delete").click()
        expect(web.rows()).to_have_count(2)
        web.toast().get_by_role("button", name="Undo").click()
        expect(web.row("Letter 2")).to_have_count(1)
        expect(web.rows()).to_have_count(3)
        # Archived, by the key.
        web.go("Inbox")
        expect(web.rows()).to_have_count(2)
        web.row("Letter 0").click()
        web.page.wait_for_selector(".message.open")
        web.keys("e")
        expect(web.row("Letter 0")).to_have_count(0)
        web.go("Archive")
        expect(web.row("Letter 0")).to_have_count(1)
        # A label.
        web.row("Letter 0").get_by_role("checkbox").click()
        web.keys("l")
        web.page.get_by_label("Find or create a label").first.fill("Holidays 2026")
        web.keys("Enter")
        expect(web.row("Letter 0").locator(".chip")).to_have_text("Holidays 2026")
        # For good.
        web.keys("#")
        expect(web.rows()).to_have_count(0)
        web.go("Trash")
        expect(web.rows()).to_have_count(1)
        web.rows().first.get_by_role("checkbox").click()
        web.keys("#")
        web.page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
        expect(web.page.locator(".list-pane .empty h2")).to_have_text("The trash is empty")
    with server.imap() as imap:
        imap.login(ANA, PASSWORD)
        imap.select("Work")
        assert len(imap.view) == 3


def test_new_mail_appears_in_every_open_browser(server, browser):
    deliver(server, letter(1, "The first one"))
    with Webmail(browser, server) as one, Webmail(browser, server, size=TABLET) as other:
        one.login(ANA)
        other.login(ANA)
        expect(one.rows()).to_have_count(1)
        expect(other.rows()).to_have_count(1)
        begun = time.monotonic()
        deliver(server, letter(2, "The second one"))
        expect(one.row("The second one")).to_be_visible()
        assert time.monotonic() - begun < 5
        expect(other.row("The second one")).to_be_visible()
        assert one.page.title().startswith("(2) ")
        one.read("The second one")
        expect(other.row("The second one")).not_to_have_class(re.compile("unread"))
        expect(other.page).to_have_title(re.compile(r"^\(1\) "))
        one.page.locator(".reading-bar").get_by_role("button", name="Delete").click()
        expect(other.row("The second one")).to_have_count(0)


def test_lost_connection_and_ended_session(server, browser):
    deliver(server, letter(1, "Before"))
    with Webmail(browser, server) as web:
        web.login(ANA)
        expect(web.rows()).to_have_count(1)
        web.context.set_offline(True)
        web.row("Before").click()
        expect(web.page.locator(".connection")).to_be_visible()
        web.context.set_offline(False)
        expect(web.page.locator(".connection")).to_have_count(0)
        web.context.clear_cookies()
        web.go("Sent")
        dialog = web.page.get_by_role("dialog")
        expect(dialog).to_contain_text("Your session has ended")
        dialog.locator("input[name=password]").fill(PASSWORD)
        web.keys("Enter")
        expect(dialog).to_have_count(0)
        web.go("Inbox")
        expect(web.row("Before")).to_be_visible()
        web.faults = [fault for fault in web.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_on_a_phone(office, browser):
    with Webmail(browser, office, size=PHONE) as web:
        web.login(ANA)
        web.page.wait_for_selector(".row[id]")
        assert web.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the phone"
        web.accessible("phone, list")
        web.picture("phone-list")
        web.row("The new address list").first.tap()
        expect(web.page.locator(".reading-subject")).to_have_text("The new address list")
        expect(web.page.locator(".list-title")).to_be_hidden()
        assert web.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        web.accessible("phone, conversation")
        web.picture("phone-conversation")
        web.page.go_back()
        expect(web.page.locator(".list-title")).to_be_visible()
        web.page.get_by_role("button", name="Folders and labels").tap()
        web.page.wait_for_timeout(300)
        web.accessible("phone, folders")
        web.page.get_by_role("link", name=re.compile("^Trash")).tap()
        expect(web.page.locator(".list-title")).to_have_text("Trash")
        expect(web.page.locator(".side-scrim")).to_be_hidden()


def test_in_spanish_and_dark(office, browser):
    with Webmail(browser, office, language="es-ES", dark=True) as web:
        web.login(ANA)
        expect(web.page.locator(".list-title")).to_have_text("Recibidos")
        assert web.page.evaluate("document.documentElement.lang") == "es"
        web.page.wait_for_selector(".row[id]")
        web.accessible("dark, list")
        web.read("The new address list")
        web.accessible("dark, conversation")
        web.picture("spanish-dark")
        web.page.locator(".account-button").click()
        web.page.get_by_role("menuitemradio", name="Clara").click()
        assert web.page.evaluate("document.documentElement.dataset.theme") == "light"
        web.page.locator(".account-button").click()
        web.page.get_by_role("menuitemradio", name="English").click()
        expect(web.page.locator(".list-title")).to_have_text("Inbox")
        # Kept for the next time, on any device.
        web.page.evaluate("localStorage.clear()")
        web.page.reload()
        expect(web.page.locator(".list-title")).to_have_text("Inbox")


def test_by_keyboard_alone(server, browser):
    deliver(server, *[letter(number, f"Letter {number}") for number in range(4)])
    with Webmail(browser, server) as web:
        web.open()
        web.page.wait_for_selector(".login-form")
        web.page.keyboard.type(ANA)
        web.keys("Tab")
        web.page.keyboard.type(PASSWORD)
        web.keys("Enter")
        expect(web.rows()).to_have_count(4)
        # The list, by j and k, and by the arrows.
        web.keys("j", "j", "o")
        expect(web.page.locator(".reading-subject")).to_have_text("Letter 2")
        web.keys("j")
        expect(web.page.locator(".reading-subject")).to_have_text("Letter 1")
        web.keys("k", "s")
        expect(web.row("Letter 2").get_by_role("button", name="Remove star")).to_have_count(1)
        web.keys("u")
        expect(web.page.locator(".reading-subject")).to_have_count(0)
        expect(web.row("Letter 2")).to_be_focused()
        web.keys("ArrowDown", "x", "ArrowDown", "x", "#")
        expect(web.rows()).to_have_count(2)
        web.keys("z")
        expect(web.rows()).to_have_count(4)
        web.keys("?")
        expect(web.page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
        web.accessible("shortcuts")
        web.keys("Escape")
        expect(web.page.get_by_role("dialog")).to_have_count(0)
        web.keys("g", "t")
        expect(web.page.locator(".list-title")).to_have_text("Sent")
        web.keys("g", "i")
        expect(web.rows()).to_have_count(4)
        # The first Tab stop skips to the messages.
        web.page.reload()
        web.page.wait_for_selector(".row[id]")
        web.keys("Tab")
        expect(web.page.locator(".skip")).to_be_focused()
        web.keys("Enter")
        assert web.page.evaluate("document.activeElement.closest('.rows') !== null")
