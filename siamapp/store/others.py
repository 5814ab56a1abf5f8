"""What other programs do to a gallery that is open here."""

from __future__ import annotations

from siamapp.errors import StoreLocked
from siamapp.store.database import Connection, Database
from siamapp.store.pages import pragma_int


class Others:
    """Tells whether another program changed the people; used by the thread that opened the gallery.

    SQLite counts what other connections write (`data_version`); what they wrote is in the audit.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.snapshot() as connection:
            self._version, self._entries = _written(connection)

    def changed_people(self) -> bool:
        """Whether they did since this was last asked; while one is writing: not yet.

        Raises:
            StoreLocked: another program replaced the gallery, as a restore does.
        """
        try:
            with self._database.snapshot() as connection:
                version, entries = _written(connection)
                if version == self._version:
                    return False
                change = connection.execute(
                    "SELECT 1 FROM audit WHERE number > ? AND +kind != 'decision' LIMIT 1",
                    (self._entries,),
                ).fetchone()
        except StoreLocked:
            if self._database.is_replaced:
                raise
            return False
        self._version, self._entries = version, entries
        return change is not None


def _written(connection: Connection) -> tuple[int, int]:
    """SQLite's count, and the number of the newest entry."""
    version = pragma_int(connection, "data_version")
    (entries,) = connection.execute("SELECT number FROM audit_head").fetchone()
    return version, int(entries)
