#!/usr/bin/env python3
"""IMAP: Paloma against Debian's Dovecot, on loopback. See docs/benchmarks-imap.md; started by scripts/bench imap.

Both systems run, freshly made, and get the same messages by LMTP; each load is measured on one and at once on the other. The
client is Benchmarks/imapload.c. Rounds are interleaved; compare ratios.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from accounting import Accounting
from bench import Results, print_page, spread
from systems import BOXES, DOMAIN, PASSWORD, READER, FlushCount, Paloma, free_port, greets, wait_for

MESSAGE_OCTETS = 4000
APPENDED_OCTETS = 4000
OVERVIEW = "FETCH 1:* (FLAGS UID RFC822.SIZE ENVELOPE)"
TIMES = 5
USERS = [*BOXES, READER]


class Dovecot:
    """Debian's Dovecot, with its defaults besides what it takes to run beside whatever else is on the machine (own folders, own
    ports, users from a file, Maildir), and limits that let thousands of clients in."""

    name = "Dovecot"

    def __init__(self, folder, counter=None, idle=10_000):
        self.folder, self.idle = Path(folder), idle
        self.flushes = FlushCount(folder, counter)
        self.mail = self.folder / "mail"
        self.uid = 65534  # nobody: Dovecot refuses to deliver as root

    def write(self, environment):
        for folder in (self.folder / "run", self.mail):
            folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o755)
        shutil.chown(self.mail, self.uid)
        self.imap_port, self.lmtp_port = free_port(), free_port()
        imported = " ".join(f"{name}={value}" for name, value in environment.items())
        (self.folder / "users").write_text(
            "".join(f"{name}@{DOMAIN}:{{PLAIN}}{PASSWORD}:{self.uid}:{self.uid}::{self.mail}/{name}::\n" for name in USERS)
        )
        clients = self.idle + 1000
        (self.folder / "dovecot.conf").write_text(f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/run
log_path = {self.folder}/dovecot.log
import_environment = TZ CORE_OUTOFMEM CORE_ERROR LISTEN_PID LISTEN_FDS NOTIFY_SOCKET {imported}
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
mail_max_userip_connections = {clients}
default_client_limit = {clients + 500}
first_valid_uid = 1
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
userdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
service imap {{
  process_limit = {clients}
}}
service imap-login {{
  service_count = 0
  client_limit = {clients}
  process_limit = {clients}
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {self.lmtp_port}
  }}
}}
""")

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = self.flushes.begin()
        self.write(environment)
        self.accounting = Accounting(f"dovecot-{time.monotonic_ns()}")
        log = open(self.folder / "start.log", "ab")
        self.process = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot.conf")], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            env=dict(os.environ, **environment), preexec_fn=self.accounting.enter, start_new_session=True,
        )
        self.accounting.add_root(self.process.pid)
        wait_for(lambda: greets(self.imap_port, b"* OK") and greets(self.lmtp_port, b"220"), self.name)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.accounting.close()

    def fill(self, account, mbox):
        """Files of a Maildir, with the sizes in their names that LMTP would have put there."""
        folder = self.mail / account / "Maildir"
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        lines, number = [], 0

        def finish():
            octets = b"".join(lines).removesuffix(b"\n")
            virtual = len(octets) + octets.count(b"\n")
            (folder / "cur" / f"{1700000000 + number}.M1P1Q{number}.bench,S={len(octets)},W={virtual}:2,").write_bytes(octets)

        with open(mbox, "rb") as file:
            for line in file:
                if line.startswith(b"From "):
                    if lines:
                        finish()
                    lines, number = [], number + 1
                else:
                    lines.append(line)
        finish()
        subprocess.run(["chown", "-R", str(self.uid), str(self.mail / account)], check=True)

    def indexed(self):
        """Debian's Dovecot has no index of texts."""

    def versions(self):
        return "Dovecot " + subprocess.run(["dovecot", "--version"], capture_output=True, text=True).stdout.split()[0]


