"""`python -m training VERB ...`: each verb is one step from data to a model folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pydantic import ValidationError

from siamapp.errors import SiamError

DEFAULT_CONFIG = "configs/embedder.toml"
STUDIES = ("reproduce", "ablate", "codes")


def main(argv: list[str] | None = None) -> int:
    """Parse and run one verb; the exit code is 0 on success.

    What is wrong with files, folders and configs is said in one line, exit code 2; `python -X dev`
    shows where it arose as well. What else ends a run arrives as it is.
    """
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except (OSError, ValueError, SiamError) as error:
        if sys.flags.dev_mode:
            raise
        print(_line(error), file=sys.stderr)
        return 2


def _line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        wrong = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return f"{error.title}: {'; '.join(wrong)}"
    return " ".join(str(error).split())


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["detector"]:
        # These three have verbs and options of their own.
        from training import detector

        return detector.main(arguments[1:])
    if arguments[:1] == ["presence"]:
        from training import presence

        return presence.main(arguments[1:])
    if arguments[:1] == ["occlusion"]:
        from training import occlusion

        return occlusion.main(arguments[1:])
    parsed = _parser().parse_args(arguments)
    from training import studies, verbs

    room = studies if parsed.verb in STUDIES else verbs
    return int(getattr(room, parsed.verb)(parsed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("detector", help="train, check and export the face detector (--help for more)")

    verbs.add_parser("presence", help="train, export and measure the presence check (likewise)")

    verbs.add_parser("occlusion", help="train, measure and export the occlusion measure (likewise)")

    data = _data(required=True)
    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--model", type=Path, required=True, help="model folder, written and read")

    # Shards bring their pictures with them.
    train = verbs.add_parser("train", parents=[_data(required=False)], help="train the embedder")
    train.add_argument("path", type=Path, nargs="?", help="config, instead of --config")
    train.add_argument("--run", type=Path, help="run folder; default RUN of build/runs/NAME")
    train.add_argument(
        "--resume",
        type=Path,
        metavar="RUN",
        help="go on from a run's checkpoint; --set devices=N, nodes=N or accelerator for elsewhere",
    )
    shards = verbs.add_parser("shards", help="a set as tar shards, to be streamed in training")
    shards.add_argument(
        "--source", type=Path, required=True, help="tar or folder of IDENTITY/picture"
    )
    shards.add_argument("--out", type=Path, required=True)
    shards.add_argument("--per-shard", type=int, default=2000)
    pairs = verbs.add_parser("pairs", parents=[data], help="write the test pairs, once")
    pairs.add_argument("--out", type=Path, required=True)
    export = verbs.add_parser("export", parents=[model], help="checkpoint to model.onnx")
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--note", default="", help="what the card should say about the run")
    verbs.add_parser("quantize", parents=[data, model], help="model.onnx to model.int8.onnx")
    half = verbs.add_parser("half", parents=[model], help="model.onnx to model.fp16.onnx, for GPUs")
    half.add_argument("--data", type=Path, required=True, help="folder of fiw.tar and celeba.tar")
    calibrate = verbs.add_parser("calibrate", parents=[data, model], help="thresholds by FMR")
    calibrate.add_argument(
        "--fusion", action="store_true", help="choose how several templates are fused, instead"
    )
    verbs.add_parser("card", parents=[model], help="card.toml anew, from the files")
    evaluate = verbs.add_parser("evaluate", parents=[data, model], help="figures on the test pairs")
    evaluate.add_argument("--pairs", type=Path, required=True)
    evaluate.add_argument("--robust", action="store_true", help="also on spoiled pictures")
    evaluate.add_argument("--timing", action="store_true", help="also time one face at one thread")
    ablate = verbs.add_parser("ablate", parents=[data], help="the recipe, one change at a time")
    ablate.set_defaults(config=Path("configs/ablation.toml"))
    ablate.add_argument("--run", type=Path, required=True, help="folder of the rows' runs")
    ablate.add_argument("--people", type=int, default=400, help="how many to train on")
    ablate.add_argument(
        "--only", default="", metavar="TEXT", help="only rows with this in the name"
    )
    ablate.add_argument(
        "--out", type=Path, help="Markdown file whose marked part the table becomes"
    )
    codes = verbs.add_parser("codes", parents=[data, model], help="binary codes as a coarse index")
    codes.add_argument("--bits", type=int, nargs="+", default=[64, 128, 256])
    codes.add_argument("--crops", type=int, default=4000, help="the most of each split to embed")
    again = verbs.add_parser("reproduce", help="every method on AT&T, or on digits, side by side")
    again.add_argument("--data", type=Path, help="att_faces.tar")
    again.add_argument("--digits", action="store_true", help="scikit-learn's digits, in a minute")
    again.add_argument("--out", type=Path, default=Path("docs"), help="folder of the report")
    again.add_argument("--steps", type=int, help="of each training; default 400, digits 80")
    again.add_argument("--seed", type=int, default=1)
    again.add_argument("--groups", type=int, help="only the first so many; 0 writes the page alone")
    again.add_argument("--network", choices=("chopra", "resnet"), help="only with this one")
    again.add_argument("--only", default="", metavar="TEXT", help="only rows with this in the name")
    again.add_argument("--fresh", action="store_true", help="forget what was measured before")
    return parser


def _data(*, required: bool) -> argparse.ArgumentParser:
    data = argparse.ArgumentParser(add_help=False)
    sets, peers = "folder of fiw.tar and celeba.tar", "folder of mobilefacenet_ms1m.onnx"
    data.add_argument("--data", type=Path, required=required, help=sets)
    data.add_argument("--peers", type=Path, required=required, help=peers)
    data.add_argument("--cache", type=Path, default=Path("build/training"))
    data.add_argument("--config", type=Path, default=Path(DEFAULT_CONFIG))
    data.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE")
    return data


if __name__ == "__main__":
    sys.exit(main())
