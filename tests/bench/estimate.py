"""How far estimated token counts are from what providers reported, on the recorded answers: `python -m tests.bench.estimate`.

Only answers whose whole text was recorded can be compared: hidden reasoning, audio and agents that report another model's
tokens are left out, by name below. Where the `rs_bpe` package is installed, a real tokenizer of 200,000 tokens (o200k) is
measured beside our rule; it costs 49 MB on the disk and some 100 MB of memory, and is right for one family of models only.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatgui.chat.counting import CALL_OVERHEAD, END, count_reply
from chatgui.core.delta import ReasoningDelta, TextDelta, ToolCallDelta
from chatgui.core.estimate import ERROR, count_tokens
from chatgui.core.reply import Reply
from chatgui.wire.usage import normalise

SHARED = Path(os.environ.get("CHATGUI_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
LEAST = 20  # tokens; of a shorter answer, a single token is already a large part
NOT_COMPARABLE = {
    "groq-0003.sse": "an agent; its usage is of another model's calls",
    "together-0015.sse": "the answer went on after the count",
    "mistral-0014.sse": "the recording holds a part of the answer",
    "openai-0305.sse": "audio",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded answer: what the provider counted, and its texts."""

    file: str
    provider: str
    language: str
    reported: int
    texts: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]

    def estimate(self) -> int:
        """As the program counts it."""
        reply = Reply()
        for text, kind in zip(self.texts, (TextDelta, ReasoningDelta), strict=True):
            if text:
                reply.apply(kind(text))
        for at, (name, arguments) in enumerate(self.calls):
            reply.apply(ToolCallDelta(at, f"id{at}", name, arguments))
        return count_reply(reply)[1]

    def peer(self, count: Callable[[str], int]) -> int:
        """As another counter of text counts it, with the same frames."""
        inside = sum(count(text) for text in self.texts if text)
        return inside + sum(count(name) + count(arguments) + CALL_OVERHEAD for name, arguments in self.calls) + END


def cases(shared: Path = SHARED) -> list[Case]:
    """The recorded answers that can be compared."""
    entries = json.loads((shared / "streams" / "index.json").read_text("utf-8"))
    return [case for entry in entries if (case := _case(entry)) is not None]


def _case(entry: dict[str, Any]) -> Case | None:
    expected = entry["expected"]
    raw = expected["usage"] or expected.get("x_groq_usage")
    usage = normalise(raw) if raw else None
    if usage is None or not usage.completion_tokens or entry["file"] in NOT_COMPARABLE or expected.get("choices"):
        return None
    content, reasoning = expected["content"] or "", expected["reasoning"] or ""
    if (
        usage.reasoning_tokens
        and count_tokens(reasoning) * 3 < usage.reasoning_tokens
        and not expected.get("think_split")
    ):
        return None  # its reasoning was hidden
    calls = tuple((one["name"] or "", one["arguments"] or "") for one in expected["tool_calls"])
    language = _language(content + reasoning, bool(calls))
    return Case(entry["file"], entry["provider"], language, usage.completion_tokens, (content, reasoning), calls)


def _language(text: str, calls: bool) -> str:
    if any("\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af" for letter in text):
        return "with East Asian"
    return "tool calls" if calls else "Latin"


def errors(some: Iterable[Case], count: Callable[[Case], int]) -> list[float]:
    """Relative errors without their sign, smallest first."""
    return sorted(abs(count(case) - case.reported) / case.reported for case in some)


def at(share: float, sorted_errors: list[float]) -> float:
    """The error that a share of the cases does not exceed."""
    return sorted_errors[min(int(len(sorted_errors) * share), len(sorted_errors) - 1)]


def main() -> None:
    """Print the errors by provider, by language, and in all."""
    every = cases()
    long = [case for case in every if case.reported >= LEAST]
    print(f"$ {Path(sys.executable).name} -m tests.bench.estimate")
    print(f"{len(every)} recorded answers can be compared, {len(long)} of them of {LEAST} tokens and more\n")
    for title, key in (("provider", "provider"), ("language", "language")):
        groups: dict[str, list[Case]] = defaultdict(list)
        for case in long:
            groups[getattr(case, key)].append(case)
        print(f"{title:24} {'n':>3}  median    p95")
        for name, group in sorted(groups.items()):
            found = errors(group, Case.estimate)
            print(f"{name:24} {len(found):3}  {at(0.5, found):6.1%} {at(0.95, found):6.1%}")
        print()
    ours = errors(long, Case.estimate)
    texts = errors([case for case in long if not case.calls], Case.estimate)
    print(
        f"text: median {at(0.5, texts):.1%}, p90 {at(0.9, texts):.1%}, p95 {at(0.95, texts):.1%}; shown as ± {ERROR:.0%}"
    )
    print(f"all: median {at(0.5, ours):.1%}, p90 {at(0.9, ours):.1%}, p95 {at(0.95, ours):.1%}")
    try:
        from rs_bpe.bpe import openai  # type: ignore[import-not-found]  # only where someone installed it
    except ImportError:
        return
    vocabulary = openai.o200k_base()
    peers = errors(long, lambda case: case.peer(lambda text: len(vocabulary.encode(text))))
    ratio = at(0.5, ours) / at(0.5, peers)
    print(
        f"o200k: median {at(0.5, peers):.1%}, p90 {at(0.9, peers):.1%}, p95 {at(0.95, peers):.1%}; ours is {ratio:.2f}× that"
    )


if __name__ == "__main__":
    main()
