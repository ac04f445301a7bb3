"""Disk space of a package with all its requirements, in the current environment."""

from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def closure(roots: Iterable[str]) -> dict[str, Distribution]:
    """Return the installed distributions that these packages require, themselves included, by
    name."""
    found: dict[str, Distribution] = {}
    wanted = [Requirement(root) for root in roots]
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        requirement = wanted.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # required on another platform, or by an extra that is not installed
        wanted += [each for each in _required(found[name]) if _applies(each, extras)]
    return found


def megabytes(distributions: Iterable[Distribution]) -> float:
    """Return the megabytes of the files that pip wrote for these distributions."""
    return sum(_bytes(each) for each in distributions) / 1e6


def folder_megabytes(folder: Path) -> float:
    """Return the megabytes of a folder's files, without compiled modules."""
    files = (path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


def _required(found: Distribution) -> list[Requirement]:
    return [Requirement(each) for each in found.requires or ()]


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""})


def _bytes(found: Distribution) -> int:
    paths = (Path(str(file.locate())) for file in found.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())
