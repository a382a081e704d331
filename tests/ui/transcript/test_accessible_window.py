"""The transcript through AT-SPI, as a screen reader has it: a real window, a real bus, another process asking."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ui.transcript.window_program import ANSWER, REASONING

ROOT = Path(__file__).resolve().parents[3]
HARNESS = Path(os.environ.get("CHATGUI_HARNESS", "/var/tmp/real-servers/v-harness")) / "bin" / "python"


@pytest.fixture(scope="module")
def seen(shared: Path) -> dict[str, Any]:
    """What was met in the window's accessibility tree."""
    if not HARNESS.exists():
        pytest.skip(f"needs the harness's interpreter at {HARNESS}")
    look = Path(__file__).with_name("window_look.py")
    told = subprocess.run(
        [HARNESS, look, shared / "tools", sys.executable, ROOT], capture_output=True, text=True, check=False, timeout=55
    )
    assert told.returncode == 0, told.stderr[-3000:]
    found: dict[str, Any] = json.loads(told.stdout.strip().split("\n")[-1])
    return found


@pytest.mark.window
def test_each_message_has_role_name_and_text(seen: dict[str, Any]) -> None:
    assert [one["role"] for one in seen["messages"]] == ["list item"] * 4
    assert [one["name"] for one in seen["messages"]] == ["You", "tide-1", "You", "tide-1"]
    assert seen["messages"][2]["text"] == "Tides?"


@pytest.mark.window
def test_the_answers_text_equals_the_answer(seen: dict[str, Any]) -> None:
    assert seen["messages"][3]["text"] == ANSWER


@pytest.mark.window
def test_code_and_usage_are_exposed(seen: dict[str, Any]) -> None:
    assert ["section", "Code, python"] in seen["messages"][1]["inside"]
    assert any(name.startswith("Token usage, reported") for _, name in seen["messages"][3]["inside"])


@pytest.mark.window
def test_the_reasoning_can_be_read(seen: dict[str, Any]) -> None:
    assert seen["reasoning"] == REASONING


@pytest.mark.window
def test_every_focusable_has_a_name_and_the_program_lives(seen: dict[str, Any]) -> None:
    assert seen["nameless"] == []
    assert seen["alive"]
