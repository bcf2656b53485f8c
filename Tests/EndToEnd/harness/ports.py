"""Free ports that two test workers never both choose.

They lie below the range from which the kernel takes ports for outgoing connections, and each worker has a part of its own.
"""

import itertools
import os
import re
import socket

_LOWEST, _PART = 12_000, 2_000


def _numbers():
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "gw0")) or 0)
    lowest = _LOWEST + (worker % 10) * _PART
    # Two runs at the same time on one machine begin at different places.
    offset = (os.getppid() * 37) % _PART
    for number in itertools.cycle(range(_PART)):
        yield lowest + (offset + number) % _PART


_sequence = _numbers()


def free_port():
    while True:
        port = next(_sequence)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
