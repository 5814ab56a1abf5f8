"""Feed the app damaged input: `python benchmarks/fuzz.py --inputs 100000`.

Each input is a valid picture, video, card, network, table or command with a few random changes,
made from its number alone. Allowed are an answer and a `SiamError`. Not allowed: any other
exception, 5 s of processor time, 1 GB of memory, a process that dies, or a changed gallery. Batches
run in processes of their own, so that a dying one is found, and named by its first input.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import functools
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from siamapp.cli import run  # noqa: E402 - after the path
from siamapp.errors import SiamError  # noqa: E402
from siamapp.evaluation.protocol import from_pairs  # noqa: E402
from siamapp.identity.own_calibration import (  # noqa: E402
    calibration_file,
    distances_id,
    load_calibration,
)
from siamapp.live.photos import read_image  # noqa: E402
from siamapp.live.recordings import VideoSource  # noqa: E402
from siamapp.paths import Paths  # noqa: E402
from siamapp.settings import Settings  # noqa: E402
from siamapp.vision.card import load_card, read_card  # noqa: E402
from siamapp.vision.graph import inspect_graph  # noqa: E402

BATCH = 2000
HANG_S = 5.0
MEMORY_BYTES = 1 << 30
MODELS = ROOT / "assets" / "models"
VIDEOS = {".avi": "MJPG", ".mp4": "mp4v", ".webm": "VP80", ".mkv": "FFV1"}
WORDS = (
    *("--json", "-h", "--home", "--key-file", "--camera", "--start", "--end", "--claim", "--yes"),
    *("--model", "--gallery", "--pairs", "--images", "--max-seconds", "--last", "--head", "--card"),
    *("", "-", "--", "..", "nan", "inf", "-1", "1e400", "0", "99999999999999999999"),
    *("Nobody", "\u202eNobody", "é" * 300, "a" * 70000, "{}", "[]", "damaged.bin", "nowhere.mp4"),
    *("target_fmr", "embedder", "threads", "camera", "siamface-v1", "siamdetect-v1", "../../etc"),
)
TOKENS = (
    *("nan", "inf", "-inf", "0", "-1", "1e309", "9" * 400, '""', "true", "[]", "{}", "[" * 900),
    *("1979-05-27", '"../../x"', '"' + "a" * 9000 + '"', "0x7fffffffffffffff", "'\\'", "\t"),
)
CALIBRATION = (
    'version = 1\nembedder_id = "{embedder_id}"\nembedder_name = "e"\nmetric = "l2"\n'
    'distances = "{distances}"\n'
    'created_utc = "2026"\nsource = "folder"\npeople = 12\npictures = 48\n[[thresholds]]\n'
    "fmr = 0.01\ndistance = 1.1\nimpostor_comparisons = 1056\nfmr_low = 0.001\n"
    "fmr_high = 0.02\nfnmr = 0.1\n"
)
PAIRS = (
    b"2\t1\nAnn\t1\t2\nAnn\t1\tBo\t3\nBo\t1\t2\nBo\t2\tAnn\t3\n",
    b"first,second,genuine,fold\nA/1.jpg,A/2.jpg,1,0\nA/1.jpg,B/1.jpg,0,1\n",
)
VERBS = (
    "verify", "identify", "enroll", "import", "live", "evaluate", "calibrate", "restore",
    "people list", "people show", "people rename", "people delete", "people merge", "people import",
    "models list", "models show", "models use", "models remove", "audit list", "audit verify",
    "settings get", "settings set", "settings list", "no-such-verb",
)  # fmt: skip


def changed_text(text: bytes, rng: random.Random) -> bytes:
    """A few random changes that leave most of a text readable, so that they get past the parser."""
    if rng.random() < 0.2:
        return changed(text, rng)
    words = text.decode().split(" ")
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(words))
        match rng.randrange(4):
            case 0:
                words[at] = rng.choice(TOKENS)
            case 1:
                del words[at]
                words = words or [""]
            case 2:
                words.insert(at, words[rng.randrange(len(words))])
            case 3:
                letters = list(words[at]) or [""]
                letters[rng.randrange(len(letters))] = chr(rng.randrange(32, 127))
                words[at] = "".join(letters)
    return " ".join(words).encode("utf-8", "replace")


def changed(data: bytes, rng: random.Random) -> bytes:
    """A few random changes: bits, bytes, lengths, cuts, copies."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at, span = rng.randrange(len(out) + 1), rng.choice((1, 1, 2, 4, 16, 200))
        match rng.randrange(6):
            case 0 if at < len(out):
                out[at] ^= 1 << rng.randrange(8)
            case 1:
                out[at : at + span] = rng.randbytes(span)
            case 2:
                del out[at : at + span]
            case 3:
                out[at:at] = out[rng.randrange(len(out) + 1) :][:span]
            case 4:
                out[at : at + 4] = rng.choice((b"\xff" * 4, b"\x7f\xff\xff\xff", bytes(4), b"\x80"))
            case 5 if rng.random() < 0.3:
                del out[at:]
    return bytes(out)


