"""Makes resources/prices.json: public list prices and context lengths, cut from LiteLLM's table (MIT licence).

    pip download --no-deps litellm -d /some/folder
    python3 packaging/prices.py /some/folder/litellm-*.whl

Run by hand when prices have changed; the program shows the table's date and never fetches anything.
"""

from __future__ import annotations

import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TABLE = "litellm/model_prices_and_context_window_backup.json"
TARGET = Path(__file__).resolve().parent.parent / "resources" / "prices.json"
# LiteLLM's name of a provider → the name of our preset
PROVIDERS = {
    "openai": "openai", "anthropic": "anthropic", "gemini": "google", "deepseek": "deepseek", "mistral": "mistral",
    "xai": "xai", "groq": "groq", "cerebras": "cerebras", "together_ai": "together", "fireworks_ai": "fireworks",
    "perplexity": "perplexity", "moonshot": "moonshot", "zai": "zai", "dashscope": "dashscope", "minimax": "minimax",
    "nebius": "nebius", "novita": "novita", "sambanova": "sambanova", "cohere_chat": "cohere",
}  # fmt: skip


def main(wheel: str) -> None:
    """Read the wheel, write the table."""
    with zipfile.ZipFile(wheel) as archive:
        rows: dict[str, dict[str, Any]] = json.loads(archive.read(TABLE))
        made = max(info.date_time for info in archive.infolist())
    models: dict[str, dict[str, list[float | None]]] = {}
    for name, row in rows.items():
        provider = PROVIDERS.get(row.get("litellm_provider", ""))
        if provider is None or row.get("mode") != "chat" or row.get("input_cost_per_token") is None:
            continue
        known = models.setdefault(provider, {})
        short = name.removeprefix(f"{row['litellm_provider']}/")
        known[short] = [
            _per_million(row.get("input_cost_per_token")),
            _per_million(row.get("output_cost_per_token")),
            _per_million(row.get("cache_read_input_token_cost")),
            row.get("max_input_tokens"),
        ]
    date = datetime(*made[:3], tzinfo=UTC) if made[0] > 1980 else datetime.now(UTC)
    table = {
        "about": "USD per million tokens: prompt, completion, cached prompt; then the context length. From LiteLLM (MIT).",
        "date": f"{date:%Y-%m-%d}",
        "currency": "USD",
        "models": {provider: dict(sorted(known.items())) for provider, known in sorted(models.items())},
    }
    lines = json.dumps(table, ensure_ascii=False, separators=(",", ":")).replace('],"', '],\n"').replace("{", "{\n")
    TARGET.write_text(lines + "\n", encoding="utf-8")
    print(f"{sum(map(len, models.values()))} models of {len(models)} providers, {TARGET.stat().st_size:,} bytes")


def _per_million(cost: float | None) -> float | None:
    return None if cost is None else round(cost * 1_000_000, 6)


if __name__ == "__main__":
    main(sys.argv[1])
