"""Unpacking of gzip, Zstandard and single-file zip payloads, recognised by magic bytes and unpacked in memory."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

import zstandard

from courtside.errors import PayloadRefusedError
from courtside.raw.bounds import LIMIT_BYTES

LAYERS = 3
"""Largest number of nested containers."""

MOST_ENTRIES = 1_000
"""Most entries of a zip, including folders; its directory is read into memory."""

_CHUNK = 2**10
_DIRECTORY_ENTRY = b"PK\x01\x02"
_ZIP_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    IndexError,
    OSError,
    ValueError,
)
_LEAVES_ARCHIVE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")


def unpacked(content: bytes, limit: int = LIMIT_BYTES) -> bytes:
    """Return the bytes inside the containers of `content`; other bytes are returned unchanged.

    Raises:
        PayloadRefusedError: where a container is truncated, damaged, encrypted, larger than `limit` bytes when
            unpacked, names paths outside itself, or does not hold exactly one file.
    """
    for _ in range(LAYERS):
        opener = next((opener for magic, opener in _OPENERS.items() if content.startswith(magic)), None)
        if opener is None:
            return content
        content = opener(content, limit)
    if any(content.startswith(magic) for magic in _OPENERS):
        raise PayloadRefusedError(f"more than {LAYERS} nested containers; unpack the payload and ingest its file")
    return content


def _gzip(content: bytes, limit: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            plain = stream.read(limit + 1)
    except EOFError:
        raise PayloadRefusedError(f"truncated gzip: its {len(content):,} bytes end early; fetch it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise PayloadRefusedError(f"damaged gzip ({error}); fetch it again") from None
    return _within(plain, limit, "gzip")


def _zstandard(content: bytes, limit: int) -> bytes:
    stream = zstandard.ZstdDecompressor().decompressobj()
    plain = bytearray()
    try:
        for start in range(0, len(content), _CHUNK):
            plain += stream.decompress(content[start : start + _CHUNK])
            if stream.eof or len(plain) > limit:
                break
    except zstandard.ZstdError as error:
        raise PayloadRefusedError(f"damaged Zstandard ({error}); fetch it again") from None
    whole = _within(bytes(plain), limit, "Zstandard")
    if not stream.eof:
        raise PayloadRefusedError(f"truncated Zstandard: its {len(content):,} bytes end early; fetch it again")
    return whole


def _zip(content: bytes, limit: int) -> bytes:
    if content.count(_DIRECTORY_ENTRY) > MOST_ENTRIES:
        raise PayloadRefusedError(f"zip with more than {MOST_ENTRIES:,} entries; ingest its files one by one")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            member = _only_file(archive, limit)
            with archive.open(member) as stream:
                plain = stream.read(limit + 1)
    except _ZIP_DAMAGE as error:
        raise PayloadRefusedError(f"truncated or damaged zip ({error}); fetch it again") from None
    except (NotImplementedError, RuntimeError) as error:
        raise PayloadRefusedError(f"zip cannot be opened ({error}); unpack it and ingest its file") from None
    return _within(plain, limit, "zip")


def _only_file(archive: zipfile.ZipFile, limit: int) -> zipfile.ZipInfo:
    members = archive.infolist()
    for member in members:
        if _LEAVES_ARCHIVE.search(member.filename):
            raise PayloadRefusedError(f"zip names a path outside itself: {member.filename[:80]!r}")
    if sum(member.file_size for member in members) > limit:
        raise PayloadRefusedError(f"zip holds more than {limit:,} bytes when unpacked")
    files = [m for m in members if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    if len(files) != 1:
        names = ", ".join(repr(member.filename[:40]) for member in files[:5]) or "none"
        raise PayloadRefusedError(f"zip holds {len(files)} files ({names}) instead of one; ingest them one by one")
    if files[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PayloadRefusedError("zip is not compressed with deflate; unpack it and ingest its file")
    return files[0]


def _within(content: bytes, limit: int, container: str) -> bytes:
    if len(content) > limit:
        raise PayloadRefusedError(f"{container} holds more than {limit:,} bytes when unpacked")
    return content


_OPENERS: dict[bytes, Callable[[bytes, int], bytes]] = {
    b"\x1f\x8b": _gzip,
    b"\x28\xb5\x2f\xfd": _zstandard,
    b"PK\x03\x04": _zip,
    b"PK\x05\x06": _zip,
}
