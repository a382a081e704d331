"""Each rule fails when it is broken: a copy of the house, with one sin planted in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.architecture.rules import RULES, complaints
from tests.architecture.test_house import LINT_IMPORTS, ROOT, run

FUTURE = '"""A module."""\n\nfrom __future__ import annotations\n\n'
SINS = [
    ("banned_calls", "chatgui/ui/sin.py", "def ask(dialog): dialog.exec()"),
    ("banned_calls", "chatgui/ui/sin.py", "def wait(app): app.processEvents()"),
    ("banned_calls", "chatgui/ui/sin.py", "from qasync import asyncSlot"),
    ("banned_calls", "chatgui/ui/sin.py", "def show(label, text): label.setHtml(text)"),
    ("banned_calls", "chatgui/ui/sin.py", "def follow(url): QDesktopServices.openUrl(url)"),
    ("banned_calls", "chatgui/wire/sin.py", "def get(client): client.get('/', follow_redirects=True)"),
    ("banned_calls", "chatgui/wire/sin.py", "def get(client): client.get('/', verify=False)"),
    ("banned_calls", "chatgui/wire/sin.py", "def lines(text): return text.splitlines()"),
    ("banned_calls", "chatgui/wire/sin.py", "def lines(response): return response.aiter_lines()"),
    ("banned_calls", "chatgui/store/sin.py", "def run(connection): connection.executescript('')"),
    ("banned_calls", "chatgui/chat/sin.py", "print('here')"),
    ("banned_calls", "tests/chat/test_sin.py", "import time\ntime.sleep(1)"),
    ("swallowed_errors", "chatgui/chat/sin.py", "try: x()\nexcept Exception: pass"),
    ("swallowed_errors", "chatgui/chat/sin.py", "import contextlib\nwith contextlib.suppress(Exception): x()"),
    ("foreign_imports", "chatgui/core/sin.py", "import httpx"),
    ("foreign_imports", "chatgui/core/sin.py", "def late(): import pyromark"),
    ("foreign_imports", "chatgui/exchange/sin.py", "def late(): from PySide6 import QtGui"),
    ("foreign_imports", "chatgui/resources.py", "import chatgui.core"),
    ("foreign_imports", "chatgui/loading.py", "import chatgui.core"),
    ("sizes", "chatgui/core/sin.py", "x = 1\n" * 400),
    ("sizes", "chatgui/core/sin.py", "def long():\n" + "    x = 1\n" * 51),
    ("empty_names", "chatgui/chat/sin.py", "class TurnManager: '''Manages.'''"),
    ("empty_names", "chatgui/chat/turn_utils.py", ""),
    ("undocumented", "chatgui/chat/sin.py", "def mystery(): return 1"),
    ("undocumented", "chatgui/chat/sin.py", "from dataclasses import dataclass\n@dataclass\nclass _Own:\n    x: int"),
    ("incomplete_registries", "chatgui/exchange/exporters/sin.py",
     "from chatgui.exchange.exporters.base import Exporter\nSIN = Exporter('sin')"),
    ("incomplete_registries", "chatgui/demo/personalities/sin.py",
     "from chatgui.demo.personalities.base import Personality\nclass Sin(Personality): '''Sins.'''"),
    ("incomplete_registries", "chatgui/ui/panels/sin.py", "class Sin: '''Sins.'''"),
    ("incomplete_registries", "chatgui/ui/dialogs/sin.py", "class Sin: '''Sins.'''"),
]  # fmt: skip
FORBIDDEN_IMPORTS = [
    ("chatgui/core/sin.py", "import chatgui.chat", "Pixels on effects on values"),
    ("chatgui/store/sin.py", "import chatgui.wire", "Pixels on effects on values"),
    ("chatgui/ui/sin.py", "import chatgui.wire", "The window never speaks"),
    ("chatgui/chat/sin.py", "def late(): import PySide6.QtCore", "Qt only"),
    ("chatgui/chat/sin.py", "import httpx", "HTTP only"),
    ("chatgui/ui/sin.py", "import sqlite3", "SQLite and the keyring"),
    ("chatgui/core/sin.py", "import asyncio", "Values do no I/O"),
    ("chatgui/attic/__init__.py", "", "Pixels on effects on values"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its configuration, to be broken."""
    shutil.copytree(ROOT / "chatgui", tmp_path / "chatgui", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(root: Path, name: str, code: str) -> None:
    """Put the sin there, after the head every module has."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FUTURE + code + "\n")


@pytest.mark.parametrize(("rule", "name", "code"), SINS)
def test_a_planted_sin_is_reported(rule: str, name: str, code: str, tmp_path: Path) -> None:
    check, folders = next((check, folders) for check, folders in RULES if check.__name__ == rule)
    if rule == "incomplete_registries":
        shutil.copytree((ROOT / name).parent, (tmp_path / name).parent)
    before = complaints(tmp_path, check, *folders)
    plant(tmp_path, name, code)
    assert len(complaints(tmp_path, check, *folders)) == len(before) + 1


def test_a_module_without_the_future_import_is_reported(tmp_path: Path) -> None:
    plant(tmp_path, "chatgui/core/sin.py", "")
    (tmp_path / "chatgui/core/sin.py").write_text("def f(): ...\n")
    check = next(check for check, _ in RULES if check.__name__ == "missing_future_import")
    assert complaints(tmp_path, check, "chatgui")


def test_forbidden_imports_are_reported(copy: Path) -> None:
    for number, (name, code, _) in enumerate(FORBIDDEN_IMPORTS):
        # Numbered, so that one copy (one run of the linter) can hold them all.
        plant(copy, name.replace("sin.py", f"sin{number}.py"), code)
    told = run("-c", LINT_IMPORTS, cwd=copy)
    assert told.count("BROKEN") == len({contract for _, _, contract in FORBIDDEN_IMPORTS}), told
    for name, _, contract in FORBIDDEN_IMPORTS:
        assert contract in told, name
    for number, (name, code, _) in enumerate(FORBIDDEN_IMPORTS[:-1]):
        sinner = name.replace("/", ".").replace("sin.py", f"sin{number}")
        assert f"{sinner} -> {code.split()[-1].removesuffix('.QtCore')}" in told, told
    assert "attic" in told


def test_a_type_error_and_a_lint_error_are_reported(copy: Path) -> None:
    plant(copy, "chatgui/core/sin.py", "import os\nNUMBER: int = 'one'")
    assert "F401" in run("-m", "ruff", "check", "chatgui/core/sin.py", cwd=copy)
    assert "Incompatible types" in run("-m", "mypy", "-m", "chatgui.core.sin", cwd=copy)
