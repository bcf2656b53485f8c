#!/usr/bin/env python3
"""Accepting and relaying: Paloma against Debian's Postfix, both handing over to Postfix's smtp-sink. Started by scripts/bench relay.

A time begins with the first connection and ends when the sink has every message and the queue is empty. What comes for an
alias leaves for a recipient elsewhere, so that neither system needs a login. Rounds are interleaved; compare ratios.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import KIB, SENDER, Results, print_page, spread
from systems import DOMAIN, OUTSIDERS, Paloma, PostfixDovecot, connects, free_port, wait_for

CELLS = [(size, connections) for size in (4 * KIB, 64 * KIB) for connections in (1, 10, 100)]

# CPU seconds per minute, and MB, that an idle Paloma may use whatever its queue holds.
IDLE_CPU_MAX, IDLE_MEMORY_MAX = 1.0, 400


class Sink:
    """Postfix's smtp-sink: takes all mail and throws it away, or puts every recipient off."""

    def __init__(self, folder, refuse=False):
        self.port = free_port()
        self.output = Path(folder) / f"sink-{self.port}"
        command = ["smtp-sink", "-u", "nobody", "-c", *(["-r", "RCPT"] if refuse else []), f"127.0.0.1:{self.port}", "1024"]
        self.process = subprocess.Popen(command, stdout=open(self.output, "wb"), stdin=subprocess.DEVNULL)
        wait_for(lambda: connects(self.port), "smtp-sink")

    def received(self):
        """Messages so far: the last of the lines that end in CR, without LF."""
        with open(self.output, "rb") as file:
            file.seek(max(0, self.output.stat().st_size - 200))
            counts = re.findall(rb"mesg=(\d+)\r", file.read())
        return int(counts[-1]) if counts else 0

    def stop(self):
        self.process.terminate()
        self.process.wait()


def label(cell):
    return f"{cell[0] // KIB} KiB, {cell[1]} conn"


def send(system, cell, count, recipient):
    size, connections = cell
    subprocess.run(
        ["smtp-source", "-d", "-s", str(connections), "-m", str(count), "-l", str(size), "-f", SENDER, "-t", recipient,
         f"127.0.0.1:{system.smtp_port}"],
        check=True, timeout=900,
    )


def measure(system, sink, cell, scale):
    count = max(cell[1], int((300 if cell[1] == 1 else 2000) * scale / (1 if cell[0] == 4 * KIB else 2)))
    before = sink.received()
    cpu, flushes, begun = system.accounting.cpu_seconds(), system.flushes.value(), time.monotonic()
    send(system, cell, count, f"out@{DOMAIN}")
    accepted = time.monotonic() - begun
    wait_for(lambda: sink.received() >= before + count, f"{system.name} to relay {count} messages", 600)
    wait_for(lambda: system.queued() == 0, f"the queue of {system.name} to be empty", 60)
    seconds = time.monotonic() - begun
    if sink.received() != before + count:
        raise RuntimeError(f"{system.name}: the sink got {sink.received() - before} messages, not {count}")
    return {
        "rate": count / seconds,
        "accept": count / accepted,
        "cpu": (system.accounting.cpu_seconds() - cpu) / count * 1000,
        "flushes": (system.flushes.value() - flushes) / count,
    }


