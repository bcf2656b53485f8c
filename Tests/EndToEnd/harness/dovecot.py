"""Debian's Dovecot with IMAP and LMTP on free ports, never as a service: what the judges of our IMAP server are judged by."""

import os
import shutil
import ssl
import subprocess

import pytest

from harness.imap import IMAP
from harness.peers import NOBODY, NOGROUP, Peer, make_certificate
from harness.ports import free_port
from harness.server import DOMAIN, PASSWORD
from harness.wire import POP3, SMTP

DOVECOT = "/usr/sbin/dovecot"


class Dovecot(Peer):
    """The same doors as PalomaServer: accounts in `example.test`, `ports`, `imap()`, `send()`.

    `introspection`: where it asks about access tokens, which it takes then. `capability`: what it announces
    instead of all that it can.
    """

    name = "Dovecot"

    def __init__(self, users=("ana", "ben"), domain=DOMAIN, introspection=None, capability=None):
        if not os.path.exists(DOVECOT):
            pytest.skip(f"there is no {DOVECOT}")
        self.users = tuple(users)
        self.introspection, self.capability = introspection, capability
        super().__init__("127.0.0.1", free_port(), domain)
        self.ports = {"imap": self.port, "imaps": free_port(), "lmtp": free_port(), "pop3": free_port()}
        # Dovecot delivers as anybody but root.
        self.owner = (NOBODY, NOGROUP) if os.geteuid() == 0 else (os.getuid(), os.getgid())

    def write(self):
        make_certificate(self.folder, "localhost")
        (self.folder / "run").mkdir(exist_ok=True)
        shutil.chown(self.mail, *self.owner)
        uid, gid = self.owner
        users = "".join(f"{user}@{self.domain}:{{PLAIN}}{PASSWORD}:{uid}:{gid}::{self.mail}/{user}::\n" for user in self.users)
        (self.folder / "users").write_text(users)
        tokens = ""
        if self.introspection:
            (self.folder / "oauth2.conf").write_text(
                f"introspection_url = {self.introspection}\nintrospection_mode = auth\nforce_introspection = yes\n"
                "username_attribute = username\nactive_attribute = active\nactive_value = true\n")
            tokens = (
                "auth_mechanisms = plain login oauthbearer xoauth2\npassdb {\n  driver = oauth2\n"
                f"  mechanisms = oauthbearer xoauth2\n  args = {self.folder}/oauth2.conf\n}}\n")
        unprivileged = ""
        if os.geteuid() != 0:
            me = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
            group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
            unprivileged = (
                f"default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {group}\n"
                "service anvil {\n  chroot =\n}\nservice imap-login {\n  chroot =\n}\nservice pop3-login {\n  chroot =\n}\n"
                "service stats {\n  chroot =\n}\n"
            )
        (self.folder / "dovecot.conf").write_text(f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/run
log_path = {self.folder}/dovecot.log
protocols = imap lmtp pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{self.certificate}
ssl_key = <{self.key}
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:~/Maildir
mail_max_userip_connections = 200
mail_plugins = acl
first_valid_uid = 1
namespace inbox {{
  inbox = yes
  separator = /
}}
namespace users {{
  type = shared
  separator = /
  prefix = Users/%%n/
  location = maildir:{self.mail}/%%n/Maildir
  subscriptions = no
  list = children
}}
plugin {{
  acl = vfile
  acl_shared_dict = file:{self.mail}/shared.db
}}
protocol imap {{
  mail_plugins = acl imap_acl
  imap_client_workarounds =
  imap_capability = {self.capability or ""}
}}
passdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
userdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
service imap-login {{
  inet_listener imap {{
    port = {self.ports['imap']}
  }}
  inet_listener imaps {{
    port = {self.ports['imaps']}
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.ports['pop3']}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {self.ports['lmtp']}
  }}
}}
{tokens}{unprivileged}""")

    def launch(self):
        self.spawn([DOVECOT, "-F", "-c", self.folder / "dovecot.conf"])

    def greets(self):
        try:
            with IMAP(self.port, timeout=5), SMTP(self.ports["lmtp"], timeout=5) as lmtp, POP3(self.ports["pop3"], timeout=5) as pop3:
                lmtp.expect(220)
                pop3.ok()
            return True
        except OSError:
            return False

    def tls(self):
        return ssl.create_default_context(cafile=str(self.certificate))

    def imap(self, **more):
        return IMAP(self.port, **more)

    def pop3(self, **more):
        return POP3(self.ports["pop3"], **more)

    def send(self, message, *recipients, sender="sender@elsewhere.test"):
        with SMTP(self.ports["lmtp"]) as lmtp:
            lmtp.hello("LHLO")
            lmtp.mail(sender, *recipients)
            reply = lmtp.data(message)
            assert reply.code == 250, reply
            for _ in recipients[1:]:
                assert lmtp.reply().code == 250
            lmtp.quit()

    deliver_by_lmtp = send

    def audit(self):
        log = self.log()
        for sign in ("Panic", "Fatal", "Raw backtrace"):
            assert sign not in log, f"Dovecot crashed:\n{log[-6000:]}"
