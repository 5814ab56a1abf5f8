"""What each verb that makes a model does, in the order of their use (`studies`: the others).

`train` and `pairs` read the data; `export` begins a model folder; `quantize`, `half`, `calibrate`
and `evaluate` each add to it and to its card.
"""

from __future__ import annotations

import hashlib
import json
import sys
from argparse import Namespace
from functools import partial
from pathlib import Path

import numpy as np

from siamapp.vision.card import EmbeddingSpec, FusionSpec, ModelCard, load_card
from siamapp.vision.embed import Embedder
from siamapp.vision.model import Model
from training.config import TrainConfig, load_config, load_resumed
from training.data import (
    LOOKALIKE_COSINE,
    Crops,
    Float,
    Ints,
    Reference,
    Split,
    Uint8,
    central,
    class_means,
    load_crops,
    reference_vectors,
    rows_of,
    set_files,
    split_people,
)

REFERENCE = "mobilefacenet_ms1m.onnx"
PAIR_COUNT = 6000
QUANTIZE_CROPS = 400
HALF_CROPS = 1000
"""Of each set: nothing is chosen by them, so any will do."""
SUMMED_CROPS = 40


def prepare(parsed: Namespace, config: TrainConfig) -> tuple[Crops, Float, dict[Split, Ints]]:
    """Crops, the reference's vectors of them, and the people of each split."""
    crops = load_crops(parsed.data, limit=config.data.limit_per_set)
    if crops.skipped:
        print(f"{len(crops.skipped)} unreadable, the first {crops.skipped[0]}", file=sys.stderr)
    vectors = reference_vectors(crops, parsed.peers / REFERENCE, parsed.cache)
    splits = split_people(
        crops,
        class_means(crops, vectors),
        test=config.data.test_share,
        calibration=config.data.calibration_share,
        seed=config.data.split_seed,
    )
    return crops, vectors, splits


def train(parsed: Namespace) -> int:
    """Train, or go on with a run from its last checkpoint and its own config."""
    from training.labelled import CropSet, ShardSet, TrainingSet
    from training.loop import train as run_loop
    from training.views import make_views

    if parsed.resume:
        config = load_resumed(parsed.resume, parsed.set)
    else:
        config = load_config(parsed.path or parsed.config, parsed.set)
    run = parsed.resume or parsed.run or Path("build/runs") / config.name
    if not parsed.resume and (run / "config.json").exists():
        print(f"{run} holds a run already: --resume {run}, or another --run.", file=sys.stderr)
        return 2
    if not config.data.shards and not (parsed.data and parsed.peers):
        print("Give --data and --peers, or shards (--set data.shards=...).", file=sys.stderr)
        return 2
    data: TrainingSet
    if config.data.shards:
        data = ShardSet.open(config.data.shards)
    else:
        crops, _, splits = prepare(parsed, config)
        rows = rows_of(crops, splits["train"])
        data = CropSet(crops, rows) if config.data.on_device else make_views(
            crops, rows, config.data, config.seed, parsed.peers / REFERENCE, parsed.cache
        )  # fmt: skip
    people = len(np.unique(data.person[~data.blended]))
    print(f"{len(data)} views of {people} people; run {run}", file=sys.stderr)
    run_loop(config, data, run)
    return 0


def shards(parsed: Namespace) -> int:
    """Write a set as shards, for `data.shards`."""
    from training.labelled import write_shards

    source = parsed.source
    name = source.name.removesuffix(".tar")
    count, skipped = write_shards(
        set_files(source.parent, name), parsed.out, per_shard=parsed.per_shard
    )
    print(f"{count} pictures written to {parsed.out}", file=sys.stderr)
    if skipped:
        print(f"{len(skipped)} left out, the first {skipped[0]}", file=sys.stderr)
    return 0 if count else 1


def pairs(parsed: Namespace) -> int:
    """Write the test pairs."""
    from training.pairs import make_pairs, write_pairs

    config = load_config(parsed.config, parsed.set)
    crops, vectors, splits = prepare(parsed, config)
    means = class_means(crops, vectors)
    made = make_pairs(crops, splits["test"], means, count=PAIR_COUNT, seed=config.data.split_seed)
    write_pairs(made, parsed.out)
    return 0


