import torch

from reference import case


def formula(x, a, b):
    return torch.sigmoid(a * x + b) * torch.tanh(x) + torch.exp(-(x * x))


case("fuse/formula", formula, [(2, 3), (2, 3), (2, 3)], [(2, 19), (19,), ()], [(3, 1), (1, 2), (2,)])
case("fuse/gate", lambda a, b: a * torch.tanh(b) - b, [(2, 3), (3,)])
case("fuse_sum/formula", lambda *x: formula(*x).sum(), [(2, 3), (2, 3), (2, 3)], [(2, 19), (19,), ()])
case("fuse_sum/bell", lambda a, b: (torch.exp(-(a * a)) * b).sum(), [(2, 3), (3,)])
