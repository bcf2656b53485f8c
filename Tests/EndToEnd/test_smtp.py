"""SMTP over the wire: RFC 5321 and its extensions against the real server."""

import re
import socket

import pytest

from harness.mail import assert_same, message, untraced
from harness.server import DOMAIN, PASSWORD, queue_id
from harness.wire import Closed

ANA, BEN, CARLA = (f"{name}@{DOMAIN}" for name in ("ana", "ben", "carla"))
SENDER = "sender@elsewhere.test"


def test_what_is_announced(shared):
    with shared.smtp() as smtp:
        greeting = smtp.expect(220)
        assert greeting.lines[0].startswith("mail.example.test ") and "ESMTP" in greeting.text
        lines = smtp.expect(250, "EHLO client.example.test").lines
        assert lines[0].split()[0] == "mail.example.test"
        words = {line.split()[0]: line for line in lines[1:]}
        for word in ("PIPELINING", "SIZE", "8BITMIME", "BINARYMIME", "CHUNKING", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN", "STARTTLS", "LIMITS"):
            assert word in words, f"{word} is missing"
        assert int(words["SIZE"].split()[1]) >= 65536
        assert re.search(r"RCPTMAX=\d+", words["LIMITS"])
        assert "AUTH" not in words, "port 25 is for other servers"
        smtp.quit()


def test_helo_announces_nothing_and_takes_mail(server):
    with server.smtp() as smtp:
        smtp.expect(220)
        assert len(smtp.expect(250, "HELO client.example.test").lines) == 1
        smtp.mail(SENDER, ANA)
        assert smtp.data(message(1)).code == 250
        smtp.quit()
    (received,) = server.messages(ANA)
    assert re.search(rb"with SMTP\b", received)


@pytest.mark.parametrize("name", ["[127.0.0.1]", "[IPv6:::1]", "localhost", "a", "client_with_underscore.test", "xn--bcher-kva.example"])
def test_names_that_clients_greet_with(shared, name):
    with shared.smtp() as smtp:
        smtp.expect(220)
        smtp.expect(250, f"EHLO {name}")
        smtp.quit()


def test_pipelining_answers_in_order(server):
    octets = message(1)
    with server.smtp() as smtp:
        smtp.send(b"EHLO client.example.test\r\n")  # before the greeting: tolerated or refused, never a hang
        smtp.expect((220, 554))
    with server.smtp() as smtp:
        smtp.hello()
        smtp.send(
            f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{ANA}>\r\nRCPT TO:<nobody@{DOMAIN}>\r\nRCPT TO:<{BEN}>\r\nNOOP\r\nDATA\r\n".encode()
        )
        assert [smtp.reply().code for _ in range(6)] == [250, 250, 550, 250, 250, 354]
        smtp.send(octets + b".\r\nMAIL FROM:<>\r\nRSET\r\nNOOP x\r\nQUIT\r\n")
        assert [smtp.reply().code for _ in range(5)] == [250, 250, 250, 250, 221]
        assert smtp.at_end()
    for who in (ANA, BEN):
        (received,) = server.messages(who)
        assert_same(received, octets)


def test_hundreds_of_messages_in_one_flight(server):
    flight = b""
    for number in range(300):
        flight += f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{ANA}>\r\nDATA\r\n".encode()
        flight += message(number) + b".\r\n"
    with server.smtp() as smtp:
        smtp.hello()
        import threading

        sender = threading.Thread(target=smtp.send, args=(flight,))
        sender.start()
        for _ in range(300):
            assert [smtp.reply().code for _ in range(4)] == [250, 250, 354, 250]
        sender.join()
        smtp.quit()
    assert server.count(ANA) == 300


def test_octet_by_octet(server):
    octets = message(1, body=b"..\r\n.\r\n a\r\n")
    dialogue = f"EHLO c.test\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{ANA}>\r\nDATA\r\n".encode()
    with server.smtp() as smtp:
        smtp.expect(220)
        for octet in dialogue:
            smtp.send(bytes([octet]))
        assert [smtp.reply().code for _ in range(4)] == [250, 250, 250, 354]
        for octet in octets.replace(b"\r\n.", b"\r\n..") + b".\r\n":
            smtp.send(bytes([octet]))
        assert smtp.reply().code == 250
        smtp.quit()
    assert_same(server.messages(ANA)[0], octets)


# ------------------------------------------------------------------ whom we take mail for


@pytest.mark.parametrize("path, code, enhanced", [
    ("nobody@example.test", 550, "5.1.1"),
    ("someone@relay.test", 550, "5.7.1"),
    ("ana%relay.test@elsewhere.test", 550, "5.7.1"),
    ("@relay.test:ana@elsewhere.test", 550, "5.7.1"),
    ("someone@[192.0.2.1]", 550, "5.7.1"),
    ("ana@sub.example.test", 550, "5.7.1"),
    ("ana@example.test.", (501, 550, 553), None),
    ("ana", (501, 550, 553), None),
    ("", (501, 553), None),
    ("ana@", (501, 553), None),
    ("@example.test", (501, 553), None),
    ("a b@example.test", (501, 553), None),
    ("ana@example..test", (501, 553), None),
    ("x" * 65 + "@example.test", (501, 550, 553), None),
    ("ana@" + "a." * 130 + "test", (501, 550, 553), None),
])
def test_recipients_that_are_refused(shared, path, code, enhanced):
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, f"MAIL FROM:<{SENDER}>")
        reply = smtp.expect(code, f"RCPT TO:<{path}>")
        if enhanced:
            assert reply.enhanced == enhanced, reply
        assert reply.enhanced.startswith("5.")
        smtp.expect(250, f"RCPT TO:<{ANA}>")  # the transaction is still good
        smtp.quit()


