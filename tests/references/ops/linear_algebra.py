import torch
import torch.nn.functional as F

from reference import between

between("matmul/two", torch.matmul, [(3, 4), (4, 2)], [(2, 3), (3, 2)], [(4,), (4, 2)], [(3, 4), (4,)],
        [(4,), (4,)], [(5, 3, 4), (4, 2)], [(2, 2, 2), (2, 3)], [(2, 1, 3, 2), (3, 2, 2)], [(2, 1, 1, 2), (2, 2, 1)],
        [(3, 0), (0, 2)], [(2, 3, 2), (2,)], [(3,), (2, 3, 2)], [(1, 19), (19, 1)])
between("matmul/many", torch.matmul, [(2, 1, 2, 3), (2, 3, 1)], [(1, 2, 2), (3, 2, 2)], [(2, 2), (3, 2, 1)])
between("matmul/matrix_power", lambda x: torch.linalg.matrix_power(x, 5) - x * 0.5, [(2, 2)], [(2, 3, 3)])
between("matmul/matrix_power of the inverse", lambda x: torch.linalg.matrix_power(x + 5 * torch.eye(2), -3), [(2, 2)])
between("matmul/of itself", lambda x: torch.matmul(x, x), [(3, 3)])
between("matmul/transposed", lambda a, b: a.T @ b.T, [(4, 3), (2, 4)], [(3, 2), (2, 3)])
between("matmul/right transposed", lambda a, b: a @ b.T, [(2, 3), (2, 3)])
between("matmul/left transposed", lambda a, b: a.T @ b, [(3, 2), (3, 2)])
between("linear/three", lambda x, w, b: F.linear(x, w.T, b), [(5, 3), (3, 2), (2,)], [(3,), (3, 2), (2,)],
        [(2, 2), (2, 3), (3,)], [(2, 1, 2), (2, 1), (1,)], [(2, 4, 3), (3, 2), (2,)], [(4, 19), (19, 1), (1,)],
        [(3, 5), (5, 11), (11,)])
between("linear/bias of the weights", lambda x, w: F.linear(x, w.T, w.sum(0)), [(2, 3), (3, 2)])
between("linear/weights of the input", lambda x, b: F.linear(x, x, b.sum(0)), [(2, 3), (3, 2)])
