"""A shared server keeps users apart, is reached over verified TLS alone, and waits for those who write at once."""

import socket
import ssl
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from memlab import make
from memlab.events import Erasure
from memlab.indexes.graph_bolt import served
from memlab.indexes.graph_engine import Edge, Said
from memlab.testing import ask, turn

START = datetime(2024, 1, 1, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)
HELLO = b"\x60\x60\xb0\x17"  # how every Bolt connection begins


def told(turn, canary, place="oslo"):
    """The same turn for every user, but for a name that only one knows."""
    return Said(turn, START, {"sea": False, canary: True}, (Edge("live", "live in", place, "place", "home", place),))


@pytest.mark.slow
def test_users_of_one_server_never_read_each_other(bolt_server):
    users = {"ana": "Canary1", "ana:t": "Canary2", "": "Canary3"}
    graphs = {user: served(**bolt_server, partition=user) for user in users}
    for n in range(3):
        for user, canary in users.items():
            graphs[user].merge([told(f"t{n}", canary, f"{canary}-{n % 2}")])
            if n % 3 == 2:
                graphs[user].delete([f"t{n - 1}"])
    for user, canary in users.items():
        everything = str((graphs[user].match(), graphs[user].match(["live"]), graphs[user].beside(["sea"], 99)))
        assert [other for other in users.values() if other in everything] == [canary]
        assert graphs[user].beside([other for other in users.values() if other != canary], 0).values()
        assert len(graphs[user].match(["live"])) == 2
    graphs.pop("ana").close()
    assert [len(graph.match()) for graph in graphs.values()] == [2, 2]
    for graph in graphs.values():
        graph.close()
    with closing(served(**bolt_server, partition="ana")) as again:
        assert len(again) == 0


@pytest.mark.slow
def test_a_partition_is_cleared_and_taken_over_by_who_opens_it_last(bolt_server):
    first = served(**bolt_server, partition="ana")
    first.merge([told("t1", "Canary")])
    with closing(served(**bolt_server, partition="ana")) as second:
        assert second.match() == []
        second.merge([told("t2", "Heir")])
        for act in (first.match, lambda: first.merge([told("t3", "Late")]), lambda: first.delete(["t2"])):
            with pytest.raises(PermissionError, match="'ana' was opened by another process"):
                act()
        first.close()
        assert [held.turn for held in second.match()] == ["t2"]


@pytest.mark.slow
def test_those_who_open_and_write_at_once_wait_for_each_other(bolt_server):
    failed = []

    def live(n):
        try:
            with closing(served(**bolt_server)) as graph:
                graph.merge([told("t1", "Ana"), told("t2", "Ana")])
                assert (len(graph), graph.beside(["sea"], 9)) == (2 + 4, {"sea": {"Ana": 1.0}})
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=live, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.slow
def test_a_constraint_that_another_met_first_is_tried_again(bolt_server):
    from neo4j.exceptions import ConstraintError

    attempts = []

    def late(run):
        attempts.append(run("RETURN 1"))
        if len(attempts) < 3:
            raise ConstraintError
        return "done"

    with closing(served(**bolt_server)) as graph:
        assert (graph._connection.transaction(late), attempts) == ("done", [[[1]]] * 3)
        with pytest.raises(ConstraintError):
            graph._connection.transaction(lambda run: (_ for _ in ()).throw(ConstraintError()))


@pytest.mark.slow
def test_the_strategy_recalls_over_bolt_what_it_recalls_in_process(bolt_server):
    numbers = {name: value for name, value in bolt_server.items() if name != "login"}
    near, far = make("strategy/graph"), make("strategy/graph_bolt", login="root", **numbers)
    with closing(near), closing(far):
        for place, text in enumerate(["My sister Priya came by.", "I live in Oslo.", "Priya sang.", "I live in Rome."]):
            for strategy in (near, far):
                strategy.observe(turn(place, text))
        for gone in ("t1", "t0"):
            for text in ("What did my sister do?", "Where do I live?", "Where did I use to live?"):
                assert near.recall(ask(50, text)) == far.recall(ask(50, text))
            assert near.relations() == far.relations() != []
            for strategy in (near, far):
                strategy.observe(Erasure(at=LATER, session=3, turns=frozenset({gone})))
            assert [held.turn for held in far._graph._engine.match() if held.turn == gone] == []


def test_no_server_no_graph():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ConnectionError, match=f"the graph server at bolt://127.0.0.1:{port}"):
        served(f"bolt://127.0.0.1:{port}", timeout_seconds=1, retry_seconds=0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"uri": "http://127.0.0.1:7687"}, "must be bolt, bolt\\+s, neo4j or neo4j\\+s"),
        ({"uri": "bolt+ssc://db.example:7687"}, "must be bolt"),
        ({"uri": "bolt://db.example:7687"}, "unencrypted to another machine; write bolt\\+s"),
        ({"uri": "neo4j://127.0.0.1.example"}, "unencrypted to another machine"),
        ({"uri": "bolt://localhost", "ca_file": "ca.pem"}, "ca_file has no use"),
        ({"uri": "bolt://localhost", "login": "ana", "password_env": "MEMLAB_NO_SUCH"}, "variable MEMLAB_NO_SUCH"),
        ({"uri": "bolt://localhost", "timeout_seconds": 0}, "timeout_seconds=0"),
    ],
)
def test_what_is_unsafe_or_makes_no_sense_is_refused_before_anything_is_sent(wrong, says):
    with pytest.raises(ValueError, match=says):
        served(**wrong)


@pytest.fixture
def tls_server(tmp_path):
    """A listener with a certificate that no system trusts: its port, the certificate, what was said to it in secret."""
    certificate = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    heard, listener = [], socket.create_server(("127.0.0.1", 0))

    def listen():
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as secret:
                    heard.append(secret.recv(4))
            except OSError:
                plain.close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield listener.getsockname()[1], certificate, heard
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_server):
    port, certificate, heard = tls_server
    for ca_file, arrived in ((None, []), (str(certificate), [HELLO])):
        with pytest.raises(ConnectionError):
            served(f"bolt+s://localhost:{port}", ca_file=ca_file, timeout_seconds=2, retry_seconds=0)
        assert heard[:1] == arrived


def _self_signed(folder):
    pytest.importorskip("neo4j", reason="neo4j is not installed: TLS is not tested")
    pytest.importorskip("cryptography", reason="cryptography is not installed: there is no certificate to test with")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return file