@pytest.mark.parametrize("path", [
    "ana@example.test", "ANA@EXAMPLE.TEST", "Ana@Example.Test", '"ana"@example.test', "ana+news@example.test", "@hop.test,@next.test:ana@example.test",
    "postmaster@example.test", "Postmaster", "POSTMASTER@example.test", "abuse@example.test",
])
def test_recipients_that_are_taken(shared, path):
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.mail(SENDER, path)
        smtp.quit()


@pytest.mark.parametrize("path", ["", "a@b.test", '"odd one"@b.test', "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "@x.test:a@b.test", "a/b=c!d@b.test"])
def test_senders_that_are_taken(shared, path):
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, f"MAIL FROM:<{path}>")
        smtp.quit()


@pytest.mark.parametrize("command", [
    "MAIL FROM:", "MAIL FROM: ", "MAIL", "MAIL TO:<a@b.test>", "MAIL FROM:<a@b.test> NONSENSE=1", "MAIL FROM:<a@b.test> SIZE=abc",
    "MAIL FROM:<a@b.test> SIZE=-1", "MAIL FROM:<a@b.test> BODY=7.5BIT", "MAIL FROM:<a@b.test> SIZE=1 SIZE=2", "MAIL FROM:<a@b.test",
    "MAIL FROM:<a@@b.test>", "MAIL FROM:<a@b.test> RET=SOME", "MAIL FROM:<a@b.test> ENVID=a+zz",
])
def test_bad_mail_commands_are_refused_with_a_reason(shared, command):
    with shared.smtp() as smtp:
        smtp.hello()
        reply = smtp.expect((500, 501, 503, 504, 553, 555), command)
        assert reply.enhanced.startswith("5.") and len(reply.text) > 12
        smtp.expect(250, f"MAIL FROM:<{SENDER}>")


# ------------------------------------------------------------------ order and errors


@pytest.mark.parametrize("commands, codes", [
    (["MAIL FROM:<a@b.test>"], [503]),
    (["EHLO a.test", "RCPT TO:<ana@example.test>"], [250, 503]),
    (["EHLO a.test", "DATA"], [250, 503]),
    (["EHLO a.test", "MAIL FROM:<a@b.test>", "DATA"], [250, 250, 503]),
    (["EHLO a.test", "MAIL FROM:<a@b.test>", "MAIL FROM:<c@d.test>"], [250, 250, 503]),
    (["EHLO a.test", "MAIL FROM:<a@b.test>", "EHLO a.test", "RCPT TO:<ana@example.test>"], [250, 250, 250, 503]),
    (["EHLO a.test", "MAIL FROM:<a@b.test>", "RCPT TO:<ana@example.test>", "RSET", "DATA"], [250, 250, 250, 250, 503]),
    (["HELP", "NOOP", "VRFY ana", "EXPN crew"], [214, 250, 252, 502]),
    (["EHLO a.test", "mail from:<a@b.test>", "rcpt to:<ana@example.test>", "rset", "quit"], [250, 250, 250, 250, 221]),
    (["LHLO a.test"], [500]),
    (["AUTH PLAIN AGFuYQBwYXNz"], [503]),
    (["EHLO"], [501]),
    (["EHLO a.test", "RSET now"], [250, 501]),
    (["EHLO a.test", "MAIL FROM:<a@b.test>", "RCPT TO:<nobody@example.test>", "DATA"], [250, 250, 550, (503, 554)]),
])
def test_the_order_of_commands(shared, commands, codes):
    with shared.smtp() as smtp:
        smtp.expect(220)
        for command, code in zip(commands, codes):
            smtp.expect(code, command)


def test_three_strikes(shared):
    with shared.smtp() as smtp:
        smtp.hello()
        codes = []
        try:
            for _ in range(20):
                codes.append(smtp.ask("WHATEVER").code)
        except Closed:
            pass
        assert codes[-1] == 421 and 2 <= len(codes) <= 6 and set(codes[:-1]) == {500}
        assert smtp.at_end()


def test_guessing_names_ends(shared):
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, f"MAIL FROM:<{SENDER}>")
        codes = []
        try:
            for number in range(200):
                codes.append(smtp.ask(f"RCPT TO:<guess{number}@{DOMAIN}>").code)
        except Closed:
            pass
        assert codes[-1] == 421 and len(codes) < 100


