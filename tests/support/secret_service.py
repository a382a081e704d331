"""A real Secret Service: gnome-keyring-daemon on a private D-Bus session, in a home of its own.

The bus can start nothing by name, so what the test says is running is all that is running.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

PROGRAMS = ("dbus-daemon", "dbus-send", "gnome-keyring-daemon")
PATIENCE_S = 50.0  # for a child on a busy machine
PASSWORD = b"correct horse"  # without a newline: it would become part of the password
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={run}/bus</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


def missing_programs() -> list[str]:
    """Which of the programs this needs are not on this machine."""
    return [name for name in PROGRAMS if not shutil.which(name)]


class SecretService:
    """`env` is the environment in which a child process finds this keyring and no other."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="ring-"))  # short: a socket's path has 108 bytes
        run = self.home / "run"
        run.mkdir(mode=0o700)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(run),
            "XDG_DATA_HOME": str(self.home / "data"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={run}/bus",
            "PYTHONPATH": os.pathsep.join(one for one in sys.path if one),
        }
        config = self.home / "bus.conf"
        config.write_text(BUS.format(run=run))
        self._bus = self._spawn(["dbus-daemon", "--nofork", f"--config-file={config}"])
        _until((run / "bus").exists, "the private D-Bus")
        self._daemon = self._start()

    def python(self, code: str, *, timeout: float = PATIENCE_S, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a Python child that finds this keyring."""
        return self.run([sys.executable, "-c", code], timeout=timeout, **env)

    def run(
        self, command: Sequence[str], *, timeout: float = PATIENCE_S, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run any program that finds this keyring; its exit status is the caller's to judge."""
        return subprocess.run(
            command, env={**self.env, **env}, capture_output=True, text=True, timeout=timeout, check=False
        )

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The keyring is locked and nobody is there to answer a prompt."""
        code = "import secretstorage as s; c = s.get_default_collection(s.dbus_init()); c.lock(); assert c.is_locked()"
        self.python(code).check_returncode()
        try:
            yield
        finally:
            self._restart()

    @contextlib.contextmanager
    def killed(self) -> Iterator[None]:
        """The daemon is gone and nothing takes its place."""
        self._end_daemon()
        try:
            yield
        finally:
            self._daemon = self._start()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """The daemon hangs: it owns its name on the bus and never answers."""
        self._daemon.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._daemon.send_signal(signal.SIGCONT)

    def revive(self) -> None:
        """Start the daemon anew if a test has ended it and left it so."""
        if self._daemon.poll() is not None:
            self._daemon = self._start()

    def close(self) -> None:
        """End both daemons and remove their home."""
        self._daemon.send_signal(signal.SIGCONT)
        self._end_daemon()
        self._bus.terminate()
        self._bus.wait(5)
        shutil.rmtree(self.home, ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        """A daemon that has its keyring. It owns its name on the bus earlier, and one asked just then has been seen to die."""
        command = ["gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets"]
        while True:
            daemon = self._spawn(command, stdin=subprocess.PIPE)
            assert daemon.stdin
            daemon.stdin.write(PASSWORD)
            daemon.stdin.close()
            _until(lambda: daemon.poll() is not None or self._has_keyring(), "gnome-keyring-daemon")  # noqa: B023  # called here
            if daemon.poll() is None:
                return daemon

    def _restart(self) -> None:
        self._end_daemon()
        self._daemon = self._start()

    def _end_daemon(self) -> None:
        self._daemon.kill()
        self._daemon.wait(5)
        _until(lambda: not self._is_answering(), "the end of gnome-keyring-daemon")  # the bus may notice a little later

    def _is_answering(self) -> bool:
        who = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]
        asked = self.run([*who, "org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets"])
        return asked.returncode == 0

    def _has_keyring(self) -> bool:
        service = [
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.ReadAlias",
        ]
        asked = self.run(["dbus-send", "--session", "--print-reply", *service, "string:default"])
        return "/collection/" in asked.stdout

    def _spawn(self, command: Sequence[str], stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, env=self.env, stdin=stdin, stdout=quiet, stderr=quiet)


def _until(is_so: Callable[[], bool], what: str, seconds: float = 10) -> None:
    """Poll another process for a fact; there is nothing to wait on."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come in {seconds} s")
        os.sched_yield()
