"""Real processes with a language model: a worker calls it, a socket shows its sentences as they come."""

import asyncio
import json
import time
from collections.abc import Iterator

import pytest
import requests
import websockets

from tests.llm_server import LLMServer, changed, llm_server
from tests.stack import Stack, own_database

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def model() -> Iterator[LLMServer]:
    with llm_server() as server:
        yield server


@pytest.fixture(scope="module")
def stack(model: LLMServer) -> Iterator[Stack]:
    env = {"LLM_MODEL": "openai/test-model", "LLM_BASE_URL": model.url, "MESH_LEASE": "60", "LLM_TIMEOUT": "20"}
    with own_database() as database, Stack(DEMO="1", DEBUG="1", **env, **database) as running:
        wait_for_the_library(running)
        yield running


def wait_for_the_library(stack: Stack) -> None:
    """Until every process of the workers has loaded LiteLLM: while one has not, its replies are templates."""
    body = {"message": "Where is my order ORD-12345678?", "customer_email": "john.doe@example.com"}
    written = 0
    deadline = time.monotonic() + 120
    while written < 4:  # one after the other: whichever process is idle
        assert time.monotonic() < deadline, "LiteLLM was not loaded in time"
        answer = requests.post(f"{stack.url}/api/chat?wait=60", json=body, timeout=70).json()
        detail = requests.get(f"{stack.url}/api/messages/{answer['message_id']}", timeout=10).json()
        written = written + 1 if detail["llm_calls"] else 0


async def ask(stack: Stack, text: str) -> list[dict]:
    """Every frame from the question to its answer."""
    async with websockets.connect(stack.ws_url) as socket:
        data = {"message": text, "customer_email": "john.doe@example.com"}
        await socket.send(json.dumps({"type": "chat", "data": data}))
        frames: list[dict] = []
        while not frames or frames[-1]["type"] != "chat_response":
            frames.append(json.loads(await asyncio.wait_for(socket.recv(), timeout=60)))
        return frames


async def test_sentences_come_before_the_answer_and_are_its_beginning(stack: Stack, model: LLMServer) -> None:
    model.script = changed(delay=0.02)
    frames = await ask(stack, "Where is my order ORD-12345678?")
    tokens = [frame["data"] for frame in frames if frame["type"] == "token"]
    answer = frames[-1]["data"]
    assert len(tokens) > 1
    assert "".join(token["delta"] for token in tokens) == answer["response"]
    assert "Thank you for your patience. Your order ORD-12345678" in answer["response"]
    detail = requests.get(f"{stack.url}/api/messages/{answer['message_id']}", timeout=10).json()
    assert [(call["purpose"], call["outcome"]) for call in detail["llm_calls"]] == [("reply", "ok"), ("check", "ok")]


async def test_a_stream_that_breaks_off_is_replaced_by_the_whole_answer(stack: Stack, model: LLMServer) -> None:
    model.script = changed(cut=10, hang_up=True)
    frames = await ask(stack, "Where is my order ORD-12345678?")
    shown = "".join(frame["data"]["delta"] for frame in frames if frame["type"] == "token")
    answer = frames[-1]["data"]["response"]
    assert "Thank you for your patience." in shown
    assert "patience" not in answer
    assert "TRK123456789" in answer
    assert [frame["type"] for frame in frames].count("chat_response") == 1
