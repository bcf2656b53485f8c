"""What a domain publishes: shown, served by a real name server, looked up again; its keys; senders that are rewritten."""

import json
import subprocess

from harness.nameserver import nameserver
from harness.server import DOMAIN

REVERSE = "1 IN PTR mail.{}.\n".format(DOMAIN)
ADDRESS = ("--address", "127.0.0.1")


def zones(text):
    return {DOMAIN: text, "0.0.127.in-addr.arpa": REVERSE}


def ask(server, port):
    """Has the server's commands ask this name server."""
    server.settings = {"dns.servers": f'["127.0.0.1:{port}"]'}
    server.change_settings()


def test_what_is_shown_is_found(make_server, home):
    server = make_server(start=False)
    zone = server.cli("domain", "show", DOMAIN, "--zone", *ADDRESS).stdout.decode()
    file = home / "zone"
    file.write_text(f"@ 300 IN SOA ns root 1 1 1 1 1\n@ 300 IN NS ns\n{zone}")
    done = subprocess.run(["/usr/sbin/nsd-checkzone", DOMAIN, file], capture_output=True)
    assert done.returncode == 0, done
    with nameserver(home / "dns", zones(zone)) as port:
        ask(server, port)
        done = server.cli("domain", "check", DOMAIN, *ADDRESS)
        assert b"All is well" in done.stdout
        server.start()
        findings = json.loads(server.cli("domain", "check", DOMAIN, *ADDRESS, "--json").stdout)
        assert {finding["status"] for finding in findings} == {"ok", "unused"}
        # New keys wait until their records are there.
        server.cli("domain", "dkim", "rotate", DOMAIN)
        findings = json.loads(server.cli("domain", "check", DOMAIN, *ADDRESS, "--json", status=1).stdout)
        missing = [finding["record"]["name"] for finding in findings if finding["status"] == "missing"]
        assert len(missing) == 2 and all("._domainkey." in name for name in missing)


def test_what_is_missing_or_wrong_is_said(make_server, home):
    server = make_server(start=False)
    zone = server.cli("domain", "show", DOMAIN, "--zone", *ADDRESS).stdout.decode()
    broken = zone.replace("v=spf1 mx ~all", "v=spf1 -all").replace("_dmarc", "_dmark").replace("10 mail", "10 ns")
    broken = broken.replace("p=MII", "p=AII").replace("A  127.0.0.1", "A  127.0.0.2")
    with nameserver(home / "dns", zones(broken)) as port:
        ask(server, port)
        done = server.cli("domain", "check", DOMAIN, *ADDRESS, status=1).stdout.decode()
        for words in ("does not let this server send", "no usable key", "another address", "missing  TXT  _dmarc", "should be:"):
            assert words in done, done
    # The name server is gone: no verdict, and no hanging.
    done = server.cli("domain", "check", DOMAIN, *ADDRESS, status=1).stdout.decode()
    assert "unknown" in done and "missing" not in done


def test_keys_are_made_changed_and_never_shown(make_server):
    server = make_server()
    first = json.loads(server.cli("domain", "dkim", "list", DOMAIN, "--json").stdout)
    assert [key["algorithm"] for key in first] == ["rsa-sha256", "ed25519-sha256"]
    said = server.cli("domain", "dkim", "rotate", DOMAIN).stdout + server.cli("domain", "dkim", "activate", DOMAIN).stdout
    assert b"activate" in said and b"PRIVATE" not in said
    server.cli("domain", "dkim", "activate", DOMAIN, status=1)
    after = json.loads(server.cli("domain", "dkim", "list", DOMAIN, "--json").stdout)
    assert len(after) == 4 and {key["selector"] for key in first} < {key["selector"] for key in after}
    shown = json.loads(server.cli("domain", "show", DOMAIN, "--json").stdout)
    assert {record["type"] for record in shown["records"]} >= {"MX", "A", "TXT", "SRV"}
    assert "PRIVATE" not in server.log()


def test_forwarded_mail_comes_from_us_and_reports_find_their_way(make_server):
    server = make_server()
    server.cli("alias", "add", f"out@{DOMAIN}", "eva@elsewhere.test")
    server.send(b"Subject: hi\r\n\r\nhi\r\n", f"out@{DOMAIN}", sender="bob@sender.test")
    queued = server.cli("queue", "list", "--json").stdout.decode()
    sender = json.loads(queued)[0]["recipients"][0]["sender"]
    assert sender.startswith("SRS0=") and sender.endswith(f"=sender.test=bob@{DOMAIN}")
    server.send(b"Subject: report\r\n\r\nno\r\n", sender.lower(), sender="")
    entries = json.loads(server.cli("queue", "list", "--json").stdout)
    assert any(each["address"] == "bob@sender.test" for entry in entries for each in entry["recipients"]), entries
    with server.smtp() as smtp:
        smtp.hello()
        smtp.mail("")
        smtp.expect(550, f"RCPT TO:<{sender.replace('bob', 'eve')}>")
        smtp.expect(550, f"RCPT TO:<SRS0=AAAA=AA=victim.test=x@{DOMAIN}>")
        smtp.quit()
