"""A real server on this machine, with all that servers do wrong: each has a clear outcome, and nothing is lost."""

import json
import re
import ssl
import time
from threading import Lock

import pytest

from memlab import make
from memlab.config import ConfigError, plan
from memlab.llm import ChatError, Message, Tool
from memlab.llm.endpoint import Answer, completion, endpoint
from memlab.llm.openai import OpenAIChat
from memlab.llm.replies import Replies

pytest.importorskip("openai", reason="pip install 'memlab[openai]'")
SEARCH = Tool(name="search", description="Finds.", parameters={"query": "What to look for."})
HELLO = (Message(role="system", text="Be short."), Message(role="user", text="Hello"))


class Server:
    """A script: an answer per request, the last one for all that follow; a dict is a body."""

    def __init__(self, *answers):
        self.answers, self.asked, self.lock = list(answers), [], Lock()

    def __call__(self, asked):
        with self.lock:
            self.asked.append(asked)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, Answer) else Answer(body=answer)


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)


def chat_at(url, **params):
    numbers = {"timeout_seconds": 5, "retries": 0, "concurrency": 4, "parameters": {"temperature": 0.0}}
    return OpenAIChat("tiny", url, **numbers | params)


def replied(*answers, tools=(), messages=HELLO, **params):
    """The reply of a chat to one request, and the server that it was asked of."""
    server = Server(*answers)
    with endpoint(server) as url:
        return chat_at(url, **params).reply(messages, tools), server


def refused(*answers, tools=(), **params):
    """The error that comes of one request, and how often the server was asked."""
    server = Server(*answers)
    with endpoint(server) as url, pytest.raises(ChatError) as caught:
        chat_at(url, **params).reply(HELLO, tools)
    assert f"tiny at {url}" in str(caught.value)
    return str(caught.value), len(server.asked)


