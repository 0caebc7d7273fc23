"""Values and first three derivatives of every function of elements, to the last bit of a double.

usage: python elementwise.py > tests/references/elementwise.txt        (made with mpmath 1.3 and PyTorch 2.13)

A line is the function's name on the tape, the parameter or - for none, x, f(x), f'(x), f''(x) and f'''(x). Of a function
of two numbers it is "pair", the name, a, b, f, the derivatives df/da and df/db, and those of second order: aa, ab, bb. The
numbers are mpmath's of 50 digits, from the formula; where PyTorch has the function it must agree, to what its own formula
gives.
tests/autodiff/functions/catalogue_test.cpp compares tensors, scalars, dual numbers and fuse with them.
"""
import mpmath as mp
import torch
import torch.nn.functional as F

mp.mp.dps = 50
torch.set_default_dtype(torch.float64)

any_number = [-6.5, -2.25, -0.75, -0.01, 0.02, 0.3, 1.6, 5.5]
beside_zero = [-5.5, -2.25, -0.75, 0.3, 1.6, 5.5]
positive = [1e-3, 0.3, 0.9, 1.7, 12.5, 300.0]
unit = [-0.9, -0.4, -0.01, 0.02, 0.55, 0.85]
gamma_points = [-3.4, -0.6, 0.07, 0.3, 1.2, 2.9, 15.5]
pi = mp.pi


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def softplus(x):
    return mp.log(1 + mp.exp(x))


def gelu_tanh(x):
    return x / 2 * (1 + mp.tanh(mp.sqrt(2 / pi) * (x + mp.mpf("0.044715") * x**3)))


def elu(x, alpha):
    return x if x > 0 else alpha * mp.expm1(x)


def step(x):
    return mp.mpf(1) if x > 0 else mp.mpf(0)


def real_cbrt(x):
    return mp.sign(x) * mp.cbrt(abs(x))


def lgamma(x):
    return mp.log(abs(mp.gamma(x)))


def clip(x, low, high):
    return min(max(x, mp.mpf(low)), mp.mpf(high))


selu_alpha, selu_scale = mp.mpf("1.6732632423543772848170429916717"), mp.mpf("1.0507009873554804934193349852946")

# name: (mpmath's form, PyTorch's or None, points[, parameter])
functions = [
    ("negative", lambda x: -x, torch.neg, any_number),
    ("square", lambda x: x * x, torch.square, any_number),
    ("abs", abs, torch.abs, beside_zero),
    ("sign", mp.sign, torch.sign, beside_zero),
    ("step", step, None, beside_zero),
    ("sqrt", mp.sqrt, torch.sqrt, positive),
    ("rsqrt", lambda x: 1 / mp.sqrt(x), torch.rsqrt, positive),
    ("cbrt", real_cbrt, None, beside_zero),
    ("floor", mp.floor, torch.floor, beside_zero),
    ("ceil", mp.ceil, torch.ceil, beside_zero),
    ("trunc", lambda x: mp.sign(x) * mp.floor(abs(x)), torch.trunc, beside_zero),
    ("round", lambda x: mp.sign(x) * mp.floor(abs(x) + 0.5), None, [-2.25, -0.75, 0.3, 1.6]),
    ("rint", mp.nint, torch.round, [-2.25, -0.75, 0.3, 1.6]),
    ("nearbyint", mp.nint, torch.round, [-2.25, -0.75, 0.3, 1.6]),
    ("logb", lambda x: mp.floor(mp.log(abs(x), 2)), None, beside_zero),
    ("exp", mp.exp, torch.exp, any_number),
    ("exp2", lambda x: mp.mpf(2)**x, torch.exp2, any_number),
    ("expm1", mp.expm1, torch.expm1, any_number),
    ("log", mp.log, torch.log, positive),
    ("log2", lambda x: mp.log(x, 2), torch.log2, positive),
    ("log10", mp.log10, torch.log10, positive),
    ("log1p", mp.log1p, torch.log1p, unit + [7.0]),
    ("sinh", mp.sinh, torch.sinh, any_number),
    ("cosh", mp.cosh, torch.cosh, any_number),
    ("tanh", mp.tanh, torch.tanh, unit),
    ("asinh", mp.asinh, torch.asinh, any_number),
    ("acosh", mp.acosh, torch.acosh, [1.05, 1.3, 2.5, 60.0]),
    ("atanh", mp.atanh, torch.atanh, unit),
    ("sin", mp.sin, torch.sin, any_number),
    ("cos", mp.cos, torch.cos, any_number),
    ("tan", mp.tan, torch.tan, unit + [2.5]),
    ("asin", mp.asin, torch.asin, unit),
    ("acos", mp.acos, torch.acos, unit),
    ("atan", mp.atan, torch.atan, any_number),
    ("erf", mp.erf, torch.erf, any_number),
    ("erfc", mp.erfc, torch.erfc, any_number),
    ("normal_cdf", mp.ncdf, torch.special.ndtr, any_number),
    ("lgamma", lgamma, torch.lgamma, gamma_points),
    ("digamma", lambda x: mp.psi(0, x), torch.digamma, gamma_points),
    ("polygamma", lambda x: mp.psi(1, x), lambda x: torch.polygamma(1, x), gamma_points, 1),
    ("polygamma", lambda x: mp.psi(3, x), lambda x: torch.polygamma(3, x), [0.3, 1.2, 2.9, 15.5], 3),
    ("polygamma", lambda x: mp.psi(4, x), None, [-3.4, -0.6, 0.07, 1.2], 4),
    ("tgamma", mp.gamma, None, [-1.4, -0.6, 0.3, 1.2, 2.9, 5.5]),
    ("sigmoid", sigmoid, torch.sigmoid, any_number),
    ("relu", lambda x: max(x, mp.mpf(0)), torch.relu, beside_zero),
    ("relu6", lambda x: clip(x, 0, 6), F.relu6, beside_zero + [6.5]),
    ("leaky_relu", lambda x: x if x > 0 else mp.mpf(0.01) * x, F.leaky_relu, beside_zero),
    ("leaky_relu", lambda x: x if x > 0 else mp.mpf(0.2) * x, lambda x: F.leaky_relu(x, 0.2), beside_zero, 0.2),
    ("elu", lambda x: elu(x, 1), F.elu, beside_zero),
    ("elu", lambda x: elu(x, mp.mpf(0.5)), lambda x: F.elu(x, 0.5), beside_zero, 0.5),
    ("selu", lambda x: selu_scale * elu(x, selu_alpha), F.selu, beside_zero),
    ("celu", lambda x: elu(x, 1), F.celu, beside_zero),
    ("celu", lambda x: x if x > 0 else 2.5 * mp.expm1(x / 2.5), lambda x: F.celu(x, 2.5), beside_zero, 2.5),
    ("softplus", softplus, lambda x: F.softplus(x, threshold=100), any_number),
    ("softsign", lambda x: x / (1 + abs(x)), F.softsign, beside_zero),
    ("silu", lambda x: x * sigmoid(x), F.silu, any_number),
    ("mish", lambda x: x * mp.tanh(softplus(x)), F.mish, any_number),
    ("gelu", lambda x: x * mp.ncdf(x), F.gelu, any_number),
    ("gelu_tanh", gelu_tanh, lambda x: F.gelu(x, approximate="tanh"), any_number),
    ("hard_sigmoid", lambda x: clip(x + 3, 0, 6) / 6, F.hardsigmoid, beside_zero),
    ("hard_swish", lambda x: x * clip(x + 3, 0, 6) / 6, F.hardswish, beside_zero),
]


