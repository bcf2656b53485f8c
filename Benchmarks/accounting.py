"""What a system of processes has used: CPU seconds, octets written to disk, memory.

CPU is taken from a control group (version 2, or version 1's cpuacct), into which each system is started: it counts all
processes, also those that have ended. Without one, the times in /proc are summed over the tree, reaped children included.
"""

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def _group_root():
    for root, usage, unit in (
        ("/sys/fs/cgroup", "cpu.stat", 1e-6),
        ("/sys/fs/cgroup/unified", "cpu.stat", 1e-6),
        ("/sys/fs/cgroup/cpuacct", "cpuacct.usage", 1e-9),
    ):
        probe = Path(root) / f"paloma-bench-probe-{os.getpid()}"
        try:
            probe.mkdir()
        except OSError:
            continue
        usable = (probe / usage).exists() and (probe / "cgroup.procs").exists()
        probe.rmdir()
        if usable:
            return Path(root), usage, unit
    return None


class Accounting:
    """One system's processes. `enter` goes as preexec_fn to whatever starts them."""

    def __init__(self, name):
        found = _group_root()
        self.group = None
        self.roots = []
        if found:
            root, self.usage, self.unit = found
            self.group = root / f"paloma-bench-{os.getpid()}-{name}"
            self.group.mkdir(exist_ok=True)

    @property
    def method(self):
        return f"control group ({self.group.parent})" if self.group else "/proc, tree of processes"

    def enter(self):
        if self.group:
            (self.group / "cgroup.procs").write_text("0")

    def add_root(self, pid):
        self.roots.append(pid)

    def pids(self):
        if self.group:
            return [int(line) for line in (self.group / "cgroup.procs").read_text().split()]
        parents = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                fields = _stat(int(entry))
                if fields:
                    parents[int(entry)] = int(fields[1])
        wanted = set(self.roots)
        grown = True
        while grown:
            more = {pid for pid, parent in parents.items() if parent in wanted} - wanted
            wanted |= more
            grown = bool(more)
        return [pid for pid in wanted if pid in parents]

    def cpu_seconds(self):
        if self.group:
            text = (self.group / self.usage).read_text()
            number = text.split()[1] if self.usage == "cpu.stat" else text
            return int(number) * self.unit
        total = 0
        for pid in self.pids():
            fields = _stat(pid)
            if fields:
                total += sum(int(fields[index]) for index in (11, 12, 13, 14))
        return total / TICKS

    def bytes_written(self):
        """What was given to the disk; a process that has ended is counted with its parent."""
        total = 0
        for pid in self.pids():
            try:
                for line in Path(f"/proc/{pid}/io").read_text().splitlines():
                    if line.startswith("write_bytes:"):
                        total += int(line.split()[1])
            except OSError:
                pass
        return total

    def resident_bytes(self):
        """Proportional set size, summed: pages that several processes share count once."""
        total = 0
        for pid in self.pids():
            try:
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
            except OSError:
                pass
        return total

    def close(self):
        if not self.group:
            return
        for _ in range(100):
            try:
                self.group.rmdir()
                return
            except OSError:
                time.sleep(0.05)


def _stat(pid):
    """The fields of /proc/PID/stat after the name: state, ppid, …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
