"""The presence check's training: attacks look like attacks, and a few steps lower the loss."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage.data import astronaut

from siamapp.vision.model import Model
from siamapp.vision.presence_network import NEAR, SIDE_PX, WIDE, PresenceNetwork, view
from training.presence import main, train
from training.presence_attacks import SPECIES, Shown, attack, held_photo, webcam
from training.presence_data import Amount, Views
from training.presence_evaluate import _matched
from training.presence_export import fused, thresholds
from training.presence_fit import PresenceConfig, fit, load, save, scores
from training.presence_network import Odds, PresenceNet

POINTS = np.array([[203, 107], [245, 106], [222, 128], [207, 150], [244, 150]], np.float32)
CONFIG = PresenceConfig(
    seed=1, threads=1, scenes=1, clip_frames=1, widths=(4, 4, 6, 6), dropout=0.0, batch=8,
    steps=12, recorded_pairs=2, pair_weight=1.0, teacher_share=0.25, learning_rate=0.01,
    weight_decay=0.0, held_out=("subject2",),
)  # fmt: skip


def portrait() -> Shown:
    return Shown(np.ascontiguousarray(astronaut()[..., ::-1]), POINTS)


def views(count: int = 24) -> Views:
    """Half real, half simulated, a third of them as recorded crops without a wide view."""
    rng = np.random.default_rng(5)
    species = [("real", *SPECIES)[k % 4 if k % 2 else 0] for k in range(count)]
    near, wide = [], []
    for kind in species:
        made = portrait() if kind == "real" else attack(portrait(), astronaut(), kind, rng)
        near.append(view(made.bgr, made.landmarks_xy, NEAR))
        wide.append(view(made.bgr, made.landmarks_xy, WIDE))
    real = np.array([kind == "real" for kind in species])
    spoof = np.arange(count) % 3 == 0
    return Views(
        np.stack(near), np.stack(wide), real, real.astype(np.float32) * 0.8 + 0.1,
        np.array(species), np.where(spoof, "subject1", "person_1"),
        np.where(spoof, "spoof", "train"),
    )  # fmt: skip


@pytest.mark.parametrize("species", SPECIES)
def test_an_attack_carries_the_landmarks_with_the_picture(species) -> None:
    """The points stay on the face: what is seen there is still like what was seen before."""
    source = portrait()
    for seed in range(3):
        made = attack(source, astronaut(), species, np.random.default_rng(seed))
        before, after = (
            cv2.cvtColor(view(s.bgr, s.landmarks_xy, NEAR), cv2.COLOR_BGR2GRAY)
            for s in (source, made)
        )
        blurred = [cv2.GaussianBlur(v, (0, 0), 4).astype(float).ravel() for v in (before, after)]
        assert np.corrcoef(*blurred)[0, 1] > 0.5
        assert made.bgr.dtype == np.uint8


def test_a_seed_repeats_an_attack() -> None:
    first, second = (
        attack(portrait(), astronaut(), "phone", np.random.default_rng(7)) for _ in range(2)
    )
    assert (first.bgr == second.bgr).all()
    assert (first.landmarks_xy == second.landmarks_xy).all()


def test_a_webcam_and_a_hand_keep_the_size() -> None:
    small = cv2.resize(portrait().bgr, (128, 128))
    assert webcam(small, np.random.default_rng(0)).shape == small.shape
    film = list(held_photo(small, np.random.default_rng(0), seconds=0.4, yaw_deg=40))
    assert [frame.shape for frame in film] == [small.shape] * 10
    assert all((a != b).any() for a, b in pairwise(film))


def test_some_steps_lower_the_loss(caplog) -> None:
    seen = views()
    simulated = seen.of(np.flatnonzero(seen.split == "train"))
    longer = CONFIG.model_copy(update={"steps": 60})
    with caplog.at_level("INFO", logger="training.presence_fit"):
        fit(simulated, longer)
    first, *_, last = (float(record.getMessage().split()[-1]) for record in caplog.records)
    assert last < first - 0.1


def test_recorded_pairs_teach_what_sets_a_replay_apart() -> None:
    """Here blue and red changed places in what is real: without the pairs it looks the falser."""
    seen = views(48)
    recorded = np.flatnonzero(seen.split == "spoof")
    real = np.arange(len(recorded)) % 2 == 0
    seen.real[recorded] = real
    seen.near[recorded] = seen.near[seen.species == "real"][0]
    seen.near[recorded[real]] = seen.near[recorded[real]][..., ::-1]
    gap = {}
    for pairs in (0, 4):
        network = fit(seen, CONFIG.model_copy(update={"steps": 60, "recorded_pairs": pairs}))
        near = scores(network, seen.of(recorded))[1]
        gap[pairs] = near[real].mean() - near[~real].mean()
    assert gap[0] < 0 < gap[4]


def test_one_view_is_enough_to_refuse() -> None:
    odds = Odds(near=torch.tensor([3.0, 3.0, -3.0]), wide=torch.tensor([3.0, -3.0, 3.0]))
    alive = odds.log_alive.exp()
    assert alive[0] > 0.9
    assert (alive[1:] < 0.05).all()


def test_a_matched_bpcer_lets_through_no_more_than_the_reference() -> None:
    seen = views()
    kinds = {kind: float(k) for k, kind in enumerate((*SPECIES, "real"))}
    score = np.array([kinds[kind] for kind in seen.species], np.float32) / 10
    sure = replace(seen, teacher=np.where(seen.real, 0.9, 0.1).astype(np.float32))
    assert _matched(score, sure)["matched_bpcer_percent"] == 0.0
    # Below the best attack, which the reference refuses, nobody may be let in.
    assert _matched(np.where(seen.real, 0.15, score), sure)["matched_bpcer_percent"] == 100.0
    blind = replace(seen, teacher=np.full(len(seen), 0.9, np.float32))
    assert _matched(np.where(seen.real, 0.15, score), blind)["matched_bpcer_percent"] == 0.0


def test_thresholds_leave_what_is_between_undecided() -> None:
    seen = views()
    score = np.where(seen.real, 0.9, 0.1).astype(np.float32)
    refuse, accept = thresholds(seen, score)
    assert refuse == pytest.approx(accept) == pytest.approx(0.9)
    refuse, accept = thresholds(seen, np.linspace(0, 1, len(seen)).astype(np.float32))
    assert refuse < accept


@pytest.mark.filterwarnings("ignore")
def test_a_run_becomes_a_model_folder_that_the_app_starts(tmp_path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    network = PresenceNet(CONFIG.widths, 0.0).eval()
    save(network, CONFIG, run / "presence.pt")
    seen = replace(views(), split=np.full(24, "calibration"))
    amount = Amount(1, 1, 1)
    np.savez(
        run / f"presence_views_1_{amount.scenes}_{amount.clip_frames}_{amount.spoof_every}.npz",
        **{name: getattr(seen, name) for name in seen.__slots__},
    )
    assert main(["export", str(run), str(tmp_path / "tiny")]) == 0
    check = PresenceNetwork(Model.load(tmp_path / "tiny", provider="cpu"))
    assert check.model.card.task == "presence"
    assert load(run / "presence.pt")[1] == CONFIG
    near = torch.rand(1, 3, SIDE_PX, SIDE_PX)
    with torch.inference_mode():
        assert torch.allclose(fused(network)(near, near)[0], network(near, near)[0], atol=1e-5)


def test_a_run_of_another_config_is_not_passed_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.presence.load_views", lambda *_, **__: views())
    few = CONFIG.model_copy(update={"steps": 1})
    train(few, tmp_path, tmp_path, tmp_path)
    made = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.pt")}
    assert made.keys() == {"presence.pt", "fold_subject1.pt"}
    train(few, tmp_path, tmp_path, tmp_path)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.pt")} == made
    with pytest.raises(ValueError, match="another --out"):
        train(CONFIG, tmp_path, tmp_path, tmp_path)
