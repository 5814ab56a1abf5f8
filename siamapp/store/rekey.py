"""Another key for a gallery, at no moment without one that opens it.

SQLCipher's own `PRAGMA rekey` writes over the file in place, and two files, the gallery and its
`vault.toml`, must change as one. So a copy is written under the new key, verified, and takes the
gallery's name in one step; `vault.next.toml`, written before, says with which salt that copy
begins. Whichever of the two is in place after a power cut, `finish_rekey` can tell.
"""

from __future__ import annotations

from pathlib import Path

import tomli_w

from siamapp.errors import StoreError
from siamapp.store.audit import Audit
from siamapp.store.database import Database
from siamapp.store.files import scratch_folder, write_whole
from siamapp.store.keys import Key, forget_keyring_key
from siamapp.store.vault import (
    GALLERY_NAME,
    NEXT_VAULT_NAME,
    SALT_BYTES,
    VAULT_NAME,
    Vault,
    finish_rekey,
)


def change_key(home: Path, key: Key, new_key: Key, new_vault: Vault) -> None:
    """Give the gallery of `home` another key; nobody else may be writing meanwhile.

    Args:
        home: where the gallery lies.
        key: its present key.
        new_key: the one it gets.
        new_vault: what `vault.toml` is to say of it.

    Raises:
        StoreLocked: `key` is not the gallery's, or another program writes to it.
        StoreError: the disk does not let us; the old key is still the one.
    """
    old_vault = Vault.read(home)
    new_vault.require(new_key)
    with (
        Database.open(home, key) as database,
        scratch_folder(home, "rekey") as folder,
    ):
        Audit(database).record("change_key", {"to": new_vault.source})
        copy, before = folder / GALLERY_NAME, database.others_wrote
        database.copy_to(copy, new_key)
        with Database.open(folder, new_key) as made:
            made.check()
        with copy.open("rb") as file:
            salt = file.read(SALT_BYTES).hex()
        table = new_vault.model_dump(exclude_none=True) | {"gallery_salt": salt}
        write_whole(home / NEXT_VAULT_NAME, tomli_w.dumps(table).encode())
        database.replace_by(copy, copied_at=before)
    finish_rekey(home)
    if Vault.read(home) != new_vault:
        raise StoreError(f"{VAULT_NAME} could not be written.", "Open the gallery once more.")
    if old_vault is not None and old_vault.keyring_entry is not None:
        forget_keyring_key(old_vault.keyring_entry)
