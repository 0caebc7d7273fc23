import torch
import torch.nn.functional as F

from reference import case, zeros


def elementwise(name, f, low, high, margin=0):
    case(name + "/elements", f, [(12,)], [(2, 19)], [()], [(2, 1, 2, 1, 2)], [(0, 3)], low=low, high=high, margin=margin)


def step(x):
    return (x > 0).to(x)


elementwise("negative", torch.neg, -2, 2)
elementwise("exp", torch.exp, -3, 3)
elementwise("log", torch.log, 0.1, 4)
elementwise("sqrt", torch.sqrt, 0.1, 4)
elementwise("square", torch.square, -3, 3)
elementwise("abs", torch.abs, -3, 3)
elementwise("sign", torch.sign, -3, 3, 0.1)
elementwise("step", step, -3, 3, 0.1)
elementwise("sin", torch.sin, -3, 3)
elementwise("cos", torch.cos, -3, 3)
elementwise("tanh", torch.tanh, -3, 3)
elementwise("sigmoid", torch.sigmoid, -30, 30)
elementwise("relu", torch.relu, -3, 3)
elementwise("softplus", lambda x: F.softplus(x, threshold=100), -30, 30)
# Not the gamma functions, whose derivatives PyTorch has to 1e-11 only; see ../elementwise.py.
sample = [(6,)], [()]
for name, f, low, high in (
    ("rsqrt", torch.rsqrt, 0.3, 4), ("cbrt", lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), 0.3, 3),
    ("floor", torch.floor, -3, 3), ("ceil", torch.ceil, -3, 3), ("trunc", torch.trunc, -3, 3),
    ("round", lambda x: torch.sign(x) * torch.floor(torch.abs(x) + 0.5), -3, 3), ("rint", torch.round, -3, 3),
    ("nearbyint", torch.round, -3, 3), ("logb", lambda x: torch.floor(torch.log2(torch.abs(x))), 0.1, 5),
    ("exp2", torch.exp2, -3, 3), ("expm1", torch.expm1, -3, 3), ("log2", torch.log2, 0.1, 4),
    ("log10", torch.log10, 0.1, 4), ("log1p", torch.log1p, -0.9, 4), ("sinh", torch.sinh, -3, 3),
    ("cosh", torch.cosh, -3, 3), ("asinh", torch.asinh, -3, 3), ("acosh", torch.acosh, 1.2, 4),
    ("atanh", torch.atanh, -0.9, 0.9), ("tan", torch.tan, -1.2, 1.2), ("asin", torch.asin, -0.9, 0.9),
    ("acos", torch.acos, -0.9, 0.9), ("atan", torch.atan, -3, 3), ("erf", torch.erf, -2, 2),
    ("erfc", torch.erfc, -2, 2),
    ("normal_cdf", torch.special.ndtr, -3, 3),
    ("relu6", F.relu6, -3, 9), ("leaky_relu", F.leaky_relu, -3, 3), ("elu", F.elu, -3, 3), ("selu", F.selu, -3, 3),
    ("celu", F.celu, -3, 3), ("softsign", F.softsign, -3, 3), ("silu", F.silu, -4, 4), ("mish", F.mish, -4, 4),
    ("gelu", F.gelu, -3, 3), ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), -3, 3),
    ("hard_sigmoid", lambda x: F.relu6(x + 3) / 6, -5, 5), ("hard_swish", lambda x: x * F.relu6(x + 3) / 6, -5, 5)):
    case(name + "/elements", f, *sample, low=low, high=high)
for name, f, low in (("hypot", torch.hypot, -2), ("atan2", torch.atan2, -2), ("fmax", torch.fmax, -2),
                     ("fmin", torch.fmin, -2), ("fdim", lambda a, b: torch.clamp(a - b, min=0), -2),
                     ("fmod", torch.fmod, 0.3), ("remainder", lambda a, b: a - b * torch.round(a / b).detach(), 0.3)):
    case(name + "/pair", f, [(2, 3), (3,)], [(2, 2), ()], low=low, high=2)
    case(name + "/twice", lambda x: f(x, x * x), [(3,)], low=low, high=1.9, margin=0.1)
for name, f in ("abs", torch.abs), ("sign", torch.sign), ("relu", torch.relu), ("step", step):
    case(name + "/elements", f, [zeros])
