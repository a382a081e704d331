"""What the desktop reads about the program is valid and agrees with it."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import chatgui
from chatgui.core.message_link import SCHEME

LINUX = Path(__file__).resolve().parents[2] / "packaging/linux"
# Nobody owns a domain for this project yet, so the id is the desktop file's own name.
NOT_REVERSE_DNS = "--override=cid-desktopapp-is-not-rdns=info"


@pytest.mark.parametrize(
    "command",
    [
        ["desktop-file-validate", "chatgui.desktop"],
        ["appstreamcli", "validate", "--no-net", NOT_REVERSE_DNS, "chatgui.metainfo.xml"],
    ],
    ids=lambda command: command[0],
)
def test_valid(command: list[str]) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"needs {command[0]}")
    told = subprocess.run(command, cwd=LINUX, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_it_is_the_programs_own_name_and_version() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(LINUX / "chatgui.desktop", encoding="utf-8")
    app = (LINUX.parents[1] / "chatgui/app.py").read_text()
    assert f'DESKTOP_NAME = "{entry["Desktop Entry"]["StartupWMClass"]}"' in app
    assert entry["Desktop Entry"]["MimeType"] == f"x-scheme-handler/{SCHEME};"
    assert entry["Desktop Entry"]["Exec"].split() == ["chatgui", "%u"], "a link is given to it"
    releases = ET.parse(LINUX / "chatgui.metainfo.xml").findall("releases/release")
    assert releases[0].get("version") == chatgui.__version__
