"""Drives crashlab/faultfs.c: builds it, shares its state, makes the environment for a server that runs on it."""

import hashlib
import mmap
import os
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "crashlab" / "faultfs.c"
CRASHED = 87  # exit status of a process that the shim has crashed
_STATE = struct.Struct("=QQQQ32s")


def build_shim(folder):
    """Compiles the shim once per content; safe when several workers do it at the same time."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    library = Path(folder) / f"faultfs-{digest}.so"
    if not library.exists():
        unfinished = library.with_suffix(f".{os.getpid()}")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-o", str(unfinished), str(SOURCE), "-ldl", "-lpthread"],
            check=True,
        )
        unfinished.rename(library)
    return library


class Faults:
    """One shim in one server: `environment()` to start it with, `arm()` when the part to be tested begins."""

    def __init__(self, library, data, folder, mode="count", at=0, seed=1, armed=False, bad=None):
        """`bad`: (name of a file below `data`, offset) of a sector that cannot be read."""
        self.library = library
        self.data = Path(data).resolve()
        self.folder = Path(folder)
        self.mode, self.at, self.seed, self.bad = mode, at, seed, bad
        self.side = self.folder / "held"
        self.side.mkdir(parents=True, exist_ok=True)
        path = self.folder / "faultfs.state"
        path.write_bytes(_STATE.pack(1 if armed else 0, 0, 0, 0, b""))
        with open(path, "r+b") as file:
            self.shared = mmap.mmap(file.fileno(), _STATE.size)
        self.path = path

    def environment(self):
        return {
            "LD_PRELOAD": str(self.library),
            "FAULTFS_DIR": str(self.data),
            "FAULTFS_SIDE": str(self.side),
            "FAULTFS_STATE": str(self.path),
            "FAULTFS_MODE": self.mode,
            "FAULTFS_AT": str(self.at),
            "FAULTFS_SEED": str(self.seed),
            **({"FAULTFS_BAD": "%s:%d" % self.bad} if self.bad else {}),
        }

    def arm(self):
        self.shared[0:8] = struct.pack("=Q", 1)

    def disarm(self):
        self.shared[0:8] = struct.pack("=Q", 0)

    def full(self, yes):
        """No room on the disk from now on, or room again."""
        self.shared[24:32] = struct.pack("=Q", 1 if yes else 0)

    @property
    def count(self):
        return struct.unpack("=Q", self.shared[8:16])[0]

    @property
    def injected(self):
        return struct.unpack("=Q", self.shared[16:24])[0]

    @property
    def last(self):
        """The operation that was hit first."""
        return bytes(self.shared[32:64]).split(b"\0")[0].decode()
