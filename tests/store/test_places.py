"""Where a database is not at home."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatgui.store import conversations, places
from chatgui.store.database import Database
from chatgui.store.profile import Profile
from tests.store.samples import conversation

MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local ext4 rw 0 0
//nas/with\\040space /mnt/my\\040nas cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "network"),
    [("/var/x", False), ("/home/me/x", True), ("/home/local/x", False), ("/mnt/my nas/x", True), ("/homes/x", False)],
)
def test_network_drives(path: str, network: bool) -> None:
    assert places.on_network(Path(path), MOUNTS) is network


@pytest.mark.parametrize("folder", ["Dropbox", "OneDrive - Firm", "Nextcloud", "iCloud Drive"])
def test_synchronised_folders_are_warned_of(tmp_path: Path, folder: str) -> None:
    assert folder in places.warning(tmp_path / folder / "profile")
    assert places.warning(tmp_path / "profile") == ""


async def test_on_a_network_drive_the_old_journal_serves(place: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "on_network", lambda path, mounts=None: True)
    database = Database(place.database)
    await database.open()
    assert "network drive" in database.warning
    await database.write(conversations.create, conversation(), durable=True)
    database._looked = 0.0
    await database.write(conversations.create, conversation())
    assert not place.database.with_name("chatgui.db-wal").exists()
    assert len(await database.call(conversations.summaries)) == 2
    await database.close()
