"""The whole program through AT-SPI, as a screen reader has it: an answer read while it comes and after, and every dialog."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.markdown import blocks
from chatgui.ui.transcript.blocks import make_block
from chatgui.ui.transcript.style import Style
from tests.ui.screen_reader_look import DIALOGS, SURFACES

ROOT = Path(__file__).resolve().parents[2]
HARNESS = Path(os.environ.get("CHATGUI_HARNESS", "/var/tmp/real-servers/v-harness")) / "bin" / "python"

pytestmark = [pytest.mark.window, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def told(shared: Path) -> dict[str, Any]:
    """What was met."""
    if not HARNESS.exists():
        pytest.skip(f"needs the harness's interpreter at {HARNESS}")
    look = Path(__file__).with_name("screen_reader_look.py")
    seen = subprocess.run(
        [HARNESS, look, shared / "tools", sys.executable, ROOT],
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert seen.returncode == 0, seen.stderr[-4000:]
    found: dict[str, Any] = json.loads(seen.stdout.strip().split("\n")[-1])
    return found


def said(told: dict[str, Any], kind: str) -> str:
    """The kept answer's text of a kind."""
    return "".join(part["text"] for part in told["kept"]["messages"][-1]["parts"] if part["kind"] == kind)


def test_what_is_read_is_what_was_answered(told: dict[str, Any], qapp: Any) -> None:
    markdown = said(told, "text")
    plain = "\n\n".join(make_block(source, Style()).text for source in blocks(markdown))
    assert len(plain) > 500
    assert told["answer"] == plain


def test_reasoning_is_read_while_it_comes(told: dict[str, Any]) -> None:
    whole = said(told, "reasoning").strip()
    assert told["reasoning"] == whole
    assert all(whole.startswith(seen) for seen in told["reasoning_seen"])
    assert any(0 < len(seen) < len(whole) for seen in told["reasoning_seen"])


def test_states_are_told(told: dict[str, Any]) -> None:
    assert all(busy and words.startswith("being written") for busy, words in told["states_seen"][:-1])
    assert not told["state"].startswith("being written")


def test_what_the_model_does_is_said_once_each(told: dict[str, Any]) -> None:
    words = len(said(told, "text").split())
    assert told["announced"] == [
        "demo is thinking.", "demo is answering.", f"The answer by demo is finished, {words:,} words.",
    ]  # fmt: skip


def test_the_words_are_told_as_they_come_and_not_each_by_itself(told: dict[str, Any]) -> None:
    text, changes = told["heard"]
    assert text == told["answer"]
    assert 3 <= changes <= len(text.split()) / 4
    thought, changes = told["heard_thinking"]
    assert thought == told["reasoning"]
    assert 1 <= changes <= len(thought.split()) / 4


def test_the_fixed_names_are_there(told: dict[str, Any]) -> None:
    usage = [name for _, name in told["inside"] if name.startswith("Token usage, reported")]
    assert len(usage) == 1
    assert told["model"] == ["Model Demo · demo"]


def test_structure_is_met_as_such(told: dict[str, Any]) -> None:
    inside = [tuple(one) for one in told["inside"]]
    assert ("heading", "What the request held") in inside
    assert ("section", "Table, 3 columns, 4 rows") in inside
    assert told["levels"]
    assert set(told["levels"]) <= {"1", "2", "3"}


def test_cells_are_met_under_their_columns(told: dict[str, Any]) -> None:
    head, first, *_ = told["cells"]
    assert head[:2] == [["column header", "Parameter"], ["column header", "Value"]]
    assert [role for role, _ in first] in (["cell"] * 3, ["table cell"] * 3)  # by what the bus calls it
    assert first[0][1] == "Parameter: messages"


def test_the_chosen_row_of_the_palette_is_said(told: dict[str, Any]) -> None:
    assert told["chosen"][-1].startswith("New Conversation, ")


def test_what_can_be_done_says_what_it_is(told: dict[str, Any]) -> None:
    names = [name for role, name in told["inside"] if role == "push button"]
    assert {"Copy code", "Copy this answer", "Ask for another answer"} <= set(names)
    assert ["section", "Code, python"] in told["inside"]


@pytest.mark.parametrize("window", ["Start", "Main", *SURFACES, "Request", *DIALOGS])
def test_every_focusable_has_a_name(told: dict[str, Any], window: str) -> None:
    assert told["nameless"][window] == []


@pytest.mark.parametrize("surface", SURFACES)
def test_the_focus_is_told_before_the_caret(told: dict[str, Any], surface: str) -> None:
    assert told["arrivals"][surface][:1] == ["focus"], "or a screen reader says nothing of where one came to"


def test_the_focus_is_on_the_message_and_it_says_how_it_begins(told: dict[str, Any]) -> None:
    assert told["focused_last"]
    assert "This is the demo: a small server inside the program." in told["state"]


def test_who_knows_no_announcements_hears_a_notification_and_who_does_only_the_announcement(
    told: dict[str, Any],
) -> None:
    assert len(told["older"]) == 1
    assert told["older"][0].startswith("New Conversation, ")
    assert told["newer"] == []


def test_a_box_says_what_it_is_for(told: dict[str, Any]) -> None:
    assert told["unlabelled"] == {name: [] for name in DIALOGS}


def test_nothing_says_what_only_programmers_know(told: dict[str, Any]) -> None:
    assert told["layers"] == []


def test_signals_are_made_as_screen_readers_read_them(told: dict[str, Any]) -> None:
    assert set(told["signatures"]["ChildrenChanged"]) <= {"siiv(so)", "siiva{sv}"}


def test_every_dialog_came(told: dict[str, Any]) -> None:
    assert len(set(told["dialogs"].values())) == len(DIALOGS)
    assert told["alive"]