def picture(rng: random.Random, folder: Path) -> None:
    pixels = np.frombuffer(rng.randbytes(48 * 40 * 3), np.uint8).reshape(48, 40, 3)
    suffix = rng.choice((".jpg", ".png", ".webp", ".bmp", ".tiff"))
    _, data = cv2.imencode(suffix, pixels)
    (folder / f"photo{suffix}").write_bytes(changed(data.tobytes(), rng))
    read_image(folder / f"photo{suffix}")


@functools.cache
def _videos() -> tuple[tuple[str, bytes], ...]:
    """Suffix and bytes of a short video of each kind that OpenCV writes everywhere."""
    made = []
    pixels = np.random.default_rng(0).integers(0, 256, (6, 6, 8, 3), np.uint8)
    with tempfile.TemporaryDirectory(prefix="siam-fuzz-") as folder:
        for suffix, codec in VIDEOS.items():
            path = Path(folder) / f"video{suffix}"
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 25, (64, 48))
            for frame in pixels:
                writer.write(cv2.resize(frame, (64, 48)))
            writer.release()
            made.append((suffix, path.read_bytes()))
    return tuple(made)


def video(rng: random.Random, folder: Path) -> None:
    suffix, data = rng.choice(_videos())
    (folder / f"video{suffix}").write_bytes(changed(data, rng))
    source = VideoSource(folder / f"video{suffix}")
    try:
        source.open()
        for _ in range(100):
            if source.read() is None:
                break
    finally:
        source.close()


def unsealed(card: Path) -> bytes:
    """A card without its hash, which would refuse each change before it is read."""
    return card.read_bytes().rpartition(b"# sha256 ")[0]


def card(rng: random.Random, folder: Path) -> None:
    text = unsealed(MODELS / rng.choice(("siamface-v1", "siamdetect-v1")) / "card.toml")
    (folder / "card.toml").write_bytes(changed_text(text, rng))
    load_card(folder)


def graph(rng: random.Random, folder: Path) -> None:
    own = read_card(MODELS / "siamdetect-v1" / "card.toml")
    data = (MODELS / "siamdetect-v1" / "model.onnx").read_bytes()
    # The weights are most of the file and say nothing: the rest is where a reader can go wrong.
    head, tail = data[:4000], data[-12000:]
    body = rng.choice((changed(head, rng) + data[4000:], data[:-12000] + changed(tail, rng), head))
    inspect_graph(body, own, own.files[0])


def settings(rng: random.Random, folder: Path) -> None:
    text = 'camera = "1"\ntarget_fmr = 0.001\nagree_frames = 3\ntheme = "dark"\nkeep_crops = true\n'
    (folder / "settings.toml").write_bytes(changed_text(text.encode(), rng))
    Settings.load(Paths(folder))


def calibration(rng: random.Random, folder: Path) -> None:
    own = read_card(MODELS / "siamface-v1" / "card.toml")
    text = CALIBRATION.format(embedder_id=own.id, distances=distances_id(own))
    calibration_file(folder, own.id).write_bytes(changed_text(text.encode(), rng))
    load_calibration(folder, own)


def pairs(rng: random.Random, folder: Path) -> None:
    (folder / "pairs.txt").write_bytes(changed_text(rng.choice(PAIRS), rng))
    from_pairs(folder / "pairs.txt", folder)


def command(rng: random.Random, folder: Path) -> None:
    (folder / "damaged.bin").write_bytes(rng.randbytes(rng.randrange(200)))
    (folder / "home" / "settings.toml").unlink(missing_ok=True)
    words = rng.choice(VERBS).split() + [rng.choice(WORDS) for _ in range(rng.randint(0, 5))]
    words += ["--home", str(folder / "home"), "--key-file", str(folder / "key"), "--json"]
    said, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
        status = run(words)
    if status not in (0, 1, 2) or "InternalError" in said.getvalue():
        raise AssertionError(f"status {status} of {words[:-5]!r:.300}")


KINDS: dict[str, Callable[[random.Random, Path], None]] = {
    "picture": picture,
    "video": video,
    "card": card,
    "graph": graph,
    "settings": settings,
    "calibration": calibration,
    "pairs": pairs,
    "command": command,
}
ROUND = [kind for kind in KINDS if kind != "command"] * 3 + ["command"]
"""A command opens a gallery and takes as long as a hundred others: one in twenty-two."""


