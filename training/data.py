"""Face crops from the tars, the teacher's vectors for them, and who belongs to which split.

A crop is 128x128 and already aligned: its central 112x112 is the template of
`siamapp.vision.align`, the margin is room for augmentation.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from siamapp.store.files import whole_file

Split = Literal["train", "calibration", "test"]
SETS: Final = ("fiw", "celeba")
MARGIN_PX: Final = 8
LOOKALIKE_COSINE: Final = 0.5
SAME_SET_COSINE: Final = 0.65
TEACHER_MEAN: Final = np.array([123.675, 116.28, 103.53], np.float32)
TEACHER_STD: Final = np.array([58.395, 57.12, 57.375], np.float32)

Uint8 = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Crops:
    """Every crop of the sets, in the sorted order of their names."""

    rgb: Uint8
    """`(n, 128, 128, 3)`, RGB."""
    names: tuple[str, ...]
    """`set/identity/file`, stable across machines."""
    person: Ints
    """`(n,)`, index into `people`."""
    people: tuple[str, ...]
    """`set/identity`."""
    skipped: tuple[str, ...] = ()
    """What was no 128x128 picture."""

    def __len__(self) -> int:
        return len(self.names)


def load_crops(data: Path, *, sets: tuple[str, ...] = SETS, limit: int | None = None) -> Crops:
    """Decode sets of aligned crops under `data` (1.5 GB of memory for the whole of both).

    A set is a tar or a folder of its name that holds `IDENTITY/picture`. What is no 128x128 picture
    is left out and named in `skipped`. `limit` takes only the first files of each set.

    Raises:
        FileNotFoundError: a set is missing.
        ValueError: nothing in the sets is a 128x128 picture.
    """
    encoded: dict[str, bytes] = {}
    for name in sets:
        encoded |= {
            f"{name}/{member}": blob for member, blob in islice(set_files(data, name), limit)
        }
    rgb = np.empty((len(encoded), 128, 128, 3), np.uint8)
    names: list[str] = []
    skipped: list[str] = []
    for name, blob in encoded.items():
        picture = decode(blob)
        if picture is None:
            skipped.append(name)
            continue
        rgb[len(names)] = picture
        names.append(name)
    if not names:
        raise ValueError(f"{data} holds no 128x128 picture of {', '.join(sets)}")
    owner = [str(PurePosixPath(name).parent) for name in names]
    people = tuple(sorted(set(owner)))
    index = {person: i for i, person in enumerate(people)}
    person = np.array([index[name] for name in owner], np.int64)
    return Crops(rgb[: len(names)], tuple(names), person, people, tuple(skipped))


def decode(blob: bytes) -> Uint8 | None:
    """A crop `(128, 128, 3)` RGB, or None where the bytes are no picture of that size."""
    picture = cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_COLOR) if blob else None
    if picture is None or picture.shape != (128, 128, 3):
        return None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def open_tar(path: Path) -> tarfile.TarFile:
    """A tar to be read.

    Raises:
        FileNotFoundError: it is missing.
        ValueError: it is no tar; tarfile does not say which.
    """
    try:
        return tarfile.open(path)  # closed by whoever reads it
    except tarfile.TarError as error:
        raise ValueError(f"{path} is not a readable tar") from error


def set_files(data: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """`IDENTITY/picture` and its bytes, in the order of names, of a tar or a folder."""
    if (data / f"{name}.tar").is_file():
        with open_tar(data / f"{name}.tar") as tar:
            for member in sorted((m for m in tar if m.isfile()), key=lambda m: m.name):
                stream = tar.extractfile(member)
                assert stream is not None  # members were filtered to plain files
                yield member.name.removeprefix("./"), stream.read()
        return
    if not (data / name).is_dir():
        raise FileNotFoundError(f"{data} holds neither {name}.tar nor a folder {name}")
    for path in sorted((data / name).glob("*/*")):
        yield path.relative_to(data / name).as_posix(), path.read_bytes()


def central(rgb: Uint8) -> Uint8:
    """The aligned 112x112 of `(..., 128, 128, 3)` crops."""
    return rgb[..., MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX, :]


def unit(vectors: Float) -> Float:
    """Rows scaled to length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


class Reference:
    """The reference embedder (MobileFaceNet): teacher, peer, and judge of who looks alike."""

    def __init__(self, model: Path, threads: int = 2) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def __call__(self, rgb: Uint8) -> Float:
        """Unit vectors `(n, 128)` of aligned `(n, 112, 112, 3)` RGB crops."""
        batch = (rgb.astype(np.float32) - TEACHER_MEAN) / TEACHER_STD
        (vectors,) = self._session.run(None, {"input": batch.transpose(0, 3, 1, 2)})
        return unit(vectors)


