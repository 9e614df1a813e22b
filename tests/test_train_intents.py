"""`manage.py train_intents`: what it reads, says, writes and refuses."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from actors import intent_model as models
from actors.intent_analyzer import intent_analyzer
from actors.intent_model import SHIPPED, UnusableModel, intent_model, load, own_path
from actors.management.intent_training import calibration_error, fit, train
from actors.management.utterances import INTENTS, OURS, Utterance, read_utterances
from actors.message import Payload


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings) -> Path:
    """Training with a tenth of our utterances, and a data folder of the test's own."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in read_utterances(OURS):
        by_intent.setdefault(intent, []).append(text)
    path = tmp_path / "few.yml"
    path.write_text("\n".join(_listed(intent, texts[::10]) for intent, texts in by_intent.items()))
    monkeypatch.setattr("actors.management.commands.train_intents.OURS", path)
    settings.VAR_DIR = tmp_path / "var"
    intent_model.cache_clear()
    yield path
    intent_model.cache_clear()


def _listed(intent: str, texts: list[str]) -> str:
    return f"{intent}:\n" + "\n".join(f"  - {_quoted(text)}" for text in texts)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("train_intents", *arguments, stdout=out)
    return out.getvalue()


def test_every_intent_has_utterances_enough_and_none_says_two_things() -> None:
    utterances = read_utterances(OURS)
    counts = {name: sum(intent == name for _, intent in utterances) for name in INTENTS}
    assert min(counts.values()) >= 80, counts
    assert len({text.lower() for text, _ in utterances}) == len({(text.lower(), intent) for text, intent in utterances})


def test_shipped_model_is_what_our_utterances_make() -> None:
    shipped = load(SHIPPED)
    utterances = read_utterances(OURS)
    made = fit(utterances)._replace(temperature=shipped.temperature)
    for text, _ in utterances[::20]:
        small = text.lower()
        ours, theirs = (model.read(small, models.NO_PATTERNS) for model in (made, shipped))
        assert ours == pytest.approx(theirs, abs=0.03), f"run manage.py train_intents again: {text}"


def test_same_utterances_make_the_same_bytes(few: Path, tmp_path: Path) -> None:
    files = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for file in files:
        model, _ = train(read_utterances(few))
        model.save(file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_own_utterances_are_learned_and_the_model_of_the_shop_counts(few: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yml"
    own.write_text(_listed("account_issue", [f"my zorbling pass number {word} is void" for word in "abcdefgh"]))
    said = told("--add", str(own))
    assert "macro-F1" in said
    assert "calibration error" in said
    assert "Most often confused" in said
    assert str(own_path()) in said
    asked = Payload(customer_message="the zorbling pass is void", customer_email=None, verified=False)
    assert intent_analyzer(asked).category == "account_issue"


def test_model_of_another_version_is_reported_and_the_shipped_one_answers(few: Path, monkeypatch, caplog) -> None:
    own_path().parent.mkdir()
    with monkeypatch.context() as older:
        older.setattr(models, "DIGEST", "0" * 64)
        load_shipped = SHIPPED.read_bytes()
        own_path().write_bytes(load_shipped)
        with pytest.raises(UnusableModel, match="another version"):
            load(own_path())
    model = fit(read_utterances(few))
    with monkeypatch.context() as older:
        older.setattr(models, "DIGEST", "0" * 64)
        model.save(own_path())
    assert intent_model().labels == load(SHIPPED).labels
    assert "train_intents --add" in caplog.text


def test_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "intents.npz"
    path.write_bytes(b"\x80\x04K\x01.")  # a pickle
    with pytest.raises(UnusableModel, match="no model"):
        load(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("refunds:\n  - money\n", "line 1: 'refunds' is no intent; there are order_inquiry, "),
        ("refund_request: money\n", "line 1: refund_request needs a list"),
        ("refund_request: []\n", "line 1: refund_request needs a list"),
        ("refund_request:\n  - one\n  - ''\n", "line 3: an utterance of refund_request needs 1 to 1000 characters"),
        ("refund_request:\n  - one\n  - two: three\n", "line 3: an utterance of refund_request is no text"),
        ("refund_request:\n  - it's: a\n    b: - c\n", "put quotes around"),
        ("refund_request:\n - money\n- back\n", "line 3"),
        ("- money\n", "an intent with its list of utterances is expected"),
        ("", "an intent with its list of utterances is expected"),
        (
            "refund_request:\n  - where is my order\n",
            '"where is my order" stands under order_inquiry and refund_request',
        ),
    ],
)
def test_bad_file_is_refused_with_its_place(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.yml"
    path.write_text(text)
    with pytest.raises(CommandError) as error:
        told("--add", str(path))
    assert complaint in str(error.value)
    assert not own_path().exists()


def test_missing_and_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="none.yml: No such file"):
        told("--add", str(tmp_path / "none.yml"))
    (tmp_path / "latin.yml").write_bytes("deny:\n  - geht nicht für mich".encode("latin-1"))
    with pytest.raises(CommandError, match="not UTF-8"):
        told("--add", str(tmp_path / "latin.yml"))


def test_yaml_words_and_numbers_are_text(tmp_path: Path) -> None:
    path = tmp_path / "shop.yml"
    path.write_text("confirm:\n  - yes\n  - true\n  - 1\n  - yes\n")
    assert read_utterances(path) == [Utterance(text, "confirm") for text in ("yes", "true", "1")]


def test_calibration_error_is_the_distance_of_promise_and_truth() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([0.9] * 4, [True, True, False, False]) == pytest.approx(0.4)
    assert calibration_error([1.0, 0.05], [True, False]) == pytest.approx(0.025)
