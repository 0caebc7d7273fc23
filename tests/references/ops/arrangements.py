import numpy
import torch

from reference import between, case

between("roll/axis 0", lambda x: torch.roll(x, 1, 0), [(3, 2)], [(1,)], [(0, 2)])
between("roll/axes 0 and 1", lambda x: torch.roll(x, (-1, 7), (0, 1)), [(2, 3)], [(3, 1, 2)])
between("roll/an axis twice", lambda x: torch.roll(x, (1, 1), (-1, -1)), [(2, 3)])
between("roll/flat", lambda x: torch.roll(x, -2), [(2, 3)], [(5,)])


def places(widths, shape, mode):
    """Which places of x NumPy puts along each axis."""
    return [torch.from_numpy(numpy.pad(numpy.arange(n), w, mode=mode)) for n, w in zip(shape, widths)]


def pad(x, widths, mode):
    for axis, chosen in enumerate(places(widths, x.shape, mode)):
        x = x.index_select(axis, chosen)
    return x


def add_to(x, shape, chosen):
    """The reverse: sums over the places, axis by axis."""
    for axis, indices in enumerate(chosen):
        whole = list(x.shape)
        whole[axis] = shape[axis]
        x = torch.zeros(whole).index_add(axis, indices, x)
    return x


def unpad(x, widths, shape, mode):
    return add_to(x, shape, places(widths, shape, mode))


constant = torch.nn.functional.pad
between("pad/constant", lambda x: constant(x, (0, 1, 1, 2), value=0.5), [(2, 3)], [(0, 2)])
between("pad/constant all", lambda x: constant(x, (1, 1) * x.dim()), [(1, 2, 2)], [(2,)])
between("pad/reflect", lambda x: pad(x, [(1, 0), (2, 1)], "reflect"), [(2, 3)], [(1, 4)], [(3, 2)])
between("pad/reflect far", lambda x: pad(x, [(5, 7)] * x.dim(), "reflect"), [(3,)], [(1,)], [(2, 1)])
between("pad/edge", lambda x: pad(x, [(2, 1), (0, 3)], "edge"), [(2, 3)], [(1, 1)])
between("pad/wrap", lambda x: pad(x, [(1, 2), (4, 1)], "wrap"), [(2, 3)], [(3, 1)])
between("unpad/reflect", lambda x: unpad(x, [(1, 0), (2, 1)], (2, 3), "reflect"), [(3, 6)])
case("unpad/edge", lambda x: unpad(x, [(2, 1)] * 2, (2, 2), "edge"), [(5, 5)])

counts = torch.tensor([2, 0, 1])
between("repeat/twice, never, once", lambda x: x.repeat_interleave(counts, 0), [(3, 2)], [(3,)])
between("repeat/columns", lambda x: x.repeat_interleave(counts, -1), [(2, 3)])
between("repeat/one count for all", lambda x: x.repeat_interleave(2, 0), [(3, 2)], [(1,)])
between("unrepeat/twice, never, once", lambda x: add_to(x, (3, 2), [torch.tensor([0, 0, 2])]), [(3, 2)])

between("diagonal/main", lambda x: torch.diagonal(x), [(3, 4)], [(2, 3, 2)], [(1, 1)])
between("diagonal/1 of axes -1 and 0", lambda x: torch.diagonal(x, 1, -1, 0), [(2, 2, 3)], [(2, 1)])
between("diagonal/-1", lambda x: torch.diag(x, -1), [(4, 3)], [(1, 3)])
between("diag_embed/last axes", lambda x: torch.diag_embed(x), [(2, 3)], [(2,)], [(1,)])
between("diag_embed/-1 in axes 0 and 2", lambda x: torch.diag_embed(x, -1, 0, 2), [(2, 3)])
between("diag_embed/diag", lambda x: torch.diag(x, 1), [(3,)])
between("tril/main", lambda x: torch.tril(x), [(3, 4)], [(2, 2, 2)])
between("tril/-1", lambda x: torch.tril(x, -1), [(3, 2)])
between("triu/main", lambda x: torch.triu(x), [(3, 4)], [(2, 2, 2)])
between("triu/2", lambda x: torch.triu(x, 2), [(3, 4)])


def fold(x):
    windows = torch.arange(4).unfold(0, 2, 1)
    return torch.zeros(4, 2).index_add(0, windows.flatten(), x.transpose(1, 2).reshape(6, 2))


between("unfold/2 by 1", lambda x: x.unfold(0, 2, 1), [(4, 2)], [(5,)], [(2, 1)])
between("unfold/3 by 2", lambda x: x.unfold(-1, 3, 2), [(2, 6)], [(3,)])
between("unfold/1 by 3", lambda x: x.unfold(0, 1, 3), [(5,)])
between("fold/2 by 1", fold, [(3, 2, 2)])
