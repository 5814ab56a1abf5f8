"""Figures of the presence check: by subject left out, by species, on clips, held photos, borders.

The reference answers the same pictures. APCER and BPCER are those of ISO/IEC 30107-3, with Wilson's
95 % interval over pictures; pictures of one clip are alike, so truly the intervals are wider.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from siamapp.live.source import frames_of, open_source
from siamapp.presence_rates import Rate, rate
from siamapp.presence_test import judge, watch
from siamapp.types import BgrImage, Face, Frame, Presence, PresenceState
from siamapp.vision.align import TEMPLATE_XY, align
from siamapp.vision.card import load_card
from siamapp.vision.detect import Detector
from siamapp.vision.face_border import FaceBorder
from siamapp.vision.face_motion import FaceMotion
from siamapp.vision.model import Model
from siamapp.vision.presence import Mode
from siamapp.vision.presence_network import SIDE_PX, PresenceNetwork
from training.card import write_card
from training.detector_data import pictures
from training.presence_attacks import SPECIES, held_photo, trembling
from training.presence_data import Teacher, Views, clip_frames, detector, kept_views
from training.presence_export import SHIPPED
from training.presence_fit import eer_percent, load, scores

COMMAND: Final = "python -m training presence evaluate --run RUN --model DIR --data DIR --peers DIR"
EVEN: Final = 0.5
"""Even odds: what both networks were trained to split at, and tuned on nothing."""
HELD_S: Final = 18.0
HELD_FPS: Final = 12.0
SWINGS_DEG: Final = (0.0, 40.0)
TREMBLES: Final = (0.02, 0.06)
"""How far a camera does, as a share of the picture's width."""
MODES: Final[tuple[Mode, ...]] = ("active", "passive")
Row = dict[str, float | int | str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", dest="run_folder", type=Path, required=True, help="run folder")
    parser.add_argument("--model", type=Path, required=True, help="model folder")
    parser.add_argument(
        "--only", choices=("views", "clips", "photos", "borders", "timing"), help="a part of it"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, print and put onto the card."""
    cv2.setNumThreads(1)
    card = load_card(arguments.model)
    figures = dict(card.figures)
    made: dict[str, Row] = {}
    if arguments.only in (None, "views"):
        made |= view_figures(arguments.run_folder)
    if arguments.only in (None, "clips"):
        made |= clip_figures(arguments.model, arguments.data, arguments.peers)
    if arguments.only in (None, "photos"):
        made |= photo_figures(arguments.model, arguments.data)
    if arguments.only in (None, "borders"):
        made |= border_figures(arguments.data)
    if arguments.only in (None, "timing"):
        made["timing"] = timing(arguments.model, arguments.data, arguments.peers)
    for name, row in made.items():
        figures[name] = {"command": COMMAND, **row}
        print(json.dumps({"figure": name, **row}))
    write_card(arguments.model, card.model_copy(update={"figures": figures}))
    return 0


def view_figures(run_folder: Path) -> dict[str, Row]:
    """By subject left out, for the shipped network's strangers, and by simulated species."""
    shipped, config = load(run_folder / SHIPPED)
    views = kept_views(run_folder, seed=config.seed, amount=config.amount)
    made: dict[str, Row] = {}
    spoof = views.split == "spoof"
    for subject in np.unique(views.source[spoof]).tolist():
        part = views.of(np.flatnonzero(spoof & (views.source == subject)))
        fold, _ = load(run_folder / f"fold_{subject}.pt")
        score = scores(fold, part)[1]
        row = _both("", score, part) | _both("reference_", part.teacher, part)
        made[f"left_out_{subject}"] = row | _matched(score, part)
        if subject in config.held_out:
            made[f"shipped_{subject}"] = _both("", scores(shipped, part)[1], part)
    test = views.of(np.flatnonzero(views.split == "test"))
    score, near, wide = scores(shipped, test)
    simulated: Row = {}
    for prefix, answers in (("", score), ("reference_", test.teacher)):
        for species in SPECIES:
            chosen = answers[test.species == species] >= EVEN
            simulated |= _percent(f"{prefix}apcer_{species}", rate(int(chosen.sum()), len(chosen)))
        refused = answers[test.real] < EVEN
        simulated |= _percent(f"{prefix}bpcer", rate(int(refused.sum()), len(refused)))
    made["simulated"] = {"pictures": len(test), **simulated, **_matched(score, test)}
    made["simulated_eer"] = {
        f"{name}_percent": eer_percent(answers, test)
        for name, answers in (
            ("both", score),
            ("near", near),
            ("wide", wide),
            # What was done before: as if each view's doubts were evidence of its own.
            ("odds_added", near * wide / (near * wide + (1 - near) * (1 - wide))),
            ("reference", test.teacher),
        )
    }
    return made


def _both(prefix: str, score: np.ndarray, views: Views) -> Row:
    """APCER of the recorded replays, BPCER, their mean and the EER."""
    real = views.real
    row: Row = {}
    bpcer = rate(int((score[real] < EVEN).sum()), int(real.sum()))
    row |= _percent(f"{prefix}bpcer", bpcer)
    if (~real).any():
        apcer = rate(int((score[~real] >= EVEN).sum()), int((~real).sum()))
        row |= _percent(f"{prefix}apcer_replay", apcer)
        row[f"{prefix}acer_percent"] = round(50 * (apcer.value + bpcer.value), 2)
        row[f"{prefix}eer_percent"] = eer_percent(score, views)
    return row


def _matched(score: np.ndarray, views: Views) -> Row:
    """BPCER where no more attacks of any species pass than pass the reference at even odds.

    The one point where both networks can be compared; like any BPCER at a given APCER it is read
    off these very answers.
    """
    if views.real.all():
        return {}
    bar = 0.0
    for species in np.unique(views.species[~views.real]):
        chosen = views.species == species
        passed = int((views.teacher[chosen] >= EVEN).sum())
        falling = np.sort(score[chosen])[::-1]
        bar = max(bar, float(falling[passed]) if passed < len(falling) else 0.0)
    refused = score[views.real] <= bar
    return _percent("matched_bpcer", rate(int(refused.sum()), len(refused)))


def _percent(name: str, found: Rate) -> Row:
    return {
        f"{name}_percent": round(100 * found.value, 2),
        f"{name}_low": round(100 * found.low, 2),
        f"{name}_high": round(100 * found.high, 2),
        f"{name}_of": found.trials,
    }


def clip_figures(model: Path, data: Path, peers: Path) -> dict[str, Row]:
    """What the passive check, as shipped, says of every clip, beside the reference's mean."""
    find, network, teacher = detector(), _network(model), Teacher(peers)
    made: dict[str, Row] = {}
    for path in sorted((data / "videos").glob("*.mp4")):
        answers = list(watch(find, network, frames_of(open_source(str(path))), "passive"))
        likes = [
            teacher(bgr, faces[0].box_xyxy)
            for bgr in clip_frames(path, 15)
            if (faces := find.detect(bgr))
        ]
        told = [a.score for a in answers if a.score is not None]
        made[f"clip_{path.stem}"] = {
            "verdict": judge(path.stem, None, answers).state.value,
            **_shares(answers),
            "mean_score": round(float(np.mean(told)), 3),
            "reference_mean_score": round(float(np.mean(likes)), 3),
        }
    return made


def photo_figures(model: Path, data: Path) -> dict[str, Row]:
    """First frames of the talking heads, held to the camera in active mode, also swung."""
    find, network = detector(), _network(model)
    tried, present, refused = 0, dict.fromkeys(MODES, 0), dict.fromkeys(MODES, 0)
    for number, path in enumerate(sorted((data / "videos").glob("person_*.mp4"))):
        photo = next(clip_frames(path, 1))
        for swing in SWINGS_DEG:
            rng = np.random.default_rng([number, int(swing)])
            held = held_photo(photo, rng, seconds=HELD_S, fps=HELD_FPS, yaw_deg=swing)
            film = list(at_rate(held, HELD_FPS))
            tried += 1
            for mode in present:
                said = judge(path.stem, "photo", watch(find, network, film, mode)).state
                present[mode] += said is PresenceState.PRESENT
                refused[mode] += said is PresenceState.NOT_PRESENT
    return {
        "held_photos": {
            "photos": tried,
            "swung_by_degrees": int(max(SWINGS_DEG)),
            **{f"present_{mode}": count for mode, count in present.items()},
            **{f"refused_{mode}": count for mode, count in refused.items()},
        }
    }


def border_figures(data: Path) -> dict[str, Row]:
    """In how many films edges are said to go along with the face: photos in a hand, before a bare
    wall and before rooms; replays; people, also before a camera that trembles.
    """
    find = detector()
    empty = (bgr for _, bgr in pictures(data / "scenes.tar") if not find.detect(bgr))
    said: dict[str, list[float]] = {kind: [] for kind in ("photo", "replay", "person", "trembling")}
    for number, path in enumerate(sorted((data / "videos").glob("*.mp4"))):
        clip = list(frames_of(open_source(str(path))))
        photo, replay = clip[0].bgr, "replay" in path.stem
        said["replay" if replay else "person"].append(_framed(find, clip))
        for reach in () if replay else TREMBLES:
            rng = np.random.default_rng(number)
            moved = trembling((frame.bgr for frame in clip), rng, fps=25.0, reach=reach)
            film = [replace(frame, bgr=bgr) for frame, bgr in zip(clip, moved, strict=True)]
            said["trembling"].append(_framed(find, film))
        if path.stem.startswith("person"):
            room = cv2.resize(next(empty), photo.shape[1::-1], interpolation=cv2.INTER_AREA)
            for swing, behind in itertools.product(SWINGS_DEG, (None, np.asarray(room, np.uint8))):
                rng = np.random.default_rng([number, int(swing)])
                held = held_photo(
                    photo, rng, seconds=HELD_S, fps=HELD_FPS, yaw_deg=swing, room=behind
                )
                said["photo"].append(_framed(find, at_rate(held, HELD_FPS)))
    return {
        f"borders_{kind}": {
            "films": len(shares),
            "found_in": sum(share > 0 for share in shares),
            "frames_percent": round(100 * float(np.mean(shares)), 1),
        }
        for kind, shares in said.items()
    }


def _framed(find: Detector, film: Iterable[Frame]) -> float:
    """Share of a film's frames with a face in which edges go along with it."""
    border = FaceBorder()
    said = [
        border.add(frame.bgr, faces[0].landmarks_xy, frame.time_s)
        for frame in film
        if (faces := find.detect(frame.bgr))
    ]
    return float(np.mean(said))


def _shares(answers: list[Presence]) -> Row:
    """Percent of the frames that said each."""
    return {
        f"{state.value}_percent": round(
            100 * sum(a.state is state for a in answers) / len(answers), 1
        )
        for state in PresenceState
    }


def timing(model: Path, data: Path, peers: Path) -> Row:
    """CPU milliseconds a face at one thread: medians of the networks, which take turns, and means
    of what follows points from frame to frame, as each second's first costs more.
    """
    network, teacher = _network(model), Teacher(peers)
    bgr = np.random.default_rng(0).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    box = np.array([260, 160, 380, 300], np.float32)
    points = (TEMPLATE_XY + np.array([264, 180], np.float32)).astype(np.float32)
    feed = {name: np.zeros((1, 3, SIDE_PX, SIDE_PX), np.float32) for name in ("near", "wide")}
    spent: dict[str, list[float]] = {"network": [], "with_views": [], "reference": []}
    for _ in range(100):
        for name, look in (
            ("network", lambda: network.model.run(feed)),
            ("with_views", lambda: network(bgr, [Face(box, points, 1.0)])),
            ("reference", lambda: teacher(bgr, box)),
        ):
            started = time.thread_time()
            look()
            spent[name].append(1000 * (time.thread_time() - started))
    medians = {f"{name}_ms": round(float(np.median(times)), 2) for name, times in spent.items()}
    return medians | _following_ms(data / "videos" / "person_3.mp4")


def _following_ms(path: Path) -> Row:
    """Of the skin's points and of the edges around the face, over a whole clip."""
    find, motion, border = detector(), FaceMotion(), FaceBorder()
    spent: dict[str, list[float]] = {"motion": [], "border": []}
    for frame in frames_of(open_source(str(path))):
        for face in find.detect(frame.bgr)[:1]:
            points, crop = face.landmarks_xy, align(frame.bgr, face.landmarks_xy)
            started = time.thread_time()
            motion.add(crop, frame.time_s)
            between = time.thread_time()
            border.add(frame.bgr, points, frame.time_s)
            spent["motion"].append(1000 * (between - started))
            spent["border"].append(1000 * (time.thread_time() - between))
    return {f"{name}_ms": round(float(np.mean(times)), 2) for name, times in spent.items()}


def _network(folder: Path) -> PresenceNetwork:
    return PresenceNetwork(Model.load(folder, provider="cpu"))


def at_rate(pictures: Iterable[BgrImage], fps: float) -> Iterator[Frame]:
    for index, bgr in enumerate(pictures):
        yield Frame(bgr, index / fps, index)
