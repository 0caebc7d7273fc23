import math

import torch

from reference import between, case

for name, f in ("sum", torch.sum), ("mean", torch.mean), ("amax", torch.amax), ("amin", torch.amin):
    three, many, few = [(2, 3, 4)], [(3, 19)], [(2, 3, 2)]
    between(name + "/all", lambda x: f(x, tuple(range(x.dim()))), three, many, few, [()])
    between(name + "/axis 0", lambda x: f(x, 0), three, many, few)
    between(name + "/axis -1", lambda x: f(x, -1), three, many, few, [(5,)])
    between(name + "/axis 1 kept", lambda x: f(x, 1, keepdim=True), three, many, few)
    between(name + "/axes 0 and 2", lambda x: f(x, (0, 2)), three, few)
    between(name + "/all kept", lambda x: f(x, tuple(range(x.dim())), keepdim=True), three, few)
between("sum/no elements", lambda x: x.sum(0), [(0, 3)])
# Equal extremes share the gradient, in PyTorch's amax and amin too.
for name, f in ("amax", torch.amax), ("amin", torch.amin):
    case(name + "/axis -1", lambda x: f(x, -1), [(3, 5)], low=-1, high=1, decimals=0)
    case(name + "/all", lambda x: f(x, (0, 1)), [(3, 5)], low=-1, high=1, decimals=0)
between("sum_to/3", lambda x: x.sum_to_size(3), [(4, 3)], [(2, 4, 3)])
between("sum_to/4 1", lambda x: x.sum_to_size(4, 1), [(4, 3)], [(2, 4, 3)])
between("broadcast_to/2 4 3", lambda x: torch.broadcast_to(x, (2, 4, 3)), [(3,)], [(4, 1)], [(2, 1, 3)], [()])
between("broadcast_to/tile", lambda x: torch.tile(x, (2, 3)), [(2, 1)], [(2,)])
between("broadcast_to/tile once", lambda x: torch.tile(x, (2,)), [(2, 2)])
between("broadcast_to/repeat rows", lambda x: x.repeat_interleave(2, 0), [(2, 3)], [(0, 2)])
between("broadcast_to/repeat flat", lambda x: x.repeat_interleave(3), [(2, 2)])
between("broadcast_to/repeat never", lambda x: x[:0], [(2, 2)])


def grid_xy(x, y):
    a, b = torch.meshgrid(x, y, indexing="xy")
    return a * b + b * b


def pairs(x, y):
    a, b = torch.broadcast_tensors(x, y)
    return a * b + b * b


between("broadcast_to/meshgrid", grid_xy, [(2,), (3,)], [(1,), (4,)])
between("broadcast_to/meshgrid ij", lambda *x: torch.prod(torch.stack(torch.meshgrid(*x, indexing="ij")), 0),
        [(2,), (), (3,)])
between("broadcast_to/broadcast_arrays", pairs, [(2, 1), (3,)], [(2,), (2,)])
norm = torch.linalg.vector_norm
three, many, few = [(2, 3, 4)], [(3, 19)], [(2, 3, 2)]
between("norm/all", norm, three, many, few, [(4,)])
between("norm/axis 0", lambda x: norm(x, dim=0), three, many, few)
between("norm/axis -1", lambda x: norm(x, dim=-1), three, many, few, [(5,)])
between("norm/axis 1 kept", lambda x: norm(x, dim=1, keepdim=True), three, many, few)
between("norm/axes 0 and 2", lambda x: norm(x, dim=(0, 2)), three, few)
between("norm/all kept", lambda x: norm(x, dim=tuple(range(x.dim())), keepdim=True), three, few)
for word, order, dim in ("1", 1, -1), ("3", 3, 0), ("1.5", 1.5, None), ("infinity", math.inf, -1):
    between("norm/order " + word, lambda x: norm(x, order, dim=dim), many, [(3, 4)], margin=0.1)
case("norm/order infinity", lambda x: norm(x, math.inf, dim=-1), [(3, 5)], low=-1, high=1, decimals=0)  # equal ones