def by_torch(f, x):
    """The value and the derivatives that PyTorch's own rules give, as far as it has them."""
    v = torch.tensor(x, requires_grad=True)
    results = [f(v)]
    try:
        for _ in range(3):
            results.append(torch.autograd.grad(results[-1], v, create_graph=True)[0])
    except (RuntimeError, NotImplementedError):
        pass
    return [r.item() for r in results]


for name, exact, torchs, points, *parameter in functions:
    for x in points:
        derivatives = [exact(mp.mpf(x))] + [mp.diff(exact, mp.mpf(x), order) for order in (1, 2, 3)]
        for order, number in enumerate(by_torch(torchs, x) if torchs else []):
            gap = abs(number - derivatives[order])
            assert gap <= 1e-8 * max(1, abs(derivatives[order])), (name, x, order, number, derivatives[order])
        words = [repr(float(d) + 0.0) if abs(d) > 1e-30 else "0.0" for d in derivatives]
        print(name, *(parameter or "-"), repr(x), *words)


def trunc(x):
    return mp.sign(x) * mp.floor(abs(x))


pairs = [
    ("hypot", mp.hypot, torch.hypot),
    ("atan2", mp.atan2, torch.atan2),
    ("fmax", max, torch.fmax),
    ("fmin", min, torch.fmin),
    ("fdim", lambda a, b: max(a - b, mp.mpf(0)), None),
    ("fmod", lambda a, b: a - b * trunc(a / b), torch.fmod),
    ("remainder", lambda a, b: a - b * mp.nint(a / b), None),
    ("copysign", lambda a, b: abs(a) * mp.sign(b), torch.copysign),
]
for name, exact, torchs in pairs:
    for a, b in ((1.3, 0.7), (-2.9, 1.1), (0.4, -2.2), (-0.3, -0.8), (7.75, 2.5)):
        numbers = [exact(mp.mpf(a), mp.mpf(b))]
        for orders in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2)):
            numbers.append(mp.diff(exact, (mp.mpf(a), mp.mpf(b)), orders))
        if torchs:
            p, q = torch.tensor(a, requires_grad=True), torch.tensor(b, requires_grad=True)
            value = torchs(p, q)
            for number, expected in zip((value, *torch.autograd.grad(value, (p, q))), numbers):
                assert abs(number.item() - expected) < 1e-12, (name, a, b, number, expected)
        print("pair", name, repr(a), repr(b), *(repr(float(d) + 0.0) if abs(d) > 1e-30 else "0.0" for d in numbers))
