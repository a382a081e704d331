"""`chatgui doctor`: is this installation sound?"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import asdict, dataclass

from chatgui.cli.console import print_json
from chatgui.cli.running import LOCAL, OK, opened
from chatgui.core.errors import ChatError, VaultState

_QT = """
from PySide6.QtGui import QGuiApplication
from PySide6.QtCore import qVersion
app = QGuiApplication(["chatgui"])
print(qVersion(), app.platformName())
"""
_QT_S = 30.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the installation: whether it is sound (None: it is not there, and need not be), and what to do."""

    part: str
    good: bool | None
    words: str
    advice: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of `doctor`."""
    parser.add_argument("--json", action="store_true", help="as JSON")


async def run(options: argparse.Namespace) -> int:
    """Examine everything, then say it. A part that is not sound makes the status 3."""
    findings = [await _qt(), *await _profile(options)]
    healthy = all(one.good is not False for one in findings)
    if options.json:
        print_json({"healthy": healthy, "findings": [asdict(one) for one in findings]})
    else:
        for one in findings:
            advice = f" {one.advice}" if one.advice and not one.good else ""
            sign = {True: "ok ", False: "BAD", None: " – "}[one.good]
            print(f"{sign}  {one.part}: {one.words.rstrip('.')}.{advice}")
    return OK if healthy else LOCAL


async def _qt() -> Finding:
    """Qt is tried in a process of its own: where it does not work, it ends the process."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _QT, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        said, complained = await asyncio.wait_for(child.communicate(), _QT_S)
    except TimeoutError:
        child.kill()
        await child.wait()
        return Finding("Qt", False, "it does not start", "Check the display.")
    if child.returncode == 0:
        version, _, platform = said.decode("utf-8", "replace").strip().partition(" ")
        return Finding("Qt", True, f"{version}, platform “{platform}”")
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("win32", "darwin")):
        return Finding("Qt", None, "there is no display for a window", "The command line works without one.")
    lines = [line for line in complained.decode("utf-8", "replace").split("\n") if line.strip()]
    return Finding(
        "Qt", False, lines[-1].strip(" .")[:200] if lines else "it says nothing", "Install Qt's system libraries."
    )


async def _profile(options: argparse.Namespace) -> list[Finding]:
    try:
        async with opened(options, quiet=True) as session:
            place = session.profile.path
            findings = [Finding("Data directory", os.access(place, os.W_OK), str(place), "Make it writable.")]
            words = session.ledger.rescued or await session.ledger.check()
            findings.append(Finding("Database", not words, words or "sound", "An older copy may be in the backups."))
            if session.read_only:
                findings.append(Finding("Database", False, session.read_only.message, session.read_only.advice))
            findings.append(_keyring(session.accounts.vault.backend(), await session.accounts.vault.state()))
            if session.preferences.trouble:
                findings.append(Finding("Settings", False, session.preferences.trouble))
            return findings
    except ChatError as error:
        return [Finding("Database", False, error.message, error.advice)]


def _keyring(backend: str, state: VaultState | None) -> Finding:
    if state is None:
        return Finding("Keyring", True, f"{backend} answers")
    good = None if state is VaultState.ABSENT else False
    words = "there is none" if state is VaultState.ABSENT else f"{backend} is {state.value}"
    return Finding("Keyring", good, words, "Keys can be given by environment variables: --key-env.")
