"""Pages made from the code itself when the site is built (a hook of mkdocs), so they never lag."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def on_files(files: Any, config: Any) -> Any:
    """Called by mkdocs with the files that it found."""
    from mkdocs.structure.files import File

    for name, page in PAGES.items():
        files.append(File.generated(config, f"{name}.md", content=page()))
    return files


def command_line() -> str:
    """Every verb with its arguments and options, from Typer."""
    from typer.main import get_command

    from siamapp.cli import app

    root = get_command(app)
    parts = [
        "# Command line",
        "Exit status: 0 yes, 1 no, 2 an error, told in one line. `siamapp VERB --help` says the "
        "same. Every verb takes these, before it or after it:",
        _options(root.params),
    ]
    for verb, command in _verbs(root, "siamapp"):
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.name not in {q.name for q in root.params}]
        options = [p for p in options if p.param_type_name == "option"]
        words = [p.make_metavar(None) if p.metavar is None else p.metavar for p in arguments]
        parts += [f"## `{' '.join([verb, *words])}`", (command.help or "").strip()]
        parts += [f"- `{w}`: {p.help}" for w, p in zip(words, arguments, strict=True) if p.help]
        parts += [_options(options)] if options else []
    return "\n\n".join(parts) + "\n"


def _verbs(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, child in getattr(command, "commands", {}).items():
        if getattr(child, "commands", None):
            yield from _verbs(child, f"{path} {name}")
        else:
            yield f"{path} {name}", child


def _options(params: list[Any]) -> str:
    rows = [
        f"| `{', '.join([*p.opts, *p.secondary_opts])}` | {p.help or ''} |"
        for p in params
        if p.param_type_name == "option" and not getattr(p, "hidden", False)
    ]
    return "\n".join(["| | |", "|---|---|", *rows])


def card_format() -> str:
    """Every table and key of `card.toml`, from the classes that read it."""
    tree = ast.parse((ROOT / "siamapp" / "vision" / "card.py").read_text("utf-8"))
    classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_"}
    order = ["ModelCard", *(name for name in classes if name != "ModelCard")]
    parts = [
        "# Card format",
        "A model is a folder with `card.toml` and the files that it names. A card that cannot be "
        "read, a key that is unknown or a file with another hash than its card's stops the model.",
    ]
    for name in order:
        body = classes[name].body
        keys = [
            (n, _prose(after)) for n, after in zip(body, [*body[1:], None], strict=True)
            if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
        ]  # fmt: skip
        rows = [
            f"| `{n.target.id}` | `{ast.unparse(n.annotation).replace('|', 'or')}` | {text} |"
            for n, text in keys
        ]
        doc = ast.get_docstring(classes[name]) or ""
        parts += [f"## {name}", doc, "\n".join(["| Key | Type | |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _prose(node: ast.stmt | None) -> str:
    """The docstring of a key: the string that stands after it."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    return ""


def model_cards() -> str:
    """What every shipped model's card states."""
    from siamapp.vision.card import load_card

    parts = ["# Model cards", "Each figure was made by the command beside it."]
    for path in sorted((ROOT / "assets" / "models").glob("*/card.toml")):
        card = load_card(path.parent)
        parts += [f"## {card.name}", card.summary, f"**Use.** {card.use}"]
        parts += [f"**Licence.** {card.licence}", f"{card.parameters:,} parameters."]
        parts += ["**Trained on**", "\n".join(f"- {line}" for line in card.training_data)]
        parts += [f"**Teacher.** {card.teacher}"] if card.teacher else []
        if card.thresholds:
            parts.append("| FMR | distance | 95 % interval | FNMR |\n|---|---|---|---|")
            parts[-1] += "".join(
                f"\n| {t.fmr:g} | {t.distance:.3f} | {t.fmr_low:.2g} to {t.fmr_high:.2g} "
                f"| {t.fnmr:.3f} |"
                for t in card.thresholds
            )
        for table, figures in card.figures.items():
            rows = "\n".join(f"| {key} | {value} |" for key, value in figures.items())
            parts += [f"### {table.replace('_', ' ')}", f"| | |\n|---|---|\n{rows}"]
    return "\n\n".join(parts) + "\n"


PAGES = {"command-line": command_line, "card-format": card_format, "model-cards": model_cards}
