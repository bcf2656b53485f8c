#!/usr/bin/env python3
"""A store of a million messages against an empty one: opening, delivering, and the POP3 listing of a large maildrop.

Called by scripts/bench-store, which builds the two programs; --help for what can be changed.
"""

import argparse
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

from systems import free_port, greets, wait_for

PASSWORD = "a long enough password"
BEGIN, END = "<!-- written by scripts/bench-store -->\n", "<!-- end of scripts/bench-store -->\n"


def run(*command):
    """The measurements that a program prints, one line of JSON each; the first."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[0])


def forget_cached(folder):
    """What of the store is in the kernel's cache goes, so that the disk is read."""
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_size:
            file = os.open(path, os.O_RDONLY)
            os.fsync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


class Server:
    """`paloma serve` on a store that is there already."""

    def __init__(self, binary, home, data):
        self.binary, self.home = binary, home
        subprocess.run([binary, "init", str(home), "--domain", "example.test", "--auth-without-tls"], check=True, stdout=subprocess.DEVNULL)
        self.config = home / "paloma.toml"
        text = self.config.read_text()
        self.pop3 = free_port()
        text = re.sub(r'^data\s*=.*$', f'data = "{data}"', text, flags=re.M)
        sections = re.split(r"(?m)^(?=\[)", text)
        for index, section in enumerate(sections):
            if section.startswith("[[listener]]"):
                is_pop3 = 'protocol = "pop3"' in section and "implicit" not in section
                port = self.pop3 if is_pop3 else free_port()
                sections[index] = re.sub(r"(?m)^port\s*=.*$", f"port = {port}", section)
        self.config.write_text("".join(sections))

    def start(self):
        """Seconds until POP3 greets."""
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", str(self.config)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=open(self.home / "log", "ab"))
        wait_for(lambda: greets(self.pop3, b"+OK"), "paloma to greet", 300)
        return time.monotonic() - begin

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def listing(port):
    """Seconds for PASS (which opens the maildrop; with the password's hash), STAT, LIST and UIDL of the first account."""
    import socket

    peer = socket.create_connection(("127.0.0.1", port), timeout=120)
    stream = peer.makefile("rb")
    stream.readline()
    times, count = {}, 0
    for command in (f"USER box0@example.test", f"PASS {PASSWORD}", "STAT", "LIST", "UIDL", "QUIT"):
        begin = time.monotonic()
        peer.sendall(command.encode() + b"\r\n")
        line = stream.readline()
        assert line.startswith(b"+OK"), line
        if command in ("LIST", "UIDL"):
            lines = 0
            while stream.readline() != b".\r\n":
                lines += 1
            assert lines == count, (lines, count)
        if command == "STAT":
            count = int(line.split()[1])
        times[command.split()[0]] = time.monotonic() - begin
    peer.close()
    return count, times


