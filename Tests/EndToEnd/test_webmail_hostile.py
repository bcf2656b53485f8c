"""Hostile mail in the webmail: a real server, a real browser, and Fixtures/hostile-html (what has passed other webmails).

Nothing of it runs, nothing is asked of the network, nothing leaves the frame: with the browser's own sanitizer, and with
DOMPurify where the browser has none.
"""

import base64
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness.browser import Webmail, chromium
from harness.server import DOMAIN

ANA = f"ana@{DOMAIN}"
CORPUS = sorted((Path(__file__).parent / "Fixtures" / "hostile-html").glob("*.html"))
CANARY = "https://canary.test/"
# A browser without `setHTML`: the page then loads DOMPurify.
WITHOUT_SANITIZER = "delete Element.prototype.setHTML; delete Document.parseHTML"

# Looked at in the frame: what the sanitizers left must be harmless without the frame, too.
LEFTOVERS = """
frame => {
  const found = []
  const elements = frame.contentDocument.body.querySelectorAll('*')
  for (const element of [frame.contentDocument.body, ...elements]) {
    if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') found.push(element.outerHTML)
    if (/^(script|iframe|frame|object|embed|form|input|button|link|meta|base|svg|math|template|video|audio|source|track|portal|area|map|title|noscript)$/.test(element.localName)) {
      found.push(element.outerHTML)
    }
    for (const { name, value } of element.attributes) {
      if (/^on|^(srcdoc|srcset|poster|ping|formaction|action|background|is|contenteditable|autofocus|accesskey|name=|xlink:href)$/.test(name)) found.push(`${name}=${value}`)
      if ((name === 'href' || name === 'src') && !/^(https:|http:|mailto:|tel:|#|blob:|data:image\\/(png|gif|jpe?g|webp|bmp|avif))/.test(value)) found.push(`${name}=${value}`)
      if (name === 'style' && /url\\((?!"(blob:|data:image\\/(png|gif|jpe?g)))|expression|binding|behavior|@import|fixed/i.test(value)) found.push(`${name}=${value}`)
    }
    if (element.localName === 'a' && element.hasAttribute('href') && !element.getAttribute('href').startsWith('#')) {
      if (element.target !== '_blank' || element.rel !== 'noopener noreferrer') found.push(element.outerHTML)
    }
    if (element.localName === 'style' && /@import|@font-face|url\\((?!"(blob|data):)|fixed|expression/i.test(element.textContent)) found.push(element.textContent)
  }
  // What a person and a script at the page could set off.
  for (const element of elements) {
    for (const type of ['mouseover', 'mouseenter', 'focus', 'pointerenter', 'animationstart', 'load', 'error', 'toggle', 'scroll', 'wheel']) {
      element.dispatchEvent(new Event(type, { bubbles: true }))
    }
  }
  return found
}
"""


def message(subject, html):
    body = base64.encodebytes(html).replace(b"\n", b"\r\n").decode()
    return (
        f"Date: Thu, 1 Jan 2026 10:00:00 +0000\r\nFrom: Mallory <mallory@elsewhere.test>\r\nTo: {ANA}\r\n"
        f"Message-ID: <{time.monotonic_ns()}@elsewhere.test>\r\nSubject: hostile {subject}\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}"
    ).encode()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def office(shared):
    for path in CORPUS:
        shared.deliver_by_lmtp(message(path.stem, path.read_bytes()), ANA)
    return shared


class Watch:
    """What the page does while hostile mail is on the screen."""

    def __init__(self, web):
        self.ran, self.outside, self.inside, self.windows = [], [], [], []
        # What the browser would have sent: a request that a policy stops is told of, but never gets here.
        self.sent = []
        self.base = web.base
        web.page.expose_function("canary", lambda text: self.ran.append(text))
        web.page.on("dialog", lambda dialog: (self.ran.append(f"dialog {dialog.message}"), dialog.dismiss()))
        web.context.on("page", lambda page: self.windows.append(page.url))
        web.context.on("request", self.request)
        web.context.route(lambda url: not url.startswith(web.base), self.stop)

    def stop(self, route):
        self.sent.append(route.request.url)
        route.abort()

    def request(self, request):
        url = request.url
        if url.startswith(("data:", "blob:")):
            return
        if not url.startswith(self.base):
            self.outside.append(url)
        elif "/frame" in request.frame.url and not re.match(rf"{re.escape(self.base)}/frame(-images)?\.html$", url):
            self.inside.append(url)


def shown(web, subject):
    """Opens the message; its frame, filled."""
    web.row(f"hostile {subject}").first.click()
    expect(web.page.locator(".reading")).to_contain_text(f"hostile {subject}")
    frame = web.page.locator("article.message.open iframe[title]")
    expect(frame).to_have_attribute("data-ready", "true")
    return frame


