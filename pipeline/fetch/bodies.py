"""Decompressing a body while it arrives, never further than its limit."""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

ACCEPTED = "gzip, deflate, br, zstd"

_STEP = 1 << 16  # bytes inflated at a time
_ZSTD_SLICE = 256  # a block of zstd gives at most 128 kB and takes at least 4 bytes: so 8 MB for a slice
_ZSTD_WINDOW = 1 << 23  # as much as browsers grant (RFC 9659)


class BrokenBody(Exception):
    """The body is not what its Content-Encoding says, or breaks off. The message follows 'the body'."""


class Body:
    """Collects a response's body, decompressed, up to `limit` bytes; `size` is how many there are by now."""

    def __init__(self, coding: str, limit: int) -> None:
        self._decoder = _decoder(coding)
        self._room = limit
        self._arrivals = limit  # compressed data is no longer than what it stands for, unless it is made to waste time
        self._parts: list[bytes] = []
        self.size = 0
        self.truncated = False

    def write(self, data: bytes) -> Iterator[None]:
        """Take the next bytes from the network, part by part, so that the caller can stop or wait in between.

        Once the body is `truncated` there is no room for more.
        """
        self._arrivals -= len(data)
        for part in self._decoder.decode(data):
            self._parts.append(part[: self._room])
            self.size += len(self._parts[-1])
            self._room -= len(part)
            self.truncated = self._room < 0 or self._arrivals < 0
            if self._room < 0:
                break
            yield

    def finish(self) -> bytes:
        """Give the whole body. Raises BrokenBody when the compressed data is not at its end."""
        if not self.truncated and not self._decoder.at_end():
            raise BrokenBody("breaks off before its end")
        return b"".join(self._parts)


class _Decoder(Protocol):
    def decode(self, data: bytes) -> Iterator[bytes]:
        """Give the decompressed data in small parts, so that the receiver can stop in between."""

    def at_end(self) -> bool:
        """Tell whether the compressed data is complete; nothing at all counts as complete."""


def _decoder(coding: str) -> _Decoder:
    codings = [name.strip().lower() for name in coding.split(",")]
    codings = [name for name in codings if name not in ("", "identity")]
    if not codings:
        return _Plain()
    if len(codings) > 1:
        raise BrokenBody("is compressed more than once")
    if codings[0] in ("gzip", "x-gzip"):
        return _Zlib(zlib.MAX_WBITS | 16)
    if codings[0] == "deflate":
        return _Zlib(zlib.MAX_WBITS)
    if codings[0] == "br":
        return _Brotli()
    if codings[0] == "zstd":
        return _Zstd()
    raise BrokenBody(f"is compressed with {codings[0][:40]!r}, which nobody asked for")


class _Plain:
    def decode(self, data: bytes) -> Iterator[bytes]:
        yield data

    def at_end(self) -> bool:
        return True


class _Zlib:
    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._inflater = zlib.decompressobj(wbits)
        self._started = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflater.eof:  # gzip allows several members in a row; whatever else follows is padding
                if self._wbits != zlib.MAX_WBITS | 16 or not data.startswith(b"\x1f\x8b"):
                    return
                self._inflater = zlib.decompressobj(self._wbits)
            yield self._inflate(data)
            data = self._inflater.unconsumed_tail or self._inflater.unused_data

    def _inflate(self, data: bytes) -> bytes:
        try:
            part = self._inflater.decompress(data, _STEP)
        except zlib.error as error:
            if self._started or self._wbits != zlib.MAX_WBITS:
                raise BrokenBody("is not the compressed data that its header announces") from error
            # "deflate" means zlib's format, but some servers send the bare stream
            self._wbits = -zlib.MAX_WBITS
            self._inflater = zlib.decompressobj(self._wbits)
            return self._inflate(data)
        self._started = True
        return part

    def at_end(self) -> bool:
        return self._inflater.eof or not self._started


class _Brotli:
    def __init__(self) -> None:
        self._inflater = brotli.Decompressor()
        self._started = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        self._started = self._started or bool(data)
        try:
            yield self._inflater.process(data, output_buffer_limit=_STEP)
            while not self._inflater.can_accept_more_data():
                yield self._inflater.process(b"", output_buffer_limit=_STEP)
        except brotli.error as error:
            raise BrokenBody("is not the compressed data that its header announces") from error

    def at_end(self) -> bool:
        return not self._started or bool(self._inflater.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._inflater = self._context.decompressobj()
        self._started = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        self._started = self._started or bool(data)
        try:
            while data:
                if self._inflater.eof:
                    self._inflater = self._context.decompressobj()
                part, data = data[:_ZSTD_SLICE], data[_ZSTD_SLICE:]
                yield self._inflater.decompress(part)
                data = self._inflater.unused_data + data
        except zstandard.ZstdError as error:
            raise BrokenBody("is not the compressed data that its header announces") from error

    def at_end(self) -> bool:
        return not self._started or self._inflater.eof