def export(parsed: Namespace) -> int:
    """Write `model.onnx` from a run's averaged weights, and a card with nothing measured yet."""
    import torch

    from siamapp.vision.selftest import LEAST_COSINE, parity
    from training.card import EXPORT_COMMAND, FP32, facts, golden_file, new_card, write_card
    from training.export import export_onnx
    from training.loop import CHECKPOINT
    from training.networks import FaceResNet

    config = TrainConfig.model_validate_json((parsed.run / "config.json").read_text("utf-8"))
    network = FaceResNet(config.network)
    # Trained on a GPU it may be exported where there is none.
    state = torch.load(parsed.run / CHECKPOINT, weights_only=True, map_location="cpu")
    network.load_state_dict(state["average"])
    dimension = config.network.dimension
    export_onnx(network, parsed.model / FP32, facts(config.name, dimension, config.metric))
    card = new_card(
        parsed.model,
        config.name,
        dimension=dimension,
        metric=config.metric,
        parameters=sum(p.numel() for p in network.parameters()),
        commit=(parsed.run / "git_commit.txt").read_text("utf-8").strip(),
    )
    golden = golden_file(parsed.model, network)
    how = {
        **card.figures["training"],
        "seed": config.seed,
        "steps": state["step"],
        "samples": state["step"] * config.optim.people_per_batch * config.optim.views_per_person,
        "minutes": round(state["spent_s"] / 60, 1),
        **({"started_from": load_card(config.start).id} if config.start else {}),
        **({"note": parsed.note} if parsed.note else {}),
    }
    card = card.model_copy(update={"golden": golden, "figures": {"training": how}})
    write_card(parsed.model, card)
    worst = parity(Embedder(Model.load(parsed.model, provider="cpu", precision="fp32")))
    if worst is None or worst < LEAST_COSINE:
        raise RuntimeError(f"onnxruntime gives other vectors than torch: cosine {worst}")
    figures = {**card.figures, "parity": {"least_cosine": worst, "command": EXPORT_COMMAND}}
    write_card(parsed.model, card.model_copy(update={"figures": figures}))
    return 0


def quantize(parsed: Namespace) -> int:
    """Write `model.int8.onnx`, its ranges from crops of calibration people."""
    from training.card import FP32, INT8, facts, model_file, write_card
    from training.export import quantize as quantize_file

    crops, _, splits = prepare(parsed, load_config(parsed.config, parsed.set))
    rows = rows_of(crops, splits["calibration"])
    chosen = np.random.default_rng(0).permutation(rows)[:QUANTIZE_CROPS]
    card = load_card(parsed.model)
    spec = embedding_spec(card)
    inside = {**facts(card.name, spec.dimension, spec.metric), "id": card.id}
    quantize_file(parsed.model / FP32, parsed.model / INT8, central(crops.rgb[chosen]), inside)
    files = (card.file("fp32"), model_file(parsed.model, INT8, "int8"))
    # Thresholds and figures of a former int8 file are not this one's.
    figures = {name: card.figures[name] for name in ("training", "parity") if name in card.figures}
    kept = {"files": files, "thresholds": (), "fusion": FusionSpec(), "figures": figures}
    write_card(parsed.model, card.model_copy(update=kept))
    return 0


def half(parsed: Namespace) -> int:
    """Write `model.fp16.onnx`, for accelerators, once its vectors are the fp32 file's."""
    from siamapp.vision.providers import LEAST_COSINE
    from training.card import FP16, FP32, facts, model_file, write_card
    from training.export import halve, sums_in_half

    crops = central(load_crops(parsed.data, limit=HALF_CROPS).rgb)
    card = load_card(parsed.model)
    spec = embedding_spec(card)
    inside = {**facts(card.name, spec.dimension, spec.metric), "id": card.id}
    halve(parsed.model / FP32, parsed.model / FP16, inside)
    others = tuple(file for file in card.files if file.precision != "fp16")
    files = (*others, model_file(parsed.model, FP16, "fp16"))
    write_card(parsed.model, card.model_copy(update={"files": files}))
    full, short = (
        embed(Embedder(on_cpu(parsed.model, precision)), crops) for precision in ("fp32", "fp16")
    )
    cosines = (full * short).sum(axis=1)
    # onnxruntime's CPU sums in fp32; onnx's slow reference sums in half precision, as a GPU may.
    few = np.linspace(0, len(crops) - 1, SUMMED_CROPS, dtype=int)
    summed = (full[few] * sums_in_half(parsed.model / FP16, crops[few])).sum(axis=1)
    least = min(cosines.min(), summed.min())
    if not least >= LEAST_COSINE:
        write_card(parsed.model, card.model_copy(update={"files": others}))
        (parsed.model / FP16).unlink()
        raise RuntimeError(f"half precision gives other vectors: cosine {least}")
    figures: dict[str, float | int | str] = {
        "command": "python -m training half --model DIR --data DIR",
        "crops": len(crops),
        "least_cosine": round(float(cosines.min()), 6),
        "crops_summed_in_half": len(few),
        "summed_least_cosine": round(float(summed.min()), 6),
    }
    kept = {"files": files, "figures": {**card.figures, "parity_fp16": figures}}
    write_card(parsed.model, card.model_copy(update=kept))
    print(json.dumps(figures))
    return 0


