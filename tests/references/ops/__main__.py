"""usage: python tests/references/ops [family ...]        writes <family>.txt from <family>.py; all without a name

with a Python that has PyTorch 2.13.
"""
import contextlib
import pathlib
import runpy
import sys

sys.dont_write_bytecode = True
folder = pathlib.Path(__file__).parent
# PyTorch imports the standard library's statistics where it first needs it; the family of that name would hide it.
sys.path.remove(str(folder))
import statistics  # noqa: E402, F401
sys.path.insert(0, str(folder))
families = sys.argv[1:] or [path.stem for path in sorted(folder.glob("*.py"))
                            if path.stem not in ("__main__", "reference")]
for family in families:
    with open(folder / f"{family}.txt", "w") as out, contextlib.redirect_stdout(out):
        runpy.run_path(str(folder / f"{family}.py"))
