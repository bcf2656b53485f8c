"""Accounts elsewhere that are logged in to by OAuth 2.0: access tokens are got, kept, renewed, and refused in plain words."""

import json
import time

import pytest

from harness.dovecot import Dovecot
from harness.mail import message, number_of
from harness.peers import server_context
from harness.server import DOMAIN
from harness.tokens import TokenProvider

ANA = f"ana@{DOMAIN}"
CLIENT_SECRET = "Client-Secret-7~&=+"


@pytest.fixture
def provider(home):
    folder = home / "provider"
    folder.mkdir()
    with TokenProvider(server_context(folder, "localhost"), ANA, secret=CLIENT_SECRET) as provider:
        provider.certificate = folder / "cert.pem"
        yield provider


@pytest.fixture
def dovecot(provider):
    peer = Dovecot(introspection=provider.introspection).start()
    yield peer
    peer.stop()
    peer.audit()


@pytest.fixture
def server(make_server, provider):
    server = make_server()
    server.secrets |= {CLIENT_SECRET, "refresh-token-", "ya29.access-"}
    return server


def add(server, dovecot, provider, *more, protocol="imap", given=f"refresh-token-0\n{CLIENT_SECRET}\n", status=0):
    authorities = server.folder / "authorities.pem"
    authorities.write_text(provider.certificate.read_text() + dovecot.certificate.read_text())
    port = dovecot.port if protocol == "imap" else dovecot.ports["pop3"]
    return server.cli(
        "fetch", "add", ANA, "--protocol", protocol, "--host", "localhost", "--port", port, "--tls", "starttls", "--user",
        ANA, "--oauth", provider.endpoint, "--oauth-client", "paloma-test", "--oauth-scope", "mail offline_access",
        "--refresh-token-stdin", "--ca-file", authorities, "--name", protocol, "--every", "0", *more, input=given,
        status=status)


def run(server, name="imap", status=0):
    for _ in range(600):
        done = server.cli("fetch", "run", ANA, name, status=None)
        if b"at this moment" not in done.stderr:
            assert status is None or done.returncode == status, done
            return done
        time.sleep(0.05)
    raise AssertionError("another run does not end")


def show(server, name="imap"):
    return json.loads(server.cli("fetch", "show", ANA, name, "--json").stdout)


def test_tokens_are_got_kept_and_renewed(server, dovecot, provider):
    dovecot.send(message(1), ANA)
    add(server, dovecot, provider)
    run(server)
    assert server.count(ANA) == 1
    assert provider.asked == [{
        "grant_type": "refresh_token", "client_id": "paloma-test", "client_secret": CLIENT_SECRET,
        "refresh_token": "refresh-token-0", "scope": "mail offline_access"}]
    # What is good is not asked for again, after a restart either.
    server.stop()
    server.start()
    dovecot.send(message(2), ANA)
    run(server)
    assert server.count(ANA) == 2 and len(provider.asked) == 1
    # The server does not take it any more: a new one is got once. It comes with another refresh token, which counts from here on.
    provider.tokens.clear()
    provider.rotates = True
    run(server)
    assert len(provider.asked) == 2 and provider.grants == {"refresh-token-2"}
    provider.tokens.clear()
    run(server)
    assert len(provider.asked) == 3 and provider.asked[-1]["refresh_token"] == "refresh-token-2"
    # By POP3 the same, with a token of its own.
    provider.grants.add("refresh-token-0")
    provider.rotates = False
    add(server, dovecot, provider, protocol="pop3")
    run(server, "pop3")
    assert sorted(number_of(octets) for octets in server.messages(ANA)) == [1, 1, 2, 2]
    shown = server.cli("fetch", "show", ANA, "imap").stdout.decode()
    assert provider.endpoint in shown and CLIENT_SECRET not in shown
    for path in server.data.rglob("*"):
        if path.is_file():
            octets = path.read_bytes()
            for secret in (CLIENT_SECRET, "refresh-token-", "ya29.access"):
                assert secret.encode() not in octets, (path, secret)


def test_a_token_that_ends_is_renewed(server, dovecot, provider):
    provider.seconds = 30
    add(server, dovecot, provider)
    run(server)
    run(server)
    assert len(provider.asked) == 2, "half a minute is not enough for a run"


def test_refusals_in_plain_words(server, dovecot, provider):
    dovecot.send(message(1), ANA)
    add(server, dovecot, provider, given=f"refresh-token-old\n{CLIENT_SECRET}\n")
    done = run(server, status=1).stderr.decode()
    assert "does not accept the refresh token any more: “Token has been expired or revoked.”" in done
    assert "paloma fetch password" in done and "refresh token" in show(server)["lastError"]
    server.cli("fetch", "password", ANA, "imap", "--refresh-token-stdin", input="refresh-token-0\nWrong-Client-8\n")
    assert "a client that the provider knows" in run(server, status=1).stderr.decode()
    for answer, words in (
        ((503, {}), "answers with status 503"),
        ((302, {}), "answers with status 302"),
        ((200, {}), "no bearer token"),
        ((200, {"access_token": "a\r\nb", "token_type": "Bearer"}), "no bearer token"),
        ((200, {"access_token": "abc", "token_type": "mac"}), "no bearer token"),
        ((400, {"error": "invalid_scope"}), "an access token: invalid_scope"),
        ((200, {"access_token": "x" * 70_000, "token_type": "Bearer"}), "too much"),
        # A token that the mail server does not take, though it is new.
        ((200, {"access_token": "abc", "token_type": "Bearer"}), "refuses the access token that the provider gives"),
    ):
        provider.answer = answer
        assert words in run(server, status=1).stderr.decode(), answer
    provider.answer = None
    server.cli(
        "fetch", "password", ANA, "imap", "--refresh-token-stdin", input=f"refresh-token-0\n{CLIENT_SECRET}\n")
    run(server)
    assert server.count(ANA) == 1 and show(server)["lastError"] == ""


def test_who_the_provider_is(server, dovecot, provider, home):
    """A certificate that nobody vouches for gets no refresh token."""
    other = home / "other"
    other.mkdir()
    server_context(other, "localhost")
    provider.certificate = other / "cert.pem"
    add(server, dovecot, provider)
    assert "the token endpoint: its certificate" in run(server, status=1).stderr.decode()
    assert not provider.asked


def test_options(server, dovecot, provider):
    def refused(*more, given="x\n"):
        done = server.cli("fetch", "add", ANA, "--user", "ana", *more, input=given, status=None)
        assert done.returncode != 0
        return done.stderr.decode()

    assert "is no provider" in refused("--oauth", "http://localhost/token", "--oauth-client", "a", "--refresh-token-stdin")
    assert "ID is missing" in refused("--oauth", "google", "--refresh-token-stdin")
    assert "wants a refresh token" in refused("--oauth", "google", "--oauth-client", "a", "--password-stdin")
    assert "no use for a refresh token" in refused("--host", "localhost", "--refresh-token-stdin")
    assert "server is missing" in refused("--password-stdin")
    server.cli(
        "fetch", "add", ANA, "--user", "ana@gmail.example", "--oauth", "google", "--oauth-client", "a", "--every", "0",
        "--refresh-token-stdin", input="refresh-token-9\n")
    settings = json.loads(server.cli("fetch", "show", ANA, "--json").stdout)["settings"]
    assert settings["host"] == "imap.gmail.com" and settings["port"] == 993 and settings["tls"] == "implicit"
    assert settings["oauth"] == {
        "tokenEndpoint": "https://oauth2.googleapis.com/token", "clientID": "a", "scope": "https://mail.google.com/"}