@pytest.mark.parametrize("sanitizer", ["native", "dompurify"])
def test_nothing_runs_and_nothing_is_asked_for(office, browser, sanitizer):
    with Webmail(browser, office) as web:
        if sanitizer == "dompurify":
            web.page.add_init_script(WITHOUT_SANITIZER)
        watch = Watch(web)
        web.login(ANA)
        assert web.page.evaluate("'setHTML' in Element.prototype") == (sanitizer == "native")
        for path in CORPUS:
            frame = shown(web, path.stem)
            assert frame.evaluate(LEFTOVERS) == [], path.stem
            assert len(web.page.frames) == 2, f"{path.stem}: {[one.url for one in web.page.frames]}"
            assert web.page.url.startswith(web.base) and web.page.frames[1].url == f"{web.base}/frame.html", path.stem
            box = frame.bounding_box()
            pane = web.page.locator("article.message.open").bounding_box()
            assert box["width"] <= pane["width"] + 1, f"{path.stem}: the frame is wider than its place"
            web.picture(f"hostile-{sanitizer}-{path.stem}")
        # What was to come late has had its time.
        web.page.wait_for_timeout(1200)
        assert watch.ran == [] and watch.sent == [] and watch.inside == [] and watch.windows == []
        # Playwright's own script does not run in the frame either.
        web.faults = [one for one in web.faults if "Blocked script execution" not in one]
        # DOMPurify parses before it removes: the browser says what the frame's policy stopped meanwhile.
        if sanitizer == "dompurify":
            web.faults = [one for one in web.faults if "Content Security Policy" not in one and "asked another server" not in one]


def test_a_frame_lets_nothing_run_by_itself(office, browser):
    """The wall behind the sanitizers: the same mail put into the frame as it came."""
    with Webmail(browser, office) as web:
        watch = Watch(web)
        web.login(ANA)
        frame = shown(web, "scripts")
        for path in CORPUS:
            if path.stem in ("addresses", "leaving"):
                continue
            frame.evaluate("(frame, html) => { frame.contentDocument.body.innerHTML = html }", path.read_text())
        frame.evaluate("frame => { const s = frame.contentDocument.createElement('script'); s.textContent = 'top.canary(1)'; frame.contentDocument.body.append(s) }")
        web.page.wait_for_timeout(1000)
        assert watch.ran == [] and watch.sent == [] and watch.windows == []
        web.faults = []


def test_images_that_were_asked_for(office, browser):
    with Webmail(browser, office) as web:
        watch = Watch(web)
        requests = []
        web.context.on("request", lambda request: requests.append(request))
        web.login(ANA)
        shown(web, "roundcube")
        assert watch.outside == []
        web.page.get_by_role("button", name="Show images").click()
        expect(web.page.locator("article.message.open iframe")).to_have_attribute("src", "/frame-images.html")
        expect(web.page.locator("article.message.open iframe")).to_have_attribute("data-ready", "true")
        for _ in range(50):
            if f"{CANARY}image.png" in watch.sent:
                break
            web.page.wait_for_timeout(50)
        asked = set(watch.sent)
        assert f"{CANARY}image.png" in asked and f"{CANARY}http.png" in asked, "http: becomes https:"
        assert not [url for url in asked if not url.startswith(CANARY) or "dot.gif" in url or "CVE-2025-68461" in url], asked
        for request in requests:
            if request.url.startswith(CANARY):
                assert request.resource_type == "image", request.url
                assert "cookie" not in request.all_headers(), request.url
        assert watch.ran == [] and watch.inside == []
        frame = web.page.locator("article.message.open iframe")
        assert frame.evaluate("frame => [frame.credentialless, frame.contentDocument.cookie]") == [True, ""]
        # The next message is not covered by that.
        shown(web, "css-requests")
        expect(web.page.locator("article.message.open iframe")).to_have_attribute("src", "/frame.html")
        web.faults = []


def test_links_say_where_they_go(office, browser):
    with Webmail(browser, office) as web:
        web.login(ANA)
        shown(web, "addresses")
        page = web.page.frame_locator("article.message.open iframe")
        expect(page.locator("#deceptive + span")).to_have_text("⚠ goes to evil.test")
        expect(page.locator("#userinfo + span")).to_have_text("⚠ goes to evil.test")
        expect(page.locator("#idn")).to_have_attribute("title", "xn--pypal-4ve.test/")
        expect(page.locator("#top-link")).to_have_attribute("target", "_blank")
        web.context.route("https://evil.test/**", lambda route: route.fulfill(body="<title>there</title>", content_type="text/html"))
        with web.context.expect_page() as opened:
            page.locator("#deceptive").click()
        assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]
        opened.value.close()
        assert web.page.url.startswith(web.base)
        web.faults = []
        shown(web, "leaving")
        page.locator("#mail").click()
        composer = web.page.locator(".composer")
        expect(composer.get_by_role("list", name="To")).to_contain_text("eve@evil.test")
        expect(composer).not_to_contain_text("all@evil.test")


def test_text_that_nobody_reads_through(office, browser):
    """Sizes and depths that make others stop answering."""
    letters = {
        "deep": b"<div>" * 5_000 + b"deep",
        "wide": b"<table>" + b"<tr><td>x</td></tr>" * 70_000,
        "rules": b"<style>" + b"p.a > b[x] { color: red }\n" * 50_000 + b"</style><p>rules</p>",
        "long": b"<p>" + b"x" * 5_000_000,
        "links": b"<a href='https://x.test/'>" + b"a-" * 100_000 + b"</a>",
    }
    for name, html in letters.items():
        office.deliver_by_lmtp(message(f"size {name}", html), ANA)
    with Webmail(browser, office) as web:
        web.login(ANA)
        for name in letters:
            began = time.monotonic()
            web.row(f"hostile size {name}").first.click()
            expect(web.page.locator("article.message.open").locator("iframe[data-ready], .html-failure").first).to_be_attached(timeout=30_000)
            assert web.page.evaluate("1 + 1") == 2 and time.monotonic() - began < 30, name
