"""A desk's day in the real program: real faces, real models, a real mouse.

Everything is done by clicks and keys, and read as a screen reader reads it. Three people are
enrolled from the first seconds of their videos and met again in later ones.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from siamapp.gui.colours import DARK, LIGHT
from siamapp.store.database import Database
from siamapp.store.people import People
from siamapp.store.rows import png
from siamapp.store.vault import find_key
from siamapp.types import BgrImage
from tests.conftest import DATA, ROOT
from tests.e2e.desktop import MISSING, Program, open_desktop, wait
from tests.unit.store_samples import decrypted

VIDEOS = DATA / "videos"
MODELS = [ROOT / "assets" / "models" / name for name in ("siamdetect-v1", "siamface-v1")]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(not VIDEOS.is_dir(), reason="no videos; name their data in SIAMAPP_DATA"),
    pytest.mark.skipif(
        not all(model.is_dir() for model in MODELS), reason="the models are not in this checkout"
    ),
]
PEOPLE = {"Ann Archer": 1, "Bea Baker": 2, "Cleo Carter": 3}
ENROLLED_S, MET_S = (0.0, 3.0), (5.0, 9.0)
ONE_FILE = "Open a video or a photo"
DOUBLE_CLICK_S = 0.5
"""Qt takes a click that follows another sooner as a part of the one that opened the list."""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with open_desktop(tmp_path) as desktop:
        program = Program(desktop, tmp_path / "home", tmp_path / "gallery.key")
        try:
            program.find("Identify", "check box")
            yield program
        finally:
            program.kill()


def test_the_first_start_leads_to_a_gallery_that_its_passphrase_opens(tmp_path: Path) -> None:
    with open_desktop(tmp_path) as desktop:
        program = Program(desktop, tmp_path / "home", None)
        try:
            program.click("Next", "push button")
            program.click("Nowhere: I type a passphrase at every start", "radio button")
            program.click("Next", "push button")
            desktop.keys("ctrl+o")
            desktop.open_file(write(tmp_path / "look.avi", frames(1, *ENROLLED_S)), ONE_FILE)
            program.find("Stop", "push button")
            program.click("Start using it", "push button")
            passphrase(program, "blue horse stairs", again=True)
            program.says("Nobody is enrolled yet.")
            desktop.keys("ctrl+l")
            program.says("Locked")
            for words, answer in (("red horse", "wrong"), ("blue horse stairs", "in view")):
                desktop.keys("Return")  # the button has the focus
                passphrase(program, words)
                program.says(answer)
            assert "Traceback" not in program.close()
        finally:
            program.kill()


def test_three_people_are_enrolled_verified_identified_merged_and_deleted(
    program: Program, tmp_path: Path
) -> None:
    for name, number in PEOPLE.items():
        enrol(program, name, write(tmp_path / f"{number}.avi", frames(number, *ENROLLED_S)))
    claims(program, tmp_path)
    two_side_by_side(program, tmp_path)
    merge_and_undo(program)
    delete_for_good(program, tmp_path)


def test_a_folder_is_measured_and_language_and_colours_change_at_once(
    program: Program, tmp_path: Path
) -> None:
    desktop = program.desktop
    desktop.keys("ctrl+6")
    people = folder_of_people(tmp_path / "people", photos=4)
    program.click("Choose folder…", "push button")
    desktop.open_file(people, "A folder of people")
    program.says("12 pictures of 3 people: 18 comparisons of one person and 48 of strangers")

    desktop.keys("ctrl+8")
    choose(program, "Search the settings", "language", "As the system", "简体中文")
    program.says("设置", "识别", "语言")
    choose(program, "搜索设置", "theme", "跟随系统", "深色")
    wait("the window is dark", lambda: shows(program, DARK.window))
    choose(program, "搜索设置", "theme", "深色", "浅色")
    wait("the window is light", lambda: shows(program, LIGHT.window))
    desktop.keys("ctrl+6")
    program.says("12 张", "48")
    assert "Traceback" not in program.close()


def enrol(program: Program, name: str, video: Path) -> None:
    """Enrol from a video, played as a camera would be."""
    program.desktop.keys("ctrl+3")
    program.fill("Name", name)
    program.desktop.keys("ctrl+o")
    program.desktop.open_file(video, ONE_FILE)
    program.click("Save", "push button")
    program.says(f"{name} is enrolled with")
    assert name in names(program)


def passphrase(program: Program, words: str, *, again: bool = False) -> None:
    """Answer the dialog that asks for it."""
    program.fill("Passphrase", words)
    if again:
        program.fill("Passphrase again", words)
    program.desktop.keys("Return")


def claims(program: Program, folder: Path) -> None:
    """Ann is let in as Ann and refused as Bea; both are in the history."""
    desktop = program.desktop
    desktop.keys("ctrl+2")
    desktop.keys("ctrl+o")
    desktop.open_file(write(folder / "claim.avi", frames(1, *MET_S)), ONE_FILE)
    for claimed, *answer in (
        ("Ann Archer", "Yes", "This is Ann Archer."),
        ("Bea Baker", "No", "Not recognised as Bea Baker."),
    ):
        program.fill("Name claimed", claimed)
        desktop.keys("Tab")  # away from the completions, which lie over the button
        program.click("Verify", "push button")
        program.says(*answer)
    desktop.keys("ctrl+5")
    told = program.says("Verified", "Match", "Not the claimed person")
    assert told.count("Verified") == 2


def two_side_by_side(program: Program, folder: Path) -> None:
    """Two people in one picture each get a card with their own name."""
    program.desktop.keys("ctrl+1", "ctrl+o")
    pasted = [np.hstack(pair) for pair in zip(frames(1, *MET_S), frames(2, *MET_S), strict=True)]
    program.desktop.open_file(write(folder / "both.avi", pasted), ONE_FILE)
    program.says("· Ann Archer", "· Bea Baker")
    program.find("Start", "push button")  # the clip is over, the answers stay
    program.click("This is not Ann Archer", "push button")
    program.says("Noted: this face is not Ann Archer.")
    program.click("Undo", "push button")


def merge_and_undo(program: Program) -> None:
    program.desktop.keys("ctrl+4")
    program.click("Ann Archer", "list item")
    program.click("Bea Baker", "list item", holding="ctrl")
    program.says("2 people selected")
    program.click("Merge", "push button")
    program.says("Merged into Ann Archer.")
    assert names(program) == ["Ann Archer", "Cleo Carter"]
    program.desktop.keys("ctrl+z")
    program.says("Undone")
    assert names(program) == list(PEOPLE)


def delete_for_good(program: Program, folder: Path) -> None:
    """Of whoever was deleted no file of the home holds a name, a vector or a picture."""
    gone, kept = (traces_of(folder, name) for name in ("Bea Baker", "Cleo Carter"))
    before = everything_in(folder)
    for trace in (*gone.values(), *kept.values()):
        assert any(part in before for part in trace)
    program.click("Bea Baker", "list item")
    program.click("Delete", "push button")
    program.says("Bea Baker is deleted.")
    program.desktop.keys("ctrl+1")
    assert "Traceback" not in program.close()
    after = everything_in(folder)
    for what, trace in gone.items():
        assert not any(part in after for part in trace), f"a file tells {what}"
    for trace in kept.values():
        assert any(part in after for part in trace)


# --- what is shown to the camera ------------------------------------------------------------------


def frames(number: int, start_s: float, end_s: float) -> list[BgrImage]:
    """A part of a person's video, 480 px high."""
    capture = cv2.VideoCapture(str(VIDEOS / f"person_{number}.mp4"))
    rate = capture.get(cv2.CAP_PROP_FPS)
    capture.set(cv2.CAP_PROP_POS_FRAMES, round(start_s * rate))
    found = [capture.read()[1] for _ in range(round((end_s - start_s) * rate))]
    capture.release()
    return [cv2.resize(f, (f.shape[1] * 480 // f.shape[0], 480)) for f in found if f is not None]


def write(path: Path, pictures: Sequence[BgrImage]) -> Path:
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return path


def folder_of_people(folder: Path, *, photos: int) -> Path:
    """A folder of photos for each person."""
    for name, number in PEOPLE.items():
        (folder / name).mkdir(parents=True)
        for second in range(photos):
            [photo, *_] = frames(number, 1 + 2 * second, 1.2 + 2 * second)
            cv2.imwrite(str(folder / name / f"{second}.png"), photo)
    return folder


# --- what is seen and kept ------------------------------------------------------------------------


def choose(program: Program, search: str, words: str, old: str, new: str) -> None:
    """Search a setting and choose another of its values."""
    program.fill(search, words)
    program.click(old, "combo box")
    time.sleep(DOUBLE_CLICK_S)
    program.click(new, "list item")


def shows(program: Program, colour: str) -> bool:
    """Whether the page's margin has this colour."""
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return program.desktop.picture()[600, 1228].tolist() == rgb


def names(program: Program) -> list[str]:
    """Who is enrolled, as another process reads it."""
    listed = json.loads(program.cli("--json", "people", "list"))
    return [person["name"] for person in listed["people"]]


def traces_of(folder: Path, name: str) -> dict[str, list[bytes]]:
    """What a person's name, vectors and pictures look like where nothing is encrypted.

    A row is cut where a page ends, so each is given by several parts.
    """
    home = folder / "home"
    with Database.open(home, find_key(home, key_file=folder / "gallery.key")) as database:
        people = People(database)
        templates = people.templates(people.by_name(name).person_id)
        crops = people.crops([t.template_id for t in templates]).values()
    return {
        "the name": [name.encode()],
        "a vector": [part for t in templates for part in parts(t.embedding.tobytes())],
        "a picture": [part for crop in crops for part in parts(png(crop)[64:])],
    }


def parts(data: bytes) -> list[bytes]:
    return [data[start : start + 24] for start in range(0, len(data) - 24, 240)]


def everything_in(folder: Path) -> bytes:
    """Every file of the home as it lies there, and decrypted with the key."""
    home = folder / "home"
    key = find_key(home, key_file=folder / "gallery.key")
    files = [path for path in home.rglob("*") if path.is_file()]
    galleries = [decrypted(path, key) for path in files if path.suffix == ".db"]
    assert galleries
    return b"\n".join([*(path.read_bytes() for path in files), *galleries])
