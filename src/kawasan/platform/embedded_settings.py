"""Settings of the embedded PostgreSQL: two presets, and what holds under either."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psutil

PORT: Final = 5432  # only names the socket file; written out so that a PGPORT in the environment changes nothing

TWO_CORES: Final[Mapping[str, str]] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    # A new file of the log is written full of zeros first, and commits wait for it; so used ones are kept, enough for a
    # minute of nothing but orders (9 MB a second).
    "min_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",  # solid-state disks
    "jit": "off",  # our queries are short: compiling them costs more than it saves
    "max_parallel_workers_per_gather": "0",  # both cores are for people; also containers have a small /dev/shm
    "max_parallel_maintenance_workers": "0",
    "idle_in_transaction_session_timeout": "5min",
}
"""A small server: two cores. The default; a commit is on disk before it is answered."""

_MB: Final = 1024**2
_LIMIT_OF_CONTAINER: Final = Path("/sys/fs/cgroup/memory.max")


# Note [PostgreSQL's own cache]
# A million balances, half of each page left free for their next versions, are 320 MB. Where they do not fit into the
# cache, every order writes pages out and reads others in.
def sized(memory_bytes: int) -> dict[str, str]:
    """Return what follows from a machine's memory: an eighth of it as PostgreSQL's own cache, 256 MB to 1 GB."""
    cache = min(max(memory_bytes // 8, 256 * _MB), 1024 * _MB)
    return {
        "shared_buffers": f"{cache // _MB}MB",
        "effective_cache_size": f"{max(memory_bytes // 2, 1024 * _MB) // _MB}MB",
    }


def memory() -> int:
    """Return the bytes of memory that this machine has, or that the container we run in may use."""
    total = int(psutil.virtual_memory().total)
    try:
        limit = _LIMIT_OF_CONTAINER.read_text().strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total


FAST_FOR_TESTS: Final[Mapping[str, str]] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # databases of tests are dropped, which is refused while PostgreSQL cleans up in them
    "shared_buffers": "128MB",
}
"""For data nobody will miss: survives a crash of PostgreSQL, not one of the machine."""

ALWAYS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Statements and the DETAIL of errors hold people's names and numbers, which belong in no log.
    # Slow statements are found in pg_stat_statements (database "postgres"), which keeps them without their values.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_min_duration_statement": "-1",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "shared_preload_libraries": "pg_stat_statements",
}
"""What no caller may change: a private socket, UTC, and a log without people's data."""

# Note [Memory kept between batches]
# A batch of orders takes memory and lets it go. glibc hands it back to the system each time, which then has to give it
# anew, zeroed page by page. So a process keeps up to 8 MB for what comes next: orders over HTTP met 0.7 new pages each
# in place of 2.1, and 14 us of system time in PostgreSQL in place of 19. Other C libraries pass over these names.
_KEPT_BYTES: Final = 8 * _MB
ENVIRONMENT: Final[Mapping[str, str]] = {
    "LANG": "C",
    "TZ": "UTC",
    "MALLOC_TRIM_THRESHOLD_": str(_KEPT_BYTES),
    "MALLOC_MMAP_THRESHOLD_": str(_KEPT_BYTES),
    "MALLOC_TOP_PAD_": str(_MB),
}
"""What the server's processes find in their environment, whatever ours is."""