class PalomaIMAP(Paloma):
    """The release binary, with limits that let thousands of clients in."""

    def __init__(self, folder, binary, counter=None, idle=10_000):
        limits = {"limits.connections_max": idle + 1000, "limits.imap_sessions_per_account_max": idle + 1000}
        super().__init__(folder, binary, counter, accounts=USERS, settings=limits)

    def start(self):
        super().start()
        if not self.imap_port or not self.lmtp_port:
            raise SystemExit("this paloma has no listeners for IMAP and LMTP")

    def fill(self, account, mbox):
        self.run("import", "--account", f"{account}@{DOMAIN}", "--mbox", str(mbox), "--config", str(self.config))

    def indexed(self):
        """The index is made in the background; it has all when it writes nothing more and the server rests."""
        rested = 0
        while rested < 3:
            cpu = self.accounting.cpu_seconds()
            time.sleep(1)
            rested = rested + 1 if self.accounting.cpu_seconds() - cpu < 0.03 else 0


class Load:
    """imapload against one system, with what the system used meanwhile."""

    def __init__(self, program, system):
        self.program, self.system = program, system

    def run(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, timeout=3600)
        if done.returncode != 0:
            raise RuntimeError(f"{self.system.name}: {arguments}: {done.stderr}")
        return [(int(count), int(octets), float(seconds)) for count, octets, seconds in (line.split() for line in done.stdout.splitlines())]

    def command(self, command, times=1, mailbox="INBOX", between=None, user=READER):
        return self.run("command", self.system.imap_port, f"{user}@{DOMAIN}", PASSWORD, mailbox, times, command, *([between] if between else []))

    def deliver(self, user, count, size, begin=0, connections=8):
        """Eight at a time to one mailbox."""
        return self.run("deliver", self.system.lmtp_port, f"{user}@{DOMAIN}", begin, count, connections, size)

    def append(self, count, connections):
        user = f"box%d@{DOMAIN}" if connections > 1 else f"box0@{DOMAIN}"
        return self.run("append", self.system.imap_port, user, PASSWORD, "INBOX", count, connections, APPENDED_OCTETS)

    def messages(self, command, count):
        return self.run("messages", self.system.imap_port, f"{READER}@{DOMAIN}", PASSWORD, "INBOX", count, command)


def best(times):
    """The middle one of several times of the same thing, in seconds."""
    return statistics.median(seconds for _, _, seconds in times)


def measure_reading(load, add, count):
    """What a client does with a mailbox that has just been filled."""
    def checked(times):
        for untagged, _, _ in times:
            if untagged < count:
                raise RuntimeError(f"{load.system.name}: told of {untagged} messages, there are {count}")
        return times

    add("overview, first time after delivery: messages/s", count / best(checked(load.command(OVERVIEW))))
    add("overview, warm: messages/s", count / best(checked(load.command(OVERVIEW, TIMES))))
    add("FETCH 1:* (UID FLAGS): messages/s", count / best(checked(load.command("FETCH 1:* (UID FLAGS)", TIMES))))
    bodies = checked(load.command("FETCH 1:* (BODY.PEEK[])", 1 + TIMES))[1:]
    add("BODY.PEEK[] of all: MB/s", bodies[0][1] / best(bodies) / 1e6)
    add("SELECT: ms", best(load.command("SELECT INBOX", 20, "", "NOOP")) * 1000)


def measure_search(load, add):
    load.system.indexed()
    for what, command in (
        ("SEARCH TEXT, a rare word: ms", "SEARCH TEXT quincunx"),
        ("SEARCH TEXT, a frequent word: ms", "SEARCH TEXT dertus"),
        ("SEARCH TEXT, a frequent letter: ms", "SEARCH TEXT e"),
        ("SEARCH BODY, part of a word: ms", "SEARCH BODY incun"),
        ("SEARCH SUBJECT: ms", "SEARCH SUBJECT dertus"),
        ("SEARCH FROM: ms", "SEARCH FROM sender7@"),
        ("SEARCH HEADER Message-ID: ms", "SEARCH HEADER Message-ID <77."),
        ("SEARCH UNSEEN: ms", "SEARCH UNSEEN"),
        ("SEARCH FLAGGED, none is: ms", "SEARCH FLAGGED"),
    ):
        add(what, best(load.command(command, 1 + TIMES)[1:]) * 1000)


