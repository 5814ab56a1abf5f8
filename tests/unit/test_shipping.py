"""What is shipped says what is true: pages made from the code, oldest versions, metadata."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from siamapp import __version__
from siamapp.vision.card import ModelCard, Threshold
from tests.loose_files import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    return load(ROOT / "docs" / "pages.py")


def test_the_page_of_the_command_line_has_every_verb_and_option(pages: ModuleType) -> None:
    from typer.main import get_command

    from siamapp.cli import app

    page = pages.command_line()
    verbs = dict(pages._verbs(get_command(app), "siamapp"))
    assert {"siamapp enroll", "siamapp people list", "siamapp audit verify"} <= verbs.keys()
    for verb, command in verbs.items():
        [section] = re.findall(rf"^## `{verb}(?: [^\n]*)?`\n(.*?)(?=^## |\Z)", page, re.M | re.S)
        named = {o for p in command.params if p.param_type_name == "option" for o in p.opts}
        assert not {o for o in named if o not in page}
        assert all(o in section for o in named - {"--json", "--home", "--key-file", "--help"}), verb


def test_the_page_of_the_card_format_has_every_key(pages: ModuleType) -> None:
    page = pages.card_format()
    for model in (ModelCard, Threshold):
        for key in model.model_fields:
            assert f"| `{key}` |" in page


def test_the_page_of_model_cards_names_use_and_rates(pages: ModuleType) -> None:
    page = pages.model_cards()
    for folder in (ROOT / "assets" / "models").iterdir():
        assert f"## {folder.name}" in page
    assert "**Use.**" in page
    assert "| 0.001 |" in page


def test_every_page_of_the_site_is_there(pages: ModuleType) -> None:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    named = re.findall(r": (\S+\.md)$", text, re.M)
    assert len(named) > 10
    there = {p.name for p in (ROOT / "docs").glob("*.md")} | {f"{name}.md" for name in pages.PAGES}
    assert set(named) == there


def test_every_link_of_a_page_leads_to_something_on_the_site(pages: ModuleType) -> None:
    docs, made = ROOT / "docs", {f"{name}.md" for name in pages.PAGES}
    for page in docs.glob("*.md"):
        text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text("utf-8"), flags=re.S)
        for link in re.findall(r"\]\(([^)\s#]+)", text):
            if "://" not in link:
                there = (docs / link).resolve()
                assert link in made or (there.exists() and docs in there.parents), (page.name, link)


def test_the_oldest_versions_are_those_that_the_project_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (ROOT / "tests" / "oldest.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    allowed = [Requirement(line) for line in project["dependencies"]]
    assert pinned.keys() == {requirement.name for requirement in allowed}
    for requirement in allowed:
        [floor] = [s.version for s in requirement.specifier if s.operator == ">="]
        oldest = Version(pinned[requirement.name])
        assert Version(floor).release == oldest.release[: len(Version(floor).release)]
        assert requirement.specifier.contains(oldest)


def test_every_dependency_is_in_the_list_of_licences() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = (ROOT / "LICENSES" / "third-party.md").read_text("utf-8").lower().replace("_", "-")
    for line in project["dependencies"]:
        assert f"| {Requirement(line).name.lower().removesuffix('-gpu')} |" in listed
    assert "| ? |" not in listed


def test_the_desktop_metadata_names_this_version_and_the_menu_entry() -> None:
    [path] = (ROOT / "packaging" / "linux").glob("*.metainfo.xml")
    tree = ElementTree.parse(path)  # noqa: S314 - our own file
    assert tree.find("releases/release").get("version") == __version__  # type: ignore[union-attr]
    assert tree.findtext("id") == path.name.removesuffix(".metainfo.xml")
    entry = (ROOT / "assets" / "launcher" / "siamapp.desktop").read_text("utf-8")
    assert f"Name={tree.findtext('name')}" in entry
    assert f"Comment={tree.findtext('summary')}" in entry
