"""How much memory there is: what the system has left, or lets this process have."""

import os
import resource
from pathlib import Path

# What a process with Keras and a backend holds before it trains.
BASE = 900 * 2**20
GROUP = Path("/sys/fs/cgroup")
FILES = (  # The limit and the use of a control group, by version.
    (GROUP / "memory.max", GROUP / "memory.current"),
    (
        GROUP / "memory/memory.limit_in_bytes",
        GROUP / "memory/memory.usage_in_bytes",
    ),
)


def free():
    """Bytes that may still be asked for."""
    found = [available()]
    for limit, use in FILES:
        try:
            found.append(int(limit.read_text()) - int(use.read_text()))
        except (OSError, ValueError):  # No such version, or "max".
            continue
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        found.append(soft - mapped())
    return max(0, min(found))


def mapped():
    """Bytes of this process's own addresses."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[0]
    except OSError:
        return BASE
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def available():
    """Bytes that the system has left, what it can let go of included."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        (line,) = [line for line in lines if line.startswith("MemAvailable")]
        return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