@contextlib.contextmanager
def gallery() -> Iterator[Path]:
    """A folder with a home that has one person, who must still be there at the end."""
    with tempfile.TemporaryDirectory(prefix="siam-fuzz-") as made:
        folder, before = Path(made) / "desk", Path.cwd()
        folder.mkdir()  # `import ..` finds nobody else's pictures
        os.chdir(folder)  # whatever a command writes by a bare name is written here
        try:
            _enrol_one(folder)
            held = _held(folder)
            yield folder
            (folder / "home" / "settings.toml").unlink(missing_ok=True)
            if _held(folder) != held:
                raise AssertionError("the gallery was changed")
        finally:
            os.chdir(before)


def _enrol_one(folder: Path) -> None:
    from siamapp.store.database import Database
    from siamapp.store.people import People
    from siamapp.store.vault import find_key
    from siamapp.types import Quality, Sample

    home = folder / "home"
    home.mkdir()
    vector = np.zeros(128, np.float32)
    vector[0] = 1
    sample = Sample(np.zeros((112, 112, 3), np.uint8), vector, Quality(64, 1, 0.5, 0.2, 0, 0, 0, 1))
    with Database.open(home, find_key(home, key_file=folder / "key")) as database:
        embedder_id = read_card(MODELS / "siamface-v1" / "card.toml").id
        People(database).add("Canary Held", [sample], embedder_id=embedder_id)


def _held(folder: Path) -> str:
    said = io.StringIO()
    where = ["--home", str(folder / "home"), "--key-file", str(folder / "key"), "--json"]
    with contextlib.redirect_stdout(said):
        assert run(["people", "list", *where]) == 0
        assert run(["people", "show", "Canary Held", *where]) == 0
    return said.getvalue()


def feed(number: int, folder: Path) -> tuple[str, str]:
    """One input: its kind, and "answered", the kind of `SiamError`, or "BUG: ..."."""
    rng = random.Random(number)
    kind = ROUND[number % len(ROUND)]
    try:
        KINDS[kind](rng, folder)
    except SiamError as error:
        return kind, type(error).__name__
    except Exception as bug:  # noqa: BLE001 - what is looked for
        return kind, f"BUG: {type(bug).__name__}: {bug!s:.200}"
    return kind, "answered"


def batch(first: int, count: int) -> None:
    """Feed `count` inputs and print what came of them as JSON."""
    import resource

    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGVTALRM, _hang)
    seen: Counter[str] = Counter()
    bugs = []
    with gallery() as folder:
        for number in range(first, first + count):
            signal.setitimer(signal.ITIMER_VIRTUAL, HANG_S)
            kind, outcome = feed(number, folder)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            if outcome.startswith("BUG"):
                bugs.append(f"input {number} ({kind}): {outcome}")
                outcome = "bug"
            seen[f"{kind}: {outcome}"] += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if peak > MEMORY_BYTES:
        bugs.append(f"inputs {first} to {first + count - 1} took {peak / 1e6:.0f} MB")
    print(json.dumps({"seen": seen, "bugs": bugs, "peak_mb": round(peak / 1e6)}))


def _hang(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"more than {HANG_S:.0f} s of processor time")


def main() -> int:
    """Run batches until all inputs are fed. Exit 1 where something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    if parsed.batch:
        batch(parsed.first, parsed.batch)
        return 0
    started, seen, bugs, peak = time.monotonic(), Counter[str](), [], 0
    for first in range(parsed.first, parsed.first + parsed.inputs, BATCH):
        count = min(BATCH, parsed.first + parsed.inputs - first)
        words = [sys.executable, __file__, "--first", str(first), "--batch", str(count)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            bugs.append(f"batch {first} ended with {done.returncode}: {done.stderr[-2000:]}")
            continue
        told = json.loads(done.stdout.splitlines()[-1])
        seen.update(told["seen"])
        bugs += told["bugs"]
        peak = max(peak, told["peak_mb"])
        print(f"{first + count} inputs, {len(bugs)} bugs", file=sys.stderr)
    for line, number in sorted(seen.items()):
        print(f"{number:8d}  {line}")
    minutes = (time.monotonic() - started) / 60
    print(f"{sum(seen.values())} inputs in {minutes:.1f} min, peak {peak} MB, {len(bugs)} bugs")
    print(*bugs, sep="\n")
    return 1 if bugs else 0


if __name__ == "__main__":
    sys.exit(main())
