"""A name server with names of a test: NSD on a free port of 127.0.0.1, without root."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from harness.ports import free_port

CONFIGURATION = """
server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  zonefiles-check: yes
remote-control:
  control-enable: no
zone:
  name: "test."
  zonefile: "test.zone"
"""


class NameServer:
    """One zone, `test`; what is asked outside of it is refused. Records are lines of a zone file:

    names = NameServer().start()
    names.add("far.test. MX 10 mx.far.test.", "mx.far.test. A 127.0.5.1")
    """

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="paloma-names-"))
        self.port = free_port()
        self.records = []
        self.serial = 0
        self.process = None

    def write(self):
        self.serial += 1
        head = f"$ORIGIN test.\n$TTL 1\n@ SOA ns.test. postmaster.test. {self.serial} 3600 600 86400 1\n@ NS ns.test.\nns A 127.0.0.1\n"
        # Whole or not at all, should the server look while it is written.
        new = self.folder / "test.zone.new"
        new.write_text(head + "\n".join(self.records) + "\n")
        new.replace(self.folder / "test.zone")

    def start(self):
        self.write()
        (self.folder / "nsd.conf").write_text(CONFIGURATION.format(port=self.port, folder=self.folder))
        with open(self.folder / "nsd.log", "wb") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/nsd", "-d", "-c", str(self.folder / "nsd.conf")], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.wait_for_serial()
        return self

    def add(self, *records):
        """Adds records and waits until they are served."""
        self.records += records
        self.reload()

    def remove(self, *records):
        self.records = [record for record in self.records if record not in records]
        self.reload()

    def reload(self):
        if self.process is None:
            return
        path = self.folder / "test.zone"
        before = path.stat().st_mtime
        self.write()
        # NSD compares times of files in order to see whether a zone is new; two of them may be made in one tick.
        if path.stat().st_mtime <= before:
            os.utime(path, (before + 1, before + 1))
        self.process.send_signal(signal.SIGHUP)
        self.wait_for_serial()

    def wait_for_serial(self, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, (self.folder / "nsd.log").read_text()
            if self.answered_serial() == self.serial:
                return
            time.sleep(0.01)
        raise AssertionError(f"nsd does not serve zone {self.serial}: {(self.folder / 'nsd.log').read_text()}")

    def answered_serial(self):
        """The serial of the zone by SOA, or None."""
        question = b"\x50\x41\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04test\x00\x00\x06\x00\x01"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(0.5)
            try:
                asker.sendto(question, ("127.0.0.1", self.port))
                answer = asker.recv(4096)
            except OSError:
                return None
        # The only record's data end with serial, refresh, retry, expire and minimum; the authority section is behind it.
        found = [int.from_bytes(answer[at:at + 4], "big") for at in range(len(answer) - 20) if answer[at + 4:at + 20] == SOA_NUMBERS]
        return found[0] if found else None

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)


SOA_NUMBERS = b"".join(number.to_bytes(4, "big") for number in (3600, 600, 86400, 1))
