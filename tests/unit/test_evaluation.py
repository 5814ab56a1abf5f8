"""Evaluating on a folder or on pairs: what is compared, what is said, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
import pytest
import skimage.data

from siamapp.cli import run
from siamapp.errors import ProtocolError
from siamapp.evaluation.protocol import from_folder, from_pairs


def two_portraits() -> dict[str, np.ndarray]:
    hopper = cv2.imread(str(Path(matplotlib.get_data_path()) / "sample_data/grace_hopper.jpg"))
    assert hopper is not None
    return {
        "Eileen_Collins": np.ascontiguousarray(skimage.data.astronaut()[..., ::-1]),
        "Grace_Hopper": hopper,
    }


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, three pictures each: as they are, darker, and mirrored."""
    root = tmp_path_factory.mktemp("people")
    for name, bgr in two_portraits().items():
        (root / name).mkdir()
        for number, view in enumerate((bgr, (bgr * 0.6).astype(np.uint8), bgr[:, ::-1]), start=1):
            cv2.imwrite(str(root / name / f"{name}_{number:04d}.jpg"), view)
    return root


def evaluate(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any, str]:
    status = run(["evaluate", *words, "--json"])
    out, err = capsys.readouterr()
    return status, json.loads(out), err


def test_a_folder_compares_every_picture_with_every_other(people: Path) -> None:
    protocol = from_folder(people)
    assert protocol.people == ("Eileen_Collins", "Grace_Hopper")
    assert len(protocol.first) == 15
    assert int(protocol.genuine.sum()) == 6
    assert protocol.folds is None


def test_lfw_pairs_and_a_csv_say_the_same(people: Path, tmp_path: Path) -> None:
    lfw = tmp_path / "pairs.txt"
    lfw.write_text(
        "2\t1\n"
        "Eileen_Collins\t1\t2\nEileen_Collins\t1\tGrace_Hopper\t3\n"
        "Grace_Hopper\t1\t2\nGrace_Hopper\t2\tEileen_Collins\t3\n"
    )
    table = tmp_path / "pairs.csv"
    e, g = "Eileen_Collins/Eileen_Collins_000", "Grace_Hopper/Grace_Hopper_000"
    table.write_text(
        "Fold,First,Second,Genuine\n"
        f"0,{e}1.jpg,{e}2.jpg,1\n0,{e}1.jpg,{g}3.jpg,0\n"
        f"1,{g}1.jpg,{g}2.jpg,true\n1,{g}2.jpg,{e}3.jpg,false\n"
    )
    for file in (lfw, table):
        protocol = from_pairs(file, people)
        assert protocol.genuine.tolist() == [True, False, True, False]
        assert protocol.folds is not None
        assert protocol.folds.tolist() == [0, 0, 1, 1]
        assert [protocol.pictures[i].name for i in protocol.second] == [
            "Eileen_Collins_0002.jpg", "Grace_Hopper_0003.jpg",
            "Grace_Hopper_0002.jpg", "Eileen_Collins_0003.jpg",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what is this\n", "neither"),
        ("", "neither"),
        ("10\t1\nAnn\t1\n", "line 2"),
        ("first,second,genuine\na,b,maybe\n", "line 2"),
        ("first,second,genuine,fold\na,b,1,x\n", "line 2"),
        ("first,second,genuine\na/1.jpg,b/1.jpg,0\n", "some of both|all genuine or all"),
    ],
)
def test_pairs_that_cannot_be_read_are_named(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "pairs.txt"
    file.write_text(text)
    with pytest.raises(ProtocolError, match=said):
        from_pairs(file, tmp_path)


def test_a_folder_without_two_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="0 people"):
        from_folder(tmp_path)
    with pytest.raises(ProtocolError, match="not a folder"):
        from_folder(tmp_path / "none")


def test_figures_and_a_report_of_real_faces(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = people / "Grace_Hopper" / "blank.png"
    cv2.imwrite(str(odd), np.zeros((64, 64, 3), np.uint8))
    report = tmp_path / "report.html"
    try:
        status, figures, err = evaluate(capsys, "--images", str(people), "--report", str(report))
    finally:
        odd.unlink()
    assert status == 0
    assert "7 of 7 pictures" in err
    assert (figures["genuine"], figures["impostors"], figures["pairs_left_out"]) == (6, 9, 6)
    assert figures["failure_to_acquire"] == pytest.approx(1 / 7)
    assert figures["eer"]["value"] == 0, "two people this different are told apart"
    assert figures["tar_at_fmr"] == {}, "nine strangers show no rate of a tenth"
    assert "0.001" in figures["not_stated_fmr"]
    page = report.read_text("utf-8")
    assert page.count("<svg") == 3
    assert page.count("data:image/jpeg;base64,") == 15
    assert "src='http" not in page
    assert 'href="http' not in page
    assert "blank.png shows no face" in page
    assert list(tmp_path.iterdir()) == [report]


@pytest.mark.parametrize("name", ["report.html", "report.pdf"])
def test_a_report_that_cannot_be_written_is_said_and_leaves_nothing(
    name: str, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere, taken = tmp_path / "nowhere" / name, tmp_path / name
    status, out, err = evaluate(capsys, "--images", str(people), "--report", str(nowhere))
    assert (status, out["error"]["message"]) == (2, f"{nowhere.parent} is not a folder.")
    assert "pictures" not in err, "said before the work"
    taken.mkdir()
    status, out, err = evaluate(capsys, "--images", str(people), "--report", str(taken))
    assert (status, out["error"]["kind"]) == (2, "StoreError")
    assert f"{taken} is another kind of file" in err
    assert "pictures" not in err
    assert list(tmp_path.iterdir()) == [taken]


def test_aligned_crops_are_taken_as_they_are(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, bgr in two_portraits().items():
        (tmp_path / name).mkdir()
        for number in (1, 2):
            cv2.imwrite(str(tmp_path / name / f"{number}.png"), cv2.resize(bgr, (128, 128)))
    status, figures, _ = evaluate(capsys, "--images", str(tmp_path), "--aligned")
    assert (status, figures["pairs"], figures["failure_to_acquire"]) == (0, 6, 0)
    assert figures["eer"]["value"] == 0


def test_only_failures_is_an_error_of_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in (1, 2):
            cv2.imwrite(str(tmp_path / name / f"{number}.png"), np.zeros((64, 64, 3), np.uint8))
    status, answer, _ = evaluate(capsys, "--images", str(tmp_path))
    assert status == 2
    assert "4 of 4 pictures gave no face" in json.dumps(answer)
