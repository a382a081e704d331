"""Finding and taking what was said, and making the program one's own."""

from __future__ import annotations

import re

from tests.walk.person import Step, Walk, script

STEPS: list[Step] = []
step = script(STEPS)


# ------------------------------------------------------------------------------------------------ finding and taking


@step("Filter the sidebar as you type; Escape shows all again")
def search(walk: Walk) -> None:
    walk.app.type("spring", into={"role": "text", "name": "Search conversations"})
    walk.until(lambda: any(name.startswith("Spring tides") for name in walk.conversations()))
    walk.key("Escape")
    walk.until(lambda: any(name.startswith("What can") for name in walk.conversations()))


@step("Search everything said; Enter jumps to the very place")
def search_all(walk: Walk) -> None:
    walk.key("ctrl+shift+f")
    walk.app.type("lighthouses")
    walk.until(
        lambda: (
            any("lighthouses" in name for name in walk.conversations())
            or walk.app.exists(name=re.compile("lighthouses"))
        )
    )
    walk.key("Down", "Return")
    walk.until(lambda: any("lighthouses" in one.text() for one in walk.messages()))
    walk.key("Escape")  # closes what marks the hits
    walk.app.type("", into={"role": "text", "name": "Search conversations"})
    walk.key("Escape")  # empties the search


@step("Search by a condition: what carries the tag")
def search_by_tag(walk: Walk) -> None:
    walk.app.type("tag:moon", into={"role": "text", "name": "Search conversations"})
    walk.until(lambda: {one.split(";")[0] for one in walk.conversations()} == {"Spring tides"})
    walk.key("Escape")


@step("Find in the conversation: the first as one types, next, previous")
def find(walk: Walk) -> None:
    walk.key("ctrl+f")
    walk.app.type("tokens")
    walk.see(role="label", name=re.compile(r"\d+ of \d+"))
    walk.key("F3")
    walk.see(role="label", name=re.compile(r"\d+ of \d+"))
    walk.key("shift+F3", "Escape")
    walk.gone(role="text", name="Find in conversation")


@step("Go to a conversation with the palette")
def palette(walk: Walk) -> None:
    walk.key("ctrl+k")
    walk.app.type("spring")
    walk.see(role="list item", name="Spring tides", state="selected")
    walk.key("Return")
    walk.until(lambda: walk.app.window("Spring tides") is not None)


@step("Copy the code of an answer with its button")
def copy_code(walk: Walk) -> None:
    walk.click(role="list item", name=re.compile("^What can this program do"))
    walk.until(lambda: walk.app.window("What can this program do") is not None)
    walk.click(role="list", name="Transcript")
    walk.key("Home")
    for _ in range(12):
        if walk.app.exists(role="push button", name="Copy code"):
            break
        walk.key("Page_Down")
    walk.click(role="push button", name="Copy code")
    walk.until(lambda: "def mean_length" in walk.desktop.clip_get())


@step("Select everything with the keyboard and copy it: plain text, and tables as tables")
def copy_all(walk: Walk) -> None:
    walk.click(role="list", name="Transcript")
    walk.key("ctrl+a", "ctrl+c")
    walk.until(lambda: "What is where" in walk.desktop.clip_get())
    assert "<table" in walk.desktop.clip_get("text/html")


@step("Quote an answer into the composer")
def quote(walk: Walk) -> None:
    walk.key("End")
    walk.see(role="push button", name="Quote in the composer").do()
    walk.until(lambda: ">" in walk.draft())
    walk.click(role="text", name="Message")
    walk.key("ctrl+a", "Delete")


@step("Hide the reasoning with F8 and show it again; the transcript keeps its place")
def reasoning(walk: Walk) -> None:
    walk.key("F8")
    walk.gone(name="Reasoning", role="document")
    walk.key("F8")
    walk.see(name="Reasoning", role="document")


@step("All turns of the reasoning")
def all_turns(walk: Walk) -> None:
    walk.click(name="Whole conversation")
    walk.until(lambda: len(walk.see(role="document", name="Reasoning").children) > 1)
    walk.click(name="Whole conversation")


@step("What went over the wire, and as curl")
def inspector(walk: Walk) -> None:
    walk.click(name="Show request panel")
    walk.click(role="push button", name="Copy as curl")
    walk.until(lambda: walk.desktop.clip_get().startswith("curl"))
    walk.click(name="Show reasoning panel")


