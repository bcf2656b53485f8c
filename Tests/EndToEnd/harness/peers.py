"""Real mail servers on loopback addresses of their own, none of them as a service: started, asked and stopped by a test.

Each takes mail for one domain into Maildirs, and hands mail for everybody else to a relay.
"""

import os
import shutil
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
EXIM = REPOSITORY / ".build" / "peers" / "exim4-daemon-light" / "usr" / "sbin" / "exim4"
NOBODY, NOGROUP = 65534, 65534


def make_certificate(folder, *names):
    """A self-signed certificate for host names: (certificate, key)."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", str(key), "-out", str(certificate), "-subj", f"/CN={names[0]}",
         "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)],
        check=True, capture_output=True,
    )
    return certificate, key


def server_context(folder, *names):
    """For a peer in Python."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*make_certificate(folder, *names))
    return context


class Peer:
    """A real server in a folder of its own, which its unprivileged users can reach."""

    name = "peer"
    users = ("ana", "ben", "carla")

    def __init__(self, address, port, domain, relay_port=None):
        self.address, self.port, self.domain, self.relay_port = address, port, domain, relay_port
        self.folder = Path(tempfile.mkdtemp(prefix=f"paloma-{self.name.lower()}-"))
        self.folder.chmod(0o755)
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        self.certificate, self.key = make_certificate(self.folder, f"mx.{domain}")
        self.process = None

    def start(self):
        self.write()
        self.launch()
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if self.greets():
                return self
            time.sleep(0.02)
        log = self.log()
        self.stop()
        raise AssertionError(f"{self.name} did not start:\n{log[-4000:]}")

    def greets(self):
        try:
            with socket.create_connection((self.address, self.port), timeout=2) as connection:
                return connection.recv(64).startswith(b"220")
        except OSError:
            return False

    def spawn(self, command, **more):
        with open(self.folder / "start.log", "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **more
            )

    def log(self):
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*log*")) if path.is_file())

    def end(self):
        """Asks it to stop."""
        self.process.terminate()

    def stop(self):
        if self.process is not None:
            if self.process.poll() is None:
                self.end()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def messages(self, user):
        """What is in a user's Maildir, with CRLF, oldest first."""
        files = sorted((self.mail / user / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for path in files]

    def wait_for_messages(self, user, number, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.messages(user)
            if len(found) >= number:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{self.name} has {len(self.messages(user))} of {number} messages for {user}:\n{self.log()[-4000:]}")

    def send(self, octets, sender, *recipients):
        """Gives it a message for elsewhere, which it relays."""
        with smtplib.SMTP(self.address, self.port, local_hostname="client.test", timeout=30) as client:
            client.sendmail(sender, recipients, octets)


class Postfix(Peer):
    """Debian's Postfix with a configuration of its own. It starts as root only."""

    name = "Postfix"

    def __init__(self, *arguments, **more):
        if os.geteuid() != 0:
            pytest.skip("Postfix starts as root only")
        super().__init__(*arguments, **more)
        self.home = self.folder / "postfix"

    def write(self):
        for part in ("queue", "data"):
            (self.home / part).mkdir(parents=True, exist_ok=True)
        shutil.chown(self.home / "data", "postfix")
        shutil.chown(self.mail, NOBODY)
        lines = []
        master = Path("/usr/share/postfix/master.cf.dist")
        for line in master.read_text().splitlines():
            fields = line.split()
            if line and not line[0].isspace() and not line.startswith("#") and len(fields) >= 8:
                if fields[0] == "smtp" and fields[1] == "inet":
                    fields[0] = f"{self.address}:{self.port}"
                fields[4] = "n"  # no chroot: the queue's folder has no copy of /etc
                line = "  ".join(fields)
            lines.append(line)
        (self.home / "master.cf").write_text("\n".join(lines) + "\n")
        # It wants addresses of interfaces here, which 127.0.0.1 alone is; where it listens is in master.cf.
        (self.home / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {self.home}/queue
data_directory = {self.home}/data
maillog_file = {self.folder}/maillog
maillog_file_prefixes = {self.folder}
myhostname = mx.{self.domain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
smtputf8_enable = yes
smtpd_tls_security_level = may
smtpd_tls_cert_file = {self.certificate}
smtpd_tls_key_file = {self.key}
virtual_mailbox_domains = {self.domain}
virtual_mailbox_base = {self.mail}
virtual_mailbox_maps = texthash:{self.home}/mailboxes
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOGROUP}
virtual_transport = virtual
relayhost = {f"[127.0.0.1]:{self.relay_port}" if self.relay_port else ""}
minimal_backoff_time = 1s
queue_run_delay = 1s
""")
        (self.home / "mailboxes").write_text("".join(f"{user}@{self.domain} {user}/\n" for user in self.users))

    def launch(self):
        self.spawn(["/usr/sbin/postfix", "-c", self.home, "start-fg"])

    def end(self):
        subprocess.run(["/usr/sbin/postfix", "-c", str(self.home), "stop"], capture_output=True, timeout=60)


class Exim(Peer):
    """Debian's Exim, unpacked under .build/peers because only one mail server can be installed. It runs as nobody, and as
    whoever runs the test when that is not root: libnss-wrapper shows it the user that it insists on."""

    name = "Exim"

    def __init__(self, *arguments, **more):
        if not EXIM.exists():
            pytest.skip(f"there is no {EXIM}; scripts/test unpacks it")
        super().__init__(*arguments, **more)
        self.user, self.group = (NOBODY, NOGROUP) if os.geteuid() == 0 else (os.getuid(), os.getgid())

    def write(self):
        for part in (self.folder / "spool", self.folder / "log", self.mail):
            part.mkdir(exist_ok=True)
            os.chown(part, self.user, self.group)
        os.chown(self.key, self.user, self.group)
        (self.folder / "passwd").write_text(
            f"root:x:0:0::/:/bin/false\nDebian-exim:x:{self.user}:{self.group}::/:/bin/false\nmail:x:8:8::/:/bin/false\n"
        )
        (self.folder / "group").write_text(f"root:x:0:\nDebian-exim:x:{self.group}:\nmail:x:8:\n")
        relay = (
            f"elsewhere:\n  driver = manualroute\n  domains = ! +local_domains\n  route_list = * 127.0.0.1::{self.relay_port}\n  self = send\n  transport = relay\n"
            if self.relay_port else ""
        )
        (self.folder / "exim.conf").write_text(f"""
primary_hostname = mx.{self.domain}
domainlist local_domains = {self.domain}
local_interfaces = {self.address}
daemon_smtp_ports = {self.port}
spool_directory = {self.folder}/spool
log_file_path = {self.folder}/log/%s.log
pid_file_path = {self.folder}/spool/exim.pid
exim_path = {EXIM}
exim_user = {self.user}
exim_group = {self.group}
deliver_drop_privilege
never_users =
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
tls_advertise_hosts = *
tls_certificate = {self.certificate}
tls_privatekey = {self.key}
smtputf8_advertise_hosts = *
chunking_advertise_hosts = *
dsn_advertise_hosts = *
rfc1413_query_timeout = 0s
host_lookup =
acl_smtp_rcpt = recipient
acl_smtp_data = accept

begin acl
recipient:
  deny    domains = +local_domains
          !verify = recipient
  accept

begin routers
here:
  driver = accept
  domains = +local_domains
  local_parts = {" : ".join(self.users)}
  transport = maildir
{relay}
begin transports
maildir:
  driver = appendfile
  directory = {self.mail}/$local_part_data
  maildir_format
  create_directory
  delivery_date_add
  return_path_add
  user = {self.user}
  group = {self.group}
relay:
  driver = smtp
  hosts_try_fastopen =

begin retry
* * F,1h,1s
""")

    def launch(self):
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LD_PRELOAD": "libnss_wrapper.so",
            "NSS_WRAPPER_PASSWD": str(self.folder / "passwd"), "NSS_WRAPPER_GROUP": str(self.folder / "group"),
        }
        who = {"user": self.user, "group": self.group, "extra_groups": []} if os.geteuid() == 0 else {}
        self.spawn([EXIM, "-C", self.folder / "exim.conf", "-bdf", "-q2s"], env=environment, **who)

    def log(self):
        return super().log() + "\n".join(path.read_text(errors="replace") for path in (self.folder / "log").glob("*"))


class Sink(Peer):
    """Postfix's smtp-sink: takes everything at once and keeps each message in a file."""

    name = "Sink"

    def write(self):
        os.chmod(self.mail, 0o777)

    def launch(self):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.spawn(["/usr/sbin/smtp-sink", *user, "-h", f"mx.{self.domain}", "-d", f"{self.mail}/%s.", f"inet:{self.address}:{self.port}", "100"])

    def messages(self, user=None):
        """All messages, whomever they are for, with the lines that smtp-sink puts on top (X-Mail-Args and the like)."""
        return [path.read_bytes().replace(b"\n", b"\r\n") for path in sorted(self.mail.glob("*"))]
