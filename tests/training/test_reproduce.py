"""Every method, trained for a moment: it runs, its loss falls, it judges pairs symmetrically."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from training.methods import Classified, Distilled, Method
from training.mining import draw_pairs
from training.reproduce import (
    BRANCHES,
    DISTILLED,
    PIXELS,
    ROWS,
    Outcome,
    Pictures,
    fit,
    groups_of,
    judge,
    load_digits,
    read_outcomes,
    reproduce,
)
from training.reproduce_report import interval, write_report
from training.small_networks import ChopraNet


@pytest.fixture(scope="module")
def digits() -> Pictures:
    torch.set_num_threads(1)
    return load_digits()


@pytest.mark.parametrize("kind", BRANCHES)
@pytest.mark.parametrize("row", [*(row for row in ROWS if row != PIXELS), DISTILLED])
def test_every_method_learns_and_judges(row: str, kind: str, digits: Pictures) -> None:
    torch.manual_seed(1)
    few = digits.of(np.arange(4))
    few = Pictures(few.values[:24], few.person[:24])
    if row == DISTILLED:
        method: Method = Distilled(kind, 1, Classified(kind, 1, "softmax", 4).network)  # type: ignore[arg-type]
    else:
        method = ROWS[row](kind, 4)  # type: ignore[arg-type]
    labels = torch.from_numpy(few.person)

    @torch.no_grad()
    def loss() -> float:
        torch.manual_seed(2)  # of the pairs that are drawn
        return float(method.train().loss(few.values, labels))

    before = loss()
    fit(method, few, 30, 1, people_per_batch=4, pictures_per_person=4)
    # Hard mining makes the loss of a young network rise to the margin first.
    assert loss() < before or "hard" in row
    assert all(value.isfinite().all() for value in method.state_dict().values())
    method.eval()
    with torch.no_grad():
        pairs = torch.tensor([0, 1, 2]), torch.tensor([5, 6, 2])
        there = method.distances(few.values, *pairs)
        back = method.distances(few.values, *pairs[::-1])
    assert torch.allclose(there, back, atol=1e-5)


def test_half_of_the_pairs_are_genuine_and_none_is_drawn_twice() -> None:
    labels = torch.arange(20) % 5
    first, second, impostor = draw_pairs(labels)
    assert (first < second).all()
    assert ((labels[first] != labels[second]).float() == impostor).all()
    assert impostor.mean().item() == 0.5
    assert len({*zip(first.tolist(), second.tolist(), strict=True)}) == len(first)


def test_the_network_of_2005_has_the_maps_of_the_paper() -> None:
    shapes = []
    network = ChopraNet()
    for layer in network.layers:
        layer.register_forward_hook(lambda module, given, out: shapes.append(tuple(out.shape[1:])))
    network(torch.zeros(1, 1, 56, 46))
    assert shapes[0] == (15, 50, 40)
    assert shapes[2] == (15, 25, 20)
    assert shapes[3] == (45, 20, 15)
    assert shapes[5] == (45, 5, 5)
    assert shapes[6] == (250, 1, 1)
    assert shapes[-1] == (50,)


class ByBrightness(Method):
    """Judges by the mean brightness of each picture."""

    def distances(
        self, pictures: torch.Tensor, first: torch.Tensor, second: torch.Tensor
    ) -> torch.Tensor:
        bright = pictures.mean(dim=(1, 2, 3))
        return (bright[first] - bright[second]).abs()


def test_judging_by_hand() -> None:
    # Brightness 0, 0.1 (first person), 0.25, 0.45 (second): genuine 0.1 and 0.2,
    # impostors 0.25, 0.45, 0.15 and 0.35.
    values = torch.tensor([0.0, 0.1, 0.25, 0.45])[:, None, None, None].expand(4, 1, 2, 2)
    rates, equal = judge(ByBrightness(), Pictures(values, np.array([0, 0, 1, 1])))
    # No impostor may pass at 10, 7.5 or 5 % of four: the threshold lies at 0.15.
    assert rates == (0.5, 0.5, 0.5)
    assert 0.2 < equal < 0.5


def test_pixels_need_no_training(digits: Pictures) -> None:
    few = digits.of(np.arange(3))
    method = ROWS[PIXELS]("chopra", 3)
    assert fit(method, few, 0, 1) == 0
    _, equal = judge(method, few)
    assert 0 < equal < 0.4  # digits are told apart a little by where their ink lies


def test_everybody_is_tested_once() -> None:
    people = np.repeat(np.arange(40), 10)
    groups = groups_of(people, 5, seed=1)
    assert [len(g) for g in groups] == [5] * 8
    assert sorted(np.concatenate(groups).tolist()) == list(range(40))


def test_what_was_measured_is_not_measured_again(
    digits: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.reproduce.ROWS", {"softmax": ROWS["softmax"]})
    out = tmp_path / "digits.jsonl"
    reproduce(digits, out, steps=1, seed=1, groups=1, branches=("chopra",))
    first = read_outcomes(out)
    assert [o.row for o in first] == ["softmax", DISTILLED]
    reproduce(digits, out, steps=1, seed=1, groups=1, branches=("chopra",))
    assert read_outcomes(out) == first


def test_rows_of_other_steps_are_not_passed_off(
    digits: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: ROWS[name] for name in (PIXELS, "siamese, exponential loss")}
    monkeypatch.setattr("training.reproduce.ROWS", few)
    out = tmp_path / "digits.jsonl"
    alone = {"groups": 1, "branches": ("resnet",), "only": "e"}
    reproduce(digits, out, steps=1, seed=1, **alone)
    reproduce(digits, out, steps=1, seed=1, **alone)
    for steps, seed in ((2, 1), (1, 2)):
        with pytest.raises(ValueError, match="--fresh"):
            reproduce(digits, out, steps=steps, seed=seed, **alone)


def test_one_row_can_be_measured_alone(
    digits: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: ROWS[name] for name in ("softmax", "triplet, random")}
    monkeypatch.setattr("training.reproduce.ROWS", few)
    out = tmp_path / "digits.jsonl"
    for only in ("triplet", DISTILLED):  # the second needs a teacher, which is no row of it
        reproduce(digits, out, steps=1, seed=1, groups=1, branches=("resnet",), only=only)
    assert [o.row for o in read_outcomes(out)] == ["triplet, random", DISTILLED]


def test_the_report_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "docs/reproduction.md"
    outcomes = [
        Outcome(
            "siamese, exponential loss", "chopra", group, (0.0, 0.01, 0.02), 0.01 * group, 2.0, 9
        )
        for group in range(3)
    ]
    outcomes += [
        Outcome(PIXELS, "chopra", group, (0.1, 0.2, 0.3), 0.1 * group, 0.0, 0) for group in range(4)
    ]
    write_report(outcomes, path, command="the command", data="the data", published=True)
    path.write_text(path.read_text("utf-8") + "\nWhich to choose.\n", encoding="utf-8")
    write_report(outcomes, path, command="the command", data="the data", published=True)
    text = path.read_text("utf-8")
    assert text.count("Which to choose.") == 1
    assert "| siamese, exponential loss | 0.0 (0.0 to 0.0) | 1.0 (1.0 to 1.0) |" in text
    assert "0.0 / 1.0 / 1.0" in text
    assert "9 steps." in text
    # Pixels on the same three groups: 0, 10 and 20 %; their own row has a fourth.
    assert "| 1.0 (0.0 to 2.0) | 10.0 | 3 |" in text
    assert "| 15.0 | 4 |" in text
    mean, low, high = interval([0.0, 0.01, 0.02])
    assert low <= mean <= high
    assert mean == pytest.approx(0.01)
