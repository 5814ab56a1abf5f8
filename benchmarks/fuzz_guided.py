"""Look for input that breaks the app, led by the lines it reaches: coverage-guided fuzzing.

    pip install '.[fuzz]'  # Atheris: Linux and macOS
    python benchmarks/fuzz_guided.py --corpus DIR [--minutes 60] [--kinds card graph ...]

Each kind of input of `fuzz_targets.py` is fed for its share of the time by libFuzzer, which keeps
in DIR/KIND whatever reached something new of `siamapp`: the next run goes on from there. Allowed
are an answer and a `SiamError`; found is any other exception, 5 s for one input, 1 GB of memory, a
process that dies. What broke it lies in DIR/found; exit 1 where anything does. Only our Python
leads, and TOML's parser, not the libraries written in C: `fuzz.py` feeds those at random.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

HANG_S, MEMORY_MB = 5, 1024


def feed(kind: str, corpus: Path, seconds: int) -> None:
    """One kind, in a process of its own, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["siamapp", "tomllib"]):
        from benchmarks.fuzz import gallery
        from benchmarks.fuzz_targets import TARGETS
        from siamapp.errors import SiamError

    target = TARGETS[kind]
    with gallery() as folder:
        # Also where a word of a command hides the option.
        os.environ["SIAMAPP_HOME"] = str(folder / "home")
        os.environ["SIAMAPP_KEY_FILE"] = str(folder / "key")
        for number, seed in enumerate(target.seeds(folder)):
            (corpus / kind / f"seed-{number}").write_bytes(seed)
        scratch = folder if kind == "command" else folder / "scratch"
        scratch.mkdir(exist_ok=True)

        def one(data: bytes) -> None:
            with contextlib.suppress(SiamError):
                target.read(data, scratch)

        atheris.Setup(
            [
                sys.argv[0], str(corpus / kind), f"-max_total_time={seconds}",
                f"-max_len={target.longest}", f"-timeout={HANG_S}", f"-rss_limit_mb={MEMORY_MB}",
                f"-artifact_prefix={corpus / 'found' / kind}-", "-print_final_stats=1",
            ],
            one,
        )  # fmt: skip
        atheris.Fuzz()


def fed(kind: str, corpus: Path, minutes: float) -> dict[str, object]:
    """What came of it."""
    (corpus / kind).mkdir(exist_ok=True)
    words = ["--corpus", str(corpus), "--minutes", str(minutes), "--kind", kind]
    done = subprocess.run(
        [sys.executable, __file__, *words], capture_output=True, text=True, check=False
    )
    told = dict(re.findall(r"stat::(\w+):\s+(\d+)", done.stderr))
    reached = re.findall(r"cov: (\d+)", done.stderr)
    return {
        "kind": kind,
        "inputs": int(told.get("number_of_executed_units", 0)),
        "reached": int(reached[-1]) if reached else 0,
        "kept": len(list((corpus / kind).iterdir())),
        "peak_mb": int(told.get("peak_rss_mb", 0)),
        **({"ended": done.returncode, "error": done.stderr[-1500:]} if done.returncode else {}),
    }


def main() -> int:
    """Feed every kind in turn. Exit 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--kinds", nargs="*")
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    corpus = parsed.corpus.resolve()
    if parsed.kind:
        feed(parsed.kind, corpus, round(parsed.minutes * 60))
        return 0
    from benchmarks.fuzz_targets import TARGETS

    (corpus / "found").mkdir(parents=True, exist_ok=True)
    kinds, begin, inputs = parsed.kinds or list(TARGETS), time.monotonic(), 0
    dead = 0
    for kind in kinds:
        told = fed(kind, corpus, parsed.minutes / len(kinds))
        inputs += int(str(told["inputs"]))
        dead += "ended" in told
        print(json.dumps(told), flush=True)
    found = sorted(path.name for path in (corpus / "found").iterdir())
    minutes = round((time.monotonic() - begin) / 60, 1)
    print(json.dumps({"inputs": inputs, "minutes": minutes, "found": found}))
    return 1 if found or dead else 0


if __name__ == "__main__":
    sys.exit(main())