def measure_writing(load, add, count, scale):
    system = load.system

    def rate(what, unit, number, do):
        cpu, flushes = system.accounting.cpu_seconds(), system.flushes.value()
        [(done, _, seconds)] = do()
        add(f"{what}: {unit}/s", done / seconds)
        add(f"{what}: flushes each", (system.flushes.value() - flushes) / number)
        add(f"{what}: CPU ms each", (system.accounting.cpu_seconds() - cpu) / number * 1000)

    one, ten = max(10, int(300 * scale)), max(10, int(3000 * scale))
    load.append(10, 10)  # what the first message makes
    rate("APPEND, 1 connection", "messages", one, lambda: load.append(one, 1))
    rate("APPEND, 10 connections", "messages", ten, lambda: load.append(ten, 10))
    load.append(10, 1)
    rate("STORE of one message", "commands", one, lambda: load.messages("STORE %d +FLAGS (\\Seen)", one))
    times = load.command("STORE 1:* +FLAGS.SILENT (\\Flagged)", 3, between="STORE 1:* -FLAGS.SILENT (\\Flagged)")
    add("STORE of all messages: messages/s", count / best(times))


def measure_idle(program, system, add, count):
    before = system.accounting.resident_bytes()
    holder = subprocess.Popen(
        [program, "idle", str(system.imap_port), f"box%d@{DOMAIN}", PASSWORD, str(count), str(len(BOXES))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    try:
        if holder.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{system.name}: {holder.stderr.read().decode(errors='replace')}")
        time.sleep(2)  # what the last of them still does
        add(f"{count:,} idle sessions: KiB each", (system.accounting.resident_bytes() - before) / count / 1024)
        cpu = system.accounting.cpu_seconds()
        time.sleep(5)
        add(f"{count:,} idle sessions: CPU seconds a minute", (system.accounting.cpu_seconds() - cpu) * 12)
    finally:
        holder.stdin.close()
        holder.wait(600)


def measure_select(load, add, mbox, count):
    load.system.fill("box9", mbox)
    load.command("NOOP", user="box9")
    add(f"SELECT of {count:,} messages, warm: ms", best(load.command("SELECT INBOX", 10, "", "NOOP", user="box9")) * 1000)


# What was set out to be reached: (beginning of the row, how much better than Dovecot at least, or None, and at most so much, or None).
AIMS = (
    ("overview, warm", 4, None), ("overview, first time", 10, None), ("FETCH 1:* (UID FLAGS)", 2, None), ("BODY.PEEK[]", 3, None), ("APPEND, 1 connection: messages/s", 1.5, None),
    ("APPEND, 10 connections: messages/s", 8, None), ("STORE of one message: commands/s", 1, None), ("SELECT of 1,000,000", None, 50),
    ("SEARCH TEXT, a rare word", None, 50), ("SEARCH TEXT, a frequent letter", None, 50), ("SEARCH UNSEEN", 2, None), ("10,000 idle sessions: KiB", None, 16),
)


def table(results, count):
    names = results.names
    lines = [f"### {count:,} messages of {MESSAGE_OCTETS:,} octets", ""]
    lines += ["| " + " | ".join(["what", *names] + (["ours / theirs", "wanted"] if len(names) > 1 else [])) + " |"]
    lines += ["|---" * (1 + len(names) + (2 if len(names) > 1 else 0)) + "|"]
    for row, by_name in results.values.items():
        rate = row.endswith("/s")
        digits = 0 if rate else 2
        cells = [row, *(spread(by_name.get(name, []), digits) for name in names)]
        if len(names) > 1:
            aim = next(((least, most) for what, least, most in AIMS if row.startswith(what)), (None, None))
            cells.append(spread(results.ratios(row), 2))
            cells.append(f"≥ {aim[0]} ×" if aim[0] else f"≤ {aim[1]}" if aim[1] else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="the release binary of Paloma; without it only Dovecot is measured")
    parser.add_argument("--imapload", required=True, help="the compiled imapload.c")
    parser.add_argument("--flushcount", required=True, help="the compiled flushcount.c")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", default="10000,100000", help="sizes of the mailbox that is read, each a table")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies what is appended and stored")
    parser.add_argument("--idle", type=int, default=10_000, help="idle sessions; 0 leaves them out")
    parser.add_argument("--select-messages", type=int, default=0, help="a mailbox of so many small messages (1000000) is made, and selected")
    parser.add_argument("--quick", action="store_true", help="one small round: whether all of it works, no figures")
    parser.add_argument("--only", choices=["paloma", "dovecot"], help="measure only this one")
    parser.add_argument("--output", help="write the page to this file too")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.messages.split(",")]
    if arguments.quick:
        arguments.rounds, arguments.scale, sizes, arguments.idle = 1, 0.1, [1000], min(arguments.idle, 200)
        arguments.select_messages = min(arguments.select_messages, 5000)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < arguments.idle + 2000:
        raise SystemExit(f"only {most} files may be open: raise ulimit -n, or give --idle {max(0, most - 2000)}")

    makers = []
    if arguments.binary and arguments.only != "dovecot":
        makers.append((Paloma.name, lambda folder: PalomaIMAP(folder, arguments.binary, arguments.flushcount, arguments.idle)))
    if arguments.only != "paloma":
        makers.append((Dovecot.name, lambda folder: Dovecot(folder, arguments.flushcount, arguments.idle)))
    versions, tables, begun_load = [], [], os.getloadavg()
    work = Path(tempfile.mkdtemp(prefix="paloma-bench-"))
    os.chmod(work, 0o755)
    try:
        mbox = work / "small.mbox"
        if arguments.select_messages:
            with open(mbox, "wb") as file:
                subprocess.run([arguments.imapload, "mbox", str(arguments.select_messages), "200"], stdout=file, check=True)
        for count in sizes:
            results = Results([name for name, _ in makers])
            for number in range(arguments.rounds):
                # Whoever begins changes from round to round.
                systems = []
                try:
                    for name, make in makers if number % 2 == 0 else makers[::-1]:
                        system = make(work / f"{count}-{number}-{name}")
                        system.start()
                        systems.append(system)
                        if len(versions) < len(makers):
                            versions.append(system.versions())

                    def each(step):
                        for system in systems:
                            def add(row, value):
                                results.add(row, system.name, value)
                                print(f"{count:,}, round {number + 1}  {row:48} {system.name:8} {value:14,.2f}", file=sys.stderr, flush=True)
                            step(system, Load(arguments.imapload, system), add)

                    def fill(system, load, add):
                        [(done, _, seconds)] = load.deliver(READER, count, MESSAGE_OCTETS)
                        add("delivery by LMTP, 8 connections: messages/s", done / seconds)

                    last = count == sizes[-1]
                    each(fill)
                    each(lambda system, load, add: measure_reading(load, add, count))
                    each(lambda system, load, add: measure_search(load, add))
                    each(lambda system, load, add: measure_writing(load, add, count, arguments.scale))
                    if arguments.idle and last:
                        each(lambda system, load, add: measure_idle(arguments.imapload, system, add, arguments.idle))
                    if arguments.select_messages and last and number == 0:
                        each(lambda system, load, add: measure_select(load, add, mbox, arguments.select_messages))
                finally:
                    for system in systems:
                        system.stop()
                        shutil.rmtree(system.folder, ignore_errors=True)
            tables.append(table(results, count))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print_page(versions, arguments.rounds, begun_load[0], "\n\n".join(tables), arguments.output)


if __name__ == "__main__":
    main()
