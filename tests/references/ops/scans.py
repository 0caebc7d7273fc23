import torch

from reference import between, case


def recurrence(a, b, axis):
    a, b = torch.broadcast_tensors(a, b)
    y = [torch.zeros_like(b.select(axis, 0))]
    for factor, term in zip(a.unbind(axis), b.unbind(axis)):
        y.append(factor * y[-1] + term)
    return torch.stack(y[1:], axis)


def backwards(f):
    return lambda *x: f(*(part.flip(1) for part in x)).flip(1)


scans = {
    "cumsum": torch.cumsum,
    "cumprod": torch.cumprod,
    "cummax": lambda x, axis: torch.cummax(x, axis).values,
    "cummin": lambda x, axis: torch.cummin(x, axis).values,
    "logcumsumexp": torch.logcumsumexp,
}
for name, f in scans.items():
    between(name + "/axis 0", lambda x: f(x, 0), [(5,)], [(3, 4)], [(4, 2, 2)], [(1, 3)])
    between(name + "/axis -1", lambda x: f(x, -1), [(3, 4)], [(2, 11)], [(2, 3, 2)])
    between(name + "/axis 1 backwards", backwards(lambda x: f(x, 1)), [(3, 4)], [(2, 5, 2)])
    between(name + "/flat", lambda x: f(x.flatten(), 0), [(3, 4)], [()])
zeros = torch.tensor([[0.0, 1.5, -0.5, 2.0], [1.5, 0.0, 0.0, 0.5], [1.0, 2.0, -1.5, 0.0]])
case("cumprod/axis -1", lambda x: torch.cumprod(x, -1), [zeros])
# Of equal extremes the last has the gradient, in PyTorch too.
for name in "cummax", "cummin":
    case(name + "/axis -1", lambda x: scans[name](x, -1), [(3, 6)], low=-1, high=1, decimals=0)
far = torch.tensor([[1000.0], [-1000.0], [500.0]]) + torch.tensor([0.0, 0.5, -1.0, 1.5, 2.0])  # exp overflows
case("logcumsumexp/axis -1", lambda x: torch.logcumsumexp(x, -1), [far])
name = "linear_recurrence"
between(name + "/axis 0", lambda a, b: recurrence(a, b, 0), [(3, 2), (3, 2)], [(4,), (3, 4)], [(3, 1), ()])
between(name + "/axis -1 backwards", backwards(lambda a, b: recurrence(a, b, 1)), [(2, 4), (2, 4)], [(2, 11), (2, 11)])
case(name + "/axis 0", lambda a, b: recurrence(a, b, 0), [torch.tensor([0.0, 2.0, 0.0, -1.5]), (4,)])
case(name + "/twice", lambda x: recurrence(x, x, 0), [(5,)])
