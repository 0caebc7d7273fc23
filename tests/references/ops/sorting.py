import torch

from reference import between, case

ties = torch.tensor([[1.0, -2.0, 1.0, 3.0, 1.0], [0.5, 0.5, -0.5, 0.5, 2.0]])


def unique(x):
    """The different elements in order, as x at the first of each: PyTorch's has no derivative."""
    flat = x.flatten()
    _, inverse = torch.unique(flat.detach(), return_inverse=True)
    first = torch.tensor([inverse.tolist().index(k) for k in range(int(inverse.max()) + 1)])
    return flat[first]


between("sort/last", lambda x: torch.sort(x, stable=True).values, [(5,)], [(2, 4)], [(3, 1)], [(2, 0)])
case("sort/last", lambda x: torch.sort(x, stable=True).values, [ties])
between("sort/0, descending", lambda x: torch.sort(x, dim=0, descending=True, stable=True).values,
        [(4, 2)], [(3, 2, 2)])
case("sort/0, descending", lambda x: torch.sort(x, dim=0, descending=True, stable=True).values, [ties.T.contiguous()])
between("topk/2 last", lambda x: torch.topk(x, 2).values, [(5,)], [(2, 3)])
between("topk/2 smallest, 0", lambda x: torch.topk(x, 2, 0, largest=False).values, [(4, 2)])
case("topk/none", lambda x: torch.topk(x, 0).values, [(2, 3)])
between("kthvalue/2 last", lambda x: torch.kthvalue(x, 2).values, [(5,)], [(2, 3)])
between("kthvalue/1, 0", lambda x: torch.kthvalue(x, 1, 0).values, [(4, 2)])
between("unique/all", unique, [(5,)], [(2, 3)])
case("unique/all", unique, [ties])
