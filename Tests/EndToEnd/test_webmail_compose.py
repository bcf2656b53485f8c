"""Writing in the webmail, and its settings, as a person uses them: a real server, a real browser."""

import email
import email.policy
import re
import struct
import time
import zlib

import pytest
from playwright.sync_api import expect

from harness.browser import PHONE, Webmail, chromium
from harness.server import DOMAIN, PASSWORD
from harness.wire import SMTP

ANA, BEN, CARLA = f"ana@{DOMAIN}", f"ben@{DOMAIN}", f"carla@{DOMAIN}"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def picture(width=60, height=30):
    """A small PNG."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = zlib.compress((b"\0" + b"\x20\x90\x60" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def letter(subject, body="Hello,\r\n\r\nplease have a look.\r\n", sender=BEN, to=ANA, more=""):
    return (
        f"Date: Thu, 1 Jan 2026 10:00:00 +0000\r\nFrom: Ben <{sender}>\r\nTo: {to}\r\nMessage-ID: <{time.monotonic_ns()}@elsewhere.test>\r\n"
        f"Subject: {subject}\r\n{more}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    ).encode()


class Letter:
    """The composer on a page."""

    def __init__(self, web, how=None):
        self.web = web
        if how is None:
            web.page.locator(".side .compose, button.compose").first.click()
        self.panel = web.page.locator(".composer").last
        expect(self.panel.locator(".rich-text, .plain-editor")).to_be_visible()

    def to(self, *addresses, field="To"):
        box = self.panel.get_by_role("combobox", name=field, exact=True)
        for address in addresses:
            box.fill(address)
            box.press("Enter")
        return self

    def subject(self, text):
        self.panel.get_by_label("Subject").fill(text)
        return self

    def write(self, text):
        self.panel.locator(".rich-text").click(position={"x": 30, "y": 24})
        self.web.page.keyboard.type(text)
        return self

    def attach(self, name, kind, octets):
        self.panel.locator(".composer-foot input[type=file]").set_input_files([{"name": name, "mimeType": kind, "buffer": octets}])
        expect(self.panel.locator(".attached-item:not(.going)", has_text=name)).to_be_visible()
        return self

    def saved(self):
        expect(self.panel.locator(".composer-note")).to_have_text("Saved", timeout=10_000)
        return self

    def send(self):
        self.panel.get_by_role("button", name="Send", exact=True).click()
        expect(self.panel).to_have_count(0)
        return self


def parse(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


def arrived(server, user, subject, seconds=20):
    """The message with that subject that came to a user."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for octets in server.messages(user):
            message = parse(octets)
            if message["Subject"] == subject:
                return message
        time.sleep(0.1)
    raise AssertionError(f"{subject!r} did not come to {user}")


def open_settings(web, subject=None):
    web.page.locator(".account-button").click()
    web.page.get_by_role("menuitem", name="Settings").click()
    expect(web.page.locator(".settings")).to_be_visible()
    if subject:
        web.page.get_by_role("tab", name=subject, exact=True).click()
    return web.page.locator(".settings-page")


