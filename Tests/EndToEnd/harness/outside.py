"""The rest of the world for one server: a name server, and mail servers of other domains on loopback addresses."""

import itertools
import os
import re

from harness.faulty import FaultyPeer
from harness.names import NameServer
from harness.ports import free_port

_addresses = itertools.count(1)


def loopback_address():
    """An address of 127/8 that no other test uses."""
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "gw0")) or 0)
    number = next(_addresses)
    return f"127.{100 + worker % 100}.{number // 250 + 1}.{number % 250 + 1}"


class Outside:
    """All peers listen on the one port that the server's [outbound] names, each on an address of its own."""

    def __init__(self):
        self.port = free_port()
        self.names = NameServer()
        self.peers = []

    def start(self):
        self.names.start()
        return self

    def settings(self, folder):
        """What a server needs in order to live in this world. Retries come within a second."""
        folder.mkdir(parents=True, exist_ok=True)
        # The key of a zone that is asked for by nobody: here nothing is signed, whatever the system trusts.
        anchor = folder / "anchor.key"
        anchor.write_text("unused.invalid. 3600 IN DS 12345 13 2 " + "0123456789abcdef" * 4 + "\n")
        return {
            "dns.servers": f'["127.0.0.1:{self.names.port}"]', "dns.trust_anchors": f'["{anchor}"]',
            "outbound.port": str(self.port), "queue.retry_first": '"1 s"', "queue.retry_max": '"2 s"',
        }

    def name(self, host, *addresses):
        """A host with its addresses."""
        self.names.add(*[f"{host}. A {address}" for address in addresses])

    def exchange(self, domain, *hosts):
        """A domain with its MX records: (preference, host)."""
        self.names.add(*[f"{domain}. MX {preference} {host}." for preference, host in hosts])

    def faulty(self, domain, *scripts, preference=10, host=None):
        """A scripted peer that is an MX of a domain."""
        peer = FaultyPeer(loopback_address(), self.port, *scripts).start()
        return self.join(peer, domain, preference, host)

    def real(self, kind, domain, relay_port=None, preference=10):
        """A real server that is the MX of a domain: `outside.real(Postfix, "far.test")`."""
        peer = kind(loopback_address(), self.port, domain, relay_port=relay_port)
        self.peers.append(peer)
        peer.start()
        return self.join(peer, domain, preference, None)

    def join(self, peer, domain, preference, host):
        if peer not in self.peers:
            self.peers.append(peer)
        host = host or f"mx{len(self.peers)}.{domain}"
        self.names.add(f"{host}. A {peer.address}", f"{domain}. MX {preference} {host}.")
        peer.host = host
        return peer

    def stop(self):
        failures = []
        for peer in self.peers:
            try:
                peer.stop()
            except AssertionError as error:
                failures.append(str(error))
        self.names.stop()
        assert not failures, failures
