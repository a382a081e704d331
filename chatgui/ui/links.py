"""The one place that opens an address outside the program."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

OPENED = ("http", "https")  # at once
ASKED = ("mailto",)  # after a question; every other scheme is never opened


def open_link(
    address: str,
    parent: QWidget | None = None,
    *,
    warning: str = "",
    refused: Callable[[str], object] = lambda _: None,
) -> None:
    """Open `address` in the system's browser.

    What is not a web address, and what there is a `warning` of, is asked about first, or refused: `refused` is told why, in
    words.
    """
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    scheme = url.scheme().lower()
    if not url.isValid() or not scheme or (scheme in OPENED and not url.host()):
        refused("This link is not a complete address.")
    elif scheme in OPENED and not warning:
        _open(url)
    elif scheme in (*OPENED, *ASKED):
        _ask(url, parent, warning)
    else:
        refused(f"Links of the kind “{scheme}:” are not opened from a conversation.")


def _open(url: QUrl) -> None:
    QDesktopServices.openUrl(url)


def _ask(url: QUrl, parent: QWidget | None, warning: str) -> None:
    box = QMessageBox(parent)
    box.setWindowTitle("Open outside the program")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(warning or "This link opens another program:")
    box.setInformativeText(url.toString(QUrl.ComponentFormattingOption.FullyEncoded)[:500])
    box.setStandardButtons(QMessageBox.StandardButton.Open | QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.button(QMessageBox.StandardButton.Open).clicked.connect(lambda: _open(url))
    box.open()
