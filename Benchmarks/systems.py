"""The systems that are compared. Each is started from nothing in a folder of its own, on free loopback ports, and stopped.

A system knows: start(), stop(), smtp_port, pop3_port, delivered() (messages in mailboxes so far), queued() (messages that wait to
leave), flushes.value() (calls that wait for the disk, so far). With a relay, a port on loopback, mail to `out@` and to `crowd@` leaves
through it: to one recipient elsewhere, and to fifty.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from accounting import Accounting

DOMAIN = "example.test"
PASSWORD = "a long enough password"
BOXES = [f"box{number}" for number in range(10)]
# smtp-source -r 50 -t box@… writes to 50box@…, 49box@… down to 2box@…, box@….
CROWD = [f"{number}box" for number in range(50, 1, -1)] + ["box"]
READER = "reader"
ACCOUNTS = BOXES + CROWD + [READER]
ELSEWHERE = "elsewhere.example"
OUTSIDERS = [f"someone{number}@{ELSEWHERE}" for number in range(50)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def wait_for(check, what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.002)
    raise TimeoutError(f"waited {seconds} s for {what}")


def greets(port, word):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            return peer.recv(200).startswith(word)
    except OSError:
        return False


class FlushCount:
    """Counts fsync, fdatasync, sync_file_range, msync and pwritev2 of a system's processes, by flushcount.c."""

    def __init__(self, folder, library):
        self.library = library
        self.path = Path(folder) / "flushes"

    def begin(self):
        """What has to be in the environment of every process."""
        if not self.library:
            return {}
        # Beside the system's files: its users may not see the folder that the library was built in.
        library = self.path.with_suffix(".so")
        shutil.copy(self.library, library)
        self.path.write_bytes(bytes(8))
        os.chmod(self.path, 0o666)
        return {"LD_PRELOAD": str(library), "FLUSHCOUNT": str(self.path)}

    def value(self):
        return int.from_bytes(self.path.read_bytes(), "little") if self.library else 0