class TestWhatGoesWell:
    def test_a_reply_with_its_cost_to_a_request_as_the_protocol_has_it(self, monkeypatch):
        monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
        said, server = replied(completion("Hi.", tokens=(9, 2)), tools=[SEARCH])
        assert (said.text, said.tokens_in, said.tokens_out, said.complete) == ("Hi.", 9, 2, True)
        (asked,) = server.asked
        assert (asked["path"], asked["authorization"]) == ("/v1/chat/completions", "Bearer sk-mine")
        assert (asked["model"], asked["temperature"]) == ("tiny", 0.0)
        assert asked["messages"] == [{"role": m.role, "content": m.text} for m in HELLO]
        function = asked["tools"][0]["function"]
        assert (function["name"], function["parameters"]["required"]) == ("search", ["query"])

    def test_calls_and_their_results_go_back_under_their_ids(self):
        first, _ = replied(completion(None, calls=[("search", '{"query": "boat"}')]), tools=[SEARCH])
        assert [(c.id, c.name, c.arguments, c.error) for c in first.calls] == [
            ("c0", "search", {"query": "boat"}, None)
        ]
        result = Message(role="tool", text="a green boat", answers="c0")
        _, server = replied(completion("Green."), messages=[*HELLO, first, result], tools=[SEARCH])
        call, told = server.asked[0]["messages"][2:]
        assert call["tool_calls"][0]["function"] == {"name": "search", "arguments": '{"query": "boat"}'}
        assert (told["role"], told["tool_call_id"], told["content"]) == ("tool", "c0", "a green boat")

    def test_a_megabyte_comes_whole(self):
        said, _ = replied(completion("wörd " * 200_000))
        assert said.text == "wörd " * 200_000

    def test_a_slow_server_a_busy_one_and_a_broken_one_are_asked_again(self):
        busy = Answer(body={"error": {"message": "slow down"}}, status=429, headers={"retry-after": "0.05"})
        cut = Answer(body=completion("half a reply"), cut=9)
        slow = Answer(body=completion("late"), delay_seconds=1.0)
        said, server = replied(busy, Answer(body="oops", status=500), cut, slow, completion("Here."), retries=4,
                               timeout_seconds=0.4)  # fmt: skip
        assert (said.text, len(server.asked)) == ("Here.", 5)

    def test_retry_after_is_heeded(self):
        busy = Answer(body={}, status=429, headers={"retry-after": "0.6"})
        started = time.perf_counter()
        replied(busy, completion(), retries=1)
        assert time.perf_counter() - started >= 0.6

    def test_parts_a_refusal_a_cut_and_half_a_character(self):
        assert replied(completion([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]))[0].text == "ab"
        body = completion(None)
        body["choices"][0]["message"]["refusal"] = "I will not."
        assert replied(body)[0].text == "I will not."
        assert replied(completion("and so o", finish="length"))[0].complete is False
        assert replied(completion("\ud83d!"))[0].text == "?!"


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            (
                Answer(body={"error": "no"}, status=401),
                "status 401.*set OPENAI_API_KEY to a key that may use this model",
            ),
            (
                Answer(body="nowhere", status=404),
                "status 404: 'nowhere'; check the model's name, and that the base URL",
            ),
            (Answer(body="busy", status=429), "status 429: 'busy'; wait, or lower the concurrency"),
            (Answer(body="too long", status=400), "status 400: 'too long'; it does not take this request"),
            (Answer(body="oops", status=500), "status 500: 'oops'; look at the server"),
            (Answer(body=completion("half"), cut=9), "did not answer .*RemoteProtocolError.*check the base URL"),
            (Answer(body='{"choices": [{"mess'), "19 characters that are no JSON .*most end in /v1"),
            (Answer(body="<html>", headers={"content-type": "text/html"}), "no JSON.*'<html>'"),
            ({"foo": 1}, "not with a chat completion .*it must hold choices"),
            ({"choices": []}, "not with a chat completion"),
            ({"choices": [{"message": {"content": 7}}]}, "not with a chat completion .*content is int, not text"),
            ([1], "not with a chat completion"),
            (completion(""), "empty reply .*'stop'.*ask again in other words"),
            (completion(" ", finish="length"), "empty reply .*'length'.*raise its limit of tokens"),
        ],
    )
    def test_it_is_told_what_where_and_what_would_be_right(self, answer, told):
        message, asked = refused(answer)
        assert asked == 1
        assert re.search(told, message), message

    def test_a_slow_server_is_given_up(self):
        message, asked = refused(Answer(body=completion(), delay_seconds=1.0), timeout_seconds=0.2, retries=1)
        assert asked == 2
        assert "raise timeout_seconds, now 0.2, or ask for less; it was tried 2 times" in message

    def test_nobody_there(self):
        with endpoint(Server(completion())) as url:
            pass
        with pytest.raises(ChatError, match=r"did not answer .*refused.*check the base URL and that the server runs"):
            chat_at(url).reply(HELLO)

    def test_done_with_tools_is_no_empty_reply(self):
        assert replied(completion(None), tools=[SEARCH])[0].text == ""

    @pytest.mark.parametrize(
        ("given", "read", "wrong"),
        [
            ('{"query": "boat",}', {"query": "boat"}, None),
            ('```json\n{"query": "boat"}\n```', {"query": "boat"}, None),
            ("", {}, None),
            ('{"query": 7}', {"query": 7}, None),
            ('{"query": "bo', {}, "they must be one JSON object"),
            ('["boat"]', {}, "list; they must be one JSON object"),
            ("boat", {}, "they must be one JSON object"),
        ],
    )
    def test_arguments_are_mended_or_told(self, given, read, wrong):
        (call,) = replied(completion(None, calls=[("search", given)]), tools=[SEARCH])[0].calls
        assert call.arguments == read
        assert (wrong is None) == (call.error is None)
        assert (wrong or "") in (call.error or "")

    def test_a_key_that_a_server_repeats_is_not_told(self, monkeypatch):
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        message, _ = refused(Answer(body="bad key sk-secret", status=401))
        assert "sk-secret" not in message


class TestManyAtOnce:
    def test_each_has_its_outcome_in_order_and_equal_ones_are_asked_once(self, tmp_path):
        under_way, most, lock = [], [], Lock()

        def answer(asked):
            text = asked["messages"][-1]["content"]
            with lock:
                under_way.append(text)
                most.append(len(under_way))
            answered = Answer(body="oops", status=500) if text == "3" else Answer(body=completion(f"to {text}"))
            time.sleep(0.1)
            with lock:
                under_way.remove(text)
            return answered

        cache = Replies(tmp_path / "replies.sqlite")
        talks = [[Message(role="user", text=str(n % 8))] for n in range(16)]
        with endpoint(answer) as url:
            outcomes = chat_at(url, cache=cache, concurrency=3).replies(talks)
            assert (len(most), max(most)) == (8, 3)
            again = chat_at(url, cache=cache).replies(talks)
        texts = ["error" if isinstance(one, ChatError) else one.text for one in outcomes]
        assert texts == ["error" if n % 8 == 3 else f"to {n % 8}" for n in range(16)]
        assert len(most) == 9, "only the one that failed is asked again"
        assert [a for a in again if isinstance(a, Message)] == [a for a in outcomes if isinstance(a, Message)]


