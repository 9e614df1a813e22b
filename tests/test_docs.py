"""The documentation names what there is, and nothing that is not there."""

import ast
import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from drf_spectacular.generators import SchemaGenerator

from supportmesh.compose.file import variables
from tests.compose_rules import settings_env

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n".join(page.read_text() for page in PAGES)
OUR_APPS = ("supportmesh", "actors", "customers", "orders", "tracking")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", (ROOT / "docs" / "settings.md").read_text(), flags=re.M))


def defaults() -> dict[str, str]:
    """Environment name -> the default that settings.py gives as a literal."""
    found = {}
    for call in ast.walk(ast.parse((ROOT / "supportmesh" / "settings.py").read_text())):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id.startswith("env_"):
            given = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            if not given:  # one helper calls another
                continue
            name, *rest = given
            if call.func.id == "env_bool":
                found[name] = "0"
            elif rest:
                found[name] = str(rest[0])
    return found


@pytest.mark.parametrize("name", sorted(settings_env()))
def test_setting_is_documented_with_its_default(name: str) -> None:
    assert name in ROWS
    if name in defaults():
        assert defaults()[name] in ROWS[name]


def test_no_setting_is_documented_that_nobody_reads() -> None:
    compose = variables((ROOT / "docker-compose.yml").read_text())
    assert set(ROWS) - settings_env() - set(compose) == set()


def test_every_command_of_ours_is_documented_and_no_other_is_named() -> None:
    commands = {name for name, app in get_commands().items() if app in OUR_APPS}
    _, _, table = (ROOT / "docs" / "deploy.md").read_text().partition("| `manage.py` |")
    assert set(re.findall(r"^\| `(\w+)", table, flags=re.M)) == commands
    named = set(re.findall(r"manage\.py ([a-z_]+)", TEXT))
    assert named <= set(get_commands())


@pytest.mark.django_db
def test_every_rest_path_is_documented() -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    assert len(paths) > 10
    assert [path for path in paths if not re.search(rf"{re.escape(path)}(?![\w{{/])", TEXT)] == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, flags=re.M)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []
