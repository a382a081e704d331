"""Choosing who is asked: a searchable list of every account's models, and any name typed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from chatgui.core.account import Model, Price
from chatgui.ui.picking.search_popup import PickModel, SearchPopup
from chatgui.ui.theme import Theme

WIDTH, HEIGHT = 480, 460
NOBODY = "-"  # in the place of an assistant’s id: ask as none of them

Place: TypeAlias = tuple[str, str]  # account id, model


@dataclass(frozen=True, slots=True)
class Offer:
    """One account's models. `note` says why there are none, or that they are being asked for."""

    account: str  # its id
    name: str
    models: tuple[Model, ...]
    note: str = ""
    colour: str = ""  # the account's


@dataclass(frozen=True, slots=True)
class Way:
    """An assistant that can be asked as: its id, its name, and which model it asks if it says so."""

    id: str
    name: str
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row: a heading, a model, a name typed by hand, or an assistant. Headings have neither model nor assistant."""

    account: str
    words: str
    model: str = ""
    facts: str = ""
    starred: bool | None = None
    colour: str = ""
    assistant: str = ""

    @property
    def heading(self) -> bool:
        """Whether it only names what follows."""
        return not self.model and not self.assistant


class Choices(PickModel):
    """The rows that match what was typed. Filtering five thousand models takes a few milliseconds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offers: list[tuple[Offer, list[tuple[str, Choice]]]] = []
        self._favourites: tuple[Place, ...] = ()
        self._recent: tuple[Place, ...] = ()
        self._ways: tuple[Way, ...] = ()

    def offer_ways(self, ways: Sequence[Way]) -> None:
        """Take these assistants."""
        self._ways = tuple(ways)

    def _assistants(self, wanted: list[str]) -> list[Choice]:
        found = [one for one in self._ways if all(word in one.name.casefold() for word in wanted)]
        rows = [Choice("", one.name, facts=one.facts, assistant=one.id) for one in found]
        return [Choice("", "Assistants"), *rows] if rows else []

    def offer(self, offers: Sequence[Offer]) -> None:
        """Take these accounts and their models."""
        self._offers = [
            (one, [(f"{model.id} {model.name}".casefold(), _choice(one, model)) for model in one.models])
            for one in offers
        ]

    def remember(self, favourites: tuple[Place, ...], recent: tuple[Place, ...]) -> None:
        """Take what stands above the accounts while nothing is typed."""
        self._favourites, self._recent = favourites, recent

    def _above(self) -> list[Choice]:
        """Favourites and recent ones of the accounts that are offered, each once, with the account's name."""
        accounts = {offer.account: offer for offer, _ in self._offers}
        known = {(offer.account, choice.model): choice for offer, models in self._offers for _, choice in models}
        recent = [place for place in self._recent if place not in self._favourites]
        rows: list[Choice] = []
        for heading, places in (("Favourites", self._favourites), ("Recent", recent)):
            group = [
                Choice(
                    account, words.words if (words := known.get((account, model))) else model, model,
                    accounts[account].name, (account, model) in self._favourites, accounts[account].colour,
                )
                for account, model in places if account in accounts
            ]  # fmt: skip
            rows += [Choice("", heading), *group] if group else []
        return rows

    def filter(self, typed: str) -> None:
        """Show the models that hold every word of `typed`, and `typed` itself for each account that lacks it."""
        wanted = typed.casefold().split()
        by_hand = typed.strip() if len(wanted) == 1 else ""
        rows: list[Choice] = [*([] if wanted else self._above()), *self._assistants(wanted)]
        starred = frozenset(self._favourites)
        others: list[Choice] = []
        for offer, models in self._offers:
            found = [choice for key, choice in models if all(word in key for word in wanted)]
            if found or not wanted:
                rows.append(Choice(offer.account, offer.name, facts=offer.note, colour=offer.colour))
                rows += (
                    (replace(one, starred=True) if (one.account, one.model) in starred else one for one in found)
                    if starred
                    else found
                )
            if by_hand and not any(choice.model == by_hand for choice in found):
                others.append(Choice(offer.account, f"Ask {offer.name} for “{by_hand}”", by_hand))
        self.show(rows + others)

    def row(self, at: int) -> Choice:
        """The row at a place."""
        return cast("Choice", self.pick_row(at))

    def find(self, account: str, model: str) -> int:
        """Where a model stands; if it is not there the first of its account, or the first that can be chosen; -1 if none."""
        first, of_account = -1, False
        for at in range(self.rowCount()):
            row = self.row(at)
            mine = row.starred is not None and row.account == account  # listed, not typed by hand
            if not row.heading and (first < 0 or (mine and not of_account)):
                of_account = mine
                first = at
            if model and row.model == model and row.account == account:
                return at
        return first


