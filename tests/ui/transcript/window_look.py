"""Looks at `window_program` through AT-SPI and prints what it met as JSON. Runs under the harness's own interpreter.

Arguments: the folder of drive.py, the interpreter of the program, the repository.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Walk the tree while an answer streams and after it, then read the messages."""
    tools, python, root = sys.argv[1:]
    sys.path.insert(0, tools)
    from drive import Desktop  # type: ignore[import-not-found]  # lies beside the repository

    with Desktop() as desktop:
        app = desktop.start([python, "-m", "tests.ui.transcript.window_program"], env={"PYTHONPATH": root})
        app.wait(lambda: app.exists(role="list", name="Transcript"), 20)
        app.wait(lambda: any("Two bulges" in one.text() for one in items(app)), 20)
        app.wait(lambda: any(one.name.startswith("Token usage") for one in items(app)[-1].children), 20)
        said = [
            {
                "name": one.name,
                "role": one.role,
                "text": one.text(),
                "description": one.description,
                "inside": [(part.role, part.name) for part in one.children],
            }
            for one in items(app)
        ]
        nameless = [repr(one) for one in app.find_all() if "focusable" in one.states and not one.name and is_ours(one)]
        reasoning = next(one for one in app.find_all(name="Reasoning") if "Text" in one.interfaces)
        print(json.dumps({"messages": said, "nameless": nameless, "reasoning": reasoning.text(), "alive": app.alive()}))


def items(app: object) -> list:  # type: ignore[type-arg]  # drive.py is untyped
    """The messages in the list."""
    return [one for one in app.find(role="list", name="Transcript").children if one.role == "list item"]  # type: ignore[attr-defined]


def is_ours(one: object) -> bool:
    """Scroll bars and frames are Qt's own."""
    return one.role in {"list", "list item", "push button", "document", "label", "section"}  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
