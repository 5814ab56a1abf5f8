"""What every test of training needs."""

from importlib.util import find_spec

import pytest


@pytest.fixture(autouse=True)
def _no_bar_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exporters draw a bar where tqdm happens to be installed, and its monitor is a thread."""
    if find_spec("tqdm"):
        monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)
