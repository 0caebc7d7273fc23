import torch

from reference import between

linalg = torch.linalg


def dominant(x):
    return x + 5 * torch.eye(x.shape[-2], x.shape[-1])


def definite(x):
    return dominant(x.mT @ x)


def symmetric(x):
    return (x + x.mT) / 2


def triangular(unit=False, upper=False, transposed=False):
    def solve(a, b):
        a = (a if unit else dominant(a))
        if transposed:
            a = a.mT
        columns = b[..., None] if b.ndim == 1 else b
        x = linalg.solve_triangular(a, columns, upper=upper != transposed, unitriangular=unit)
        return x[..., 0] if b.ndim == 1 else x

    return solve


systems = [[(3, 3), (3, 2)], [(2, 2, 2), (2, 1)], [(2, 2), (2, 2, 2)], [(1, 1), (1, 3)]]
squares = [[(3, 3)], [(2, 2, 2)], [(2, 1, 1, 1)]]
between("solve/matrices", lambda a, b: linalg.solve(dominant(a), b), *systems)
between("solve/a vector", lambda a, b: (linalg.inv(dominant(a)) @ b), [(3, 3), (3,)], [(2, 2, 2), (2,)])
between("solve/of itself", lambda a: linalg.solve(dominant(a), a), [(3, 3)])
between("solve/definite", lambda a, b: linalg.solve(definite(a), b), [(2, 3), (3, 2)])
between("solve_triangular/lower", triangular(), *systems)
between("solve_triangular/upper", triangular(upper=True), *systems)
between("solve_triangular/transposed", triangular(transposed=True), [(3, 3), (3, 2)], [(2, 2, 2), (2, 1)])
between("solve_triangular/upper transposed", triangular(upper=True, transposed=True), [(3, 3), (3, 2)])
between("solve_triangular/unit diagonal", triangular(unit=True), [(3, 3), (3, 2)], [(2, 2), (2,)])
between("solve_triangular/definite", lambda a, b: linalg.solve_triangular(definite(a), b, upper=False),
        [(2, 3), (3, 2)])
between("solve_triangular/cholesky_solve",
        lambda a, b: torch.cholesky_solve(b[..., None] if b.ndim == 1 else b, torch.tril(dominant(a))).reshape(b.shape),
        [(3, 3), (3, 2)], [(2, 2), (2,)])
between("inv/one", lambda a: linalg.inv(dominant(a)), *squares)
between("inv/definite", lambda a: linalg.inv(definite(a)), [(2, 3)])
between("det/one", lambda a: linalg.det(dominant(a) * 0.2), [(3, 3)], [(2, 2, 2)])
between("det/of any sign", linalg.det, [(2, 2)], [(3, 3)])
between("det/definite", lambda a: linalg.det(definite(a) * 0.1), [(2, 3)])
between("slogdet/logarithm", lambda a: linalg.slogdet(dominant(a))[1], *squares)
between("slogdet/of any sign", lambda a: linalg.slogdet(a)[0] * linalg.slogdet(a)[1] + linalg.slogdet(a)[0],
        [(3, 3)], [(2, 2, 2)])
between("slogdet/definite", lambda a: linalg.slogdet(definite(a))[1], [(2, 3)])
between("cholesky/one", lambda a: linalg.cholesky(symmetric(2 * dominant(a))), *squares)
between("cholesky/definite", lambda a: linalg.cholesky(definite(a)), [(2, 3)])
between("expm/one", lambda a: torch.matrix_exp(a * 0.5), [(3, 3)], [(2, 2, 2)], [(1, 1)])
between("expm/of an inverse", lambda a: torch.matrix_exp(linalg.inv(definite(a))), [(2, 3)])
