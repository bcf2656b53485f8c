#!/usr/bin/env python3
"""The webmail and JMAP in front of a large inbox, in a real browser (Debian's Chromium). Started by scripts/bench web.

Paloma alone is measured: the figures are seconds, against the aims that stand beside them. A page's time begins with the
navigation and ends with the frame behind the one in which the first message stands in the list.
"""

import argparse
import base64
import http.client
import json
import os
import re
import shutil
import smtplib
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench import print_page, spread
from systems import DOMAIN, PASSWORD, READER, Paloma, wait_for

CHROMIUM = "/usr/bin/chromium"
USING = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]

# In each page before its own scripts: when the first message of the list was painted, and when a subject appeared.
OBSERVER = """
window.seen = {};
const look = () => {
  if (!seen.first && document.querySelector('.row .row-subject')) {
    seen.first = -1;
    requestAnimationFrame(() => setTimeout(() => { seen.first = performance.now(); }, 0));
  }
  for (const node of document.querySelectorAll('.row .row-subject')) {
    const subject = node.textContent;
    if (subject.startsWith('arrival ') && !(subject in seen)) {
      seen[subject] = 0;
      requestAnimationFrame(() => setTimeout(() => { seen[subject] = Date.now(); }, 0));
    }
  }
};
new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
"""


def message(number):
    people = ["Ana Reyes", "Luis Ortega", "Søren Kjær", "Priya Rao", "Weekly Letter"]
    name = people[number % len(people)]
    return (
        f"From: {name} <sender{number % 997}@example.net>\r\nTo: {READER}@{DOMAIN}\r\nSubject: Message {number} about the boat\r\n"
        f"Date: Thu, 01 Jan 2026 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02} +0000\r\n"
        f"Message-ID: <{number}@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + f"This is what message {number} says, in a line or two.\r\n" * 8
    ).encode()


class Client:
    """One connection, kept open."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        token = base64.b64encode(f"{READER}@{DOMAIN}:{PASSWORD}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        session = self.ask("GET", "/.well-known/jmap")
        self.account = session["primaryAccounts"]["urn:ietf:params:jmap:mail"]
        boxes = self.call([["Mailbox/get", {"accountId": self.account, "properties": ["role", "totalEmails"]}, "0"]])[0][1]["list"]
        self.inbox = next(box for box in boxes if box["role"] == "inbox")

    def ask(self, verb, path, body=None):
        self.connection.request(verb, path, body, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{verb} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)

    def call(self, calls):
        responses = self.ask("POST", "/jmap/api", json.dumps({"using": USING, "methodCalls": calls}))["methodResponses"]
        for name, arguments, _ in responses:
            if name == "error":
                raise RuntimeError(f"{arguments}")
        return responses

    def page_of_inbox(self, position):
        return self.call([
            ["Email/query", {
                "accountId": self.account, "filter": {"inMailbox": self.inbox["id"]}, "sort": [{"property": "receivedAt", "isAscending": False}],
                "collapseThreads": True, "position": position, "limit": 50, "calculateTotal": True}, "q"],
            ["Email/get", {
                "accountId": self.account, "#ids": {"resultOf": "q", "name": "Email/query", "path": "/ids"},
                "properties": ["threadId", "mailboxIds", "keywords", "from", "to", "subject", "receivedAt", "size", "preview", "hasAttachment"]}, "g"],
        ])


def bundle_bytes(port):
    """Compressed octets of the page and of all that it loads before somebody does something."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(path):
        connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
        answer = connection.getresponse()
        body = answer.read()
        return body, answer.getheader("Content-Encoding")

    connection.request("GET", "/", headers={"Accept-Encoding": "identity"})
    page = connection.getresponse().read().decode()
    paths = ["/"] + sorted(set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)))
    return sum(len(get(path)[0]) for path in paths)


def api_times(port, rounds):
    client = Client(port)
    if client.inbox["totalEmails"] == 0:
        raise RuntimeError("the inbox is empty")
    times = []
    for number in range(rounds + 1):
        begun = time.monotonic()
        got = client.page_of_inbox(number * 997 % (client.inbox["totalEmails"] - 50))
        times.append((time.monotonic() - begun) * 1000)
        if len(got[1][1]["list"]) != 50:
            raise RuntimeError("a page that is not full")
    return times[0], times[1:]


