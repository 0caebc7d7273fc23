import torch

from reference import between


def einsum(equation, *samples):
    between("einsum/" + equation, lambda *x: torch.einsum(equation, *x), *samples)


einsum("ij,jk->ik", [(3, 4), (4, 2)], [(1, 3), (3, 1)], [(3, 0), (0, 2)])
einsum("ij,kj->ki", [(3, 4), (2, 4)], [(2, 2), (2, 2)])
einsum("bhqd,bhkd->bhqk", [(2, 1, 3, 2), (2, 1, 4, 2)], [(2, 1, 1, 2), (1, 2, 2, 2)])
einsum("bqhd,bkhd->bhqk", [(2, 3, 2, 2), (2, 2, 2, 2)], [(1, 2, 2, 2), (1, 2, 2, 2)])
einsum("bhqk,bkhd->bqhd", [(2, 2, 3, 2), (2, 2, 2, 2)], [(1, 2, 2, 2), (1, 2, 2, 2)])
einsum("i,i->", [(4,), (4,)])
einsum("i,j->ji", [(3,), (2,)])
einsum("ij,ij->ij", [(2, 3), (2, 3)], [(2, 1), (1, 3)])
einsum("bi,bi->b", [(2, 3), (2, 3)])
einsum("ib,ib->b", [(2, 3), (2, 3)])
einsum("ii", [(3, 3)])
einsum("ii->i", [(3, 3)])
einsum("ij->ji", [(2, 3)])
einsum("ij->j", [(2, 3)])
einsum("i->", [(3,)])
einsum("ij,jk,kl->il", [(2, 3), (3, 2), (2, 4)], [(2, 2), (2, 1), (1, 3)])
einsum("i,j,k->ijk", [(2,), (3,), (2,)])
einsum("ij,j,ij->i", [(2, 3), (3,), (2, 3)])
einsum("ii,ij->j", [(2, 2), (2, 3)])
einsum("...ij,...jk->...ik", [(2, 2, 3), (3, 2)], [(2, 1, 2, 2), (3, 2, 1)])
einsum("...,...", [(2, 3), (3,)], [(2, 1), (2,)])
einsum("b...,bi", [(2, 3, 1), (2, 2)])
between("einsum/of itself", lambda x: torch.einsum("ij,jk->ik", x, x), [(3, 3)])
between("einsum/dot", lambda a, b: torch.tensordot(a, b, ([-1], [0 if b.ndim == 1 else -2])), [(4,), (4,)],
        [(2, 3), (3,)], [(3,), (3, 2)], [(2, 3), (3, 2)], [(2, 2), (3, 2, 2)])
between("einsum/inner", torch.inner, [(4,), (4,)], [(2, 3), (4, 3)], [(2, 2, 3), (3,)])
between("einsum/outer", lambda a, b: torch.outer(a.flatten(), b.flatten()), [(3,), (2,)], [(2, 2), (3,)], [(), (2,)])
between("einsum/tensordot", torch.tensordot, [(2, 3, 2), (3, 2, 2)], [(2, 3), (2, 3)])
between("einsum/tensordot of pairs", lambda a, b: torch.tensordot(a, b, ([0, -1], [1, 0])), [(2, 3, 4), (4, 2)])
between("einsum/tensordot of none", lambda a, b: torch.tensordot(a, b, 0), [(2,), (3, 1)])
between("einsum/kron", torch.kron, [(2, 3), (3, 2)], [(3,), (2, 2)], [(2,), (3,)], [(), (2,)])


def trace(above):
    return lambda x: torch.diagonal(x, above, -2, -1).sum(-1)


between("einsum/trace", trace(0), [(3, 3)], [(2, 3, 2)])
between("einsum/trace above", trace(1), [(3, 3)], [(2, 1, 2, 3)])
between("einsum/trace below", trace(-1), [(3, 2)])
