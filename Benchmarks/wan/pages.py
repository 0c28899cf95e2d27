"""Home pages, version after version. They may belong to others: they are read where they lie, and never copied."""

import pathlib


def read(folder, half):
    """Versions by the name of their page, from folders `home-…`, or from all if there are none of these."""
    folders = sorted(path for path in pathlib.Path(folder).iterdir() if path.is_dir())
    found = {}
    for path in [path for path in folders if path.name.startswith("home-")] or folders:
        files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
        middle = len(files) // 2
        files = {"earlier": files[:middle], "later": files[middle:], "all": files}[half]
        if len(files) >= 2:
            found[path.name] = [file.read_bytes() for file in files]
    if not found:
        raise SystemExit(f"{folder}: no folder with two versions of a page")
    return found


def starts(count, visits, series):
    """Where series of visits begin in so many versions: spread evenly, each with `visits` versions to go."""
    room = max(0, count - visits)
    return [number * room // max(1, series - 1) for number in range(series)]
