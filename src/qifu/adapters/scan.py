"""Virus scanning by ClamAV's daemon over its socket, where a deployment has one."""

import socket
import struct
from typing import BinaryIO, Final

from qifu.base.ports import virus_scanners

CHUNK: Final = 64 * 1024
PATIENCE: Final = 60.0  # seconds
LONGEST_ANSWER: Final = 4096


class ScannerFault(RuntimeError):
    """The daemon could not be asked, or did not say whether the file is clean."""


class Clamd:
    """clamd by INSTREAM; `address` is unix:/path/to/socket or tcp:host:port.

    Protocol: clamd(8), commands with the prefix z, chunks with their length in four bytes.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def scan(self, file: BinaryIO) -> str:
        """The name of the virus, "" for none; ScannerFault where the daemon cannot say."""
        file.seek(0)
        try:
            with self._connect() as line:
                line.sendall(b"zINSTREAM\0")
                while chunk := file.read(CHUNK):
                    line.sendall(struct.pack("!I", len(chunk)) + chunk)
                line.sendall(struct.pack("!I", 0))
                answer = self._answer(line)
        except OSError as error:
            raise ScannerFault(f"clamd at {self.address}: {error}") from error
        finally:
            file.seek(0)
        if answer.endswith("OK"):
            return ""
        if answer.endswith("FOUND"):
            return answer.removeprefix("stream:").removesuffix("FOUND").strip() or "?"
        raise ScannerFault(f"clamd at {self.address} answered {answer[:200]!r}")

    def _connect(self) -> socket.socket:
        kind, _colon, place = self.address.partition(":")
        if kind == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(PATIENCE)
            try:
                line.connect(place)
            except OSError:
                line.close()
                raise
            return line
        host, _colon, port = place.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=PATIENCE)

    def _answer(self, line: socket.socket) -> str:
        said = b""
        while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
            more = line.recv(LONGEST_ANSWER)
            if not more:
                break
            said += more
        return said.strip(b"\0\n").decode(errors="replace")


def plug_in(address: str) -> None:
    """Files of appeals are shown to this daemon too; nothing for an empty address."""
    if address and "clamd" not in virus_scanners.names():
        virus_scanners.register("clamd", lambda: Clamd(address))