def _choice(offer: Offer, model: Model) -> Choice:
    facts = [
        _tokens(model.context_length),
        *(
            word
            for word, can in (("vision", model.vision), ("tools", model.tools), ("reasoning", model.reasoning))
            if can
        ),
        _price(model.price),
    ]
    return Choice(offer.account, model.name or model.id, model.id, " · ".join(fact for fact in facts if fact), False)


def _tokens(count: int | None) -> str:
    if not count:
        return ""
    return f"{count / 1e6:.3g} M" if count >= 1_000_000 else f"{round(count / 1000)} k" if count >= 1000 else str(count)


def _price(price: Price | None) -> str:
    """What a million tokens cost, question and answer."""
    if price is None or price.prompt is None or price.completion is None:
        return ""
    if not price.prompt and not price.completion:
        return "free"
    sign = "$" if price.currency == "USD" else f"{price.currency} "
    return f"{sign}{price.prompt:.3g} / {sign}{price.completion:.3g}"


class ModelPicker(SearchPopup):
    """A popup below its button. Typing filters, arrows move, Enter chooses, Escape leaves."""

    chosen = Signal(str, str)  # account id, model
    assistant_chosen = Signal(str)  # its id, or `NOBODY`
    star_wanted = Signal(str, str)  # the same: a favourite from now on, or no longer

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        self.model = Choices()
        super().__init__(
            parent,
            theme,
            self.model,
            search="Search models",
            listed="Models",
            hint="Search models and assistants, or type a name",
        )
        self.search.setToolTip("Ctrl+D makes a model a favourite. Prices are for a million tokens, asked and answered")
        self.list.star_clicked.connect(self._star)
        self.model.setParent(self)
        self.setAccessibleName("Choose a model")
        self._current = ("", "")
        self.resize(WIDTH, HEIGHT)

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Take other models while open; what was typed stays."""
        self.model.offer(offers)
        self.narrow(self.search.text())

    def open_below(self, button: QWidget, offers: Sequence[Offer], account: str, model: str) -> None:
        """Open under a button, the current choice selected."""
        self._current = (account, model)
        self.show_offers(offers)
        room = self.room_below(button)
        self.resize(WIDTH, min(HEIGHT, room.height()))
        self.open_at(QPoint(room.left() + button.width() - WIDTH, room.top()), self.search, button)

    def narrow(self, typed: str) -> None:
        """Show the models that match, the current one marked."""
        self.model.filter(typed)
        self.select(self.model.find(*self._current))

    def choose(self, at: int) -> None:
        """Take a model."""
        row = self.model.row(at)
        if row.heading:
            return
        self.hide()
        if row.assistant:
            self.assistant_chosen.emit(row.assistant)
        else:
            self.chosen.emit(row.account, row.model)

    def show_memory(self, favourites: tuple[Place, ...], recent: tuple[Place, ...]) -> None:
        """Take what is remembered; while open, the rows follow and the marked model stays marked."""
        self.model.remember(favourites, recent)
        if self.isVisible():
            at = self.list.currentIndex().row()
            if at >= 0:
                self._current = (self.model.row(at).account, self.model.row(at).model)
            self.narrow(self.search.text())

    def _star(self, at: int) -> None:
        row = self.model.row(at)
        if row.starred is not None:
            self.star_wanted.emit(row.account, row.model)

    def press(self, event: QKeyEvent) -> bool:
        """Ctrl+D stars what is marked."""
        if event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            if self.list.currentIndex().isValid():
                self._star(self.list.currentIndex().row())
            return True
        return super().press(event)
