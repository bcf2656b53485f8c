#!/usr/bin/env python3
"""Moving house: the first migration of a whole account from a local Dovecot, by `paloma fetch import`, mbsync and getmail6. Started by
scripts/bench fetch.

A time begins with the command and ends with it, when everything is on disk: mbsync and getmail flush each message (FSync, and what getmail
always does), Paloma answers for what it has flushed. Every program gets the same folders from the same Dovecot, without TLS, into
nothing. Rounds are interleaved, each with another program first; compare ratios.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import Results, print_page, spread
from imap import Dovecot
from systems import DOMAIN, PASSWORD, READER, FlushCount, Paloma

FOLDERS = ["INBOX", "Archive", "Projects", "Sent", "Lists"]
SIZES = [1500, 3000, 4000, 6000, 12_000]
THERE = f"{READER}@{DOMAIN}"


def fill(dovecot, count):
    """Maildirs with messages of some sizes; half of them are read."""
    generator = random.Random(20_000)
    lines = [bytes(generator.choices(b"abcdefghijklmnopqrstuvwxyz     ", k=70)) for _ in range(1000)]
    for place, folder in enumerate(FOLDERS):
        home = dovecot.mail / READER / "Maildir"
        path = home if folder == "INBOX" else home / f".{folder}"
        for part in ("tmp", "new", "cur"):
            (path / part).mkdir(parents=True, exist_ok=True)
        for number in range(place * count // len(FOLDERS), (place + 1) * count // len(FOLDERS)):
            head = (
                f"Received: from a.example by b.example; Thu, 1 Jan 2026 00:00:00 +0000\nMessage-ID: <{number}@bench.example>\n"
                f"Date: Thu, 1 Jan 2026 00:00:00 +0000\nFrom: Somebody <s{number % 50}@elsewhere.example>\nTo: <{THERE}>\n"
                f"Subject: number {number}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n").encode()
            body = b"\n".join(generator.choices(lines, k=generator.choice(SIZES) // 71)) + b"\n"
            octets = head + body
            virtual = len(octets) + octets.count(b"\n")
            flags = "S" if number % 2 else ""
            (path / "cur" / f"{1700000000 + number}.M1P1Q{number}.bench,S={len(octets)},W={virtual}:2,{flags}").write_bytes(octets)
    subprocess.run(["chown", "-R", str(dovecot.uid), str(dovecot.mail / READER)], check=True)


def read_all(dovecot):
    """Has Dovecot read it all once, so that its indexes and the page cache are as warm for the first program as for the last."""
    import imaplib

    with imaplib.IMAP4("127.0.0.1", dovecot.imap_port) as session:
        session.login(THERE, PASSWORD)
        for folder in FOLDERS:
            session.select(folder, readonly=True)
            session.fetch("1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")


class Client:
    """A program that runs once and ends; as nobody, since getmail delivers to anybody but root."""

    user = 65534
    starts_max = 1

    def __init__(self, folder, counter):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.flushes = FlushCount(self.folder, counter)

    def migrate(self, dovecot):
        command = self.command(dovecot)
        subprocess.run(["chown", "-R", str(self.user), str(self.folder)], check=True)
        environment = dict(os.environ, **self.flushes.begin(), HOME=str(self.folder))
        environment["USER"] = environment["LOGNAME"] = "nobody"
        with open(self.folder / "output.log", "wb") as log:
            begun, cpu, status = time.monotonic(), 0.0, 1
            for _ in range(self.starts_max):
                process = subprocess.Popen(
                    command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.user, group=self.user,
                    extra_groups=[])
                _, status, usage = os.wait4(process.pid, 0)
                cpu += usage.ru_utime + usage.ru_stime
                if status == 0:
                    break
            seconds = time.monotonic() - begun
        if status != 0:
            raise RuntimeError(f"{self.name}: status {status}\n{(self.folder / 'output.log').read_text()[-2000:]}")
        return seconds, cpu, self.flushes.value(), usage.ru_maxrss / 1000

    def count(self):
        return sum(1 for part in ("cur", "new") for path in self.folder.rglob(part) for _ in path.iterdir())

    def stop(self):
        pass


class Mbsync(Client):
    name = "mbsync"

    def command(self, dovecot):
        near = self.folder / "near"
        near.mkdir()
        (self.folder / "mbsyncrc").write_text(f"""
IMAPAccount there
Host 127.0.0.1
Port {dovecot.imap_port}
User {THERE}
Pass "{PASSWORD}"
SSLType None
AuthMechs LOGIN

IMAPStore far
Account there

MaildirStore near
Path {near}/
Inbox {near}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Near
Sync Pull
SyncState *
""")
        return ["mbsync", "-q", "-c", str(self.folder / "mbsyncrc"), "all"]

    @staticmethod
    def version():
        return subprocess.run(["mbsync", "--version"], capture_output=True, text=True).stdout.strip() or "mbsync"


class Getmail(Client):
    """It gives up when one of its children, one for each message, is slow; begun again it goes on."""

    name = "getmail6"
    starts_max = 20

    def command(self, dovecot):
        for part in ("tmp", "new", "cur"):
            (self.folder / "near" / part).mkdir(parents=True)
        (self.folder / "getmailrc").write_text(f"""
