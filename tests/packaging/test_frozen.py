"""The frozen program plays Python for its own children, and holds what they import by name. (Building it is done by hand.)"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from chatgui.exchange import rendering

ROOT = Path(__file__).resolve().parents[2]
FROZEN, SPEC, CHILD = (ROOT / "packaging/frozen.py", ROOT / "packaging/chatgui.spec", rendering.CHILD)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The frozen program as far as its children know it: an executable that takes its own arguments, not Python's."""
    made = tmp_path / "chatgui"
    made.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "{FROZEN}" "$@"\n')
    made.chmod(0o755)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(made))
    return made


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the program")
def test_formulas_and_colours_come_from_the_program_itself(program: Path) -> None:
    assert rendering.command()[0] == str(program)
    with rendering.at_work():
        made = rendering.formula("\\frac{a}{b}", display=True)
        assert made
        assert "<svg" in made["svg"]
        assert next(rendering.coloured("python", "return")) == [("return", "keyword")]


def test_what_the_child_imports_by_name_is_in_the_folder() -> None:
    """PyInstaller sees no import that is a string."""
    named = {
        call.args[0].value.split(".")[0]
        for call in ast.walk(ast.parse(CHILD.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)
        if isinstance(call.func, ast.Name) and call.func.id == "import_module"
    }
    assert {"pygments", "ziamath", "latex2mathml"} <= named
    found = re.search(r"hiddenimports=\[(.*?)\],\n", SPEC.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    assert named - {"PySide6"} <= set(re.findall(r'"([\w.]+)"', found[1]))  # the window itself imports PySide6
