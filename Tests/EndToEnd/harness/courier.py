"""Debian's Courier IMAP server, unpacked and never as a service: each connection is a process of `imapd` behind a login of ours, since Courier's
own wants its daemon in /run."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from harness.peers import REPOSITORY
from harness.server import PASSWORD

PEERS = REPOSITORY / ".build" / "peers"
IMAPD = PEERS / "courier-imap" / "usr" / "bin" / "imapd"


class Courier:
    """One account, whose user name and password any LOGIN has to have. It knows neither CONDSTORE nor SPECIAL-USE; levels are parted by dots."""

    def __init__(self, user="ana"):
        if not IMAPD.exists():
            pytest.skip(f"there is no {IMAPD}")
        self.user = user
        self.folder = Path(tempfile.mkdtemp(prefix="paloma-courier-"))
        self.maildir = self.folder / "Maildir"
        for part in ("cur", "new", "tmp"):
            (self.maildir / part).mkdir(parents=True)
        self.processes = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        for process in self.processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.log_in, args=(connection,), daemon=True).start()

    def log_in(self, connection):
        """Up to LOGIN; what follows says Courier."""
        with connection:
            try:
                connection.sendall(b"* OK [CAPABILITY IMAP4rev1] Courier-IMAP behind a login of the test\r\n")
                while line := self.line(connection):
                    tag, verb, *words = line.decode().split(" ")
                    if verb.upper() == "LOGIN" and [word.strip('"') for word in words] == [self.user, PASSWORD]:
                        self.serve(connection, tag)
                        return
                    answer = "OK Done" if verb.upper() == "CAPABILITY" else "NO Refused"
                    if verb.upper() == "CAPABILITY":
                        connection.sendall(b"* CAPABILITY IMAP4rev1\r\n")
                    connection.sendall(f"{tag} {answer}\r\n".encode())
            except OSError:
                pass

    @staticmethod
    def line(connection):
        """Octet by octet: what stands behind the line is Courier's."""
        line = b""
        while not line.endswith(b"\r\n"):
            octet = connection.recv(1)
            if not octet:
                return b""
            line += octet
        return line[:-2]

    def serve(self, connection, tag):
        libraries = [PEERS / "courier-authlib/usr/lib", PEERS / "libcourier-unicode4/usr/lib/x86_64-linux-gnu",
                     PEERS / "libgamin0/usr/lib/x86_64-linux-gnu"]
        environment = {
            "LD_LIBRARY_PATH": ":".join(map(str, libraries)), "PATH": os.environ["PATH"], "HOME": str(self.folder),
            "IMAPLOGINTAG": tag, "AUTHENTICATED": self.user, "MAILDIR": str(self.maildir), "TCPREMOTEIP": "127.0.0.1",
            "TCPREMOTEPORT": "1", "IMAP_CAPABILITY": "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE",
            "IMAP_KEYWORDS": "1", "IMAP_USELOCKS": "0", "IMAP_IDLE_TIMEOUT": "1",
        }
        with open(self.folder / "courier.log", "ab") as log:
            self.processes.append(subprocess.Popen(
                [str(IMAPD), str(self.maildir)], stdin=connection, stdout=connection, stderr=log, cwd=self.folder,
                env=environment))
