"""A program for a terminal, in a tmux of its own: keys go in, and what stands on the screen is waited for."""

import os
import subprocess
import time
import uuid


class Screen:
    """`with Screen("neomutt", …) as screen: screen.wait("Inbox"); screen.press("q")`"""

    def __init__(self, *command, folder, width=150, height=45, **environment):
        self.folder = folder
        # Short: a Unix socket's path has 107 octets at most.
        self.socket = f"/tmp/paloma-tmux-{uuid.uuid4().hex[:12]}"
        self.log = folder / "screen.log"
        script = folder / "screen.sh"
        words = " ".join("'" + str(word).replace("'", "'\\''") + "'" for word in command)
        script.write_text(f"#!/bin/sh\n{words} 2>'{self.log}'\necho \"[it ended with $?]\"\nexec cat\n")
        script.chmod(0o755)
        self.environment = {
            **os.environ, "HOME": str(folder), "TERM": "screen-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
            "XDG_CONFIG_HOME": str(folder / "config"), "XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data"),
            "XDG_RUNTIME_DIR": str(folder), **environment,
        }
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height), str(script))

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-S", self.socket, *arguments], capture_output=True, env=self.environment, timeout=30)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode("utf-8", "replace")

    @property
    def text(self):
        return self.tmux("capture-pane", "-p")

    def press(self, *keys):
        """Keys by their names in tmux: `Enter`, `C-c`, `x`."""
        self.tmux("send-keys", *keys)
        return self

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        return self

    def wait(self, *wanted, without=(), seconds=60):
        """Until all of that stands there, and nothing of `without`."""
        end = time.monotonic() + seconds
        while True:
            text = self.text
            if all(part in text for part in wanted) and not any(part in text for part in without):
                return text
            assert time.monotonic() < end, f"{wanted} (without {without}) does not appear:\n{text}\n{self.log.read_text()[-2000:] if self.log.exists() else ''}"
            time.sleep(0.05)

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, env=self.environment, timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
