"""JMAP as a client that others wrote sees it: jmapc from PyPI, over TLS with the server's certificate."""

import jmapc
import pytest
import requests
from jmapc.methods import (
    CustomMethod,
    EmailGet,
    EmailQuery,
    EmailSubmissionSet,
    IdentityGet,
    MailboxGet,
)

from harness.server import DOMAIN, PASSWORD

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"
LETTER = (
    f"From: Ana <{ANA}>\r\nTo: Ben <{BEN}>\r\nSubject: Lunch?\r\nMessage-ID: <one@{DOMAIN}>\r\n\r\nAt two.\r\n".encode()
)


@pytest.fixture
def ana(server, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.home / "tls" / "cert.pem"))
    return jmapc.Client.create_with_password(host=f"localhost:{server.ports['https']}", user=ANA, password=PASSWORD)


def email_id(server):
    """The id of the newest message in Ana's INBOX, as IMAP has it: it is JMAP's, too (RFC 8474, RFC 9698)."""
    imap = server.imap()
    imap.login(ANA, PASSWORD)
    imap.select()
    found = imap.messages("EMAILID")[-1]["EMAILID"]
    return found if isinstance(found, str) else found[0]


def test_session_identities_and_sending(server, ana):
    session = ana.jmap_session
    assert session.username == ANA
    assert session.api_url == f"https://localhost:{server.ports['https']}/jmap/api"
    identities = ana.request(IdentityGet(ids=None)).data
    assert [identity.email for identity in identities] == [ANA]

    server.deliver_by_lmtp(LETTER, ANA)
    made = ana.request(
        EmailSubmissionSet(
            create={"k": jmapc.EmailSubmission(email_id=email_id(server), identity_id=identities[0].id)}
        )
    )
    assert made.created["k"].undo_status == jmapc.UndoStatus.FINAL
    assert server.count(BEN) == 1


def test_mailboxes_and_messages(server, ana):
    if not ana.jmap_session.capabilities.urns & {"urn:ietf:params:jmap:mail"}:
        pytest.skip("no mail here yet")
    server.deliver_by_lmtp(LETTER, ANA)
    mailboxes = {mailbox.role: mailbox for mailbox in ana.request(MailboxGet(ids=None)).data}
    assert mailboxes["inbox"].total_emails == 1
    results = ana.request(
        [
            EmailQuery(filter=jmapc.EmailQueryFilterCondition(in_mailbox=mailboxes["inbox"].id)),
            EmailGet(ids=jmapc.Ref("/ids")),
        ]
    )
    emails = results[1].response.data
    assert [email.subject for email in emails] == ["Lunch?"]
    assert emails[0].mail_from[0].email == ANA


def test_our_own_capability(server, ana):
    method = CustomMethod(data={"accountId": ana.account_id, "create": {"k": {"name": "phone"}}})
    method.jmap_method = "AppPassword/set"
    method.using = {"urn:paloma:account"}
    made = ana.request(method).data
    password = made["created"]["k"]["password"]
    server.secrets.add(password)
    # It logs in everywhere but to the settings.
    assert server.count(ANA, password) == 0
    answer = requests.get(
        f"https://localhost:{server.ports['https']}/.well-known/jmap", auth=(ANA, password), timeout=10
    )
    assert answer.json()["username"] == ANA


def test_a_browser(server):
    base = f"http://127.0.0.1:{server.ports['http']}"
    browser = requests.Session()
    assert browser.get(f"{base}/login", timeout=10).status_code == 401
    wrong = browser.post(f"{base}/login", json={"user": ANA, "password": "no"}, timeout=10)
    assert (wrong.status_code, wrong.json()["needsCode"]) == (401, False)
    right = browser.post(f"{base}/login", json={"user": ANA, "password": PASSWORD}, timeout=10)
    assert right.status_code == 200, right.text
    echo = {"using": ["urn:ietf:params:jmap:core"], "methodCalls": [["Core/echo", {"a": 1}, "c"]]}
    assert browser.post(f"{base}/jmap/api", json=echo, timeout=10).status_code == 403
    answer = browser.post(f"{base}/jmap/api", json=echo, headers={"X-Paloma": "1"}, timeout=10)
    assert answer.json()["methodResponses"] == [["Core/echo", {"a": 1}, "c"]]
    # The session outlives the server's restart, and its end.
    server.restart()
    assert browser.get(f"{base}/login", timeout=10).json()["user"] == ANA
    listed = server.cli("account", "sessions", ANA)
    assert "python-requests" in str(listed)
    server.cli("account", "sessions", ANA, "--end")
    assert browser.get(f"{base}/login", timeout=10).status_code == 401


def test_metrics_are_for_this_machine(server):
    assert requests.get(f"http://127.0.0.1:{server.ports['http']}/metrics", timeout=10).status_code == 200


def test_a_welcome(make_server):
    server = make_server(accounts=())
    server.cli("account", "add", ANA, "--password-stdin", "--welcome", "es", input=PASSWORD + "\n")
    assert "Te damos la bienvenida a Paloma" in str(server.messages(ANA))
