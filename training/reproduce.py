"""`python -m training reproduce`: every method on AT&T in the protocol of 2005, beside its figures.

Forty people, ten grey pictures each. Five people at a time are kept unseen, the method learns from
the other thirty-five, and all pairs of the fifty unseen pictures are compared. Eight groups make
every person a test person once. Threshold and rates are of each group by itself: distances of
differently trained networks do not compare.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from siamapp.evaluation.rates import equal_error_rate
from training.data import Ints, Uint8, open_tar
from training.methods import (
    Classified,
    ContrastiveSiamese,
    Distilled,
    ExponentialSiamese,
    HammingSiamese,
    Method,
    Pixels,
    PseudoSiamesePair,
    TripletSiamese,
    TwoChannelPair,
)
from training.samplers import PeopleSampler
from training.small_networks import Branch

SIZE: Final = (56, 46)
"""Rows and columns, as in 2005."""
GROUP: Final = 5
UNSEEN_DIGITS: Final = 3
FALSE_ACCEPTANCE: Final = (0.10, 0.075, 0.05)
BRANCHES: Final[tuple[Branch, ...]] = ("chopra", "resnet")
Build = Callable[[Branch, int], Method]

PIXELS: Final = "pixels, nothing learnt"
ROWS: Final[dict[str, Build]] = {
    PIXELS: lambda kind, people: Pixels(),
    "siamese, exponential loss": lambda kind, people: ExponentialSiamese(kind, 1),
    "siamese, contrastive, L2": lambda kind, people: ContrastiveSiamese(kind, 1),
    "siamese, contrastive, cosine": lambda kind, people: ContrastiveSiamese(
        kind, 1, metric="cosine", margin=0.5
    ),
    "siamese, contrastive, exp(-L1)": lambda kind, people: ContrastiveSiamese(
        kind, 1, metric="exp_l1", margin=0.95
    ),
    "triplet, random": lambda kind, people: TripletSiamese(kind, 1, "random"),
    "triplet, random, 1:3": lambda kind, people: TripletSiamese(kind, 1, "random", negatives=3),
    "triplet, semi-hard": lambda kind, people: TripletSiamese(kind, 1, "semi_hard"),
    "triplet, hard": lambda kind, people: TripletSiamese(kind, 1, "hard"),
    "triplet, distance-weighted": lambda kind, people: TripletSiamese(kind, 1, "distance_weighted"),
    "Hamming, 64 bits": lambda kind, people: HammingSiamese(kind, 1, 64),
    "Hamming, 128 bits": lambda kind, people: HammingSiamese(kind, 1, 128),
    "Hamming, 256 bits": lambda kind, people: HammingSiamese(kind, 1, 256),
    "pseudo-siamese": lambda kind, people: PseudoSiamesePair(kind, 1),
    "2-channel": lambda kind, people: TwoChannelPair(kind, 1),
    "softmax": lambda kind, people: Classified(kind, 1, "softmax", people),
    "CosFace": lambda kind, people: Classified(kind, 1, "cosface", people),
    "ArcFace": lambda kind, people: Classified(kind, 1, "arcface", people),
}
DISTILLED: Final = "distillation from softmax"
PATIENCE: Final = {"siamese, exponential loss": 2}
"""How many times the steps a row gets: this one still learns when the others have ended."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One method, trained once and judged on one group of unseen people."""

    row: str
    branch: str
    group: int
    false_rejection: tuple[float, ...]
    """At each of `FALSE_ACCEPTANCE`."""
    equal_error: float
    seconds: float
    """Of processor time that the training took."""
    steps: int
    seed: int = 1
    """Lines that name none were made with 1."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Grey pictures in -1..1 `(n, 1, 56, 46)` and whom each shows `(n,)`."""

    values: Tensor
    person: Ints

    def of(self, people: Ints) -> Pictures:
        rows = np.flatnonzero(np.isin(self.person, people))
        return Pictures(self.values[torch.from_numpy(rows)], self.person[rows])


