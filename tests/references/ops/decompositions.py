import torch

from reference import between

linalg = torch.linalg


def dominant(x):
    return x + 5 * torch.eye(x.shape[-2], x.shape[-1])


def definite(x):
    return dominant(x.mT @ x)


def spread(x):
    n = x.shape[-1]
    return x * 0.25 + torch.eye(x.shape[-2], n) * torch.arange(1, 3 * n, 3)


def symmetric(x):
    return (x + x.mT) / 2


def qr(x):
    """In steps, since PyTorch has no second derivative of wide ones."""
    m, n = x.shape[-2:]
    if m >= n:
        return linalg.qr(x)
    q, r = linalg.qr(x[..., :m])
    return q, torch.cat([r, q.mT @ x[..., m:]], -1)


def composed_qr(x):
    q, r = qr(dominant(x))
    return q @ torch.sin(r)


def function_of_matrix(x):
    w, v = linalg.eigh(symmetric(spread(x)))
    return v * torch.sin(w)[..., None, :] @ v.mT


def numbered_eigenvectors(x):
    v = linalg.eigh(symmetric(spread(x)))[1]
    return v * torch.arange(1, v.shape[-1] + 1) @ v.mT


def svd(x):
    return linalg.svd(spread(x), full_matrices=False)


def all_of_svd(x):
    u, s, vh = svd(x)
    return u * torch.sin(s)[..., None, :] @ vh


squares, tall, wide = [[(3, 3)], [(2, 2, 2)], [(1, 1)]], [[(4, 2)], [(2, 3, 2)], [(3, 1)]], [[(2, 4)], [(2, 1, 3)]]
any = [[(3, 3)], [(4, 2)], [(2, 3)], [(2, 3, 2)]]
between("qr/q", lambda x: qr(dominant(x))[0], *tall)
between("qr/r", lambda x: qr(dominant(x))[1], *squares)
between("qr/q of wide", lambda x: qr(dominant(x))[0], *wide)
between("qr/r of wide", lambda x: qr(dominant(x))[1], [(2, 4)], [(2, 2, 3)])
between("qr/both", composed_qr, *any)
between("qr/definite", lambda x: qr(definite(x))[0], [(2, 3)])
between("eigh/eigenvalues", lambda x: linalg.eigvalsh(symmetric(spread(x))), *squares)
between("eigh/eigenvectors", numbered_eigenvectors, *squares)
between("eigh/a function of the matrix", function_of_matrix, [(3, 3)], [(2, 2, 2)])
between("eigh/of any matrix", lambda x: linalg.eigvalsh(spread(torch.tanh(x.mT @ x))), [(2, 3)])
between("svd/values", lambda x: svd(x)[1], *any)
between("svd/left", lambda x: svd(x)[0] ** 2, *any)
between("svd/right", lambda x: svd(x)[2] ** 2, *any)
between("svd/all", all_of_svd, *any)
between("svd/of any matrix", lambda x: svd(torch.tanh(x))[1], [(3, 2)])
between("pinv/one", lambda x: linalg.pinv(dominant(x)), *any)
between("pinv/of lower rank", lambda a, b: linalg.pinv((a + 3) @ (b + 3)), [(3, 1), (1, 2)])
between("pinv/definite", lambda x: linalg.pinv(definite(x)), [(2, 3)])
between("pinv/lstsq", lambda a, b: linalg.pinv(dominant(a)) @ b, [(4, 2), (4, 2)], [(2, 3), (2,)], [(2, 3, 2), (3, 1)])