# ------------------------------------------------------------------------------------------------ making it one's own


@step("Set a temperature for this conversation")
def parameters(walk: Walk) -> None:
    walk.menu("Conversation", "Parameters…")
    dialog = walk.see(role="dialog")
    walk.app.type("0.3", into=dialog.find(role="text", name=re.compile("Temperature")))
    dialog.find(role="push button", name="Save").click()
    walk.gone(role="dialog")


@step("Add an account by its address, no key")
def account(walk: Walk) -> None:
    walk.key("ctrl+shift+a")
    walk.see(role="dialog")
    walk.click(role="push button", name="Add")
    walk.app.type("http://127.0.0.1:9/v1", into={"role": "text", "name": "Base URL"})
    walk.click(role="text", name="Name")
    walk.key("ctrl+a")
    walk.app.type("Nobody")
    walk.click(role="combo box", name="In the system’s keyring")
    walk.click(role="list item", name="No key is needed")
    walk.click(role="push button", name="Save")
    walk.see(role="list item", name=re.compile("^Nobody"))


@step("Let the doctor test it: nobody is there, and it says so and what to do")
def doctor(walk: Walk) -> None:
    walk.click(role="push button", name="Test")
    walk.see(name=re.compile("refused the connection"), seconds=20)


@step("Remove it; undo in the window brings it back")
def remove_account(walk: Walk) -> None:
    walk.click(role="push button", name="Remove")
    walk.gone(role="list item", name=re.compile("^Nobody"))
    walk.key("Escape")
    walk.gone(role="dialog")


@step("Dark theme in the settings: at once")
def dark(walk: Walk) -> None:
    walk.key("ctrl+comma")
    walk.see(role="dialog")
    theme = walk.see(role="combo box", name=re.compile("system", re.IGNORECASE))
    theme.click()
    walk.see(role="list item", name=re.compile("^dark", re.IGNORECASE)).click()
    walk.see(role="combo box", name="Dark", state="focused")  # the list is closed, and Escape is the window's
    walk.key("Escape")
    walk.gone(role="dialog")


@step("Show what cannot be seen, and hide it again")
def hidden(walk: Walk) -> None:
    walk.key("ctrl+shift+i", "ctrl+shift+i")


@step("An assistant of one's own, and a conversation with it")
def assistant(walk: Walk) -> None:
    walk.menu("File", "Assistants…")
    walk.app.type("Pilot", into={"role": "text", "name": "Name"})
    walk.app.type("You know every harbour.", into={"role": "text", "name": "System prompt"})
    walk.click(role="push button", name="New Conversation")
    walk.gone(role="dialog")
    walk.see(role="push button", name=re.compile("^Model .*Pilot"))


@step("Larger text, and back")
def zoom(walk: Walk) -> None:
    walk.key("ctrl+plus", "ctrl+plus", "ctrl+0")


@step("What it has cost, by model")
def usage(walk: Walk) -> None:
    walk.menu("File", "Usage…")
    walk.see(role="dialog")
    walk.key("Escape")
    walk.gone(role="dialog")


@step("Export the conversation")
def export(walk: Walk) -> None:
    walk.key("ctrl+shift+e")
    walk.see(role="dialog")
    walk.key("Escape")
    walk.gone(role="dialog")


@step("The list of all keys")
def shortcuts(walk: Walk) -> None:
    walk.key("F1")
    walk.see(role="dialog")
    walk.key("Escape")
    walk.gone(role="dialog")


@step(
    "Close the window while an answer streams, and start again: the same conversation, the answer marked as interrupted"
)
def reopen(walk: Walk) -> None:
    walk.click(role="list item", name=re.compile("^What can this program do"))
    walk.until(lambda: walk.app.window("What can this program do") is not None)
    walk.ask("Tell me about tides again.")
    walk.see(role="push button", name="Stop")
    walk.read(200)
    walk.app.key("ctrl+q")
    walk.until(lambda: not walk.app.alive(), 5)
    walk.start()
    walk.until(lambda: walk.app.window("What can this program do") is not None)
    walk.see(name=re.compile("Continue"), showing=False)
