"""What a person told the system to wish of every program: dark colours, less motion. Asked where each platform keeps it.

Linux tells by the desktop portal, and of changes as they come; where no portal answers, KDE's own file and GNOME's settings
are read. Windows and macOS are asked, and asked again whenever the program comes to the front (written for, not tried).
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatgui.ui.bus import NOBODY, Place, SessionBus

log = logging.getLogger(__name__)

WAIT_S = 10.0  # a portal may have to be started first; nothing waits for it
PORTAL = Place("/org/freedesktop/portal/desktop", "org.freedesktop.portal.Desktop", "org.freedesktop.portal.Settings")
SCHEME = ("org.freedesktop.appearance", "color-scheme")
MOTION = ("org.freedesktop.appearance", "reduced-motion")  # new in portals; nobody else need be asked where it is
GNOME = ("org.gnome.desktop.interface", "enable-animations")
KDE = ("org.kde.kdeglobals.KDE", "AnimationDurationFactor")  # how long animations last; 0 for none
KEYS = (SCHEME, MOTION, GNOME, KDE)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wished; None where nobody knows."""

    dark: bool | None = None
    still: bool | None = None  # nothing is to move by itself


def wishes(said: Mapping[Key, object]) -> Wishes:
    """What these values, by namespace and key, mean together."""
    scheme, motion = said.get(SCHEME), said.get(MOTION)
    dark = scheme == 1 if isinstance(scheme, int) else None
    if isinstance(motion, int):
        return Wishes(dark, motion == 1)
    signs = [said[GNOME] in (False, "false")] if GNOME in said else []
    if (factor := _number(said.get(KDE))) is not None:
        signs.append(factor == 0)
    return Wishes(dark, any(signs) if signs else None)


def _number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]  # anything may come
    except (TypeError, ValueError):
        return None


class SystemWishes:
    """Asks once begun, and calls `told` now and whenever the answer is another."""

    def __init__(self, told: Callable[[Wishes], object]) -> None:
        self._told = told
        self._bus = SessionBus()
        self._said: dict[Key, object] = {}
        self._elsewhere: dict[Key, object] = {}  # what is not the portal's: it counts where the portal says nothing
        self._begun = False

    async def begin(self) -> None:
        """Ask for the first time, and listen from then on."""
        if not self._begun:
            self._begun = True
            if sys.platform not in ("win32", "darwin"):
                await self._ask_portal()
            await self._look()

    async def look_again(self) -> None:
        """The program came to the front: what nobody tells of may have changed meanwhile."""
        if self._begun:
            await self._look()

    async def close(self) -> None:
        """Hear no more."""
        await self._bus.close()

    async def _ask_portal(self) -> None:
        spaces = list(dict.fromkeys(space for space, _ in KEYS))
        try:
            async with asyncio.timeout(WAIT_S):
                await self._bus.connect(PORTAL, self._hear)
                (told,) = await self._bus.call(PORTAL, "ReadAll", "as", (spaces,))
        except NOBODY as error:
            log.info("no portal tells what is wished: %s", type(error).__name__)
            await self._bus.close()
            return
        self._said = {key: _bare(told[key[0]][key[1]]) for key in KEYS if key[1] in told.get(key[0], {})}
        self._tell()

    def _hear(self, member: str, values: tuple[Any, ...]) -> None:
        if member == "SettingChanged" and len(values) == 3 and values[:2] in KEYS:
            self._said[values[0], values[1]] = _bare(values[2])
            self._tell()

    async def _look(self) -> None:
        if wishes(self._said).still is None:
            self._elsewhere = await asyncio.to_thread(elsewhere)
            self._tell()

    def _tell(self) -> None:
        known, other = wishes(self._said), wishes(self._elsewhere)
        self._told(Wishes(known.dark, known.still if known.still is not None else other.still))


def _bare(value: object) -> object:
    """What a variant holds, however deep."""
    while isinstance(value, tuple) and len(value) == 2:
        value = value[1]
    return value


def elsewhere() -> dict[Key, object]:
    """What the system keeps where no portal tells of it. Reads files and starts programs: call it in a thread."""
    if sys.platform == "win32":
        import ctypes

        animated = ctypes.c_int(1)
        ctypes.windll.user32.SystemParametersInfoW(0x1042, 0, ctypes.byref(animated), 0)  # SPI_GETCLIENTAREAANIMATION
        return {MOTION: int(not animated.value)}
    if sys.platform == "darwin":
        return {MOTION: int(_output("defaults", "read", "com.apple.universalaccess", "reduceMotion") == "1")}
    if (factor := _kde_factor()) is not None:
        return {KDE: factor}
    told = _output("gsettings", "get", *GNOME)
    return {GNOME: told} if told in ("true", "false") else {}


def _output(*command: str) -> str:
    """What a program of the system prints; empty where it is not there or fails."""
    try:
        done = subprocess.run(  # noqa: S603  # a program of the system, by its name
            command, capture_output=True, text=True, errors="replace", timeout=WAIT_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _kde_factor() -> str | None:
    """KDE's factor from the first of its files that names one."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    for folder in (home, *(os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)):
        try:
            lines = (Path(folder) / "kdeglobals").read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        group = ""
        for line in map(str.strip, lines):
            key, _, value = line.partition("=")
            if line.startswith("["):
                group = line
            elif group == "[KDE]" and key.partition("[")[0].strip() == KDE[1]:
                return value.strip()
    return None