class TestKept:
    def test_a_second_run_costs_nothing_and_is_identical(self, tmp_path):
        server, cache = Server(completion("one"), completion("two")), Replies(tmp_path / "replies.sqlite")
        with endpoint(server) as url:
            chat = chat_at(url, cache=cache)
            first = chat.reply(HELLO, [SEARCH])
            again = chat_at(url, cache=Replies(tmp_path / "replies.sqlite"))
            assert again.reply(HELLO, [SEARCH]) == first
            assert (chat.requests, chat.tokens_in, again.requests, again.tokens_in) == (1, 7, 0, 0)
            other = [chat.reply(HELLO), chat_at(url, cache=cache, parameters={"temperature": 1.0}).reply(HELLO)]
        assert ([reply.text for reply in other], len(server.asked)) == (["two", "two"], 3)

    def test_what_failed_is_not_kept(self, tmp_path):
        with endpoint(Server(Answer(body="oops", status=500), completion("Here."))) as url:
            chat = chat_at(url, cache=Replies(tmp_path / "replies.sqlite"))
            with pytest.raises(ChatError):
                chat.reply(HELLO)
            assert chat.reply(HELLO).text == "Here."


class TestSchemas:
    SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}  # noqa: RUF012

    def test_a_server_that_can_is_held_to_the_schema(self):
        server = Server(completion('{"city": "Denver"}'))
        with endpoint(server) as url:
            assert chat_at(url).reply_in(HELLO, self.SCHEMA).text == '{"city": "Denver"}'
        assert server.asked[0]["response_format"]["json_schema"]["schema"] == self.SCHEMA

    def test_one_that_cannot_is_asked_without_from_then_on(self):
        server = Server(Answer(body="response_format?", status=400), completion("{}"))
        with endpoint(server) as url:
            chat = chat_at(url)
            assert [chat.reply_in(HELLO, self.SCHEMA).text for _ in range(2)] == ["{}", "{}"]
        assert ["response_format" in asked for asked in server.asked] == [True, False, False]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate that signs itself, and the server's context with it."""
    x509 = pytest.importorskip("cryptography.x509")
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "memlab test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    file.write_bytes(made.public_bytes(plain[2]) + key.private_bytes(plain[2], plain[1], plain[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


class TestTls:
    def test_a_certificate_that_nobody_vouches_for_is_refused(self, authority):
        server = Server(completion())
        with endpoint(server, authority[1]) as url:
            with pytest.raises(ChatError, match=r"CERTIFICATE_VERIFY_FAILED.*SSL_CERT_FILE"):
                chat_at(url).reply(HELLO)
            (outcome,) = chat_at(url).replies([HELLO])
        assert isinstance(outcome, ChatError)
        assert server.asked == []

    def test_one_whose_authority_is_named_is_taken(self, authority, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority[0]))
        with endpoint(Server(completion("Hi.")), authority[1]) as url:
            assert chat_at(url).reply(HELLO).text == "Hi."


class TestConfig:
    def test_without_an_endpoint_it_says_what_to_set(self):
        with pytest.raises(ConfigError, match=r"set OPENAI_BASE_URL .* and OPENAI_MODEL, .* OPENAI_API_KEY"):
            make("chat/openai")

    def test_model_and_base_url_are_of_the_environment_and_the_key_stays_there(self, monkeypatch):
        named = {"OPENAI_MODEL": "tiny", "OPENAI_BASE_URL": "http://localhost:9/v1", "OPENAI_API_KEY": "sk-secret"}
        for name, value in named.items():
            monkeypatch.setenv(name, value)
        (config,) = plan(["strategy=agentic", "chat=openai"])
        assert (config["chat"]["model"], config["chat"]["base_url"]) == ("tiny", "http://localhost:9/v1")
        assert config["strategy"]["name"] == "agentic (openai (tiny))"
        assert "sk-secret" not in json.dumps(config)

    @pytest.mark.parametrize(
        ("url", "told"),
        [
            ("localhost:8000", "is no URL of a server"),
            ("https://me:secret@example.org/v1", "may hold no user, password or query"),
            ("https://example.org/v1?key=secret", "may hold no user, password or query"),
            ("http://example.org/v1", "use https"),
            ("http://8.8.8.8/v1", "use https"),
        ],
    )
    def test_a_url_that_would_tell_a_secret_is_refused(self, url, told):
        with pytest.raises(ValueError, match=told) as caught:
            chat_at(url)
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize(
        "url", ["http://localhost:1/v1", "http://10.1.2.3/v1", "http://box/v1", "https://a.org/v1"]
    )
    def test_nothing_is_asked_at_construction(self, url):
        assert chat_at(url).requests == 0

    @pytest.mark.parametrize("wrong", [{"timeout_seconds": 0}, {"retries": -1}, {"concurrency": 0}])
    def test_numbers_out_of_range_are_refused(self, wrong):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))}={next(iter(wrong.values()))}"):
            chat_at("http://localhost:1/v1", **wrong)

    def test_parameters_cannot_take_the_place_of_the_request(self):
        with pytest.raises(ValueError, match="parameters may not hold messages"):
            chat_at("http://localhost:1/v1", parameters={"messages": []})