def idle_with_deferred(make, work, recipients, seconds):
    """CPU seconds per minute, and memory in MB, while so many recipients wait for their next attempt."""
    folder = Path(tempfile.mkdtemp(dir=work))
    os.chmod(folder, 0o755)
    sink = Sink(folder, refuse=True)
    system = make(folder / "system", sink.port)
    system.start()
    try:
        send(system, (2 * KIB, 10), max(1, recipients // len(OUTSIDERS)), f"crowd@{DOMAIN}")
        wait_until_quiet(system)
        before = system.accounting.cpu_seconds()
        time.sleep(seconds)
        cpu, memory = (system.accounting.cpu_seconds() - before) / seconds * 60, system.accounting.resident_bytes() / 1e6
        # Not what is hoped for, but what nothing explains except a queue that is held in memory or looked through.
        if system.name == Paloma.name and (cpu > IDLE_CPU_MAX or memory > IDLE_MEMORY_MAX):
            raise RuntimeError(f"{recipients} recipients that wait cost {cpu:.2f} CPU seconds per minute and {memory:.0f} MB")
        return cpu, memory
    finally:
        system.stop()
        sink.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_quiet(system, limit_seconds=900):
    """Until it used less than a fiftieth of a core for three seconds in a row: all first attempts are over."""
    end, quiet, before = time.monotonic() + limit_seconds, 0, system.accounting.cpu_seconds()
    while quiet < 3:
        if time.monotonic() > end:
            raise TimeoutError(f"{system.name} does not come to rest")
        time.sleep(1)
        now = system.accounting.cpu_seconds()
        quiet = quiet + 1 if now - before < 0.02 else 0
        before = now


def tables(results, cells):
    names = results.names
    lines = []
    for title, field, digits in (
        ("Accept and relay: messages per second, until the queue is empty", "rate", 0),
        ("Accepted: messages per second", "accept", 0),
        ("CPU seconds per 1000 messages", "cpu", 3),
        ("Flushes per message", "flushes", 3),
    ):
        ratio = ["ratio"] if len(names) > 1 else []
        lines += ["", f"### {title}", "", "| " + " | ".join(["load", *names, *ratio]) + " |", "|---" * (1 + len(names) + len(ratio)) + "|"]
        for cell in cells:
            by_name = results.values.get(cell, {})
            row = [label(cell)] + [spread([value[field] for value in by_name.get(name, [])], digits) for name in names]
            lines.append("| " + " | ".join(row + ([spread(results.ratios(cell, field), 2)] if ratio else [])) + " |")
    for what, by_name in results.values.items():
        if isinstance(what, str):
            lines += ["", *(f"- {what}, {name}: {spread(values, 3)}" for name, values in by_name.items())]
    return "\n".join(lines[1:])


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench relay", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="the release binary of Paloma; without it only Postfix is measured")
    parser.add_argument("--flushcount", required=True, help="the compiled flushcount.c")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the number of messages")
    parser.add_argument("--quick", action="store_true", help="one small round: whether all of it works, no figures")
    parser.add_argument("--only", choices=["paloma", "postfix"], help="measure only this one")
    parser.add_argument("--deferred", type=int, default=100_000, help="recipients that wait while idle CPU is measured; 0 leaves it out")
    parser.add_argument("--idle-seconds", type=int, default=60)
    parser.add_argument("--output", help="write the page to this file too")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.scale = 1, arguments.scale / 5
        arguments.deferred, arguments.idle_seconds = arguments.deferred // 50, 5

    makers = []
    if arguments.binary and arguments.only != "postfix":
        makers.append((Paloma.name, lambda folder, relay: Paloma(folder, arguments.binary, arguments.flushcount, relay)))
    if arguments.only != "paloma":
        makers.append((PostfixDovecot.name, lambda folder, relay: PostfixDovecot(folder, "maildir", arguments.flushcount, relay)))
    results = Results([name for name, _ in makers])
    versions = []
    load = os.getloadavg()[0]
    work = Path(tempfile.mkdtemp(prefix="paloma-bench-"))
    os.chmod(work, 0o755)
    try:
        for number in range(arguments.rounds):
            started = []
            try:
                for name, make in makers if number % 2 == 0 else makers[::-1]:
                    sink = Sink(work)
                    system = make(work / f"{number}-{name.split()[0]}", sink.port)
                    started.append((system, sink))
                    system.start()
                    if number == 0:
                        versions.append(system.versions())
                    measure(system, sink, (4 * KIB, 10), 0.1)
                for cell in CELLS:
                    for system, sink in started:
                        value = measure(system, sink, cell, arguments.scale)
                        results.add(cell, system.name, value)
                        print(
                            f"round {number + 1}  {label(cell):20} {system.name:18} {value['rate']:9,.0f} msg/s  accepted"
                            f" {value['accept']:9,.0f}  {value['cpu']:7.3f} CPU s/1000  {value['flushes']:7.3f} flushes",
                            file=sys.stderr, flush=True,
                        )
            finally:
                for system, sink in started:
                    system.stop()
                    sink.stop()
                    shutil.rmtree(system.folder, ignore_errors=True)
        if arguments.deferred:
            for name, make in makers:
                what = f"idle with {arguments.deferred:,} recipients deferred"
                cpu, memory = idle_with_deferred(make, work, arguments.deferred, arguments.idle_seconds)
                results.add(f"CPU seconds per minute, {what}", name, cpu)
                results.add(f"memory in MB, {what}", name, memory)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print_page(versions, arguments.rounds, load, tables(results, CELLS), arguments.output)


if __name__ == "__main__":
    main()
