"""Settings on disk and from the command line."""

from types import SimpleNamespace

import pytest

from siamapp import switch
from siamapp.errors import SettingsError, StoreError
from siamapp.paths import Paths, assets_dir
from siamapp.settings import Settings


def test_defaults_where_there_is_no_file(tmp_path):
    assert Settings.load(Paths(tmp_path)) == Settings()


def test_what_was_saved_is_loaded_again(tmp_path):
    paths = Paths(tmp_path / "new" / "home")
    changed = Settings().changed("target_fmr", "0.0001").changed("mirror", "false")
    changed.save(paths)
    assert Settings.load(paths) == changed
    assert (changed.target_fmr, changed.mirror) == (1e-4, False)
    assert [file.name for file in paths.home.iterdir()] == ["settings.toml"]


def test_one_setting_is_written_beside_what_another_program_changed(tmp_path):
    """An embedder changed on the command line, say, while the window stays open."""
    paths = Paths(tmp_path)
    ours = Settings().changed("theme", "dark")
    Settings(embedder="another", presence="passive").save(paths)
    ours.save_one(paths, "theme")
    assert Settings.load(paths) == Settings(embedder="another", presence="passive", theme="dark")


def test_a_switch_of_embedders_that_fails_at_last_leaves_the_setting(tmp_path, monkeypatch):
    def full(_database, _vectors, _embedder_id, *, also):
        also()
        raise StoreError("The disk is full.")

    monkeypatch.setattr(switch.Model, "load", lambda *_, **_options: None)
    monkeypatch.setattr(switch, "Embedder", lambda _model: SimpleNamespace(id="a" * 16))
    monkeypatch.setattr(switch.reembed, "crops_of_others", lambda *_: iter(()))
    monkeypatch.setattr(switch.reembed, "re_embed", full)
    paths, before = Paths(tmp_path), Settings(theme="dark")
    before.save(paths)
    with pytest.raises(StoreError):
        switch.switch_embedder(paths, before, None, tmp_path / "another", re_embed=True)
    assert Settings.load(paths) == before


def test_where_nothing_can_be_kept_all_settings_are_written(tmp_path):
    paths = Paths(tmp_path)
    paths.settings_file.write_text("theme = ")
    ours = Settings(theme="dark", agree_frames=5)
    ours.save_one(paths, "theme")
    assert Settings.load(paths) == ours


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("target_fmr", "0"),
        ("target_fmr", "nan"),
        ("theme", "pink"),
        ("agree_frames", "0"),
        ("no_such", "1"),
        ("camera", "bytes that are no text: \udcff"),
    ],
)
def test_a_bad_value_is_refused_in_one_line(key, value):
    with pytest.raises(SettingsError) as refused:
        Settings().changed(key, value)
    assert "\n" not in str(refused.value)
    assert key in str(refused.value)


def test_a_file_says_its_version_and_one_without_is_of_the_first(tmp_path):
    paths = Paths(tmp_path)
    Settings(theme="dark").save(paths)
    text = paths.settings_file.read_text()
    assert text.startswith("version = 1\n")
    paths.settings_file.write_text(text.removeprefix("version = 1\n"))
    assert Settings.load(paths).theme == "dark"


@pytest.mark.parametrize(
    "text", ["theme = ", "colour = 3", "target_fmr = 2", "\xff\xfe", "version = 2", "version = '1'"]
)
def test_a_bad_file_is_refused_and_left_alone(tmp_path, text):
    file = Paths(tmp_path).settings_file
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        Settings.load(Paths(tmp_path))
    assert file.read_bytes() == text.encode("latin-1")


def test_home_by_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SIAMAPP_HOME", str(tmp_path / "x"))
    assert Paths.default().home == tmp_path / "x"


def test_assets_are_found_from_source():
    assert (assets_dir() / "models").is_dir()