def log_in(page, address):
    page.goto(address)
    page.fill('input[name="username"]', f"{READER}@{DOMAIN}")
    page.fill('input[name="password"]', PASSWORD)
    page.press('input[name="password"]', "Enter")
    page.wait_for_selector(".row .row-subject", timeout=60_000)


def paint_times(browser, address, rounds):
    """Milliseconds to the first message: with an empty cache of the browser, and with a filled one."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    log_in(context.new_page(), address)
    state = context.storage_state()
    warm, cold = [], []
    for _ in range(rounds):
        warm.append(paint_time(context, address))
        fresh = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=state)
        cold.append(paint_time(fresh, address))
        fresh.close()
    context.close()
    return cold, warm


def seen(page, what):
    """When the page saw it; the page's policy forbids Playwright's own way to wait, which evaluates text."""
    return wait_for(lambda: max(0, page.evaluate("what => window.seen?.[what] ?? 0", what)), f"{what} in the browser", 60)


def paint_time(context, address):
    page = context.new_page()
    page.add_init_script(OBSERVER)
    page.goto(address)
    milliseconds = seen(page, "first")
    page.close()
    return milliseconds


def arrival_times(browser, address, smtp_port, rounds):
    """Milliseconds from SMTP's 250 to the message on the screen."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(OBSERVER)
    log_in(page, address)
    times = []
    for number in range(rounds):
        subject = f"arrival {number}"
        with smtplib.SMTP("127.0.0.1", smtp_port, timeout=30) as client:
            client.sendmail(
                "sender@example.net", [f"{READER}@{DOMAIN}"],
                f"From: a@example.net\r\nTo: {READER}@{DOMAIN}\r\nSubject: {subject}\r\nMessage-ID: <arrival{number}@example.net>\r\n\r\nhello\r\n")
            answered = time.time() * 1000
        times.append(seen(page, subject) - answered)
    context.close()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, help="the release binary of Paloma, with the webmail in it")
    parser.add_argument("--flushcount", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--messages", type=int, default=100_000, help="in the inbox")
    parser.add_argument("--quick", action="store_true", help="1,000 messages, 3 rounds: whether all of it works, no figures")
    parser.add_argument("--output", help="the page whose end is written anew")
    options = parser.parse_args()
    messages, rounds = (1_000, 3) if options.quick else (options.messages, options.rounds)
    load = os.getloadavg()[0]
    work = Path(tempfile.mkdtemp(prefix="paloma-bench-web-"))
    system = Paloma(work / "system", options.binary, accounts=[READER], settings={"login.loopback": '"exempt"'})
    system.start()
    try:
        system.fill_reader(message(number) for number in range(messages))
        address = f"http://127.0.0.1:{system.http_port}/"
        first, later = api_times(system.http_port, rounds * 10)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            cold, warm = paint_times(browser, address, rounds)
            arrivals = arrival_times(browser, address, system.smtp_port, rounds)
            version = browser.version
            browser.close()
        rows = [
            ("first-load bundle, compressed, KB", f"{bundle_bytes(system.http_port) / 1000:,.0f}", "150"),
            ("Email/query and Email/get of 50, ms", spread(later), "10"),
            ("the same, the very first time, ms", f"{first:,.0f}", "–"),
            ("inbox painted, empty cache of the browser, ms", spread(cold, 0), "300"),
            ("inbox painted, filled cache, ms", spread(warm, 0), "300"),
            ("message on the screen after SMTP's 250, ms", spread(arrivals, 0), "200"),
            ("memory of the server, MB", f"{system.accounting.resident_bytes() / 1e6:,.0f}", "–"),
        ]
        body = "\n".join(
            [f"An inbox of {messages:,} messages.", "", "| | median (lowest–highest) | aim |", "|---|---|---|"]
            + [f"| {what} | {value} | {aim} |" for what, value, aim in rows])
        print_page([system.versions(), f"Chromium {version}"], rounds, load, body, options.output)
    finally:
        system.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
