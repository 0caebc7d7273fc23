"""What PyTorch gives for the left column of the tables in docs/from_pytorch.md: writes from_pytorch.txt.

A line is the code, a tab, and the numbers of its result in their order. Of random numbers it is how many there are.
    python tests/references/from_pytorch.py
"""
import pathlib
import re

import torch

here = pathlib.Path(__file__).parent
page = (here / "../../docs/from_pytorch.md").read_text()


def numbers(x):
    if isinstance(x, torch.Tensor):
        return x.detach().double().flatten().tolist()
    if isinstance(x, (list, tuple)):
        return [number for part in x for number in numbers(part)]
    return [float(x)]


names = {}
exec(re.search(r"```python\n(.*?)```", page, re.S)[1], names)
random = page.split("## Random numbers")[1]
with open(here / "from_pytorch.txt", "w") as out:
    for code in re.findall(r"^\| `([^`]*)` \|", page, re.M):
        found = numbers(eval(code, names))
        text = f"~{len(found)}" if f"`{code}`" in random else " ".join(repr(number) for number in found)
        out.write(f"{code}\t{text}\n")
