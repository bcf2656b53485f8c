"""The real server as a process: made in a folder of its own on free ports, started, stopped, killed and checked."""

import json
import mailbox
import os
import re
import signal
import socket
import ssl
import subprocess
import time
import tomllib
import urllib.request
from pathlib import Path

from harness.imap import IMAP
from harness.ports import free_port
from harness.wire import POP3, SMTP, Closed

DOMAIN = "example.test"
PASSWORD = "Correct-Horse-7-Battery-Staple"
# What no log may show. Every password that a test gives is added.
STANDARD = {"smtp": 25, "lmtp": 24, "pop3": 110, "pop3s": 995, "http": 80}


class CommandFailed(AssertionError):
    pass


class PalomaServer:
    """`with PalomaServer(folder, binary) as server:` makes a home, starts it, and at the end stops and checks it."""

    name = "Paloma"

    def __init__(self, folder, binary, settings=None, domain=DOMAIN):
        self.folder = Path(folder)
        self.binary = str(binary)
        self.domain = domain
        self.home = self.folder / "home"
        self.config = self.home / "paloma.toml"
        self.data = self.home / "data"
        self.log_path = self.folder / "server.log"
        self.process = None
        self.secrets = {PASSWORD}
        self.ports = {}
        self.socket_path = None
        # Nobody answers there: what is for others waits in the queue, and no test asks the machine's own name servers.
        self.settings = {"dns.servers": '["127.0.0.1:9"]', **(settings or {})}
        self.environment = {}
        self.command_environment = {}
        self.damaged = False

    # ---------------------------------------------------------------- making it

    def init(self, *more):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.cli("init", self.home, "--domain", self.domain, "--port-base", "20000", "--auth-without-tls", *more, config=False)
        self.give_ports()
        self.add_lmtp_socket()
        self.change_settings()
        return self

    def give_ports(self):
        """Every listener gets a free port; which is which is read off protocol and tls."""
        lines, section = [], []

        def finish():
            text = "".join(section)
            if text.lstrip().startswith("[[listener]]"):
                protocol = re.search(r'^protocol\s*=\s*"(\w+)"', text, re.M).group(1)
                mode = re.search(r'^tls\s*=\s*"(\w+)"', text, re.M)
                name = protocol + ("s" if mode and mode.group(1) == "implicit" else "")
                if re.search(r"^port\s*=", text, re.M):
                    self.ports[name] = free_port()
                    text = re.sub(r"^port\s*=.*$", f"port = {self.ports[name]}", text, flags=re.M)
            lines.append(text)
            section.clear()

        for line in self.config.read_text().splitlines(keepends=True):
            if line.startswith("["):
                finish()
            section.append(line)
        finish()
        self.config.write_text("".join(lines))
        tomllib.loads(self.config.read_text())

    def add_lmtp_socket(self):
        # Short: a Unix socket's path has 107 octets at most, and pytest's folders are deep.
        self.socket_path = Path("/tmp") / f"paloma-{os.getpid()}-{free_port()}.sock"
        with open(self.config, "a") as file:
            file.write(f'\n[[listener]]\nprotocol = "lmtp"\npath = "{self.socket_path}"\n')

    def listen(self, address, port):
        """Takes mail at one more address. Before it is started."""
        with open(self.config, "a") as file:
            file.write(f'\n[[listener]]\nprotocol = "smtp"\naddress = "{address}"\nport = {port}\ntls = "starttls"\n')

    def change_settings(self):
        """{"limits.message_size_max": '"1 MiB"'}: replaces the line of that key in that table."""
        text = self.config.read_text()
        for name, value in self.settings.items():
            table, key = name.rsplit(".", 1)
            pattern = re.compile(rf"(^\[{re.escape(table)}\]\n(?:(?!\[).*\n)*?)^{re.escape(key)}\s*=.*$", re.M)
            text, count = pattern.subn(lambda match: f"{match.group(1)}{key} = {value}", text)
            assert count == 1, f"paloma.toml has no {name}"
        self.config.write_text(text)
        tomllib.loads(text)

    # ---------------------------------------------------------------- running it

    def start(self, environment=None, wait=True, prefix=()):
        assert self.process is None
        self.environment = environment or {}
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [*map(str, prefix), self.binary, "serve", "--config", str(self.config)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **self.environment}, start_new_session=True,
        )
        log.close()
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()[-4000:]}")
            try:
                with SMTP(self.ports["smtp"], timeout=5) as smtp, POP3(self.ports["pop3"], timeout=5) as pop3:
                    smtp.expect(220)
                    pop3.ok()
                for door in {"imap", "imaps", "http"} & set(self.ports):
                    socket.create_connection(("127.0.0.1", self.ports[door]), timeout=5).close()
                return
            except (OSError, Closed):
                time.sleep(0.01)
        raise AssertionError(f"the server was not ready within {seconds} s:\n{self.log()[-4000:]}")

    def stop(self, seconds=30):
        """Asks it to end, as Ctrl-C or systemd would; it must do so cleanly."""
        process, self.process = self.process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the server did not stop within {seconds} s:\n{self.log()[-4000:]}") from None
        assert status == 0, f"the server ended with {status}:\n{self.log()[-4000:]}"

    def kill(self):
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def ended(self, seconds=30):
        """Waits for a server that is expected to end by itself; its exit status."""
        process, self.process = self.process, None
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None

    def end(self):
        """Whatever became of it: gone now. The exit status, None if it had to be killed."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.ended(20)

    def restart(self):
        self.stop()
        return self.start()

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def resident_bytes(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    # ---------------------------------------------------------------- its commands

    def cli(self, *arguments, input=None, status=0, config=True, timeout=300):
        """Runs a command; `status`: the exit status it must have, None for any."""
        command = [self.binary, *map(str, arguments)] + (["--config", str(self.config)] if config else [])
        done = subprocess.run(
            command, input=input.encode() if isinstance(input, str) else input, capture_output=True, timeout=timeout,
            stdin=subprocess.DEVNULL if input is None else None, env={**os.environ, **self.command_environment},
        )
        if status is not None and done.returncode != status:
            raise CommandFailed(
                f"{' '.join(command)}: exit {done.returncode}, not {status}\n"
                f"{done.stdout.decode(errors='replace')}{done.stderr.decode(errors='replace')}"
            )
        return done

    def account(self, name, password=PASSWORD, *more):
        address = name if "@" in name else f"{name}@{self.domain}"
        self.secrets.add(password)
        self.cli("account", "add", address, "--password-stdin", *more, input=password + "\n")
        return address

    def alias(self, name, *targets):
        self.cli("alias", "add", f"{name}@{DOMAIN}", *targets)

    def list(self, name, *members):
        self.cli("list", "add", f"{name}@{DOMAIN}", *members)

    def queue(self):
        """The waiting mail, as `queue list --json` has it: a list of entries, whatever the page is called."""
        found = json.loads(self.cli("queue", "list", "--json").stdout or b"[]")
        if isinstance(found, dict):
            lists = [value for value in found.values() if isinstance(value, list)]
            assert len(lists) == 1, f"queue list --json: {found}"
            found = lists[0]
        return found

    def check(self, *more, status=0):
        return self.cli("check", *more, status=status, timeout=600)

    # ---------------------------------------------------------------- its protocols

    @property
    def certificate(self):
        return self.home / "tls" / "cert.pem"

    def tls(self):
        """Trusts this server's certificate and nobody else's."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def smtp(self, **more):
        return SMTP(self.ports["smtp"], **more)

    def lmtp(self, unix=False, **more):
        return SMTP(self.socket_path if unix else self.ports["lmtp"], **more)

    def pop3(self, **more):
        return POP3(self.ports["pop3"], **more)

    def imap(self, **more):
        return IMAP(self.ports["imap"], **more)

    def deliver_by_lmtp(self, message, *recipients, sender="sender@elsewhere.test"):
        with self.lmtp(unix=True) as lmtp:
            lmtp.hello("LHLO")
            lmtp.mail(sender, *recipients)
            replies = [lmtp.data(message)] + [lmtp.reply() for _ in recipients[1:]]
            assert all(reply.code == 250 for reply in replies), replies
            lmtp.quit()

    def send(self, message, *recipients, sender="sender@elsewhere.test"):
        """One message by SMTP; the queue id."""
        with self.smtp() as smtp:
            smtp.hello()
            smtp.mail(sender, *recipients)
            reply = smtp.data(message)
            assert reply.code == 250, reply
            smtp.quit()
        return queue_id(reply)

    def messages(self, address, password=PASSWORD):
        """All messages of an account by POP3, as they are."""
        with self.pop3() as pop3:
            pop3.login(address, password)
            messages = pop3.all()
            pop3.quit()
        return messages

    def count(self, address, password=PASSWORD):
        with self.pop3() as pop3:
            pop3.login(address, password)
            count, _ = pop3.stat()
            pop3.quit()
        return count

    def exported(self, address):
        """All messages of an account by `paloma export`, lines ending in LF."""
        path = self.folder / f"export-{time.monotonic_ns()}.mbox"
        self.cli("export", "--account", address, "--mbox", path)
        box = mailbox.mbox(path, create=False)
        messages = [box.get_bytes(key) for key in box.keys()]
        box.close()
        path.unlink()
        return messages

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['http']}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def metrics(self):
        """name (labels summed) -> value"""
        values = {}
        for line in self.get("/metrics")[1].splitlines():
            match = re.match(r"([a-zA-Z_:][\w:]*)(\{[^}]*\})?\s+([-+0-9.eE]+|NaN|[+-]Inf)", line)
            if match:
                values[match.group(1)] = values.get(match.group(1), 0) + float(match.group(3))
        return values

    # ---------------------------------------------------------------- the end

    def audit(self, checked=True):
        """What every test ends with: no trap, no secret in the log, and a store without a fault."""
        log = self.log()
        for sign in ("Fatal error", "Illegal instruction", "Segmentation fault", "💣", "*** Signal", "Swift runtime failure"):
            assert sign not in log, f"the server crashed:\n{log[-6000:]}"
        assert not re.search(r"\bfatal\b", log, re.I), f"a fatal error in the log:\n{log[-6000:]}"
        for secret in self.secrets:
            assert secret not in log, f"a password is in the log: {secret}"
        if checked and self.config.exists():
            self.check()

    def clean_up(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        if self.socket_path:
            self.socket_path.unlink(missing_ok=True)


def queue_id(reply):
    match = re.search(r"queued as (\S+)", reply.text)
    assert match, f"no queue id in: {reply!r}"
    return match.group(1)
