"""A real browser at the webmail: Debian's Chromium, driven by Playwright."""

import contextlib
import json
import os
import re
import shutil
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from harness.server import PASSWORD

DESKTOP = {"width": 1440, "height": 900}
TABLET = {"width": 1024, "height": 768}
PHONE = {"width": 390, "height": 844}


@contextlib.contextmanager
def chromium():
    """The browser; each page of it is in a profile of its own."""
    path = shutil.which("chromium")
    assert path, "there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Webmail:
    """One person at one browser. What the page complains of, and what it asks others for, is a fault of the test."""

    def __init__(self, browser, server, size=DESKTOP, language="en-GB", dark=False):
        self.base = f"http://127.0.0.1:{server.ports['http']}"
        phone = size["width"] < 600
        self.context = browser.new_context(
            viewport=size, locale=language, color_scheme="dark" if dark else "light", has_touch=phone, is_mobile=phone,
            timezone_id="UTC",
        )
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._console)
        self.page.on("request", self._request)

    def _console(self, message):
        # That there is no session yet is said with 401, which browsers write down.
        if message.type == "error" and "status of 401" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.faults.append(f"asked another server: {request.url}")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            assert not self.faults, self.faults
        self.context.close()

    def open(self, path="/"):
        self.page.goto(self.base + path)
        return self

    def login(self, user, password=PASSWORD):
        self.open()
        self.page.locator("input[name=username]").fill(user)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("button.primary").click()
        self.page.wait_for_selector(".list-title")
        return self

    def row(self, text):
        return self.page.locator(".row[id]", has_text=text)

    def rows(self):
        return self.page.locator(".row[id]")

    def read(self, text):
        """Opens a conversation by a text of its row."""
        self.row(text).first.click()
        reading = self.page.locator(".reading", has=self.page.locator(".reading-subject", has_text=text))
        reading.locator(".message.open .message-body").first.wait_for()
        return reading

    def toast(self):
        return self.page.locator(".toast")

    def keys(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def go(self, folder):
        self.page.get_by_role("navigation").get_by_role("link", name=re.compile(f"^{folder}")).first.click()

    def picture(self, name):
        """Keeps a picture of the page in the folder PALOMA_PICTURES, for people to look at."""
        folder = os.environ.get("PALOMA_PICTURES")
        if folder:
            self.page.wait_for_timeout(300)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))

    def accessible(self, name):
        """No serious fault by axe-core, when everything has come to rest: what fades in has less contrast."""
        self.page.evaluate(
            "() => Promise.allSettled(document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity)"
            ".map((one) => one.finished))")
        violations = Axe().run(self.page).response["violations"]
        serious = [
            (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in violations
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious, f"{name}: {json.dumps(serious, indent=1)}"