def test_a_line_without_end(shared):
    with shared.smtp() as smtp:
        smtp.hello()
        try:
            smtp.send(b"NOOP " + b"x" * 3_000_000)
            smtp.send(b"\r\nNOOP\r\n")
            assert smtp.reply().code in (500, 421)
        except (Closed, OSError):
            pass  # shown the door: as good
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.quit()


def test_a_text_line_of_any_length_is_taken_or_refused_never_cut(server):
    octets = message(1, body=b"y" * 200_000 + b"\r\n")
    with server.smtp() as smtp:
        smtp.hello()
        smtp.mail(SENDER, ANA)
        reply = smtp.data(octets)
        smtp.quit()
    received = server.messages(ANA)
    if reply.code == 250:
        assert_same(received[0], octets)
    else:
        assert reply.code in (500, 550, 552, 554) and received == []


def test_hanging_up_in_the_middle_delivers_nothing(server):
    for cut in ("MAIL FROM:<a@b.test>\r\n", f"MAIL FROM:<a@b.test>\r\nRCPT TO:<{ANA}>\r\nDATA\r\n",
                f"MAIL FROM:<a@b.test>\r\nRCPT TO:<{ANA}>\r\nDATA\r\n" + message(1).decode(),
                f"MAIL FROM:<a@b.test>\r\nRCPT TO:<{ANA}>\r\nBDAT 100 LAST\r\nX-Number: 1\r\n"):
        for brutally in (False, True):
            smtp = server.smtp()
            smtp.hello()
            smtp.send(cut)
            if brutally:
                smtp.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            smtp.close()
    server.send(message(2), ANA)
    assert server.count(ANA) == 1


# ------------------------------------------------------------------ sizes


def test_size_is_held_at_mail_and_while_the_message_comes(make_server):
    server = make_server(settings={"limits.message_size_max": '"1 MiB"'})
    with server.smtp() as smtp:
        announced = next(line for line in smtp.hello().lines if line.startswith("SIZE "))
        limit = int(announced.split()[1])
        assert limit == 1 << 20
        reply = smtp.expect(552, f"MAIL FROM:<{SENDER}> SIZE={limit + 1}")
        assert reply.enhanced == "5.3.4"
        smtp.expect(552, f"MAIL FROM:<{SENDER}> SIZE=99999999999999999999")
        smtp.expect(250, f"MAIL FROM:<{SENDER}> SIZE={limit}")
        smtp.expect(250, "RSET")
        smtp.mail(SENDER, ANA)  # no SIZE: found out while it comes
        reply = smtp.data(message(1, size=limit + 5000))
        assert reply.code == 552 and reply.enhanced == "5.3.4"
        smtp.mail(SENDER, ANA)  # and the connection goes on
        assert smtp.data(message(2)).code == 250
        smtp.expect(250, f"MAIL FROM:<{SENDER}>")
        smtp.expect(250, f"RCPT TO:<{ANA}>")
        big = message(3, size=limit + 5000)
        smtp.send(b"BDAT %d LAST\r\n" % len(big) + big)
        assert smtp.reply().code == 552
        smtp.expect(250, "RSET")
        smtp.mail(SENDER, ANA, parameters="SIZE=1")  # a lie in the other direction
        assert smtp.data(message(4, size=100_000)).code in (250, 552)
        smtp.quit()
    assert server.count(ANA) in (1, 2)


