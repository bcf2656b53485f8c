#!/usr/bin/env python3
"""Paloma against Debian's Postfix handing over to Dovecot, on loopback. See docs/benchmarks.md; started by scripts/bench.

Rounds are interleaved: both systems run, freshly made, and each cell of the table is measured on one and at once on the
other. Compare ratios, not rates: the machine is whatever it is. A time ends when all messages are in mailboxes.
"""

import argparse
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from systems import BOXES, DOMAIN, PASSWORD, READER, Paloma, PostfixDovecot

KIB = 1024
SENDER = f"sender@{DOMAIN}"
# (octets, connections, recipients) -> how many messages each system gets: enough to measure, short enough to repeat.
CELLS = [
    (size, connections, recipients)
    for recipients in (1, 50)
    for size in (4 * KIB, 64 * KIB)
    for connections in (1, 10, 50, 100)
]


def messages_for(system, cell, scale):
    size, connections, recipients = cell
    base = 200 if connections == 1 else 1000
    if recipients > 1:
        base = 20 if connections == 1 else 100
    if size > 4 * KIB:
        base //= 2
    if not system.accepts_before_delivery:
        base *= 8 if recipients == 1 else 4
    return max(connections, int(base * scale))


def smtp_source(system, cell, count):
    """As many generators as there are mailboxes to spread over, sharing the connections."""
    size, connections, recipients = cell
    if recipients > 1:
        commands = [(connections, count, f"box@{DOMAIN}", ["-r", str(recipients)])]
    else:
        parts = min(connections, len(BOXES))
        commands = [(connections // parts, count // parts, f"{BOXES[part]}@{DOMAIN}", []) for part in range(parts)]
    processes = [
        subprocess.Popen(
            ["smtp-source", "-d", "-s", str(sessions), "-m", str(number), "-l", str(size), "-f", SENDER, "-t", target, *more,
             f"127.0.0.1:{system.smtp_port}"],
            stderr=subprocess.PIPE,
        )
        for sessions, number, target, more in commands
    ]
    sent = sum(number for _, number, _, _ in commands)
    for process in processes:
        _, errors = process.communicate(timeout=900)
        if process.returncode != 0 or errors:
            raise RuntimeError(f"smtp-source: {errors.decode(errors='replace')[:400]}")
    return sent


def measure(system, cell, scale):
    count = messages_for(system, cell, scale)
    before = system.delivered()
    cpu, written, flushes = system.accounting.cpu_seconds(), system.accounting.bytes_written(), system.flushes.value()
    begun = time.monotonic()
    sent = smtp_source(system, cell, count)
    accepted = time.monotonic() - begun
    wanted = before + sent * cell[2]
    end = time.monotonic() + 600
    while True:
        there = system.delivered()
        if there >= wanted:
            break
        if time.monotonic() > end:
            raise RuntimeError(f"{system.name}: {wanted - there} copies of {sent * cell[2]} never arrived")
        time.sleep(0.02)
    seconds = time.monotonic() - begun
    if there > wanted:
        raise RuntimeError(f"{system.name}: {there - wanted} copies too many")
    time.sleep(0.3)  # what is written behind (metadata, removal of queue files) belongs to it too
    return {
        "rate": sent / seconds,
        "accept": sent / accepted,
        "cpu": (system.accounting.cpu_seconds() - cpu) / sent * 1000,
        "disk": (system.accounting.bytes_written() - written) / (sent * cell[0]),
        "flushes": (system.flushes.value() - flushes) / sent,
    }


def reader_messages(number):
    body = b"".join(b"%07d The quick brown fox jumps over the lazy dog and comes home late\r\n" % line for line in range(50))
    for index in range(number):
        yield (
            b"Return-Path: <sender@example.test>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nFrom: sender@example.test\r\n"
            b"To: reader@example.test\r\nSubject: number %d\r\nMessage-ID: <%d@example.test>\r\n\r\n" % (index, index)
        ) + body


def read_pop3(system, popread, number):
    answer = subprocess.run(
        [popread, str(system.pop3_port), f"{READER}@{DOMAIN}", PASSWORD], capture_output=True, text=True, timeout=600
    )
    if answer.returncode != 0:
        raise RuntimeError(f"{system.name}: {answer.stderr}")
    messages, octets, seconds = answer.stdout.split()
    if int(messages) != number:
        raise RuntimeError(f"{system.name}: the maildrop has {messages} messages, not {number}")
    return int(octets) / float(seconds) / 1e6


def spread(values, digits=1):
    if not values:
        return "–"
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


def machine():
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    release = "unknown"
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            release = line.split("=", 1)[1].strip('"')
    return f"{model}, {os.cpu_count()} cores, {memory:,} MiB; {release}, Linux {platform.release()}"


def label(cell):
    size, connections, recipients = cell
    return f"{size // KIB} KiB, {connections} conn, {recipients} rcpt"


class Results:
    def __init__(self, names):
        self.names = names
        self.values = {}

    def add(self, row, name, value):
        self.values.setdefault(row, {}).setdefault(name, []).append(value)

    def ratios(self, row, field=None):
        """Ours to theirs, round by round."""
        by_name = self.values.get(row, {})
        if len(self.names) < 2 or len(by_name) < 2:
            return []
        ours, theirs = by_name[self.names[0]], by_name[self.names[1]]
        pairs = [(a[field], b[field]) if field else (a, b) for a, b in zip(ours, theirs)]
        return [a / b for a, b in pairs if b]


def tables(results, cells):
    names = results.names
    lines = ["### Accept and deliver: messages per second, until all are in the mailbox", ""]
    head = ["load"] + [f"{name} msg/s" for name in names] + (["ratio"] if len(names) > 1 else [])
    lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for cell in cells:
        by_name = results.values.get(cell, {})
        row = [label(cell)] + [spread([value["rate"] for value in by_name.get(name, [])], 0) for name in names]
        if len(names) > 1:
            row.append(spread(results.ratios(cell, "rate")) + " ×")
        lines.append("| " + " | ".join(row) + " |")

    lines += ["", "### CPU seconds per 1000 messages", ""]
    head = ["load"] + names + (["ours / theirs"] if len(names) > 1 else [])
    lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for cell in cells:
        by_name = results.values.get(cell, {})
        row = [label(cell)] + [spread([value["cpu"] for value in by_name.get(name, [])], 3) for name in names]
        if len(names) > 1:
            row.append(spread(results.ratios(cell, "cpu"), 3))
        lines.append("| " + " | ".join(row) + " |")

    for title, field, digits in (("Flushes per message", "flushes", 3), ("Octets written to disk per octet of message", "disk", 2)):
        lines += ["", f"### {title}", ""]
        lines += ["| " + " | ".join(["load"] + names) + " |", "|---" * (1 + len(names)) + "|"]
        for cell in cells:
            by_name = results.values.get(cell, {})
            row = [label(cell)] + [spread([value[field] for value in by_name.get(name, [])], digits) for name in names]
            lines.append("| " + " | ".join(row) + " |")

    lines += ["", "### The rest", ""]
    head = ["what"] + names + (["ratio"] if len(names) > 1 else [])
    lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row_name, by_name in results.values.items():
        if not isinstance(row_name, str):
            continue
        row = [row_name] + [spread(by_name.get(name, []), 3 if "second" in row_name else 1) for name in names]
        if len(names) > 1:
            row.append(spread(results.ratios(row_name), 2))
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def print_page(versions, rounds, load, body, output):
    """Prints what was measured, and writes it behind the mark in a page that explains it."""
    page = "\n".join([
        f"Measured {datetime.date.today().isoformat()} on {machine()}.",
        f"{'; '.join(versions)}. {rounds} interleaved rounds; median (lowest–highest). Load of the machine before: {load:.1f}.",
        "",
        body,
        "",
    ])
    print(page)
    if output:
        path = Path(output)
        mark = "<!-- what follows is written by scripts/bench -->\n"
        kept = path.read_text().split(mark)[0] if path.exists() else ""
        path.write_text(kept + mark + "\n" + page)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="the release binary of Paloma; without it only the others are measured")
    parser.add_argument("--popread", required=True, help="the compiled popread.c")
    parser.add_argument("--flushcount", required=True, help="the compiled flushcount.c")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the number of messages")
    parser.add_argument("--quick", action="store_true", help="one round with a third of the messages: whether all of it works, no figures")
    parser.add_argument("--cells", default="", help="only the cells whose label begins with one of these (;-separated), e.g. '4 KiB, 10 conn, 1 rcpt'")
    parser.add_argument("--pop3-messages", type=int, default=10_000)
    parser.add_argument("--mailbox-format", choices=["maildir", "mbox"], default="maildir")
    parser.add_argument("--only", choices=["paloma", "postfix"], help="measure only this one")
    parser.add_argument("--no-pop3", action="store_true")
    parser.add_argument("--output", help="write the page to this file too")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.scale, arguments.pop3_messages = 1, arguments.scale / 3, arguments.pop3_messages // 5

    cells = [cell for cell in CELLS if not arguments.cells or any(label(cell).startswith(part) for part in arguments.cells.split(";"))]
    makers = []
    if arguments.binary and arguments.only != "postfix":
        makers.append((Paloma.name, lambda folder: Paloma(folder, arguments.binary, arguments.flushcount)))
    if arguments.only != "paloma":
        makers.append((PostfixDovecot.name, lambda folder: PostfixDovecot(folder, arguments.mailbox_format, arguments.flushcount)))
    results = Results([name for name, _ in makers])
    versions = []
    begun_load = os.getloadavg()
    work = Path(tempfile.mkdtemp(prefix="paloma-bench-"))
    os.chmod(work, 0o755)
    try:
        for number in range(arguments.rounds):
            systems = []
            try:
                # Whoever begins changes from round to round.
                for name, make in makers if number % 2 == 0 else makers[::-1]:
                    system = make(work / f"round{number}-{name.split()[0]}")
                    system.start()
                    systems.append(system)
                    time.sleep(1)
                    results.add("idle memory, MB", name, system.accounting.resident_bytes() / 1e6)
                    results.add("ready after, seconds", name, system.ready_seconds)
                    if number == 0:
                        versions.append(system.versions())
                for system in systems:  # processes, caches and mailboxes that the first message makes
                    measure(system, (4 * KIB, 10, 1), 0.2)
                    measure(system, (4 * KIB, 1, 50), 0.1)
                for cell in cells:
                    for system in systems:
                        value = measure(system, cell, arguments.scale)
                        results.add(cell, system.name, value)
                        print(
                            f"round {number + 1}  {label(cell):28} {system.name:18} {value['rate']:9,.0f} msg/s"
                            f"  {value['cpu']:7.3f} CPU s/1000  {value['disk']:6.2f} B/B  {value['flushes']:7.3f} flushes",
                            file=sys.stderr, flush=True,
                        )
                if not arguments.no_pop3:
                    for system in systems:
                        system.fill_reader(reader_messages(arguments.pop3_messages))
                        read_pop3(system, arguments.popread, arguments.pop3_messages)  # their index is made at the first look
                    for system in systems:
                        cpu = system.accounting.cpu_seconds()
                        rate = read_pop3(system, arguments.popread, arguments.pop3_messages)
                        results.add(f"POP3 RETR of {arguments.pop3_messages:,}, MB/s", system.name, rate)
                        results.add(
                            f"POP3 RETR of {arguments.pop3_messages:,}, CPU seconds", system.name, system.accounting.cpu_seconds() - cpu
                        )
                        print(f"round {number + 1}  POP3 {system.name:18} {rate:9,.0f} MB/s", file=sys.stderr, flush=True)
            finally:
                for system in systems:
                    system.stop()
                    shutil.rmtree(system.folder, ignore_errors=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)

    print_page(versions, arguments.rounds, begun_load[0], tables(results, cells), arguments.output)


if __name__ == "__main__":
    main()
