"""ClamAV's protocol, spoken with a small server of our own."""

import io
import socket
import struct
from threading import Thread

import pytest

from qifu.adapters.scan import Clamd, ScannerFault, plug_in
from qifu.base.ports import virus_scanners


class Daemon(Thread):
    """Reads one INSTREAM command as clamd does and answers what it was told to."""

    def __init__(self, listener, answer):
        super().__init__(daemon=True)
        self.listener, self.answer, self.heard = listener, answer, b""

    def run(self):
        line, _address = self.listener.accept()
        with line, line.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := struct.unpack("!I", stream.read(4))[0]:
                self.heard += stream.read(size)
            line.sendall(self.answer)


@pytest.fixture(params=["unix", "tcp"])
def daemon(request, tmp_path):
    started = []

    def start(answer):
        if request.param == "unix":
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(tmp_path / "s"))
            address = f"unix:{tmp_path / 's'}"
        else:
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            address = f"tcp:127.0.0.1:{listener.getsockname()[1]}"
        listener.listen(1)
        started.append(listener)
        server = Daemon(listener, answer)
        server.start()
        return Clamd(address), server

    yield start
    for listener in started:
        listener.close()


def test_a_clean_file_is_sent_whole_and_comes_back_clean(daemon):
    scanner, server = daemon(b"stream: OK\0")
    content = bytes(range(256)) * 1_000
    assert scanner.scan(io.BytesIO(content)) == ""
    server.join(5)
    assert server.heard == content


def test_a_virus_has_its_name(daemon):
    scanner, _server = daemon(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
    assert scanner.scan(io.BytesIO(b"x")) == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"what?\0"])
def test_an_answer_that_is_neither_is_no_clean_file(daemon, answer):
    scanner, _server = daemon(answer)
    with pytest.raises(ScannerFault):
        scanner.scan(io.BytesIO(b"x"))


def test_a_daemon_that_is_not_there_is_a_fault(tmp_path):
    with pytest.raises(ScannerFault):
        Clamd(f"unix:{tmp_path / 'nobody'}").scan(io.BytesIO(b"x"))


def test_it_is_plugged_in_where_an_address_is_given_and_once(monkeypatch):
    monkeypatch.setattr(virus_scanners, "_makers", {})
    plug_in("")
    assert virus_scanners.names() == []
    plug_in("tcp:127.0.0.1:3310")
    plug_in("tcp:127.0.0.1:3310")
    assert virus_scanners.names() == ["clamd"]
    assert virus_scanners.get("clamd").address == "tcp:127.0.0.1:3310"
