"""Other languages are recognised, and English with slips and names in it is not taken for one."""

import time

import pytest

from actors.language import english_name, is_foreign, language_of
from tests.foreign import FOREIGN, NOT_FOREIGN, UNSEEN


@pytest.mark.parametrize("text", [text for texts in FOREIGN.values() for text in texts])
def test_a_foreign_message_is_recognised_with_its_language(text: str) -> None:
    assert language_of(text) == next(code for code, texts in FOREIGN.items() if text in texts)


def test_of_messages_it_was_not_made_with_nearly_all_are_recognised() -> None:
    sentences = [(code, text) for code, texts in UNSEEN.items() for text in texts if len(text.split()) >= 4]
    assert len(sentences) >= 40
    missed = [text for _, text in sentences if not is_foreign(language_of(text))]
    wrong = [text for code, text in sentences if language_of(text) not in (code, "en", "und")]
    assert len(missed) <= 0.05 * len(sentences), missed
    assert len(wrong) <= 0.1 * len(sentences), wrong


@pytest.mark.parametrize("text", NOT_FOREIGN)
def test_slips_names_addresses_and_single_words_make_no_message_foreign(text: str) -> None:
    assert not is_foreign(language_of(text))


def test_one_word_is_never_foreign() -> None:
    words = {word for texts in (*FOREIGN.values(), *UNSEEN.values()) for text in texts for word in text.split()}
    latin = [word for word in words if word.isascii() and word.isalpha()]
    assert [word for word in latin if is_foreign(language_of(word))] == []


def test_it_is_quick() -> None:
    texts = [text for texts in FOREIGN.values() for text in texts]
    language_of(texts[0])
    started = time.perf_counter()
    for text in texts:
        language_of(text)
    assert (time.perf_counter() - started) / len(texts) < 0.002


def test_languages_have_names_for_colleagues() -> None:
    assert [english_name(code) for code in ("de", "uk", "zh", "ca")] == ["German", "Ukrainian", "Chinese", "Catalan"]
    assert english_name("tlh") == "tlh"