def calibrate(parsed: Namespace) -> int:
    """Put the threshold table into the card, measured with the file that runs on a CPU.

    With --fusion the rule that makes one distance of several templates, instead.
    """
    from training.calibrate import threshold_table
    from training.card import write_card
    from training.fusion import OFFSET_RATES, choose_fusion

    crops, vectors, splits = prepare(parsed, load_config(parsed.config, parsed.set))
    means = class_means(crops, vectors)
    rows = rows_of(crops, splits["calibration"])
    embedder = Embedder(Model.load(parsed.model, provider="cpu", threads=2))
    people = splits["calibration"]
    own = embed(embedder, central(crops.rgb[rows]))
    card = load_card(parsed.model)
    if parsed.fusion:
        if embedding_spec(card).metric != "l2":
            print("Fusion is measured for the metric l2 only; calibrate suffices.", file=sys.stderr)
            return 2
        limits = {row.fmr: row.distance for row in card.thresholds}
        if missing := set(OFFSET_RATES) - limits.keys():
            said = f"The card has no threshold at {missing}: calibrate without --fusion first."
            print(said, file=sys.stderr)
            return 2
        fusion, lines = choose_fusion(own, crops.person[rows], limits)
        write_card(parsed.model, card.model_copy(update={"fusion": fusion}))
        print(*map(json.dumps, lines), sep="\n")
        return 0
    table = threshold_table(
        own,
        crops.person[rows],
        _maybe_same(crops, people, means),
        metric=embedding_spec(card).metric,
    )
    how: dict[str, float | int | str] = {
        "command": "python -m training calibrate --model DIR --data DIR --peers DIR",
        "file": embedder.model.file,
        "people": len(people),
        "crops": len(rows),
    }
    figures = {**card.figures, "calibration": how}
    write_card(parsed.model, card.model_copy(update={"thresholds": table, "figures": figures}))
    for line in table:
        print(line.model_dump_json())
    return 0


def evaluate(parsed: Namespace) -> int:
    """Figures on the test pairs for fp32, int8 and the reference, into the card and to stdout."""
    from siamapp.evaluation.rates import summarise
    from training.card import write_card
    from training.pair_test import Embed, PairTest, card_rows
    from training.robust import SPOILS

    test = PairTest.read(parsed.pairs, load_crops(parsed.data))
    card = load_card(parsed.model)
    reference = Reference(parsed.peers / REFERENCE)
    models: dict[str, Embed] = {
        precision: partial(embed, Embedder(on_cpu(parsed.model, precision)))
        for precision in ("fp32", "int8")
    }
    models["reference"] = partial(_embed, reference)
    metrics = {
        "fp32": embedding_spec(card).metric,
        "int8": embedding_spec(card).metric,
        "reference": "l2",
    }
    command = "python -m training evaluate --model DIR --data DIR --peers DIR --pairs FILE"
    figures = dict(card.figures)
    groups: dict[str, dict[str, float | int | str]] = {}
    for name, model in models.items():
        scores = test.scores(model, metric=metrics[name])
        figures[f"verification_{name}"] = {
            "command": command,
            "pairs": len(test.genuine),
            "pairs_sha256": hashlib.sha256(parsed.pairs.read_bytes()).hexdigest(),
            **card_rows(summarise(scores, rates=(1e-2, 1e-3))),
        }
        print(json.dumps({"model": name, **figures[f"verification_{name}"]}))
        for part, own in test.by_set(scores).items():
            rows = card_rows(summarise(own, rates=(1e-2,)), f"{name}_")
            group = {"command": command, "pairs": len(own.genuine), **groups.get(part, {}), **rows}
            groups[part] = group
    for part, group in groups.items():
        figures[f"only_{part}"] = group
        print(json.dumps({"only": part, **group}))
    for name, spoil in SPOILS.items() if parsed.robust else ():
        table: dict[str, float | int | str] = {"command": f"{command} --robust"}
        for which in ("int8", "reference"):
            done = test(models[which], metric=metrics[which], rates=(1e-3,), spoil=spoil)
            table |= card_rows(done, f"{which}_")
        figures[f"robust_{name}"] = table
        print(json.dumps({"robust": name, **table}))
    if parsed.timing:
        figures["timing"] = _timing(parsed.model, parsed.peers / REFERENCE, f"{command} --timing")
        print(json.dumps(figures["timing"]))
    write_card(parsed.model, card.model_copy(update={"figures": figures}))
    return 0


