"""The chat page and the widget as a browser without scripts sees them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from actors.routes import ENRICHMENTS

PAGES = ("/", "/widget")


class Tags(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags_of(client, path: str) -> list[tuple[str, dict[str, str | None]]]:
    return Tags(client.get(path).content.decode()).found


@pytest.mark.parametrize("path", PAGES)
def test_page_answers_and_is_never_cached(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_else_than_reading_is_allowed(client, path):
    assert client.post(path).status_code == 405


def test_guest_cookie_is_out_of_reach_of_scripts(client):
    client.get("/")
    (cookie,) = client.cookies.values()
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value) >= 32


def test_guest_keeps_the_cookie(client):
    client.get("/")
    (first,) = [cookie.value for cookie in client.cookies.values()]
    assert not client.get("/").cookies
    assert [cookie.value for cookie in client.cookies.values()] == [first]


def test_widget_sets_no_cookie(client):
    assert not client.get("/widget").cookies


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("demo", [True, False])
def test_no_inline_script_or_style(client, settings, path, demo):
    settings.DEMO = settings.DEBUG = demo
    for tag, attributes in tags_of(client, path):
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "script":
            assert attributes.get("src") or attributes.get("type") == "application/json"


@pytest.mark.parametrize("path", PAGES)
def test_everything_it_loads_is_our_own_and_exists(client, path):
    addresses = [
        address
        for tag, attributes in tags_of(client, path)
        for name in ("src", "href")
        if (address := attributes.get(name)) is not None and tag != "a"
    ]
    assert len(addresses) >= 4
    for address in addresses:
        assert address.startswith("/static/")
        assert finders.find(address.removeprefix("/static/"))


def test_static_files_name_no_other_host_and_no_missing_file():
    files = [file for file in Path(settings.BASE_DIR, "static").rglob("*") if file.suffix in (".js", ".css", ".svg")]
    assert files
    for file in files:
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z0-9-]+\.[a-z]{2,}/", text), file
        for name in re.findall(r'(?:from |import\(|url\()"([^"]+)"', text):
            assert (file.parent / name).is_file(), f"{file} names {name}"


@pytest.mark.parametrize(("first", "more"), [("chat.js", ()), ("chat.js", ("words.de.js",)), ("embed.js", ())])
def test_a_first_look_loads_little(first: str, more: tuple[str, ...]):
    """Script and style, uncompressed, that the page (in English and German) and the widget's frame load before
    anything is said."""
    folder = Path(settings.BASE_DIR, "static", "chat")
    wanted, loaded = ["chat.js", first, *more], {"chat.css"}
    while wanted:
        name = wanted.pop()
        if name not in loaded:
            loaded.add(name)
            wanted += re.findall(r'^import [^;]*"\./([^"]+)";$', (folder / name).read_text(), flags=re.M)
    assert {"view.js", "words.js"} <= loaded
    assert sum((folder / name).stat().st_size for name in loaded) < 60_000


def test_a_shops_page_loads_little_before_anybody_opens_the_chat():
    assert Path(settings.BASE_DIR, "static", "widget.js").stat().st_size < 9_000


def test_no_script_exports_a_name_twice():
    for file in Path(settings.BASE_DIR, "static", "chat").glob("*.js"):
        names = re.findall(r"^export (?:const|class|function|async function) (\w+)", file.read_text(), flags=re.M)
        assert len(names) == len(set(names)), file


def test_scripts_never_turn_text_into_markup():
    for file in Path(settings.BASE_DIR, "static", "chat").glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", file.read_text()), file


def test_every_actor_has_words():
    words = Path(settings.BASE_DIR, "static", "chat", "words.js").read_text()
    assert [actor for actor in ENRICHMENTS if f"{actor}:" not in words] == []


def test_demo_offers_the_seeded_customers(client, settings):
    settings.DEMO = settings.DEBUG = True
    html = client.get("/").content.decode()
    for name in ("john.doe", "jane.smith", "bob.wilson", "sarah.wilson", "vip.customer", "returns.customer"):
        assert f'value="{name}@example.com"' in html


@pytest.mark.parametrize(("demo", "debug"), [(True, False), (False, True)])
def test_without_the_demo_nobody_picks_a_customer(client, settings, demo, debug):
    settings.DEMO, settings.DEBUG = demo, debug
    assert "example.com" not in client.get("/").content.decode()


def test_name_of_the_shop_is_text(client, settings):
    settings.SHOP_NAME = "Tom's </script><b>shop</b>"
    assert "<b>shop" not in client.get("/").content.decode()
