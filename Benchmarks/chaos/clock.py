"""The wall clock of some processes, which jumps on command."""

import pathlib
import shutil
import struct
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parent / "clock.c"


class Clock:
    def __init__(self, folder):
        self.file, self.library = folder / "clock", folder / "clock.so"
        self.jump(0)
        compiler = shutil.which("cc") or shutil.which("clang")
        self.works = compiler is not None and subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", self.library, SOURCE, "-ldl"]).returncode == 0

    def jump(self, seconds):
        """Sets the clock to so many seconds after the true time."""
        with self.file.open("r+b" if self.file.exists() else "wb") as file:  # in place: it is mapped
            file.write(struct.pack("=q", seconds))

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self.library), "CHAOS_CLOCK": str(self.file)} if self.works else {}
