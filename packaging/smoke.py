"""Try a built folder: show the window, enrol from a video, find the person, try the models, report.

python packaging/smoke.py build/dist/siamapp [VIDEO]

Without a screen it runs by Qt's offscreen platform. Without a video it makes one of the astronaut's
portrait (scikit-image carries it). Everything happens in a new folder, whose log is read; exit 0
where all went well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def main(folder: Path, video: Path | None) -> int:
    suffix = ".exe" if os.name == "nt" else ""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        video = video or made_video(Path(scratch) / "astronaut.mp4")
        window = run(
            [folder / f"siamapp{suffix}", "--home", home, "--key-file", home / "key", "gui"],
            SIAMAPP_SMOKE="1",
            **({} if has_screen() else {"QT_QPA_PLATFORM": "offscreen"}),
        )
        assert window.returncode == 0, window.stderr

        def verb(*words: object) -> Any:
            shared = ("--json", "--home", home, "--key-file", home / "key")
            done = run([folder / f"siamapp{suffix}", *words, *shared])
            assert done.returncode == 0, done.stdout + done.stderr
            assert "onnxruntime" not in done.stderr, done.stderr
            return json.loads(done.stdout)

        enrolled = verb("enroll", "Somebody", video)["enrolled"]
        found = verb("identify", video)["sources"][0]["faces"]
        assert "Somebody" in {face["name"] for face in found}, found
        verb("audit", "verify")
        # Reads the graphs by onnx, and runs each model in a process of its own, as `add` does.
        assert all(model["holds"] for model in verb("models", "verify")["models"].values())
        pictures = made_pictures(Path(scratch) / "people")
        for report in ("report.html", "report.pdf"):
            verb("evaluate", "--images", pictures, "--report", Path(scratch) / report)
            assert (Path(scratch) / report).stat().st_size > 10_000
        logs = "".join(p.read_text("utf-8") for p in (home / "logs").glob("*.log"))
        assert "Traceback" not in logs, logs
        assert "Somebody" not in logs, "a name is in the log"
        size = sum(
            p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink()
        )
        told = {"samples": enrolled["templates"], "unpacked_mb": round(size / 1e6, 1)}
        sys.stdout.write(json.dumps(told) + "\n")
    return 0


def has_screen() -> bool:
    return os.name == "nt" or sys.platform == "darwin" or "DISPLAY" in os.environ


def run(words: list[object], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


def made_video(path: Path) -> Path:
    """Two seconds of the portrait, moved a little from frame to frame."""
    import cv2
    import numpy as np
    from skimage.data import astronaut

    picture = cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30, (512, 512))
    for i in range(60):
        move = np.float32([[1, 0, 6 * np.sin(i / 7)], [0, 1, 4 * np.cos(i / 5)]])
        writer.write(cv2.warpAffine(picture, move, (512, 512), borderMode=cv2.BORDER_REPLICATE))
    writer.release()
    return path


def made_pictures(folder: Path) -> Path:
    """A folder each of the two public-domain portraits, in three brightnesses."""
    import cv2
    import numpy as np
    from matplotlib.cbook import get_sample_data
    from skimage.data import astronaut

    with get_sample_data("grace_hopper.jpg") as file:
        hopper = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_COLOR)
    portraits = {"one": cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR), "two": hopper}
    for name, portrait in portraits.items():
        (folder / name).mkdir(parents=True)
        for alpha in (0.9, 1.0, 1.1):
            picture = cv2.convertScaleAbs(portrait, alpha=alpha)
            cv2.imwrite(str(folder / name / f"{alpha}.png"), picture)
    return folder


if __name__ == "__main__":
    given = [Path(word) for word in sys.argv[1:]]
    if not 1 <= len(given) <= 2:
        sys.exit(__doc__)
    sys.exit(main(given[0], given[1] if len(given) == 2 else None))
