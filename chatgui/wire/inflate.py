"""Bodies that come compressed although we asked for plain ones: gzip and deflate are read as they come, the rest is refused."""

from __future__ import annotations

import zlib

from chatgui.core.errors import Interrupted, ProtocolError

MAX_PLAIN = 64 << 20  # bytes a compressed body may become; a megabyte of gzip can hold a gigabyte
STEP = 1 << 20
GZIP = b"\x1f"


class Inflate:
    """Decompresses a body piece by piece, in bounded memory. Raises ProtocolError for other encodings and for bombs."""

    def __init__(self, encoding: str, host: str) -> None:
        self._host = host
        self._plain = 0
        self._inner: zlib._Decompress | None = None
        self._raw_tried = encoding != "deflate"
        self._gzip = encoding in ("gzip", "x-gzip")  # of which one may follow another
        if self._gzip:
            self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        elif encoding == "deflate":
            self._inner = zlib.decompressobj()
        elif encoding != "identity":
            raise ProtocolError(
                f"{host} compressed its answer with “{encoding[:40]}” although plain was asked for.", code="encoding"
            )

    def feed(self, data: bytes) -> bytes:
        """The plain bytes these hold."""
        if self._inner is None:
            return data
        plain = bytearray()
        try:
            while data:
                if self._inner.eof:
                    if not self._gzip or data[:1] != GZIP:
                        break  # what stands behind the end means nothing
                    self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
                plain += self._inner.decompress(data, STEP)
                data = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
                if self._plain + len(plain) > MAX_PLAIN:
                    raise ProtocolError(
                        f"{self._host} sent an answer that unpacks to more than {MAX_PLAIN >> 20} MB.", code="bomb"
                    )
        except zlib.error as error:
            if self._raw_tried or self._plain:
                raise ProtocolError(
                    f"{self._host} sent a compressed answer that cannot be unpacked.", code="encoding", said=str(error)
                ) from error
            self._raw_tried = True  # some say deflate and leave its wrapper out
            self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
            return self.feed(data)
        self._plain += len(plain)
        return bytes(plain)

    def end(self) -> bytes | None:
        """Nothing more comes. Raises Interrupted if the compressed data was cut."""
        if self._inner is not None and not self._inner.eof and self._plain:
            raise Interrupted(
                f"The answer of {self._host} was cut: its compressed data does not end.", code="cut_encoding"
            )
        return None
