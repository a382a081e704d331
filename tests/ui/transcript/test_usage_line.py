"""The usage line of every recorded answer, in the view: each number as the provider said it, or unknown; never 0 for unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter

from chatgui.chat.usage import settled, usage_line
from chatgui.core.message import Message, Role, Timing
from chatgui.core.reply import Reply
from chatgui.core.usage import Source, Usage
from chatgui.ui.transcript.chrome import FooterRow, Lookups
from chatgui.ui.transcript.rows import Look, Measure
from chatgui.ui.transcript.style import Style
from tests.ui.transcript.scenes import answer, message, shown
from tests.ui.transcript.test_accessible import NAME, children, interface
from tests.wire.reading import read

TIMING = Timing(ttft_ms=1000, thinking_ms=2000, duration_ms=11_000)


@pytest.fixture(autouse=True)
def asked(qapp: object) -> Iterator[None]:
    """Assistive technology is listening."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


@pytest.fixture(scope="module")
def recorded(shared: Path) -> list[tuple[dict[str, Any], Reply]]:
    """Every recorded stream, as it is read."""
    entries = json.loads((shared / "streams" / "index.json").read_text("utf-8"))
    bodies = [(shared / "streams" / entry["file"]).read_bytes() for entry in entries]
    several = [len(entry["expected"].get("choices", ())) > 1 for entry in entries]
    return [(entry, read(body, several=many).reply) for entry, body, many in zip(entries, bodies, several, strict=True)]


def kept(reply: Reply, one: str = "a") -> Message:
    """The message a turn would keep."""
    usage = settled(reply.usage, [message(0, Role.USER, "Go")], reply, cut_short=False)
    return replace(answer(str(reply.text) or "…"), id=one, usage=usage, timing=TIMING)


def first(raw: dict[str, Any], *names: str) -> int | None:
    """The first of the names that has a number."""
    return next((value for name in names if isinstance(value := raw.get(name), int)), None)


def test_each_number_is_the_provider_s_or_unknown(recorded: list[tuple[dict[str, Any], Reply]]) -> None:
    reported = 0
    for entry, reply in recorded:
        one = kept(reply)
        short, spoken = usage_line(one)
        raw = entry["expected"]["usage"] or entry["expected"].get("x_groq_usage") or {}
        prompt, completion = (
            first(raw, "prompt_tokens", "input_tokens"),
            first(raw, "completion_tokens", "output_tokens"),
        )
        if not (prompt or completion):
            assert "≈" in short, entry["file"]
            assert spoken.startswith("Token usage, estimated by this program, usually within ±"), entry["file"]
            continue
        reported += 1
        assert spoken.startswith("Token usage, reported by the provider: "), entry["file"]
        assert f"{prompt:,} → " in short if prompt is not None else short.startswith("— → "), entry["file"]
        shown_answer = re.search(r"→ ([\d,]+|—) tokens", short)
        assert shown_answer, entry["file"]
        if completion is not None and not one.usage.reasoning_tokens:
            assert shown_answer[1] == f"{completion:,}", entry["file"]
        for words, value in (("cached", one.usage.cached_tokens), ("were reasoning", one.usage.reasoning_tokens)):
            assert (words in spoken) == (value is not None), (entry["file"], words)
        assert "Thought for 2.0 s." in spoken
        assert "First words after 1.0 s." in spoken
        assert "Took 11 s." in spoken
        assert ("tokens a second" in spoken) == bool(one.usage.completion_tokens or one.usage.tokens_per_second), entry[
            "file"
        ]
        assert ("Cost unknown." in spoken) == (one.usage.cost is None), entry["file"]
    assert reported > 60


def test_reasoning_and_cached_are_parts_and_never_added_twice(recorded: list[tuple[dict[str, Any], Reply]]) -> None:
    for entry, reply in recorded:
        usage = reply.usage
        if usage.reasoning_tokens and usage.completion_tokens is not None and entry["file"] != "openrouter-0002.sse":
            assert usage.reasoning_tokens <= usage.completion_tokens, entry["file"]
        raw_total = (usage.raw or {}).get("total_tokens")
        if raw_total:
            assert usage.total_tokens == raw_total, entry["file"]
        elif usage.total_tokens is not None:
            assert usage.total_tokens == (usage.prompt_tokens or 0) + (usage.completion_tokens or 0), entry["file"]


def test_all_of_them_in_the_view(recorded: list[tuple[dict[str, Any], Reply]]) -> None:
    messages = [kept(reply, f"a{at}") for at, (_, reply) in enumerate(recorded)]
    for start in range(0, len(messages), 8):
        part = messages[start : start + 8]
        view = shown(part)
        for at, one in enumerate(children(interface(view))):
            names = [child.text(NAME) for child in children(one)]
            assert usage_line(part[at])[1] in names, recorded[start + at][0]["file"]


@pytest.mark.parametrize(
    ("usage", "short", "spoken"),
    [
        (Usage(), "— → — tokens", "Token usage: unknown."),
        (Usage(0, 5, 5, source=Source.REPORTED), "0 → 5 tokens", "prompt 0, answer 5, total 5 tokens."),
        (Usage(None, None, 9, source=Source.REPORTED), "— → — tokens", "prompt unknown, answer unknown, total 9 tokens."),
        (Usage(1, 2, 3, cached_tokens=0, source=Source.REPORTED), "1 → 2 tokens", "Of the prompt, 0 were cached."),
        (
            Usage(1, 2, 3, cost=0.25, currency="EUR", source=Source.REPORTED, cost_source=Source.REPORTED),
            "1 → 2 tokens · 0.2500 EUR", "Cost 0.2500 EUR, reported by the provider.",
        ),
        (
            Usage(1, 2, 3, cost=0.25, currency="EUR", source=Source.ESTIMATED, cost_source=Source.ESTIMATED, partial=True),
            "≈ 1 → ≈ 2 tokens · partial · ≈ 0.2500 EUR", "Cost ≈ 0.2500 EUR, estimated from the price at that moment.",
        ),
    ],
)  # fmt: skip
def test_the_honesties_of_one_line(usage: Usage, short: str, spoken: str) -> None:
    one = replace(answer("Yes."), usage=usage, timing=Timing())
    found = usage_line(one)
    assert found[0] == short
    assert spoken in found[1]
    assert "Cost" in found[1]


def test_the_alarm_is_no_quiet_line(qapp: object) -> None:
    """Painted in the colour of warnings, and first, where a narrow line still shows it."""
    told = Usage(16_000, 5, 16_005, source=Source.REPORTED, sent_tokens=160_000)
    colours = {}
    for usage in (told, replace(told, sent_tokens=16_500)):
        row = FooterRow(replace(answer("Yes."), usage=usage, timing=Timing()), Style(), Lookups())
        row.layout(Measure(0, 400, 400))
        picture = QImage(400, row.height, QImage.Format.Format_RGB32)
        picture.fill(QColor(Style().colours.ground))
        painter = QPainter(picture)
        row.paint(painter, QRectF(0, 0, 400, row.height), Look())
        painter.end()
        seen = {picture.pixelColor(x, y).name() for x in range(200) for y in range(row.height)}
        colours[row.short[:10]] = Style().colours.warning in seen
    assert colours == {"The server": True, "16,000 → 5": False}
