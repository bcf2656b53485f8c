"""A full disk: 452 for senders, readers are served, and when there is room again it goes on by itself."""

import os
import subprocess

import pytest

from harness.faults import Faults
from harness.mail import message, number_of, untraced
from harness.server import DOMAIN, PASSWORD
from harness.wire import Closed

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"


def try_to_send(server, number, size):
    """The code that decided it."""
    with server.smtp() as smtp:
        smtp.hello()
        reply = smtp.ask("MAIL FROM:<sender@elsewhere.test>")
        if reply.code == 250:
            reply = smtp.ask(f"RCPT TO:<{ANA}>")
        if reply.code == 250:
            reply = smtp.data(message(number, size=size))
        return reply.code


def test_full_and_free_again_on_the_lab(make_server, shim):
    server = make_server(start=False)
    faults = Faults(shim, server.data, server.folder / "lab")
    server.start(faults.environment())
    accepted = set()
    for number in range(1, 6):
        assert try_to_send(server, number, 20_000) == 250
        accepted.add(number)
    faults.full(True)
    refusals = 0
    for number in range(10, 30):
        code = try_to_send(server, number, 30_000)
        assert code in (250, 452), code
        refusals += code == 452
        if code == 250:
            accepted.add(number)
    assert refusals >= 15, "nothing grows on a full disk"
    # Readers are served.
    with server.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        assert {number_of(octets) for octets in pop3.all()} == accepted
        pop3.send("QUIT\r\n")
    assert server.get("/health")[0] in (200, 503)
    faults.full(False)
    for number in range(40, 45):
        assert try_to_send(server, number, 20_000) == 250
        accepted.add(number)
    received = server.messages(ANA)
    assert {number_of(octets) for octets in received} == accepted and len(received) == len(accepted)


def test_large_messages_while_the_disk_fills_up(make_server, shim):
    """It becomes full in the middle of a body that is being written as it comes."""
    server = make_server(start=False)
    faults = Faults(shim, server.data, server.folder / "lab")
    server.start(faults.environment())
    octets = message(1, size=4_000_000)
    with server.smtp() as smtp:
        smtp.hello()
        smtp.mail("sender@elsewhere.test", ANA)
        smtp.expect(354, "DATA")
        smtp.send(octets[:2_000_000])
        faults.full(True)
        smtp.send(octets[2_000_000:] + b".\r\n")
        assert smtp.reply().code == 452
        faults.full(False)
        smtp.mail("sender@elsewhere.test", ANA)
        assert smtp.data(octets).code == 250
        smtp.quit()
    (received,) = server.messages(ANA)
    assert untraced(received) == octets


@pytest.fixture
def small_disk(tmp_path):
    mount = tmp_path / "disk"
    mount.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "paloma-test", str(mount)], capture_output=True)
    if done.returncode != 0:
        pytest.skip("no right to mount; the crash lab's full disk stands in for it")
    yield mount
    subprocess.run(["umount", "--lazy", str(mount)], check=True)


def test_a_real_small_disk(make_server, small_disk):
    server = make_server(start=False)
    moved = small_disk / "data"
    subprocess.run(["cp", "-a", str(server.data), str(moved)], check=True)
    server.config.write_text(server.config.read_text().replace('data = "data"', f'data = "{moved}"'))
    server.start()
    accepted, refused = set(), 0
    for number in range(1, 60):
        try:
            code = try_to_send(server, number, 700_000)
        except (OSError, Closed):
            code = 0
        assert code in (250, 452), code
        if code == 250:
            accepted.add(number)
        else:
            refused += 1
        if refused > 3:
            break
    assert refused > 0 and accepted
    received = server.messages(ANA)
    assert {number_of(octets) for octets in received} == accepted
    # Who deletes makes room, in the end.
    ballast = small_disk / "ballast"
    assert not ballast.exists()
    server.stop()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    server.start()
    assert try_to_send(server, 100, 700_000) == 250
    assert {number_of(octets) for octets in server.messages(ANA)} == accepted | {100}
    server.stop()
    server.check()
    # The check at the end would come after the disk is gone.
    os.sync()
    server.damaged = True
