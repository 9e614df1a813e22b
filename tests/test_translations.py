"""Every text that a customer reads has a translation that is finished, fits, and is compiled."""

import ast
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
CHAT = ROOT / "static" / "chat"
CODES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
FUNCTIONS = {"_", "gettext", "gettext_noop", "gettext_lazy", "ngettext"}


def catalog(code: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / code / "LC_MESSAGES" / "django.po"))


def marked_in_python(path: Path) -> Iterator[str]:
    """The literals that a file gives to gettext, also within f-strings, where `makemessages` finds none."""
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in FUNCTIONS:
            given = call.args[0]
            yield from [given.value] if isinstance(given, ast.Constant) else []


def marked_in_templates() -> Iterator[str]:
    literal = r"gettext\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\)"
    for path in (ROOT / "templates" / "chat").glob("*.html"):
        yield from map(ast.literal_eval, re.findall(literal, templatize(path.read_text())))


def marked() -> set[str]:
    files = [path for app in ("actors", "supportmesh") for path in (ROOT / app).rglob("*.py")]
    return {text for path in files for text in marked_in_python(path)} | set(marked_in_templates())


def texts(entry: polib.POEntry) -> list[tuple[str, str]]:
    """(original, translation) of every form."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [(entry.msgid_plural, text) for text in entry.msgstr_plural.values()]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_untranslated_or_fuzzy(code: str) -> None:
    po = catalog(code)
    assert [entry.msgid for entry in po.untranslated_entries()] == []
    assert [entry.msgid for entry in po.fuzzy_entries()] == []
    assert po.percent_translated() == 100


@pytest.mark.parametrize("code", CODES)
def test_the_catalog_holds_what_the_sources_say_and_nothing_else(code: str) -> None:
    known = {entry.msgid for entry in catalog(code) if not entry.obsolete}
    assert marked() - known == set(), "run makemessages, see docs/languages.md"
    assert known - marked() == set(), "run makemessages, see docs/languages.md"


@pytest.mark.parametrize("code", CODES)
def test_translations_have_the_same_placeholders_brackets_and_edges(code: str) -> None:
    for entry in catalog(code):
        for original, translation in texts(entry):
            assert placeholders(translation) == placeholders(original), original
            assert re.findall(r"[\[\]]", translation) == re.findall(r"[\[\]]", original)
            assert translation.startswith((" ", ",")) == original.startswith((" ", ",")), original
            assert translation.endswith((" ", "\n")) == original.endswith((" ", "\n")), original
            assert translation.count("\n\n") == original.count("\n\n")


@pytest.mark.parametrize("code", CODES)
def test_the_compiled_catalog_is_the_written_one(code: str) -> None:
    compiled = polib.mofile(str(ROOT / "locale" / code / "LC_MESSAGES" / "django.mo"))
    in_both = {entry.msgid: texts(entry) for entry in catalog(code)}
    assert {entry.msgid: texts(entry) for entry in compiled} == in_both, "run compilemessages, see docs/languages.md"
    assert compiled.metadata["Plural-Forms"] == catalog(code).metadata["Plural-Forms"]


# --- the page -------------------------------------------------------------------------------------


def words_of(file: str) -> dict[str, dict[str, str | list[str]]]:
    """What a file of words exports: its object literals, read as JSON."""
    found = {}
    for constant, body in re.findall(r"^export const (\w+) = (\{.*?^\});$", (CHAT / file).read_text(), re.M | re.S):
        quoted = re.sub(r"^(\s*)(\w+):", r'\1"\2":', body, flags=re.M)
        found[constant] = json.loads(re.sub(r",(\s*[}\]])", r"\1", quoted))
    return found


@pytest.mark.parametrize("file", ["words", "later-words"])
@pytest.mark.parametrize("code", CODES)
def test_the_script_has_every_word_in_every_language(code: str, file: str) -> None:
    english, translated = words_of(f"{file}.js"), words_of(f"{file}.{code}.js")
    assert len(english) > 4
    assert set(english) == set(translated)
    for name, words in english.items():
        assert list(translated[name]) == list(words)
        for key, text in words.items():
            other = translated[name][key]
            assert bool(other) == bool(text), key
            assert isinstance(other, list) == isinstance(text, list)
            assert len(other) == len(text) or isinstance(text, str)
            assert placeholders(str(other)) == placeholders(str(text)) or isinstance(text, list)


class Words(HTMLParser):
    """Every text that a template shows by itself, and the attributes that are read aloud or seen."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text()))

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("aria-label", "placeholder", "title", "alt")]


@pytest.mark.parametrize("path", sorted((ROOT / "templates" / "chat").glob("*.html")), ids=lambda path: path.name)
def test_a_template_says_nothing_outside_translate(path: Path) -> None:
    assert [text.strip() for text in Words(path).found if re.search(r"[^\W\d_]", text)] == []


@pytest.mark.parametrize("code", CODES)
def test_the_page_is_in_its_language(client, code: str) -> None:
    html = client.get("/", headers={"Accept-Language": code}).content.decode()
    english = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    shown = {text for text in marked_in_templates() if f">{text}<" in english or f'"{text}"' in english}
    assert len(shown) > 15
    assert [text for text in shown if f">{text}<" in html or f'"{text}"' in html] == []
