import torch

from reference import between, case


def prod(x, dims, keepdim=False):
    """torch.prod takes one axis."""
    for dim in sorted((d % x.dim() for d in dims), reverse=True):
        x = x.prod(dim, keepdim)
    return x


def median(x, dims, keepdim=False):
    """NumPy's: of an even number the mean of the two in the middle, where torch.median takes the lower one."""
    dims = sorted(d % x.dim() for d in dims)
    kept = [1 if d in dims else n for d, n in enumerate(x.shape)]
    rest = [d for d in tuple(range(x.dim())) if d not in dims]
    lines = x.permute(rest + dims).reshape([x.shape[d] for d in rest] + [-1]).sort(-1).values
    n = lines.shape[-1]
    middle = (lines[..., (n - 1) // 2] + lines[..., n // 2]) / 2
    return middle.reshape(kept) if keepdim else middle


def var(x, dims, keepdim=False, correction=0):
    return torch.var(x, dims, correction=correction, keepdim=keepdim)


def stddev(x, dims, keepdim=False, correction=0):
    return torch.std(x, dims, correction=correction, keepdim=keepdim)


many = [(3, 19)]
for name, f in ("prod", prod), ("var", var), ("stddev", stddev), ("median", median):
    if name == "stddev":  # of two elements it is half their distance, whose Hessian of zeros is no scale for an error
        three, few = [(3, 3, 4)], [(3, 1, 3)]
    else:
        three, few = [(2, 3, 4)], [(2, 3, 2)]
    between(name + "/all", lambda x: f(x, tuple(range(x.dim()))), three, many, few)
    between(name + "/axis 0", lambda x: f(x, (0,)), three, many, few)
    between(name + "/axis -1", lambda x: f(x, (-1,)), three, many, few, [(5,)])
    between(name + "/axis 1 kept", lambda x: f(x, (1,), True), three, many, few)
    between(name + "/axes 0 and 2", lambda x: f(x, (0, 2)), three, few)
    between(name + "/all kept", lambda x: f(x, tuple(range(x.dim())), True), three, few)
between("prod/all", lambda x: prod(x, tuple(range(x.dim()))), [()])
zeros = torch.tensor([[0.0, 1.5, -0.5, 2.0], [0.0, -1.0, 0.0, 0.5], [1.0, 2.0, -1.5, 0.25]])  # one, two and no zero
case("prod/axis -1", lambda x: prod(x, (-1,)), [zeros])
case("prod/all", lambda x: prod(x, (0, 1)), [zeros])
case("prod/no elements", lambda x: x.prod(0), [(0, 3)])
between("var/correction 1", lambda x: var(x, (-1,), correction=1), [(3, 5)], [(4,)])
between("stddev/correction 1.5", lambda x: stddev(x, (0,), correction=1.5), [(3, 5)], [(4,)])
case("var/axis -1", lambda x: var(x, (-1,)), [torch.tensor([[1.0, 1.0, 1.0], [2.0, 2.5, -1.0]])])