class PostfixDovecot:
    """Debian's Postfix handing over to Debian's Dovecot by LMTP on a Unix socket, both with their defaults besides what it
    takes to run beside whatever else is on the machine: own folders, own ports, users from a file. Not in a chroot."""

    name = "Postfix + Dovecot"
    accepts_before_delivery = True

    def __init__(self, folder, mailbox_format="maildir", counter=None, relay=None):
        self.folder = Path(folder)
        self.relay = relay
        self.flushes = FlushCount(folder, counter)
        self.mailbox_format = mailbox_format
        self.postfix = self.folder / "postfix"
        self.dovecot = self.folder / "dovecot"
        self.mail = self.folder / "mail"
        self.accounting = None
        self.uid = 65534  # nobody: Dovecot refuses to deliver as root

    def write(self):
        for folder in (self.postfix, self.postfix / "queue", self.postfix / "data", self.dovecot, self.dovecot / "run", self.mail):
            folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o755)
        shutil.chown(self.postfix / "data", "postfix")
        shutil.chown(self.mail, self.uid)
        environment = self.flushes.begin()
        imported = " ".join(f"{name}={value}" for name, value in environment.items())
        self.smtp_port, self.pop3_port = free_port(), free_port()

        master = Path("/usr/share/postfix/master.cf.dist")
        master = master if master.exists() else Path("/etc/postfix/master.cf.proto")
        lines = []
        for line in master.read_text().splitlines():
            fields = line.split()
            if line and not line[0].isspace() and not line.startswith("#") and len(fields) >= 8:
                if fields[0] == "smtp" and fields[1] == "inet":
                    fields[0] = f"127.0.0.1:{self.smtp_port}"
                fields[4] = "n"  # no chroot: there is no system's copy of /etc in this queue folder
                line = "  ".join(fields)
            lines.append(line)
        (self.postfix / "master.cf").write_text("\n".join(lines) + "\n")
        (self.postfix / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {self.postfix}/queue
data_directory = {self.postfix}/data
maillog_file = {self.folder}/maillog
maillog_file_prefixes = {self.folder}
myhostname = mail.{DOMAIN}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_maps = texthash:{self.postfix}/accounts
virtual_transport = lmtp:unix:{self.dovecot}/run/lmtp
import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME {imported}
""" + (f"""
relayhost = [127.0.0.1]:{self.relay}
virtual_alias_domains =
virtual_alias_maps = texthash:{self.postfix}/aliases
""" if self.relay else ""))
        (self.postfix / "aliases").write_text(f"out@{DOMAIN} {OUTSIDERS[0]}\ncrowd@{DOMAIN} {' '.join(OUTSIDERS)}\n")
        (self.postfix / "accounts").write_text("".join(f"{name}@{DOMAIN} yes\n" for name in ACCOUNTS))

        location = "maildir:~/Maildir" if self.mailbox_format == "maildir" else "mbox:~/mail:INBOX=~/inbox"
        (self.dovecot / "users").write_text(
            "".join(f"{name}@{DOMAIN}:{{PLAIN}}{PASSWORD}:{self.uid}:{self.uid}::{self.mail}/{name}::\n" for name in ACCOUNTS)
        )
        (self.dovecot / "dovecot.conf").write_text(f"""
base_dir = {self.dovecot}/run
state_dir = {self.dovecot}/run
log_path = {self.folder}/dovecot.log
import_environment = TZ CORE_OUTOFMEM CORE_ERROR LISTEN_PID LISTEN_FDS NOTIFY_SOCKET {imported}
protocols = lmtp pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = {location}
first_valid_uid = 1
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = passwd-file
  args = {self.dovecot}/users
}}
userdb {{
  driver = passwd-file
  args = {self.dovecot}/users
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.pop3_port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
""")

    def start(self):
        self.write()
        self.accounting = Accounting(f"postfix-dovecot-{time.monotonic_ns()}")
        environment = dict(os.environ, **self.flushes.begin())
        begun = time.monotonic()
        log = open(self.folder / "start.log", "ab")
        self.processes = []
        for command in (
            ["/usr/sbin/dovecot", "-F", "-c", str(self.dovecot / "dovecot.conf")],
            ["/usr/sbin/postfix", "-c", str(self.postfix), "start-fg"],
        ):
            process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment,
                preexec_fn=self.accounting.enter, start_new_session=True,
            )
            self.accounting.add_root(process.pid)
            self.processes.append(process)
        wait_for(lambda: greets(self.smtp_port, b"220") and greets(self.pop3_port, b"+OK"), self.name)
        self.ready_seconds = time.monotonic() - begun

    def stop(self):
        subprocess.run(["/usr/sbin/postfix", "-c", str(self.postfix), "stop"], capture_output=True)
        subprocess.run(["/usr/bin/doveadm", "-c", str(self.dovecot / "dovecot.conf"), "stop"], capture_output=True)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.accounting.close()

    def delivered(self):
        count = 0
        for name in ACCOUNTS:
            if self.mailbox_format == "maildir":
                for folder in ("new", "cur"):
                    try:
                        count += len(os.listdir(self.mail / name / "Maildir" / folder))
                    except FileNotFoundError:
                        pass
            else:
                try:
                    count += (self.mail / name / "inbox").read_bytes().count(b"\nReturn-Path: ")
                except FileNotFoundError:
                    pass
        return count

    def fill_reader(self, messages):
        folder = self.mail / READER / "Maildir"
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for number, message in enumerate(messages):
            # A Maildir name, with the sizes that Dovecot's own LMTP would have put there.
            size = len(message)
            virtual = size + message.count(b"\n") - message.count(b"\r\n")
            path = folder / "new" / f"{1700000000 + number}.M1P1Q{number}.bench,S={size},W={virtual}"
            path.write_bytes(message)
        subprocess.run(["chown", "-R", str(self.uid), str(self.mail / READER)], check=True)

    def queued(self):
        """Messages in the queue's folders; deferred ones stand in folders by the first letter of their names."""
        return sum(
            len(names) for part in ("maildrop", "incoming", "active", "deferred") for _, _, names in os.walk(self.postfix / "queue" / part)
        )

    def versions(self):
        postfix = subprocess.run(["postconf", "-c", str(self.postfix), "-h", "mail_version"], capture_output=True, text=True).stdout.strip()
        dovecot = subprocess.run(["dovecot", "--version"], capture_output=True, text=True).stdout.split()[0]
        return f"Postfix {postfix} + Dovecot {dovecot} ({self.mailbox_format})"


class Paloma:
    """The release binary of this repository, as `paloma init` sets it up."""

    name = "Paloma"
    accepts_before_delivery = False

    def __init__(self, folder, binary, counter=None, relay=None, accounts=ACCOUNTS, settings=None):
        """`settings`: {"table.key" of paloma.toml: its value as written there}."""
        self.folder = Path(folder)
        self.relay = relay
        self.accounts, self.settings = accounts, settings or {}
        self.flushes = FlushCount(folder, counter)
        self.binary = str(binary)
        self.config = self.folder / "home" / "paloma.toml"

    def run(self, *arguments, **more):
        return subprocess.run([self.binary, *arguments], check=True, capture_output=True, **more)

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run("init", str(self.folder / "home"), "--domain", DOMAIN, "--port-base", "20000", "--auth-without-tls")
        text = self.config.read_text()
        ports = {}

        def replace(match):
            port = free_port()
            ports[int(match.group(1)) - 20000] = port
            return f"port = {port}"

        text = re.sub(r"^port\s*=\s*(20\d\d\d)\b", replace, text, flags=re.M)
        if self.relay:
            text, count = re.subn(r'(^\[outbound\]\n(?:(?!\[).*\n)*?)^relay\s*=.*$', rf'\1relay = "smtp://127.0.0.1:{self.relay}"', text, flags=re.M)
            assert count == 1, "paloma.toml has no relay"
        for name, value in self.settings.items():
            table, key = name.split(".")
            text, count = re.subn(rf"(^\[{table}\]\n(?:(?!\[).*\n)*?)^{key}\s*=.*$", rf"\g<1>{key} = {value}", text, flags=re.M)
            assert count == 1, f"paloma.toml has no {name}"
        self.config.write_text(text)
        self.smtp_port, self.pop3_port, self.http_port = ports[25], ports[110], ports.get(80)
        self.lmtp_port, self.imap_port = ports.get(24), ports.get(143)
        for name in self.accounts:
            self.run("account", "add", f"{name}@{DOMAIN}", "--password-stdin", "--config", str(self.config), input=PASSWORD.encode() + b"\n")
        if self.relay:
            self.run("alias", "add", f"out@{DOMAIN}", OUTSIDERS[0], "--config", str(self.config))
            self.run("alias", "add", f"crowd@{DOMAIN}", *OUTSIDERS, "--config", str(self.config))
        self.serve()

    def serve(self):
        self.accounting = Accounting(f"paloma-{time.monotonic_ns()}")
        log = open(self.folder / "paloma.log", "ab")
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", str(self.config)], stdout=log, stderr=log,
            env=dict(os.environ, **self.flushes.begin()), stdin=subprocess.DEVNULL, preexec_fn=self.accounting.enter, start_new_session=True,
        )
        self.accounting.add_root(self.process.pid)
        wait_for(lambda: greets(self.smtp_port, b"220") and greets(self.pop3_port, b"+OK"), self.name)
        self.ready_seconds = time.monotonic() - begun
        # What counts the deliveries comes last.
        wait_for(lambda: connects(self.http_port), self.name)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.accounting.close()

    def delivered(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        values = re.findall(r"^paloma_messages_delivered_total(?:\{[^}]*\})?\s+([0-9.e+]+)\s*$", text, flags=re.M)
        return int(sum(float(value) for value in values))

    def fill_reader(self, messages):
        mbox = self.folder / "reader.mbox"
        with open(mbox, "wb") as out:
            for message in messages:
                out.write(b"From sender@example.test Thu Jan  1 00:00:00 2026\n" + message.replace(b"\r\n", b"\n") + b"\n")
        self.run("import", "--account", f"{READER}@{DOMAIN}", "--mbox", str(mbox), "--config", str(self.config))
        mbox.unlink()

    def queued(self):
        """Whether any message waits: 1 or 0."""
        listed = self.run("queue", "list", "--limit", "1", "--json", "--config", str(self.config), text=True).stdout
        return len(json.loads(listed))

    def versions(self):
        return self.run("--version", text=True).stdout.strip() or "Paloma"