[retriever]
type = SimpleIMAPRetriever
server = 127.0.0.1
port = {dovecot.imap_port}
username = {THERE}
password = {PASSWORD}
mailboxes = {tuple(FOLDERS)!r}

[destination]
type = Maildir
path = {self.folder}/near/

[options]
verbose = 0
read_all = false
delivered_to = false
received = false
""")
        return ["getmail", f"--getmaildir={self.folder}", "--rcfile=getmailrc"]

    @staticmethod
    def version():
        return "getmail6 " + subprocess.run(["getmail", "--version"], capture_output=True, text=True).stdout.split()[-1]


class PalomaImport:
    name = Paloma.name

    def __init__(self, folder, counter, binary):
        self.system = Paloma(folder, binary, counter, accounts=[READER])
        self.system.start()

    def migrate(self, dovecot):
        system = self.system
        cpu, flushes, begun = system.accounting.cpu_seconds(), system.flushes.value(), time.monotonic()
        system.run(
            "fetch", "import", THERE, "--host", "127.0.0.1", "--port", str(dovecot.imap_port), "--tls", "none", "--user", THERE,
            "--name", "there", "--password-stdin", "--config", str(system.config), input=PASSWORD.encode() + b"\n")
        seconds = time.monotonic() - begun
        return (
            seconds, system.accounting.cpu_seconds() - cpu, system.flushes.value() - flushes,
            system.accounting.resident_bytes() / 1e6)

    def count(self):
        shown = self.system.run("fetch", "show", THERE, "--json", "--config", str(self.system.config)).stdout
        return json.loads(shown)["messages"]

    def stop(self):
        self.system.stop()


def tables(results, count):
    names = results.names
    lines = []
    for title, field, digits in (
        (f"First migration of {count:,} messages: messages per second", "rate", 0),
        ("CPU seconds per 1000 messages, without Dovecot's", "cpu", 3),
        ("Flushes per message", "flushes", 3),
        ("Memory in MB at its end (of the others: at most)", "memory", 0),
    ):
        lines += ["", f"### {title}", "", "| program | value | ours to it |", "|---|---|---|"]
        values = {name: [value[field] for value in results.values["migration"].get(name, [])] for name in names}
        for name in names:
            ratios = [ours / theirs for ours, theirs in zip(values.get(Paloma.name, []), values[name]) if theirs]
            lines.append(f"| {name} | {spread(values[name], digits)} | {spread(ratios, 2) if name != Paloma.name else ''} |")
    return "\n".join(lines[1:])


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench fetch", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="the release binary of Paloma; without it only the others are measured")
    parser.add_argument("--flushcount", required=True, help="the compiled flushcount.c")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--quick", action="store_true", help="one small round: whether all of it works, no figures")
    parser.add_argument("--only", choices=["paloma", "mbsync", "getmail6"], help="measure only this one")
    parser.add_argument("--output", help="write the page to this file too")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.messages = 1, 1000

    makers = [(Mbsync.name, Mbsync), (Getmail.name, Getmail)]
    if arguments.binary:
        makers.insert(0, (Paloma.name, lambda folder, counter: PalomaImport(folder, counter, arguments.binary)))
    if arguments.only:
        makers = [maker for maker in makers if maker[0].lower() == arguments.only]
    results = Results([name for name, _ in makers])
    load = os.getloadavg()[0]
    work = Path(tempfile.mkdtemp(prefix="paloma-bench-"))
    os.chmod(work, 0o755)
    dovecot = Dovecot(work / "dovecot")
    dovecot.start()
    try:
        fill(dovecot, arguments.messages)
        read_all(dovecot)
        versions = [dovecot.versions(), Mbsync.version(), Getmail.version()]
        if arguments.binary:
            versions.insert(0, subprocess.run([arguments.binary, "--version"], capture_output=True, text=True).stdout.strip())
        for number in range(arguments.rounds):
            turn = number % len(makers)
            for name, make in makers[turn:] + makers[:turn]:
                folder = work / f"{number}-{name}"
                client = make(folder, arguments.flushcount)
                try:
                    seconds, cpu, flushes, memory = client.migrate(dovecot)
                    # getmail may bring the message again whose child was slow.
                    if not arguments.messages <= client.count() <= arguments.messages + 20:
                        raise RuntimeError(f"{name} has brought {client.count()} messages, not {arguments.messages}")
                finally:
                    client.stop()
                    shutil.rmtree(folder, ignore_errors=True)
                value = {
                    "rate": arguments.messages / seconds, "cpu": cpu / arguments.messages * 1000,
                    "flushes": flushes / arguments.messages, "memory": memory,
                }
                results.add("migration", name, value)
                print(
                    f"round {number + 1}  {name:10} {value['rate']:9,.0f} msg/s  {value['cpu']:7.3f} CPU s/1000"
                    f"  {value['flushes']:7.3f} flushes  {value['memory']:6.0f} MB", file=sys.stderr, flush=True)
    finally:
        dovecot.stop()
        shutil.rmtree(work, ignore_errors=True)
    print_page(versions, arguments.rounds, load, tables(results, arguments.messages), arguments.output)


if __name__ == "__main__":
    main()