def reference_vectors(crops: Crops, model: Path, cache: Path, *, threads: int = 2) -> Float:
    """The reference's vectors `(n, 2, 128)` of each crop, plain and mirrored, computed once.

    The cache file's name carries the model and the crops, so stale vectors are never read.
    """
    digest = digest_of(crops, model)
    path = cache / f"reference-{digest.hexdigest()[:16]}.npy"
    if path.is_file():
        return np.asarray(np.load(path), np.float32)
    reference = Reference(model, threads)
    vectors = np.empty((len(crops), 2, 128), np.float32)
    for start in range(0, len(crops), 64):
        batch = central(crops.rgb[start : start + 64])
        vectors[start : start + 64, 0] = reference(batch)
        vectors[start : start + 64, 1] = reference(batch[:, :, ::-1])
    save_whole(path, vectors)
    return vectors


def digest_of(crops: Crops, model: Path) -> hashlib._Hash:
    """Of a model's file and of the crops, names and pixels: what is made from them is named by it.

    The same names may come again with other pixels, as when a set is aligned anew.
    """
    digest = hashlib.sha256(model.read_bytes())
    digest.update("\n".join(crops.names).encode())
    digest.update(np.ascontiguousarray(crops.rgb).data)
    return digest


def save_whole(path: Path, array: Float) -> None:
    """As numpy's, but a kill in the middle leaves no file that looks made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, replaces=b"") as file:
        np.save(file, array)


def group_of(person: str) -> str:
    """Who must stay on one side of a split: a family in FIW, an identity in CelebA."""
    return person.split("_")[0] if person.startswith("fiw/") else person


def class_means(crops: Crops, vectors: Float) -> Float:
    """Unit mean vector `(people, 128)` of each person, over both mirror views."""
    sums = np.zeros((len(crops.people), vectors.shape[-1]), np.float32)
    np.add.at(sums, crops.person, vectors.sum(axis=1))
    return unit(sums)


def split_people(
    crops: Crops, means: Float, *, test: float, calibration: float, seed: int
) -> dict[Split, Ints]:
    """People of each split; `test` and `calibration` are the shares of groups held out for them.

    Who looks like somebody of the test is left out of calibration and training, and who looks like
    somebody of calibration is left out of training (see `unlike`).
    """
    rng = np.random.default_rng(seed)
    split_of: dict[str, Split] = {}
    for name in SETS:
        groups = sorted({group_of(p) for p in crops.people if p.startswith(f"{name}/")})
        order = rng.permutation(len(groups))
        tested = round(len(groups) * test)
        held = tested + round(len(groups) * calibration)
        for rank, i in enumerate(order):
            split_of[groups[i]] = (
                "test" if rank < tested else "calibration" if rank < held else "train"
            )
    members: dict[Split, list[int]] = {"test": [], "calibration": [], "train": []}
    for index, person in enumerate(crops.people):
        members[split_of[group_of(person)]].append(index)
    people = {split: np.array(indices, np.int64) for split, indices in members.items()}
    held_out = np.concatenate([people["test"], people["calibration"]])
    return {
        "train": unlike(crops, people["train"], held_out, means),
        "calibration": unlike(crops, people["calibration"], people["test"], means),
        "test": people["test"],
    }


def unlike(crops: Crops, people: Ints, others: Ints, means: Float) -> Ints:
    """Those of `people` who look like none of `others`, by the reference's class means.

    One person may be in both sets under two names, so across sets a cosine above 0.5 is enough to
    go. Within a set the labels tell people apart and only what is almost surely a second folder of
    one person goes (above 0.65): FIW's small pictures bring strangers so close that 0.5 would drop
    half of its people (6,897 of 14,010 crops) for looking like one of 600 others.
    """
    if not len(people) or not len(others):
        return people
    in_fiw = np.array([name.startswith("fiw/") for name in crops.people])
    limit = np.where(in_fiw[people][:, None] == in_fiw[others], SAME_SET_COSINE, LOOKALIKE_COSINE)
    return people[(means[people] @ means[others].T <= limit).all(axis=1)]


def rows_of(crops: Crops, people: Ints) -> Ints:
    """Rows of the crops of those people."""
    return np.flatnonzero(np.isin(crops.person, people))
