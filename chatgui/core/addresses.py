"""Addresses that stand bare in a text."""

from __future__ import annotations

import re
from dataclasses import replace

from chatgui.core.message_link import is_meant
from chatgui.core.nodes import Run, Runs

_URL = re.compile(r"(?<![\w/@.+-])(?:https?://|chatgui://|www\.(?=[\w-]+\.))[^\s<>\"“”`\\^{|}]+", re.IGNORECASE)


def linked(runs: list[Run]) -> Runs:
    """`runs` with addresses that stand in the text made links, as GFM does."""
    if not any("://" in run.text or "www." in run.text for run in runs):
        return tuple(runs)
    made: list[Run] = []
    for run in runs:
        if run.kind != "text" or run.link or len(run.text) > 100_000:
            made.append(run)
            continue
        position = 0
        for match in _URL.finditer(run.text):
            address = _trimmed(match.group())
            if "." not in address and "localhost" not in address and not is_meant(address):
                continue
            if match.start() > position:
                made.append(replace(run, text=run.text[position : match.start()]))
            target = address if "://" in address else f"http://{address}"
            made.append(replace(run, text=address, link=target))
            position = match.start() + len(address)
        if position < len(run.text):
            made.append(replace(run, text=run.text[position:]))
    return tuple(made)


def _trimmed(address: str) -> str:
    """An address without the punctuation of the sentence around it."""
    while address:
        last = address[-1]
        opener = {")": "(", "]": "["}.get(last, "")
        if last not in "?!.,:;*_~'‘’…" and not (opener and address.count(last) > address.count(opener)):
            break
        address = address[:-1]
    return address
