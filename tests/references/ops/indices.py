import torch

from reference import between, case


def spread(shape, length):
    """The same places as spread() in rows/indices.cpp."""
    count = torch.Size(shape).numel()
    return torch.tensor([(7 * i + i // 5) % length for i in range(count)], dtype=torch.long).reshape(shape)


def index(values):
    return torch.tensor(values, dtype=torch.long)


def some(shape):
    return (torch.arange(torch.Size(shape).numel()) % 3 != 1).reshape(shape)


between("take/axis 1", lambda x: x[:, index([[0, 2], [2, -1]])], [(3, 4)], [(2, 3, 2)], [(0, 3)])
between("take/axis 0", lambda x: x[index([2, 0, 2])], [(3,)], [(3, 5)])
between("take/number", lambda x: x[..., 0], [(3, 4)])
case("take/nothing", lambda x: x[index([])], [(3, 4)])
between("take/flat", lambda x: torch.take(x, index([[1, 0], [-1, 1]])), [(2, 3)])
between("take/index_select 0", lambda x: torch.index_select(x, 0, index([0, 1, 0])), [(2, 3)])
between("take/index_select -1", lambda x: torch.index_select(x, -1, index([0, x.shape[-1] - 1])), [(2, 3)])
between("take/take_along_axis", lambda x: torch.take_along_dim(x, spread((2, 3), 4), 1), [(2, 4)])
between("take/take_along_axis, broadcast",
        lambda x: torch.take_along_dim(x, index([[1, 0, x.shape[1] - 1]]), 1), [(3, 2)], [(1, 4)])
between("take/take_along_axis of one row", lambda x: torch.take_along_dim(x, spread((4, 2), 3), 1), [(1, 3)])
between("take/gather 0", lambda x: torch.gather(x, 0, spread((4, 2, 3), 3)), [(3, 2, 3)])
between("take/gather, shorter", lambda x: torch.gather(x, 1, spread((2, 3), 4)), [(3, 4)])
between("take/masked_select", lambda x: torch.masked_select(x, some(x.shape)), [(2, 3)])
between("take/masked_select, broadcast", lambda x: torch.masked_select(x, some((2, 3))), [(3,)], [(2, 1)])
between("embedding/rows", lambda x: torch.nn.functional.embedding(index([[1, 0], [1, 0]]), x), [(4, 3)])

between("scatter_add/axis 1", lambda x, s: torch.scatter_add(x, 1, spread((2, 5), 3), s.expand(2, 5)),
        [(2, 3), (2, 5)], [(2, 3), (5,)])
between("scatter_add/axis 0, shorter", lambda x, s: torch.scatter_add(x, 0, spread((3, 2), 2), s), [(2, 4), (3, 2)])
between("scatter_add/twice", lambda x: torch.scatter_add(x, 0, index([2, 0, 2]), x), [(3,)])
between("scatter_add/index_add 1",
        lambda x, s: torch.index_add(x, 1, index([2, 0, 2, 1]), s.expand(x[:, index([0] * 4)].shape)),
        [(2, 3), (2, 4)], [(1, 3, 2), (4, 1)])
between("scatter_add/index_add 0", lambda x, s: torch.index_add(x, 0, index([0, 0]), s), [(2, 3), (2, 3)])
between("scatter_add/index_put",
        lambda x, s: torch.index_put(x, (index([[0], [1]]), index([2, -1, 2])), s, accumulate=True),
        [(2, 4), (2, 3)], [(2, 3, 2), (2, 3, 1)])
between("scatter_add to zeros/rows", lambda s: torch.index_add(torch.zeros(4, 2), 0, index([1, 3, 1]), s), [(3, 2)])

between("scatter/axis 1", lambda x, s: torch.scatter(x, 1, index([[2, 0], [1, 2]]), s.expand(2, 2)),
        [(2, 3), (2, 2)], [(2, 3), (2, 1)])
between("scatter/axis 0, shorter", lambda x, s: torch.scatter(x, 0, index([[1, 0]]), s), [(2, 3), (1, 2)])
between("scatter/one number", lambda x: torch.scatter(x, 0, index([2, 0]), 1.5), [(4,)])
between("scatter/index_put", lambda x, s: torch.index_put(x, (index([0, -1]),), s), [(3, 2), (2, 2)], [(3, 2), (2,)])
