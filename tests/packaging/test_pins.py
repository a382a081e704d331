"""The pins: complete, hashed, without a host, within pyproject's ranges, and a Qt that this Python survives."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-test.txt": PROJECT["dependency-groups"]["test"],
}


def pins(name: str) -> dict[str, str]:
    """Package (in lower case) to its one version."""
    text = (ROOT / "packaging" / name).read_text()
    return {package.lower(): version for package, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


@pytest.mark.parametrize("name", WANTED)
def test_every_dependency_is_pinned_within_its_range(name: str) -> None:
    pinned = pins(name)
    for requirement in map(Requirement, WANTED[name]):
        assert requirement.specifier.contains(pinned[requirement.name.lower()]), requirement


@pytest.mark.parametrize("name", WANTED)
def test_every_pin_has_hashes_and_none_names_a_place(name: str) -> None:
    text = (ROOT / "packaging" / name).read_text()
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text


def test_both_files_agree() -> None:
    run, test = pins("requirements.txt"), pins("requirements-test.txt")
    assert all(run[name] == test[name] for name in run.keys() & test.keys())


DRIFT = """
import sys
from PySide6.QtCore import QCoreApplication, QObject, Signal
app = QCoreApplication([])
class Bell(QObject):
    rung = Signal(int)
bell = Bell()
bell.rung.connect(lambda number: None)
before = [sys.getrefcount(one) for one in (None, True)]
for number in range(20_000):
    bell.rung.emit(number)
    bell.setObjectName("")
after = [sys.getrefcount(one) for one in (None, True)]
print(max(abs(b - a) for a, b in zip(before, after)))
"""


def test_the_pinned_qt_counts_its_references() -> None:
    """PySide6 6.12.0 loses one None per void call and one True per emit on Python 3.11, until the process aborts."""
    told = subprocess.run([sys.executable, "-c", DRIFT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(told.stdout) < 100