def test_a_letter_with_everything(shared, browser):
    with Webmail(browser, shared) as web:
        web.login(ANA)
        letter = Letter(web).to(BEN).subject("Figures, and a picture")
        letter.write("Dear Ben, ")
        web.keys("Control+b")
        web.page.keyboard.type("bold")
        web.keys("Control+b", "Enter")
        letter.attach("report ñ.pdf", "application/pdf", b"%PDF-1.4 not really")
        letter.panel.locator(".rich-tools input[type=file]").set_input_files(
            [{"name": "chart.png", "mimeType": "image/png", "buffer": picture()}])
        expect(letter.panel.locator(".rich-text img[data-cid]")).to_have_count(1)
        letter.saved()
        web.accessible("composer")
        web.picture("composer")
        letter.send()
        expect(web.toast()).to_contain_text("Sent.")
    message = arrived(shared, BEN, "Figures, and a picture")
    assert message["From"].addresses[0].addr_spec == ANA and message["To"].addresses[0].addr_spec == BEN
    assert message.get_content_type() == "multipart/mixed"
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "application/pdf",
    ]
    html = message.get_body(("html",)).get_content()
    (image,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert f"cid:{image['Content-ID'].strip('<>')}" in html and "<strong>bold</strong>" in html
    assert "Dear Ben, bold" in message.get_body(("plain",)).get_content()
    (report,) = [part for part in message.walk() if part.get_content_type() == "application/pdf"]
    assert report.get_filename() == "report ñ.pdf" and report.get_payload(decode=True) == b"%PDF-1.4 not really"


def test_reply_to_all(shared, browser):
    shared.deliver_by_lmtp(letter("Dinner", to=f"{ANA}, {CARLA}", more=f"Cc: dora@elsewhere.test\r\nReferences: <first@elsewhere.test>\r\n"), ANA)
    (original,) = [parse(one) for one in shared.messages(ANA) if b"Subject: Dinner" in one]
    with Webmail(browser, shared) as web:
        web.login(ANA)
        web.read("Dinner")
        web.keys("a")
        reply = Letter(web, "open")
        expect(reply.panel.get_by_role("list", name="To")).to_contain_text("Ben")
        expect(reply.panel.get_by_role("list", name="Cc", exact=True)).to_contain_text(CARLA)
        expect(reply.panel.get_by_role("list", name="Cc", exact=True)).not_to_contain_text(ANA)
        reply.panel.get_by_text("Show the quoted message").click()
        expect(reply.panel.frame_locator("iframe").locator("body")).to_contain_text("please have a look")
        web.picture("reply")
        reply.panel.locator(".recipient-remove").last.click()
        reply.write("I come.").send()
    answer = arrived(shared, BEN, "Re: Dinner")
    assert answer["In-Reply-To"].strip() == original["Message-ID"].strip()
    assert answer["References"].split() == ["<first@elsewhere.test>", original["Message-ID"].strip()]
    text = answer.get_body(("plain",)).get_content()
    assert text.startswith("I come.") and "> please have a look." in text


def test_forward(shared, browser):
    more = 'MIME-Version: 1.0\r\n'
    body = (
        f"Date: Thu, 1 Jan 2026 10:00:00 +0000\r\nFrom: {BEN}\r\nTo: {ANA}\r\nSubject: Plans\r\nMessage-ID: <{time.monotonic_ns()}@x.test>\r\n{more}"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>The <b>plans</b><script>x()</script></p>\r\n"
        "--b\r\nContent-Type: text/csv; name=p.csv\r\nContent-Disposition: attachment; filename=p.csv\r\n\r\na,b\r\n--b--\r\n"
    )
    shared.deliver_by_lmtp(body.encode(), ANA)
    with Webmail(browser, shared) as web:
        web.login(ANA)
        web.read("Plans")
        web.keys("f")
        forward = Letter(web, "open")
        expect(forward.panel.locator(".attached-item", has_text="p.csv")).to_be_visible()
        forward.to(CARLA).write("See attached.").send()
    message = arrived(shared, CARLA, "Fwd: Plans")
    html = message.get_body(("html",)).get_content()
    assert "<b>plans</b>" in html and "script" not in html and "Forwarded message" in html
    assert [part.get_filename() for part in message.iter_attachments()] == ["p.csv"]


def test_what_is_asked_before_a_letter_goes(shared, browser):
    with Webmail(browser, shared) as web:
        web.login(ANA)
        letter = Letter(web)
        web.keys("Control+Enter")
        expect(letter.panel.locator(".composer-problem")).to_contain_text("Add a recipient")
        letter.to("nobody at all")
        web.keys("Control+Enter")
        expect(letter.panel.locator(".composer-problem")).to_contain_text("nobody at all")
        letter.panel.locator(".recipient-remove").click()
        letter.to(BEN).write("The figures are attached.")
        web.keys("Control+Enter")
        dialog = web.page.locator("dialog[open]")
        expect(dialog).to_contain_text("mentions an attachment")
        dialog.get_by_role("button", name="Send anyway").click()
        expect(dialog).to_contain_text("no subject")
        dialog.get_by_role("button", name="Cancel").click()
        letter.subject("Gesendet")
        letter.panel.locator(".rich-text").click()
        web.keys("Control+a", "Delete")
        letter.write("Te lo adjunto.")
        web.keys("Control+Enter")
        expect(dialog).to_contain_text("mentions an attachment")
        dialog.get_by_role("button", name="Cancel").click()
        letter.panel.get_by_role("button", name="Discard the draft").click()
        dialog.get_by_role("button", name="Discard the draft").click()
        expect(letter.panel).to_have_count(0)
    assert not [one for one in shared.messages(BEN) if b"Gesendet" in one]


def test_a_draft_is_kept_and_comes_back(shared, browser):
    with Webmail(browser, shared) as web:
        web.login(ANA)
        letter = Letter(web).to(BEN).subject("Half a thought").write("It begins").saved()
        web.page.keyboard.type(" and goes on")
        expect(letter.panel.locator(".composer-note")).to_have_text("")
        letter.saved()
        letter.panel.get_by_role("button", name="Close and keep the draft").click()
        expect(letter.panel).to_have_count(0)
        web.go("Drafts")
        expect(web.row("Half a thought")).to_have_count(1)
        web.row("Half a thought").click()
        web.page.wait_for_timeout(300)
        if web.page.locator(".composer").count() == 0:
            web.page.locator(".message-tools").get_by_role("button").nth(1).click()
        again = Letter(web, "open")
        expect(again.panel.locator(".rich-text")).to_contain_text("It begins")
        expect(again.panel.get_by_role("list", name="To")).to_contain_text(BEN)
        again.subject("A whole thought").write("Now: ")
        # The browser goes away before the server was told.
        web.page.evaluate("addEventListener('beforeunload', event => event.stopImmediatePropagation(), true)")
        web.page.reload()
        expect(web.page.locator(".composer")).to_have_count(1)
        back = Letter(web, "open")
        expect(back.panel.get_by_label("Subject")).to_have_value("A whole thought")
        back.saved().send()
        web.page.reload()
        web.go("Drafts")
        expect(web.page.locator(".list-title")).to_have_text("Drafts")
        expect(web.row("thought")).to_have_count(0)
    assert "Now:" in arrived(shared, BEN, "A whole thought").get_body(("plain",)).get_content()


def test_undo(shared, browser):
    with Webmail(browser, shared) as web:
        web.login(ANA)
        Letter(web).to(BEN).subject("Too soon").write("Sorry").send()
        expect(web.toast()).to_contain_text("Sent.")
        web.toast().get_by_role("button", name="Undo").click()
        back = Letter(web, "open")
        expect(back.panel.get_by_label("Subject")).to_have_value("Too soon")
        expect(back.panel.locator(".rich-text")).to_contain_text("Sorry")
        back.subject("In time").saved().send()
    arrived(shared, BEN, "In time")
    assert not [one for one in shared.messages(BEN) if b"Too soon" in one]


def test_send_later_and_think_again(shared, browser):
    with Webmail(browser, shared) as web:
        web.login(ANA)
        letter = Letter(web).to(BEN).subject("Tomorrow").write("Good morning")
        letter.panel.get_by_role("button", name="Send later").click()
        web.picture("send-later")
        web.page.get_by_role("button", name=re.compile("Tomorrow morning")).click()
        expect(letter.panel).to_have_count(0)
        web.page.get_by_role("button", name="Scheduled").click()
        dialog = web.page.locator("dialog[open]")
        expect(dialog.locator(".scheduled-item")).to_contain_text("Tomorrow")
        web.accessible("scheduled")
        web.picture("scheduled")
        dialog.get_by_role("button", name="Do not send").click()
        expect(dialog).to_contain_text("No message waits")
        web.keys("Escape")
        web.go("Drafts")
        expect(web.row("Tomorrow").first).to_be_visible()
    assert not [one for one in shared.messages(BEN) if b"Good morning" in one]


def test_completion_and_pasted_lists(shared, browser):
    with Webmail(browser, shared) as web:
        web.login(ANA)
        Letter(web).to(f"Carla Núñez <{CARLA}>").subject("First").write("x").send()
        arrived(shared, CARLA, "First")
        letter = Letter(web)
        box = letter.panel.get_by_role("combobox", name="To", exact=True)
        box.press_sequentially("núñ")
        expect(letter.panel.get_by_role("option")).to_contain_text("Carla Núñez")
        web.accessible("suggestions")
        box.press("Enter")
        expect(letter.panel.get_by_role("list", name="To")).to_contain_text("Carla Núñez")
        box.evaluate("""(box, text) => {
          const data = new DataTransfer()
          data.setData('text/plain', text)
          box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
        }""", f"Ben <{BEN}>; \"Doe, J.\" <j@elsewhere.test>\nnonsense@@, {CARLA}")
        expect(letter.panel.locator(".recipient")).to_have_count(4)
        expect(letter.panel.locator(".recipient.invalid")).to_have_text("nonsense@@")
        letter.panel.get_by_role("button", name="Discard the draft").click()
        expect(letter.panel).to_have_count(0)


def test_hostile_clipboard(shared, browser):
    with Webmail(browser, shared) as web:
        ran = []
        web.page.expose_function("canary", lambda text: ran.append(text))
        web.login(ANA)
        letter = Letter(web).subject("Pasted").to(BEN)
        letter.panel.locator(".rich-text").evaluate("""(box, html) => {
          const data = new DataTransfer()
          data.setData('text/html', html)
          box.focus()
          box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
        }""", """<b onclick="canary(1)">bold</b><img src=x onerror="canary(2)"><img src="https://canary.test/a.png"><script>canary(3)</script>
          <a href="javascript:canary(4)">a</a><a href="https://ok.test/">b</a><svg onload="canary(5)"></svg><iframe srcdoc="<script>parent.canary(6)</script>"></iframe>
          <style>@import 'https://canary.test/a.css'</style><div style="background:url(https://canary.test/b.png)">div</div><form action="https://canary.test/"><input name=x></form>
          <img src="blob:https://x/y" data-cid="x"><math><mtext><table><mglyph><style><img src=x onerror="canary(7)"></style></mglyph></table></mtext></math>""")
        expect(letter.panel.locator(".rich-text strong")).to_have_text("bold")
        web.page.wait_for_timeout(400)
        html = letter.panel.locator(".rich-text").inner_html()
        assert not re.search(r"onclick|onerror|script|canary|iframe|<svg|<form|style=", html.replace("white-space", "")), html
        assert 'href="https://ok.test/"' in html and ran == []
        letter.saved()
        letter.panel.get_by_role("button", name="Discard the draft").click()
        web.page.locator("dialog[open]").get_by_role("button", name="Discard the draft").click()
        expect(letter.panel).to_have_count(0)
        # The browser says what the page's policy kept from running while the paste was parsed.
        web.faults = [one for one in web.faults if "Content Security Policy" not in one]


def test_settings(shared, browser):
    with Webmail(browser, shared) as web:
        web.login(CARLA)
        page = open_settings(web)
        for subject in ("Appearance", "Identities and signatures", "Address book", "Password", "App passwords", "Sessions", "Fetched accounts"):
            web.page.get_by_role("tab", name=subject, exact=True).click()
            expect(page.locator("h3").first).to_be_visible()
            web.accessible(subject)
            web.picture(f"settings-{subject.split()[0].lower()}")
        web.page.get_by_role("tab", name="Identities and signatures").click()
        page.get_by_label("Name").first.fill("Carla Núñez")
        page.get_by_label("Signature").first.fill("Carla\nMadrid")
        page.get_by_role("button", name="Save").first.click()
        expect(web.toast()).to_contain_text("Saved.")
        web.page.get_by_role("tab", name="App passwords").click()
        page.get_by_label("For which program or device").fill("Old phone")
        page.get_by_role("button", name="Create").click()
        secret = page.get_by_label("App password", exact=True).inner_text()
        assert re.fullmatch(r"[a-z0-9]{4}(-[a-z0-9]{4})+", secret)
        smtp = SMTP(shared.ports["submissions"], context=shared.tls())
        smtp.hello()
        smtp.expect(235, "AUTH PLAIN " + __import__("base64").b64encode(f"\0{CARLA}\0{secret}".encode()).decode())
        page.get_by_role("button", name="Revoke Old phone").click()
        web.page.locator("dialog[open]").last.get_by_role("button", name="Revoke").click()
        expect(page).to_contain_text("There are no app passwords")
        web.page.get_by_role("tab", name="Address book").click()
        page.get_by_label("Name").fill("Zoë")
        page.get_by_label("E-mail address").fill("zoe@elsewhere.test")
        page.get_by_role("button", name="Add").click()
        expect(page.locator(".settings-list")).to_contain_text("Zoë")
        web.page.get_by_role("tab", name="Sessions").click()
        expect(page).to_contain_text("this browser")
        web.keys("Escape")
        letter = Letter(web)
        expect(letter.panel.locator(".rich-text")).to_contain_text("Madrid")
        letter.panel.get_by_role("button", name="Discard the draft").click()


def test_password_and_second_factor(make_server, browser):
    server = make_server()
    with Webmail(browser, server) as web:
        web.login(BEN)
        page = open_settings(web, "Password")
        page.get_by_label("Current password").first.fill("wrong")
        page.get_by_label("New password", exact=True).fill("a much longer password")
        page.get_by_label("New password again").fill("a much longer password")
        page.get_by_role("button", name="Change the password").click()
        expect(page.locator(".problem")).to_contain_text("not the password")
        page.get_by_label("Current password").first.fill(PASSWORD)
        page.get_by_role("button", name="Change the password").click()
        expect(web.toast()).to_contain_text("password is changed")
        page.get_by_label("Current password").last.fill("a much longer password")
        page.get_by_role("button", name="Set up").click()
        expect(page.locator(".qr")).to_be_visible()
        web.picture("second-factor")
        secret = page.get_by_label("Secret of the second factor").inner_text()
        page.get_by_label("Code from the app").fill(code(secret))
        page.get_by_role("button", name="Turn on").click()
        expect(page.get_by_label("Recovery codes")).to_be_visible()


def code(secret):
    """RFC 6238, with SHA-1 and 30 s."""
    import base64
    import hmac

    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_on_a_phone_in_spanish(shared, browser):
    with Webmail(browser, shared, size=PHONE, language="es-ES", dark=True) as web:
        web.login(BEN)
        web.page.get_by_role("button", name=re.compile("^Escribir|^Redactar|^Nuevo")).locator("visible=true").first.click()
        panel = web.page.locator(".composer")
        expect(panel.get_by_role("button", name="Enviar", exact=True)).to_be_visible()
        box = panel.bounding_box()
        assert (box["x"], box["width"]) == (0, PHONE["width"])
        assert web.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        web.accessible("composer on a phone")
        web.picture("composer-phone-es")
        panel.get_by_role("button", name="Descartar el borrador").click()
        expect(panel).to_have_count(0)