def card(parsed: Namespace) -> int:
    """Write the card anew from the files as they lie there; figures stay with their files.

    Exit 1 where a file is not the one that was measured: its figures and thresholds are gone then.
    """
    from training.card import FP16, INT8, model_file, new_card, write_card

    old = load_card(parsed.model)
    commit = str(old.figures.get("training", {}).get("git_commit", ""))
    fresh = new_card(
        parsed.model,
        old.name,
        dimension=embedding_spec(old).dimension,
        metric=embedding_spec(old).metric,
        parameters=old.parameters,
        commit=commit,
    )
    files = fresh.files
    for name, precision in ((INT8, "int8"), (FP16, "fp16")):
        if (parsed.model / name).is_file():
            files = (*files, model_file(parsed.model, name, precision))
    kept: dict[str, object] = {"files": files}
    same = {file.sha256 for file in files} == {file.sha256 for file in old.files}
    if same:
        kept |= {"created": old.created, "thresholds": old.thresholds}
        kept |= {"fusion": old.fusion, "figures": old.figures, "golden": old.golden}
    write_card(parsed.model, fresh.model_copy(update=kept))
    if not same:
        print("The files are not those of the old card: measure them again.", file=sys.stderr)
    return 0 if same else 1


def on_cpu(folder: Path, precision: str) -> Model:
    return Model.load(folder, provider="cpu", precision=precision, threads=2)


def embed(embedder: Embedder, aligned_rgb: Uint8) -> Float:
    """Unit vectors of `(n, 112, 112, 3)` RGB crops, by the code that the app runs."""
    parts = np.array_split(aligned_rgb[..., ::-1], max(1, len(aligned_rgb) // 64))
    return np.concatenate([embedder(list(part)) for part in parts])


def _embed(reference: Reference, aligned_rgb: Uint8) -> Float:
    parts = np.array_split(aligned_rgb, max(1, len(aligned_rgb) // 64))
    return np.concatenate([reference(part) for part in parts])


def embedding_spec(card: ModelCard) -> EmbeddingSpec:
    if card.embedding is None:
        raise ValueError(f"{card.name} is not an embedder")
    return card.embedding


def _maybe_same(crops: Crops, people: Ints, means: Float) -> frozenset[tuple[int, int]]:
    """People of different sets who look like one person under two names, by the reference.

    Only across sets: within one, a look-alike is the impostor that thresholds exist for.
    """
    in_fiw = np.array([crops.people[p].startswith("fiw/") for p in people], bool)
    fiw, other = people[in_fiw], people[~in_fiw]
    alike = np.argwhere(means[fiw] @ means[other].T > LOOKALIKE_COSINE)
    return frozenset((int(fiw[i]), int(other[j])) for i, j in alike)


def _timing(folder: Path, reference: Path, command: str) -> dict[str, float | int | str]:
    """Median milliseconds per face, batch 1, 1 thread, the three models taking turns."""
    from training.timing import medians_ms

    medians = medians_ms(folder, reference)
    return {
        "command": command,
        **{f"{name}_ms": round(value, 3) for name, value in medians.items()},
        "reference_over_int8": round(medians["reference"] / medians["int8"], 2),
    }