def text(values, digits, scale=1):
    values = [value * scale for value in values]
    form = "{:,.%df}" % digits
    return f"{form.format(statistics.median(values))} ({form.format(min(values))}–{form.format(max(values))})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", required=True, help="the program store-bench")
    parser.add_argument("--binary", help="the program paloma; without it, its start and its POP3 are left out")
    parser.add_argument("--full", help="a store that `store-bench fill` has filled already, with the same numbers; it is delivered into")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=100)
    parser.add_argument("--largest", type=int, default=100_000, help="messages in the first account")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--burst", type=int, default=20_000, help="messages delivered in a round")
    parser.add_argument("--folder", help="where the stores are made (default: a temporary folder)")
    parser.add_argument("--output", help="the page whose section is written anew")
    arguments = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="store-bench-", dir=arguments.folder))
    try:
        page = measure(arguments, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(page)
    if arguments.output:
        path = Path(arguments.output)
        before, _, rest = path.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        path.write_text(before + BEGIN + page + END + after)


def measure(arguments, work):
    bench, accounts = arguments.bench, arguments.accounts
    full, template = Path(arguments.full or work / "full"), work / "template"
    if not arguments.full:
        run(bench, "fill", full, accounts, arguments.messages, arguments.largest)
    run(bench, "fill", template, accounts, 0, 0)
    load = os.getloadavg()[0]
    with closing(sqlite3.connect(full / "paloma.db")) as base:
        (messages,) = base.execute("SELECT sum(messages) FROM account_state").fetchone()
    octets = sum(path.stat().st_size for path in full.rglob("*") if path.is_file())
    database = (full / "paloma.db").stat().st_size
    opened = {"warm": [], "cold": []}
    drops = [run(bench, "list", full)["seconds"] for _ in range(arguments.rounds)]
    for _ in range(arguments.rounds):
        opened["warm"].append(run(bench, "open", full)["seconds"])
        forget_cached(full)
        opened["cold"].append(run(bench, "open", full)["seconds"])
    rates, settled = {}, []
    for tasks in (1, 16, 100):
        burst = arguments.burst if tasks > 1 else arguments.burst // 5
        for _ in range(arguments.rounds):
            empty = work / "empty"
            shutil.copytree(template, empty)
            for name, folder in (("empty", empty), ("full", full)):
                # As the server does it every ten minutes.
                settled.append(run(bench, "settle", folder))
                result = run(bench, "deliver", folder, accounts, burst, tasks)
                cell = rates.setdefault((tasks, name), {"rate": [], "cpu": []})
                cell["rate"].append(burst / result["seconds"])
                cell["cpu"].append(result["cpu_seconds"] / burst * 1000)
            shutil.rmtree(empty)
    moved = max((one for one in settled[2:] if one["count"] < 100_000), key=lambda one: one["count"], default=settled[-1])
    lines = [
        "",
        f"Measured {time.strftime('%Y-%m-%d')}: {messages:,} messages of about 1 KiB in {accounts} accounts, {arguments.largest:,} of "
        f"them in one; {octets / 1e9:.1f} GB, of which the database {database / 1e9:.1f} GB. Filled through the delivery's own calls. "
        f"{os.cpu_count()} cores; load of the machine before: {load:.1f}. {arguments.rounds} rounds, empty and full in turn; median (lowest–highest).",
        "",
        "| messages per second, on disk | empty store | full store | full / empty |",
        "|---|---|---|---|",
    ]
    for tasks in (1, 16, 100):
        a, b = rates[tasks, "empty"]["rate"], rates[tasks, "full"]["rate"]
        lines.append(f"| {tasks} at a time | {text(a, 0)} | {text(b, 0)} | {text([y / x for x, y in zip(a, b)], 2)} |")
    lines += ["", "| CPU seconds per 1000 | empty store | full store | full / empty |", "|---|---|---|---|"]
    for tasks in (1, 16, 100):
        a, b = rates[tasks, "empty"]["cpu"], rates[tasks, "full"]["cpu"]
        lines.append(f"| {tasks} at a time | {text(a, 3)} | {text(b, 3)} | {text([y / x for x, y in zip(a, b)], 2)} |")
    lines += [
        "", "| full store | milliseconds |", "|---|---|",
        f"| opening it, in the cache | {text(opened['warm'], 1, 1000)} |",
        f"| opening it, from the disk | {text(opened['cold'], 1, 1000)} |",
        f"| putting the references of {moved['count']:,} messages to the others, as every ten minutes | {moved['seconds'] * 1000:,.0f} |",
        f"| reading the list of {arguments.largest:,} messages, as a POP3 login does | {text(drops, 1, 1000)} |",
    ]
    if arguments.binary:
        lines += serve(arguments, work, full)
    return "\n".join(lines) + "\n\n"


def serve(arguments, work, full):
    server = Server(arguments.binary, work / "home", full)
    starts, lists = [], []
    for _ in range(arguments.rounds):
        starts.append(server.start())
        count, times = listing(server.pop3)
        lists.append(times)
        server.stop()
    lines = [f"| `paloma serve` until it greets | {text(starts, 0, 1000)} |"]
    for command, what in (("PASS", "PASS, which opens the maildrop"), ("STAT", "STAT"), ("LIST", "LIST"), ("UIDL", "UIDL")):
        lines.append(f"| POP3 of {count:,} messages: {what} | {text([times[command] for times in lists], 1, 1000)} |")
    return lines


if __name__ == "__main__":
    main()