def test_many_recipients_and_one_too_many(make_server):
    server = make_server(settings={"limits.recipients_max": "150"})
    server.cli("domain", "add", "many.test", "--catch-all", ANA)
    with server.smtp() as smtp:
        assert any("RCPTMAX=150" in line for line in smtp.hello().lines)
        smtp.expect(250, f"MAIL FROM:<{SENDER}>")
        for number in range(150):
            smtp.expect(250, f"RCPT TO:<box{number}@many.test>")
        reply = smtp.expect(452, f"RCPT TO:<{BEN}>")
        assert reply.enhanced == "4.5.3"
        assert smtp.data(message(1)).code == 250
        smtp.quit()
    assert server.count(BEN) == 0
    assert server.count(ANA) in (1, 150)


# ------------------------------------------------------------------ BDAT


def chunks(octets, sizes):
    rest, made = octets, []
    for size in sizes:
        made.append(rest[:size])
        rest = rest[size:]
    return made + [rest]


@pytest.mark.parametrize("sizes", [(), (1,), (10, 20, 30), (0, 5), (70_000,)])
def test_bdat_delivers_exactly_the_octets(server, sizes):
    octets = message(1, body=bytes(range(256)) * 400 + b"\r\n.\r\n\0\r\r\n\n end without a line end")
    with server.smtp() as smtp:
        smtp.hello()
        smtp.mail(SENDER, ANA, parameters="BODY=BINARYMIME")
        parts = chunks(octets, sizes)
        for number, part in enumerate(parts):
            last = b" LAST" if number == len(parts) - 1 else b""
            smtp.send(b"BDAT %d%s\r\n" % (len(part), last) + part)
            assert smtp.reply().code == 250
        smtp.quit()
    with server.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        assert pop3.stat()[0] == 1
    # POP3 speaks lines; the octets themselves come out by export.
    folder = server.folder / "maildir"
    server.cli("export", "--account", ANA, "--maildir", folder)
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name in ("new", "cur")]
    assert len(files) == 1
    assert untraced(files[0].read_bytes()) in (octets, octets.replace(b"\r\n", b"\n"))


def test_bdat_pipelined_and_ended_by_an_empty_last(server):
    octets = message(1, size=50_000)
    flight = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{ANA}>\r\n".encode()
    for part in chunks(octets, (1000, 20_000, 1)):
        flight += b"BDAT %d\r\n" % len(part) + part
    with server.smtp() as smtp:
        smtp.hello()
        smtp.send(flight + b"BDAT 0 LAST\r\nNOOP\r\n")
        assert [smtp.reply().code for _ in range(8)] == [250] * 8
        smtp.quit()
    assert_same(server.messages(ANA)[0], octets)


def test_bdat_out_of_order(shared):
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.send(b"BDAT 5\r\nhello")  # no transaction: refused, the octets swallowed
        assert smtp.reply().code == 503
        smtp.mail(SENDER, ANA)
        smtp.send(b"BDAT 5\r\nhello")
        assert smtp.reply().code == 250
        smtp.expect(503, "DATA")
        smtp.quit()
    with shared.smtp() as smtp:  # another connection: at the third mistake the server hangs up
        smtp.hello()
        smtp.expect(250, f"MAIL FROM:<{SENDER}> BODY=BINARYMIME")
        smtp.expect(250, f"RCPT TO:<{ANA}>")
        smtp.expect(503, "DATA")  # RFC 3030 §3: binary by BDAT only
        smtp.quit()


@pytest.mark.parametrize("command", ["BDAT", "BDAT x", "BDAT -1", "BDAT 1 FIRST", "BDAT 99999999999999999999999 LAST"])
def test_bad_chunk_sizes_never_let_content_become_commands(shared, command):
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.mail(SENDER, ANA)
        smtp.send(command + "\r\nRSET\r\nMAIL FROM:<smuggled@elsewhere.test>\r\n")
        reply = smtp.reply()
        assert reply.code >= 421


# ------------------------------------------------------------------ other extensions


def test_dsn_parameters_are_taken(server):
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, f"MAIL FROM:<{SENDER}> RET=HDRS ENVID=QQ+2B1234")
        smtp.expect(250, f"RCPT TO:<{ANA}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;ana+2B@elsewhere.test")
        smtp.expect((501, 555), f"RCPT TO:<{BEN}> NOTIFY=NEVER,SUCCESS")
        smtp.expect((501, 555), f"RCPT TO:<{BEN}> ORCPT=nonsense")
        smtp.expect(250, f"RCPT TO:<{BEN}> NOTIFY=NEVER")
        assert smtp.data(message(1)).code == 250
        smtp.quit()
    assert server.count(ANA) == server.count(BEN) == 1


