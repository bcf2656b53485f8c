"""NSD with zones of a test, on a free port of 127.0.0.1."""

import contextlib
import socket
import struct
import subprocess
import time

from .ports import free_port


def _answers(port, zone):
    question = struct.pack("!6H", 7, 0, 1, 0, 0, 0)
    question += b"".join(bytes([len(label)]) + label.encode() for label in zone.split(".")) + b"\0\0\6\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.2)
        try:
            probe.connect(("127.0.0.1", port))
            probe.send(question)
            return probe.recv(512)[3] & 15 == 0
        except OSError:
            return False


@contextlib.contextmanager
def nameserver(folder, zones):
    """Serves {name: text} and gives the port; SOA and NS are added."""
    folder.mkdir(parents=True)
    port = free_port()
    text = f"""
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
remote-control:
  control-enable: no
"""
    for name, records in zones.items():
        head = f"{name}. 300 IN SOA ns.{name}. root.{name}. 1 3600 900 604800 60\n{name}. 300 IN NS ns.{name}.\n"
        (folder / f"{name}.zone").write_text(head + f"$ORIGIN {name}.\n$TTL 300\nns IN A 127.0.0.1\n" + records)
        text += f"zone:\n  name: {name}\n  zonefile: {name}.zone\n"
    (folder / "nsd.conf").write_text(text)
    with open(folder / "nsd.log", "wb") as log:
        process = subprocess.Popen(["/usr/sbin/nsd", "-d", "-c", str(folder / "nsd.conf")], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 20
        while not _answers(port, next(iter(zones))):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "nsd.log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(10)
