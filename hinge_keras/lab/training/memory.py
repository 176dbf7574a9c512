"""How much memory there is: what the system has left, or lets this process have."""

import os
import resource
from pathlib import Path

# What a process with Keras and a backend holds before it trains.
BASE = 900 * 2**20
OWN, ROOT = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
# Of both versions of control groups, by controller: where they lie, and the files with
# the limit and the use, and the use's part that the system takes back when it must.
VERSIONS = {
    "": ("", "memory.max", "memory.current", "inactive_file"),
    "memory": (
        "memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
}


def free():
    """Bytes that may still be asked for."""
    found = [available(), *left_to_groups()]
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        found.append(soft - mapped())
    return max(0, min(found))


def left_to_groups():
    """What is left to each control group that this process is in."""
    for line in text(OWN).splitlines():
        _, controllers, own = line.split(":", 2)
        for name in {*controllers.split(",")} & VERSIONS.keys():
            under, limit, use, cached = VERSIONS[name]
            folder = ROOT / under / own.strip("/")
            # Those around it count too; its own may be hidden from a container.
            for each in (folder, *folder.parents):
                most = text(each / limit).strip()
                if most.isdigit():
                    taken = int(text(each / use) or 0) - entry(
                        each / "memory.stat", cached
                    )
                    yield int(most) - taken


def entry(path, name):
    """A number of a file of names with numbers; 0 if it is not there."""
    return next(
        (int(n) for key, n in map(str.split, text(path).splitlines()) if key == name), 0
    )


def mapped():
    """Bytes of this process's own addresses."""
    pages = text(Path("/proc/self/statm")).split()
    return int(pages[0]) * os.sysconf("SC_PAGE_SIZE") if pages else BASE


def available():
    """Bytes that the system has left, what it can let go of included."""
    for line in text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable"):
            return int(line.split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def text(path):
    """What a file says; nothing if there is none."""
    try:
        return path.read_text()
    except OSError:
        return ""