def test_smtputf8(server):
    server.cli("domain", "add", "bücher.example")
    server.account("jürgen@bücher.example")
    octets = message(1, body="Grüße\r\n".encode(), subject="schön").replace(b"To: <ana@example.test>", "To: <jürgen@bücher.example>".encode())
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect((550, 553, 501), "MAIL FROM:<grün@elsewhere.test>".encode() + b"\r\n")
        smtp.expect(250, "MAIL FROM:<grün@elsewhere.test> SMTPUTF8".encode() + b"\r\n")
        smtp.expect(250, "RCPT TO:<jürgen@bücher.example>".encode() + b"\r\n")
        smtp.expect(250, "RCPT TO:<jürgen@xn--bcher-kva.example>".encode() + b"\r\n")
        assert smtp.data(octets).code == 250
        smtp.quit()
    with server.pop3(timeout=30) as pop3:
        pop3.ok()
        pop3.secure_needed = False
        pop3.ok("UTF8")
        pop3.ok("USER jürgen@bücher.example")
        pop3.ok(f"PASS {PASSWORD}")
        messages = pop3.all()
        assert len(messages) in (1, 2)
        assert_same(messages[0], octets)


def test_8bit_mime(server):
    octets = message(1, body="ñ 漢 é\r\n".encode("utf-8") + b"\xff\xfe\x80\r\n")
    with server.smtp() as smtp:
        smtp.hello()
        smtp.mail(SENDER, ANA, parameters=f"BODY=8BITMIME SIZE={len(octets)}")
        assert smtp.data(octets).code == 250
        smtp.mail(SENDER, ANA)  # not announced: everybody does it, nobody is helped by a refusal
        assert smtp.data(octets).code == 250
        smtp.quit()
    for received in server.messages(ANA):
        assert_same(received, octets)


def test_the_queue_id_is_in_reply_trace_and_log(server):
    identity = server.send(message(1), ANA)
    (received,) = server.messages(ANA)
    assert identity.encode() in received
    assert identity in server.log()


def test_loops_are_found_by_counting_received(server):
    def hops(number):
        return b"".join(b"Received: from a.test by b.test; Thu, 1 Jan 2026 00:00:00 +0000\r\n" for _ in range(number)) + message(number)

    with server.smtp() as smtp:
        smtp.hello()
        smtp.mail(SENDER, ANA)
        assert smtp.data(hops(10)).code == 250
        smtp.mail(SENDER, ANA)
        reply = smtp.data(hops(200))
        assert reply.code in (550, 554) and reply.enhanced == "5.4.6"
        smtp.quit()
    assert server.count(ANA) == 1


def test_one_connection_many_transactions(server):
    with server.smtp() as smtp:
        smtp.hello()
        for number in range(100):
            smtp.mail(SENDER, ANA)
            assert smtp.data(message(number)).code == 250
        smtp.quit()
    assert server.count(ANA) == 100


def test_too_many_connections_are_told_so(make_server):
    server = make_server(settings={"limits.connections_max": "20"})
    held, refused = [], 0
    for _ in range(40):
        smtp = server.smtp()
        try:
            reply = smtp.reply()
            if reply.code == 220:
                held.append(smtp)
            else:
                assert reply.code == 421
                refused += 1
                smtp.close()
        except (Closed, OSError):
            refused += 1
    assert len(held) <= 20 and refused >= 20
    for smtp in held:
        smtp.quit()
    server.send(message(1), ANA)
    assert server.count(ANA) == 1


def test_stopping_says_goodbye_and_loses_nothing(server):
    idle = server.smtp()
    idle.hello()
    busy = server.smtp()
    busy.hello()
    busy.mail(SENDER, ANA)
    assert busy.data(message(1)).code == 250
    server.stop()
    try:
        assert idle.reply().code == 421
    except Closed:
        pass
    server.start()
    assert server.count(ANA) == 1


@pytest.mark.parametrize("name", ["a message without headers", "only an empty line", "nothing", "only a header", "nul octets"])
def test_odd_messages_are_kept_as_they_are(server, name):
    octets = {
        "a message without headers": b"just text\r\nand more\r\n",
        "only an empty line": b"\r\n",
        "nothing": b"",
        "only a header": b"Subject: x\r\n",
        "nul octets": b"Subject: x\r\n\r\na\0b\r\n",
    }[name]
    with server.smtp() as smtp:
        smtp.hello()
        smtp.mail(SENDER, ANA)
        smtp.expect(354, "DATA")
        smtp.send(octets + b".\r\n")
        reply = smtp.reply()
        assert reply.code in (250, 550, 554)
        queue_id(reply) if reply.code == 250 else None
        smtp.quit()
    received = server.messages(ANA)
    assert len(received) == (reply.code == 250)
    if received:
        assert untraced(received[0]).lstrip(b"\r\n") == octets.lstrip(b"\r\n")
