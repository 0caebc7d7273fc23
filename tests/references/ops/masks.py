"""What was not chosen: in each case some elements lie where a function that is not chosen there has an infinite
derivative or none. PyTorch makes NaNs of that, so here the function is given safe arguments first, which changes
nothing that is chosen; the rows in tests/autodiff/ops/rows/masks.cpp do without."""
import math

import torch

from reference import case

tensor = torch.tensor
some = tensor([-1.0, 0.0, 4.0, 0.25, -3.5])
positive = [tensor([0.0, 4.0, 0.25, 0.0, 2.0])]


def chosen(ok, f, other, *x, safe=1.0):
    """f(x...) where ok holds, else the other."""
    return torch.where(ok, f(*(torch.where(ok, part, tensor(safe)) for part in x)), other)


zero = tensor(0.0)
case("masks/where: sqrt", lambda x: chosen(x > 0, torch.sqrt, x, x), [some])
case("masks/where: log, then square", lambda x: chosen(x > 0, torch.log, zero, x) ** 2, [some])
case("masks/where: log of a square", lambda x: chosen(x != 0, lambda v: torch.log(v * v), x, x), [some])
case("masks/where: reciprocal", lambda x: chosen(x != 0, lambda v: 1 / v, x, x), [some])
case("masks/where: quotient", lambda a, b: chosen(b > 0, lambda p, q: p / q, a, a, b),
     [tensor([0.0, 2.0, -3.0]), tensor([0.0, 4.0, -0.0])],
     [tensor([[1.5], [0.0]]), tensor([0.0, 0.5, -2.0])])
case("masks/where: power of a tensor", lambda a, b: chosen(a > 0, torch.pow, b, a, b),
     [tensor([-1.0, 0.0, 2.0]), tensor([0.5, -1.5, 2.5])], [tensor([[-2.0], [3.0]]), tensor([0.5, 1.5])])
for k in 0.5, 1.5, 2.5, -1.5:
    case(f"masks/where: power {k}", lambda x: chosen(x > 0, lambda v: v**k, x, x), [some])
case("masks/where: exp that overflows", lambda x: chosen(x < 10, torch.exp, x, x), [tensor([1.0, 1000.0, -2.0, 710.0])])
case("masks/where: product with what is missing", lambda w: w * tensor([3.0, 0.0, 0.0, -2.0]) * torch.sin(w),
     [tensor([0.5, -1.0, 2.0, 1.5])])
case("masks/where: sqrt of what was chosen", lambda x: chosen(x > 0, torch.sqrt, zero, x), [some])
case("masks/where: sqrt of a difference", lambda x: chosen(x * x > 1, lambda v: torch.sqrt(v * v - 1), torch.sin(x), x,
     safe=2.0),
     [tensor([1.0, -1.0, 0.5, 3.0, -2.0])])
case("masks/where: root of squares",
     lambda x: chosen(x.abs().sum(-1) > 0, lambda n: torch.sqrt(n), zero, (x * x).sum(-1)),
     [tensor([[3.0, 4.0], [0.0, 0.0], [0.0, -2.0]])])
case("masks/where: two masks",
     lambda x: chosen((x > 0) & (x < 2), lambda v: torch.sqrt(v) * torch.log(2 - v), x * x, x),
     [tensor([-1.0, 0.0, 0.5, 2.0, 3.0, 1.5])])
case("masks/where: asin",
     lambda x: chosen(x.abs() < 1, torch.asin, x, x, safe=0.5), [tensor([-1.0, 1.0, 2.0, 0.3, -0.6])])
case("masks/clip: log", lambda x: torch.where(x > math.exp(-1), torch.clamp(torch.log(torch.where(x > 0, x, 1)), -1, 1),
     tensor(-1.0)), positive)
case("masks/maximum: log", lambda x: chosen(x > math.exp(-2), torch.log, tensor(-2.0), x), positive)
case("masks/minimum: reciprocal", lambda x: chosen(x > 0.5, lambda v: 1 / v, tensor(2.0), x), positive)
case("masks/fmax: log", lambda x: chosen(x > math.exp(-2), torch.log, tensor(-2.0), x), positive)
case("masks/fmin: reciprocal", lambda x: chosen(x > 0.5, lambda v: 1 / v, tensor(2.0), x), positive)
case("masks/fdim: reciprocal", lambda x: chosen(x > 0.5, lambda v: 2 - 1 / v, zero, x), positive)
case("masks/amax: log",
     lambda x: torch.amax(chosen(x > 0, torch.log, tensor(-9.0), x), -1), [tensor([[0.0, 1.0, 2.5], [0.5, 0.0, 0.25]])])
case("masks/amin: reciprocal", lambda x: torch.amin(chosen(x > 0, lambda v: 1 / v, tensor(9.0), x), -1),
     [tensor([[0.0, 1.0, 2.5], [0.5, 0.0, 0.25]])])
case("masks/relu: log", lambda x: chosen(x > 1, torch.log, zero, x), positive)
case("masks/relu6: log", lambda x: chosen(x > 1, torch.log, zero, x), positive)
case("masks/hard_sigmoid: log", lambda x: chosen(x > 0.1, lambda v: (torch.log(v) + 3) / 6, zero, x), positive)
case("masks/hard_swish: reciprocal", lambda x: chosen(x > 0, lambda v: torch.nn.functional.hardswish(-1 / v), zero, x),
     positive)
case("masks/sign: log", lambda x: x * x, positive)
case("masks/step: log", lambda x: chosen(x > 1, lambda v: v, zero, x) + x**3, positive)
case("masks/slice: sqrt", lambda x: torch.sqrt(x[1:3]), positive)
case("masks/slice: places", lambda x: torch.sqrt(x[[4, 1, 1]]), positive)
case("masks/concatenate: sqrt", lambda x: torch.cat([torch.sqrt(x), torch.zeros(2)]), [tensor([4.0, 0.25])])
mask = tensor([[True, False, True, True], [True, True, False, True], [False, False, False, True]])
low = tensor(-math.inf)
case("masks/softmax: mask", lambda x: torch.softmax(torch.where(mask, x, low), -1), [(3, 4)])
case("masks/softmax: mask of logarithms", lambda x: torch.softmax(chosen(mask, torch.log, low, x), -1),
     [tensor([[2.0, 0.0, 1.0, 0.5], [1.5, 3.0, -1.0, 2.0], [0.0, 0.0, -2.0, 4.0]])])
some_rows = tensor([[True], [False], [True]])
case("masks/softmax: rows without any",
     lambda x: torch.where(some_rows, torch.softmax(torch.where(some_rows, x, zero), -1),
     zero), [(3, 4)])
case("masks/fuse: sqrt outside", lambda x: chosen(x > 0, torch.sqrt, x, x), [some])
case("masks/fuse: sqrt inside", lambda x: chosen(x > 0, torch.sqrt, x, x), [some])
case("masks/fuse: sqrt of what was chosen", lambda x: chosen(x > 0, torch.sqrt, zero, x), [some])
case("masks/fuse: relu of log", lambda x: chosen(x > 1, torch.log, zero, x), positive)
case("masks/fuse: reciprocal of relu", lambda x: chosen(x > 0, lambda v: 1 / v, zero, x), [some])
case("masks/checkpoint: sqrt", lambda x: chosen(x > 0, torch.sqrt, x, x), [some])