def load_att(archive: Path) -> Pictures:
    """The pictures of `att_faces.tar` (`sN/K.pgm`), halved to 56x46.

    Raises:
        ValueError: it is no tar, holds no picture, or one that cannot be read.
    """
    pictures: list[Uint8] = []
    person: list[int] = []
    with open_tar(archive) as tar:
        members = sorted((m for m in tar if m.name.endswith(".pgm")), key=lambda m: m.name)
        if not members:
            raise ValueError(f"{archive} holds no sN/K.pgm")
        people = sorted({m.name.split("/")[-2] for m in members})
        for member in members:
            stream = tar.extractfile(member)
            assert stream is not None
            grey = cv2.imdecode(np.frombuffer(stream.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
            if grey is None:
                raise ValueError(f"{member.name} of {archive} is not a readable picture")
            small = cv2.resize(grey, SIZE[::-1], interpolation=cv2.INTER_AREA)
            pictures.append(np.asarray(small, np.uint8))
            person.append(people.index(member.name.split("/")[-2]))
    return as_pictures(np.stack(pictures), np.array(person, np.int64))


def load_digits() -> Pictures:
    """Twenty or so of each of scikit-learn's hand-written digits, enlarged to 56x46."""
    from sklearn.datasets import load_digits as load

    small, digit = load(return_X_y=True)
    grey = [
        cv2.resize((one.reshape(8, 8) * 15).astype(np.uint8), SIZE[::-1]) for one in small[:200]
    ]
    return as_pictures(np.stack(grey), digit[:200].astype(np.int64))


def as_pictures(grey: Uint8, person: Ints) -> Pictures:
    values = torch.from_numpy(grey).float().div(127.5).sub(1).unsqueeze(1)
    return Pictures(values, person)


def groups_of(people: Ints, size: int, seed: int) -> list[Ints]:
    """The people in disjoint groups, each to be tested once."""
    shuffled = np.random.default_rng(seed).permutation(np.unique(people))
    return [shuffled[start : start + size] for start in range(0, len(shuffled), size)]


def shaken(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture turned, scaled and shifted a little, half of them mirrored."""
    count = len(pictures)
    angle, scale, x, y = (
        torch.randn(count, generator=generator) * spread for spread in (0.06, 0.05, 0.05, 0.05)
    )
    grow = torch.exp(scale)
    flip = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    top = torch.stack([grow * angle.cos() * flip, -grow * angle.sin(), x], dim=1)
    bottom = torch.stack([grow * angle.sin() * flip, grow * angle.cos(), y], dim=1)
    grid = F.affine_grid(
        torch.stack([top, bottom], dim=1), list(pictures.shape), align_corners=False
    )
    return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def fit(
    method: Method,
    pictures: Pictures,
    steps: int,
    seed: int,
    *,
    people_per_batch: int = 8,
    pictures_per_person: int = 4,
) -> float:
    """Train by Adam under a cosine; the processor's seconds it took."""
    if not steps:
        return 0.0
    sampler = PeopleSampler(pictures.person, people_per_batch, pictures_per_person, seed)
    _, labels = np.unique(pictures.person, return_inverse=True)
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(method.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    began = time.process_time()
    # A third faster on a CPU; known to torch, not to its type hints.
    method.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    for step in range(steps):
        rows = torch.from_numpy(sampler.batch(step))
        batch = shaken(pictures.values[rows], generator).contiguous(
            memory_format=torch.channels_last
        )
        loss = method.loss(batch, torch.from_numpy(labels)[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    method.eval()
    return time.process_time() - began


@torch.no_grad()
def judge(method: Method, pictures: Pictures) -> tuple[tuple[float, ...], float]:
    """False rejection at each of `FALSE_ACCEPTANCE` and the equal error rate, over all pairs."""
    first, second = (
        torch.tensor(part)
        for part in zip(*combinations(range(len(pictures.person)), 2), strict=True)
    )
    distances = method.distances(pictures.values, first, second).numpy()
    genuine = pictures.person[first.numpy()] == pictures.person[second.numpy()]
    impostors = np.sort(distances[~genuine])
    rates = []
    for accepted in FALSE_ACCEPTANCE:
        # The largest threshold below which at most this share of impostors lies.
        limit = impostors[min(int(accepted * len(impostors)), len(impostors) - 1)]
        rates.append(float((distances[genuine] >= limit).mean()))
    return tuple(rates), equal_error_rate(distances, genuine)


def run_group(
    pictures: Pictures, test: Ints, group: int, kind: Branch, steps: int, seed: int,
    *, done: frozenset[str] = frozenset(), only: str = "", report: Callable[[Outcome], None],
) -> None:  # fmt: skip
    """Train and judge every row whose name holds `only`, on one group."""
    rest = np.setdiff1d(np.unique(pictures.person), test)
    seen, unseen = pictures.of(rest), pictures.of(test)
    people = len(rest)
    rows: dict[str, Callable[[], Method]] = {
        name: partial(build, kind, people) for name, build in ROWS.items()
    }
    teacher: list[nn.Module] = []
    rows[DISTILLED] = lambda: Distilled(kind, 1, teacher[0])
    done |= {name for name in rows if only not in name}
    for name, build in rows.items():
        needed = name == "softmax" and DISTILLED not in done
        if name in done and not needed:
            continue
        torch.manual_seed(seed)
        method = build()
        batch = min(8, people)
        own_steps = steps_of(name, steps)
        seconds = fit(method, seen, own_steps, seed, people_per_batch=batch)
        if name == "softmax":
            teacher.append(method.network)
        if name not in done:
            rates, equal = judge(method, unseen)
            report(Outcome(name, kind, group, rates, equal, round(seconds, 2), own_steps, seed))


def steps_of(row: str, steps: int) -> int:
    """How long a row is trained where most are for so many steps."""
    return 0 if row == PIXELS else steps * PATIENCE.get(row, 1)


def reproduce(
    pictures: Pictures, out: Path, *, steps: int, seed: int, size: int = GROUP,
    groups: int | None = None, branches: tuple[Branch, ...] = BRANCHES, only: str = "",
) -> None:  # fmt: skip
    """Add to `out` (a JSON line per outcome) what is not in it yet, of the first `groups`,
    with the networks `branches` and by the rows whose names hold `only`.

    Raises:
        ValueError: what is in it was made with other steps or another seed.
    """
    known = read_outcomes(out) if out.is_file() else []
    if others := [o for o in known if (o.steps, o.seed) != (steps_of(o.row, steps), seed)]:
        made = f"{others[0].steps} steps and seed {others[0].seed}"
        raise ValueError(f"{out} holds {others[0].row!r} of {made}: --fresh, or another --out.")
    out.parent.mkdir(parents=True, exist_ok=True)
    for number, test in enumerate(groups_of(pictures.person, size, seed)[:groups]):
        for kind in branches:
            done = frozenset(o.row for o in known if (o.branch, o.group) == (kind, number))
            with out.open("a", encoding="utf-8") as lines:

                def report(outcome: Outcome, to=lines) -> None:
                    to.write(json.dumps(asdict(outcome)) + "\n")
                    to.flush()

                run_group(
                    pictures, test, number, kind, steps, seed, done=done, only=only, report=report
                )


def read_outcomes(path: Path) -> list[Outcome]:
    """What `reproduce` wrote."""
    outcomes = []
    for line in path.read_text("utf-8").splitlines():
        fields = json.loads(line)
        fields["false_rejection"] = tuple(fields["false_rejection"])
        outcomes.append(Outcome(**fields))
    return outcomes
