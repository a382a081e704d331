"""The house as it stands keeps its rules."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.rules import LONG_FILES, LONG_FUNCTIONS, RULES, complaints, modules, sizes

ROOT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint()"


def run(*command: str, cwd: Path = ROOT) -> str:
    """What a checker says if it is not content; nothing otherwise."""
    told = subprocess.run([sys.executable, *command], cwd=cwd, capture_output=True, text=True, check=False)
    return told.stdout + told.stderr if told.returncode else ""


def nothing(said: str) -> None:
    """A checker must have nothing to say; if it has, all of it is shown."""
    if said:
        pytest.fail(said, pytrace=False)


@pytest.mark.parametrize(("rule", "folders"), RULES, ids=[rule.__name__ for rule, _ in RULES])
def test_rule(rule: Callable[..., object], folders: tuple[str, ...]) -> None:
    nothing("\n".join(complaints(ROOT, rule, *folders)))  # type: ignore[arg-type]


def test_import_contracts() -> None:
    nothing(run("-c", LINT_IMPORTS))


def test_ruff() -> None:
    nothing(run("-m", "ruff", "check", "--quiet", "chatgui", "packaging", "tests"))


def test_ruff_format() -> None:
    nothing(run("-m", "ruff", "format", "--check", "--quiet", "chatgui", "packaging", "tests"))


@pytest.mark.timeout(180)
def test_types(tmp_path: Path) -> None:
    # mypy's cache can hold on to a module that was missing once: before anyone is troubled, it looks afresh.
    if run("-m", "mypy"):
        nothing(run("-m", "mypy", "--cache-dir", str(tmp_path)))


@pytest.mark.parametrize("floor", ["chatgui.core", "chatgui.chat", "chatgui.cli", "chatgui.demo"])
def test_floors_below_the_window_bring_no_qt(floor: str) -> None:
    code = f"import sys, {floor}; print(*[one for one in sys.modules if one.startswith(('PySide6', 'qasync'))])"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ""


def test_every_exception_to_the_sizes_is_still_needed() -> None:
    assert all((ROOT / name).is_file() for name in LONG_FILES)
    named = {f"{one.name}::{words.split()[0]}" for one in modules(ROOT, "chatgui") for _, words in sizes(one)}
    assert not named & set(LONG_FUNCTIONS)


# Written in pieces, so that this file does not break its own rule.
HOSTS = re.compile(
    "|".join(["--(extra-)?" + "index-url", "--find" + "-links", "--trusted" + "-host", "py" + r"pi\.(org|python)",
              "python" + "hosted", "npm" + r"js\.", r"https?://[^\s/]*/(simple|artifactory|nexus)\b"])
)  # fmt: skip


def test_no_package_registry_is_named_anywhere() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("needs a git checkout")
    texts = ((name, (ROOT / name).read_bytes()) for name in listed.stdout.split("\0") if (ROOT / name).is_file())
    assert not [name for name, content in texts if HOSTS.search(content.decode("utf-8", "replace"))]
