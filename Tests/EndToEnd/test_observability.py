"""Health, metrics and logs."""

import json
import re
import urllib.error

import pytest

from harness.mail import message
from harness.server import DOMAIN, PASSWORD

ANA = f"ana@{DOMAIN}"


def test_health(shared):
    status, text = shared.get("/health")
    assert status == 200 and text.strip() == "ok"


def test_other_pages(shared):
    for path in ("/nowhere", "/metrics/x", "/../../etc/passwd", "/%00", "/" + "x" * 100_000):
        with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, ConnectionError, ValueError)) as caught:
            shared.get(path)
        if isinstance(caught.value, urllib.error.HTTPError):
            assert 400 <= caught.value.code < 500
    assert shared.get("/health")[0] == 200


def test_metrics_count_what_happens(server):
    before = server.metrics()
    server.send(message(1), ANA)
    server.send(message(2), ANA, f"ben@{DOMAIN}")
    server.count(ANA)
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, "MAIL FROM:<a@b.test>")
        smtp.expect(550, f"RCPT TO:<nobody@{DOMAIN}>")
        smtp.quit()
    after = server.metrics()
    assert after["paloma_messages_delivered_total"] - before.get("paloma_messages_delivered_total", 0) in (2, 3)
    assert all(re.fullmatch(r"[a-z_][a-z0-9_]*", name) for name in after)
    text = server.get("/metrics")[1]
    described = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    assert "paloma_messages_delivered_total" in described or "paloma_messages_delivered" in described
    assert ANA not in text, "no addresses in metrics"


def test_the_log_follows_a_message_and_tells_no_secrets(server):
    secret = "a-word-that-is-only-in-the-body-4711"
    identity = server.send(message(1, body=secret.encode() + b"\r\n", subject="subject-of-a-secret-4712"), ANA)
    server.messages(ANA)
    with server.pop3() as pop3:
        pop3.ok()
        pop3.ok(f"USER {ANA}")
        pop3.err("PASS wrong-password-4713")
    server.secrets |= {secret, "subject-of-a-secret-4712", "wrong-password-4713"}
    server.stop()
    log = server.log()
    assert identity in log and "sender@elsewhere.test" in log
    assert ANA in log


def test_the_log_for_programs(make_server):
    server = make_server(settings={"log.format": '"json"', "log.level": '"debug"'})
    identity = server.send(message(1), ANA)
    server.count(ANA)
    server.stop()
    lines = [json.loads(line) for line in server.log().splitlines() if line.strip()]
    assert lines and all(isinstance(line, dict) for line in lines)
    assert any(identity in json.dumps(line) for line in lines)
    assert PASSWORD not in server.log()


def test_ready_is_said(server):
    assert re.search(r"\bready\b", server.log())
