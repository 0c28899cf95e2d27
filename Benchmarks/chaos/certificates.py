"""Certificates of a line, made by rg-sender itself."""

import subprocess


def make(binaries, folder):
    """New ones for both ends each time; the authority stays."""
    for name in ("sender", "listener"):
        for ending in ("pem", "key"):
            (folder / f"{name}.{ending}").unlink(missing_ok=True)
    subprocess.run([binaries / "rg-sender", "cert", "--out", folder, "--name", "127.0.0.1"],
                   check=True, capture_output=True)


def settings(folder, end):
    """What names them in a configuration."""
    authority = "ca.bundle" if end == "sender" else "wan.ca.bundle"
    return {"cert.file": folder / f"{end}.pem", "key.file": folder / f"{end}.key", authority: folder / "ca.pem"}
