"""`paloma mail` as a person or a script has it: a home of its own, a file of accounts, a scripted editor."""

import json
import os
import subprocess

from harness.server import PASSWORD


class MailClient:
    """`client = MailClient(binary, folder)`, then `client.account(…)`, `client.run("list")`, `client.json("list")`."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        (folder / "config" / "paloma").mkdir(parents=True, exist_ok=True)
        self.file = folder / "config" / "paloma" / "mail.toml"
        self.editor = folder / "editor.sh"
        self.environment = {
            "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data"),
            "VISUAL": "", "EDITOR": str(self.editor),
        }

    def account(self, address, imap, submission=None, **more):
        """`imap` and `submission`: (port, certificate, the name it is for)."""
        lines = [
            "[[account]]", 'name = "test"', f'address = "{address}"', f'imap = "127.0.0.1:{imap[0]}"',
            'imap_tls = "starttls"', f'ca_file = "{imap[1]}"', f'certificate_name = "{imap[2]}"',
        ]
        if submission:
            lines += [
                f'submission = "127.0.0.1:{submission[0]}"', 'submission_tls = "starttls"',
                f'submission_ca_file = "{submission[1]}"', f'submission_certificate_name = "{submission[2]}"',
            ]
        lines += [f'{key} = "{value}"' for key, value in {"password": PASSWORD, **more}.items() if value]
        self.file.write_text("\n".join(lines) + "\n")
        self.file.chmod(0o600)
        return self

    def edits_by(self, script):
        """What the editor does: shell, with the file in $1."""
        self.editor.write_text(f"#!/bin/sh\n{script}\n")
        self.editor.chmod(0o755)

    def run(self, *arguments, input=None, status=0, timeout=60):
        done = subprocess.run(
            [self.binary, "mail", *map(str, arguments)], input=input.encode() if isinstance(input, str) else input or b"",
            capture_output=True, timeout=timeout, env={**os.environ, **self.environment},
        )
        said = f"{arguments}: {done.returncode}\n{done.stdout.decode(errors='replace')}{done.stderr.decode(errors='replace')}"
        assert status is None or done.returncode == status, said
        return done

    def text(self, *arguments, **more):
        return self.run(*arguments, **more).stdout.decode()

    def json(self, *arguments, **more):
        return json.loads(self.run(*arguments, "--json", **more).stdout)

    @property
    def unsent(self):
        """What waits on disk because it could not be sent."""
        folder = self.folder / "data" / "paloma" / "unsent"
        return sorted(folder.iterdir()) if folder.exists() else []
