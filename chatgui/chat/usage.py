"""Usage in words, and estimates where a provider never says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chatgui.chat.counting import count_reply, count_request
from chatgui.core.estimate import ERROR
from chatgui.core.figures import percent
from chatgui.core.message import Message, State
from chatgui.core.money import said
from chatgui.core.reply import Reply
from chatgui.core.usage import Source, Usage

DASH = "—"


def settled(usage: Usage, history: Iterable[Message], reply: Reply, *, cut_short: bool) -> Usage:
    """The usage to keep with an answer: as reported, else estimated from what was sent and what came.

    An answer that was `cut_short` is partial: providers count what they generated, and say so only at the end.
    """
    prompt = count_request(history)
    if usage.known:
        return replace(usage, partial=cut_short, sent_tokens=prompt)
    reasoning, completion = count_reply(reply)
    return replace(
        usage,
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        reasoning_tokens=reasoning or None,
        source=Source.ESTIMATED,
        partial=cut_short,
    )


def number(value: int | None, source: Source) -> str:
    """A count as people read it: `1,204`, `≈ 1,204`, or an em dash."""
    if value is None:
        return DASH
    return f"{'≈ ' if source is Source.ESTIMATED else ''}{value:,}"


def usage_line(message: Message) -> tuple[str, str]:
    """The usage line of an answer, short for the eye and in full sentences for hover and screen readers."""
    usage, rate = message.usage, speed(message)
    short = f"{number(usage.prompt_tokens, usage.source)} → {number(usage.completion_tokens, usage.source)} tokens"
    if usage.truncated:  # what matters most comes first: a narrow line is cut at its end
        short = f"The server read about {rough(usage.prompt_tokens)} of {rough(usage.sent_tokens)} · {short}"
    if usage.partial:
        short += " · partial"
    if usage.reasoning_tokens:
        short += f" · {number(usage.reasoning_tokens, usage.source)} thinking"
    if usage.cached_tokens:
        short += f" · {usage.cached_tokens:,} cached"
    if rate:
        short += f" · {rate:,.0f}/s"
    if usage.cost is not None:
        short += f" · {money(usage)}"
    return short, spoken(message)


def spoken(message: Message) -> str:
    """The same in sentences, every number with where it came from. Begins with “Token usage”."""
    usage = message.usage
    words = [*_count_words(usage), *_cost_words(usage), *_timing_words(message)]
    if usage.truncated:
        words.append(
            f"The server read about {rough(usage.prompt_tokens)} of the {rough(usage.sent_tokens)} tokens it was sent:"
            " the beginning of the conversation may have been cut off."
        )
    if usage.partial or message.state is State.STREAMING:
        words.append("The answer was cut short, so these counts are partial.")
    return " ".join(words)


def _count_words(usage: Usage) -> list[str]:
    if not usage.known:
        return ["Token usage: unknown. The provider did not report it."]
    by = (
        " by the provider"
        if usage.source is Source.REPORTED
        else f" by this program, usually within ± {percent(ERROR)}"
    )
    counts = (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
    prompt, answer, total = ("unknown" if one is None else f"{one:,}" for one in counts)
    words = [f"Token usage, {usage.source.value}{by}: prompt {prompt}, answer {answer}, total {total} tokens."]
    if usage.reasoning_tokens is not None:
        words.append(f"Of the answer, {usage.reasoning_tokens:,} were reasoning.")
    if usage.cached_tokens is not None:
        words.append(f"Of the prompt, {usage.cached_tokens:,} were cached.")
    return words


def _cost_words(usage: Usage) -> list[str]:
    if usage.cost is None:
        return ["Cost unknown."]
    if usage.cost_source is Source.REPORTED:
        return [f"Cost {money(usage)}, reported by the provider."]
    return [f"Cost {money(usage)}, estimated from the price at that moment."]


def rough(value: int | None) -> str:
    """A count in round figures: `950`, `16k`, `1.2M`."""
    if value is None:
        return DASH
    if value < 1000:
        return str(value)
    return f"{value / 1000:.0f}k" if value < 999_500 else f"{value / 1_000_000:.1f}M"


def _timing_words(message: Message) -> list[str]:
    timing, words = message.timing, []
    if timing.ttft_ms is not None:
        words.append(f"First words after {duration(timing.ttft_ms)}.")
    if timing.thinking_ms:
        words.append(f"Thought for {duration(timing.thinking_ms)}.")
    if timing.duration_ms is not None:
        words.append(f"Took {duration(timing.duration_ms)}.")
    if rate := speed(message):
        said_so = bool(message.usage.tokens_per_second)
        words.append(
            f"{rate:,.0f} tokens a second{', as the provider says' if said_so else ', worked out from these'}."
        )
    return words


def money(usage: Usage) -> str:
    """The cost of an answer, `≈` where it was worked out from a price."""
    return f"{'≈ ' if usage.cost_source is Source.ESTIMATED else ''}{said(usage.cost or 0.0, usage.currency)}"


def duration(ms: float) -> str:
    """Milliseconds as people say them: `under 0.1 s`, `0.4 s`, `12 s`, `2 min 5 s`, `1 h 3 min`."""
    seconds = ms / 1000
    if seconds < 0.05:
        return "under 0.1 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def speed(message: Message) -> float | None:
    """Tokens a second: the provider's own figure, else the answer's tokens over the time they took to come."""
    usage, timing = message.usage, message.timing
    if usage.tokens_per_second:
        return usage.tokens_per_second
    if not usage.completion_tokens or timing.duration_ms is None or timing.ttft_ms is None:
        return None
    took = (timing.duration_ms - timing.ttft_ms) / 1000
    return usage.completion_tokens / took if took >= 0.05 else None
