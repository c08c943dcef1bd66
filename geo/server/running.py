"""Starting a server on its data, whatever a crash, a kill or a power failure has left behind."""

from __future__ import annotations

from collections.abc import Mapping

from geo.server import processes
from geo.server.places import SOCKET_NAME, Places, major_of, own_folder
from geo.server.programs import ClusterError, choose, failed, installed, launch
from geo.server.roles import settle, write_access

_START_SECONDS = 120.0  # a recovery after a crash may have much to replay
_LOG_BYTES = 5_000_000


def start(places: Places, settings: Mapping[str, str]) -> None:
    """Start the server and wait until it takes connections; nothing of an earlier one may be in the way.

    Waits for orphaned backends to leave first. Raises ClusterError with the server's own last complaint.
    """
    data, account = places.data, places.account
    binaries = choose(installed(), data_major=major_of(data))
    processes.end_orphans(data, patience=2.0)
    _forget_stale_locks(places)
    own_folder(places.sockets, account)
    write_access(places)
    log = data / "server.log"
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(data / "server.log.1")
    for _ in processes.pauses(15.0):
        offset = log.stat().st_size if log.exists() else 0
        options = {**settings, "unix_socket_directories": str(places.sockets)}
        pid = launch(binaries, account, data, options, log)
        if wait_ready(places, pid):
            return settle(places, places.sockets)
        with log.open("rb") as lines:
            lines.seek(offset)
            said = lines.read().decode(errors="replace")
        # A backend of a killed server still holds its memory; it leaves within moments.
        if "pre-existing shared memory block" not in said:
            break
    raise failed("khởi động PostgreSQL", "start PostgreSQL", said)


def wait_ready(places: Places, pid: int) -> bool:
    """Wait until the server takes connections; False when it ended instead."""
    for _ in processes.pauses(_START_SECONDS):
        if processes.postmaster(places.data) == (pid, True):
            return True
        if not processes.alive(pid):
            return False
    raise ClusterError(
        f"PostgreSQL (tiến trình {pid}) chưa sẵn sàng sau {_START_SECONDS:.0f} giây; xem {places.data}/server.log.",
        f"PostgreSQL (process {pid}) is not ready after {_START_SECONDS:.0f} s; see {places.data}/server.log.",
    )


def _forget_stale_locks(places: Places) -> None:
    """Remove lock files of a dead server, which PostgreSQL would believe.

    It asks only whether the process number exists: a stranger that has it by now, or a killed server that no
    parent has collected (a container without init), is enough. Against orphaned backends it has a check of
    its own, on the shared memory.
    """
    for lock in (places.data / "postmaster.pid", places.sockets / f"{SOCKET_NAME}.lock"):
        try:
            pid = abs(int(lock.read_text(errors="replace").split()[0]))
        except FileNotFoundError:
            continue
        except (ValueError, IndexError):
            pid = 0  # cut off by a full disk or a power failure
        if not pid or not processes.alive(pid) or processes.is_stranger(pid, places.data):
            lock.unlink()
