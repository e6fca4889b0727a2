"""Public files in a local folder; each file is replaced atomically."""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path

from courtside.publishing.registry import max_age_of
from courtside.publishing.stores.base import PathRefusedError, Written, safe_path, same_content


class LocalStore:
    """A folder of public files.

    A folder stores no headers. The server takes a file's cache age from `registry.max_age_of`, so a write with another
    cache age is refused.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._unsynced: set[Path] = set()

    @cached_property
    def _resolved_root(self) -> Path:
        return self.root.resolve()

    def read(self, path: str) -> bytes | None:
        """Return the bytes at `path`, or None where there is no file.

        Raises:
            PathRefusedError: where `path` leads out of the folder.
        """
        return _content(self._target(path))

    def write(self, path: str, content: bytes, *, max_age: int, content_type: str) -> Written:
        """Write `content` to `path` atomically, unless the stored file differs in `generated_at` only.

        Raises:
            PathRefusedError: where `path` leads out of the folder.
            ValueError: where `max_age` differs from the contract's, or `content_type` is empty.
        """
        contract = max_age_of(path)
        if (contract is not None and contract != max_age) or not content_type:
            raise ValueError(
                f"{path}: max_age {max_age} and content type {content_type!r}; the contract says {contract}"
            )
        target = self._target(path)
        published = _content(target)
        if published is not None and same_content(published, content):
            return "unchanged"
        if target.parent not in self._unsynced:
            target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, content)
        self._unsynced.add(target.parent)
        return "written"

    def flush(self) -> None:
        """Flush to disk the names of the files written so far; their content was flushed before they were renamed."""
        while self._unsynced:
            _sync_folder(self._unsynced.pop())

    def remove_unfinished(self) -> None:
        """Remove temporary files of processes that have ended."""
        for path in self.root.rglob(".*.tmp"):
            pid = path.name.rsplit(".", 3)[-3] if path.name.count(".") > 2 else ""
            if path.is_file() and not (pid.isdecimal() and int(pid) != os.getpid() and _is_running(int(pid))):
                path.unlink(missing_ok=True)

    def _target(self, path: str) -> Path:
        target = os.path.realpath(f"{self._resolved_root}/{safe_path(path)}")
        if not target.startswith(f"{self._resolved_root}{os.sep}"):
            raise PathRefusedError(f"{path!r} leads out of {self.root}; remove the symbolic link in it")
        return Path(target)


def _content(target: Path) -> bytes | None:
    return target.read_bytes() if target.is_file() else None


def _replace(target: Path, content: bytes) -> None:
    """Write a temporary file beside `target`, flush it to disk, then rename it to `target`."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
