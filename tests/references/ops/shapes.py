import torch

from reference import between, case

between("reshape/2 6", lambda x: x.reshape(2, 6), [(3, 4)], [(12,)])
between("reshape/number", lambda x: x.reshape(()), [(1, 1)])
between("reshape/flat", lambda x: x.reshape(-1), [(2, 3)], [()])
between("reshape/squeeze", lambda x: x.squeeze(), [(1, 3, 1)], [(1,)])
between("reshape/squeeze 0", lambda x: x.squeeze(0), [(1, 3, 1)])
between("reshape/expand_dims", lambda x: x.unsqueeze(0).unsqueeze(-1), [(3,)], [()])
between("transpose/reversed", lambda x: x.permute(*reversed(range(x.dim()))), [(3, 4)], [(2, 3, 4)], [(5,)])
between("transpose/1 2 0", lambda x: x.permute(1, 2, 0), [(2, 3, 4)], [(1, 3, 2)])
between("transpose/0 2 1", lambda x: x.permute(0, 2, 1), [(2, 3, 4)], [(0, 2, 3)], [(2, 2, 3)])
between("transpose/moveaxis", lambda x: torch.moveaxis(x, 0, -1), [(2, 3, 2)], [(3, 1)])
between("transpose/moveaxis of two", lambda x: torch.moveaxis(x, (0, 1), (-1, -2)), [(2, 3, 2)])
between("concatenate/axis 0", lambda *x: torch.cat(x, 0), [(2, 3), (1, 3)], [(2,), (0,), (3,)])
between("concatenate/axis -1", lambda *x: torch.cat(x, -1), [(2, 3), (2, 1), (2, 0)])
between("concatenate/twice", lambda x: torch.cat((x, x), 1), [(2, 3)])
between("concatenate/many", lambda *x: torch.cat(x, 1), [(1, 2), (1, 0), (1, 1), (1, 2), (1, 1)])
between("stack/axis 0", lambda *x: torch.stack(x, 0), [(2, 3), (2, 3)], [(), (), ()])
between("stack/axis -1", lambda *x: torch.stack(x, -1), [(2, 3), (2, 3)])
between("stack/axis 1", lambda *x: torch.stack(x, 1), [(2, 1, 2), (2, 1, 2)])
between("slice/rows", lambda x: x[1:3], [(4, 3)], [(3, 2, 2)])
between("slice/columns, step 2", lambda x: x[:, 0:5:2], [(3, 5)])
between("slice/backwards", lambda x: x.flip(0), [(4,)], [(3, 2)])
between("slice/flip", lambda x: x.flip(tuple(range(x.dim()))), [(2, 3)], [()])
between("slice/flip -1", lambda x: x.flip(-1), [(2, 3)], [(2, 0)], [(2, 1)])
between("slice/split", lambda x: torch.prod(torch.stack(torch.tensor_split(x, 2, 1)), 0), [(3, 4)])
between("slice/split at places", lambda x: x[:, :1] * x[:, 1:-1] * x[:, -1:], [(2, 4)])


def chunk(x):
    a, b, c = torch.chunk(x, 3)
    return (a * b).sum(0) * c


between("slice/chunk", chunk, [(5, 2)], [(6, 1)])
between("slice/one row", lambda x: x[2], [(4, 3)])
between("slice/one column", lambda x: x[:, 1], [(4, 3)])
between("slice/nothing", lambda x: x[1:1], [(4, 3)])


def unslice(x):
    whole = torch.zeros(4, 3)
    return whole.index_put((torch.tensor([[1], [2]]), torch.tensor([[0, 2]])), x)


between("unslice/rows 1 and 2, columns 0 and 2", unslice, [(2, 2)])
# Not between squares: forward mode then rounds other numbers to float than reverse mode.
case("cast/other type and back", lambda x: x.to(torch.float32).to(torch.float64), [(3, 4)], [()])
