"""Every function of elements at zeros, infinities, NaN, ties and the ends of the numbers, by JAX and by mathematics.

usage: python special_values.py > tests/references/special_values.txt     (made with JAX 0.10.2, SymPy 1.14, mpmath 1.3)

A line is the function's name on the tape, the parameter or - for none, x, then f, f', f'' and f''' by JAX in double, a
bar, and the same by mathematics: the limit from where the function is defined, from both sides where it is on both, of
the formula in 850 digits, rounded to a double; - where there is none, or they differ. Of two numbers the line begins
with "pair", has a and b, and the numbers are f, a, b, aa, ab, bb, aaa, aab, abb and bbb; derivatives for one of them
are limits along that one. - stands for all of JAX where it lacks the function.
tests/autodiff/functions/special_values_test.cpp compares tensors, scalars, dual numbers and fuse with them.
"""
import math
import sys

import jax
import jax.numpy as jnp
import mpmath as mp
import sympy as sp

jax.config.update("jax_enable_x64", True)
mp.mp.dps = 850
nan, inf = math.nan, math.inf
largest, smallest, denormal = sys.float_info.max, sys.float_info.min, 5e-324
nn, special = jax.nn, jax.scipy.special
beside = (mp.mpf(10)**-360, mp.mpf(10)**-401)  # of a point
far = (mp.mpf(10)**400, mp.mpf(10)**501)

points = [0.0, -0.0, 1.0, -1.0, inf, -inf, nan, largest, -largest, smallest, -smallest, denormal, -denormal, 1e10,
          -1e10, 1000.0, -1000.0, 2.0, 3.0, -3.0, 6.0, 0.5, -0.5, -2.0]
lefts = [0.0, -0.0, 1.0, -1.0, 2.5, inf, -inf, nan, largest, denormal]
rights = [0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5, inf, -inf, nan]

x, a, b = sp.symbols("x a b", real=True)
half = sp.Rational(1, 2)


def above_zero(above, below, of=x):
    return sp.Piecewise((below, of < 0), (above, True))


def constant(f):
    """Constant between its jumps."""
    return [f, lambda v: mp.mpf(0), lambda v: mp.mpf(0), lambda v: mp.mpf(0)]


def elu(alpha=1):
    return above_zero(x, alpha * (sp.exp(x) - 1))


def logb(v):
    return mp.floor(mp.log(abs(v), 2))


def away(v):
    return mp.sign(v) * mp.floor(abs(v) + mp.mpf(0.5))


def trunc(v):
    return mp.sign(v) * mp.floor(abs(v))


sigmoid, cdf = 1 / (1 + sp.exp(-x)), sp.erfc(-x / sp.sqrt(2)) / 2
softplus = sp.log(1 + sp.exp(-sp.Abs(x))) + sp.Max(x, 0)
smooth_softplus = sp.log(1 + sp.exp(x))
selu_alpha, selu_scale = sp.Float("1.6732632423543772", 30), sp.Float("1.0507009873554805", 30)


def psi(n):
    """The derivative of order n + 1 of log(gamma). Far below 0 there is a pole beside every point here."""
    return lambda v: mp.psi(n, v) if v > -50 else mp.nan


lgamma = [lambda v: mp.log(abs(mp.gamma(v))) if v > -50 else mp.nan, psi(0), psi(1), psi(2)]

tgamma = [lambda v: mp.gamma(v) if v > -50 else mp.nan, lambda v: mp.gamma(v) * psi(0)(v),
          lambda v: mp.gamma(v) * (psi(0)(v)**2 + psi(1)(v)),
          lambda v: mp.gamma(v) * (psi(0)(v)**3 + 3 * psi(0)(v) * psi(1)(v) + psi(2)(v))]

# name: (SymPy's formula, or four functions of mpmath; JAX's; parameter)
functions = [
    ("negative", -x, jnp.negative),
    ("square", x**2, jnp.square),
    ("abs", above_zero(x, -x), jnp.abs),
    ("sign", constant(mp.sign), jnp.sign),
    ("step", constant(lambda v: mp.mpf(v > 0)), lambda v: jnp.where(v > 0, 1.0, 0.0)),
    ("sqrt", sp.sqrt(x), jnp.sqrt),
    ("rsqrt", 1 / sp.sqrt(x), jax.lax.rsqrt),
    ("cbrt", above_zero(x**sp.Rational(1, 3), -(-x)**sp.Rational(1, 3)), jnp.cbrt),
    *(("power", x**sp.nsimplify(k), lambda v, k=k: jnp.power(v, k), k) for k in (0.0, 1.0, 2.0, 3.0, -1.0)),
    *(("power", x**sp.nsimplify(k), lambda v, k=k: jnp.power(v, k), k) for k in (0.5, 1.5, 2.5)),
    ("floor", constant(mp.floor), jnp.floor),
    ("ceil", constant(mp.ceil), jnp.ceil),
    ("trunc", constant(trunc), jnp.trunc),
    ("round", constant(away), jax.lax.round),
    ("rint", constant(mp.nint), jnp.rint),
    ("nearbyint", constant(mp.nint), jnp.rint),
    ("logb", constant(logb), lambda v: jnp.floor(jnp.log2(jnp.abs(v)))),
    ("exp", sp.exp(x), jnp.exp),
    ("exp2", 2**x, jnp.exp2),
    ("expm1", sp.exp(x) - 1, jnp.expm1),
    ("log", sp.log(x), jnp.log),
    ("log2", sp.log(x) / sp.log(2), jnp.log2),
    ("log10", sp.log(x) / sp.log(10), jnp.log10),
    ("log1p", sp.log(1 + x), jnp.log1p),
    ("sinh", sp.sinh(x), jnp.sinh),
    ("cosh", sp.cosh(x), jnp.cosh),
    ("tanh", sp.tanh(x), jnp.tanh),
    ("asinh", sp.asinh(x), jnp.arcsinh),
    ("acosh", sp.acosh(x), jnp.arccosh),
    ("atanh", sp.atanh(x), jnp.arctanh),
    ("sin", sp.sin(x), jnp.sin),
    ("cos", sp.cos(x), jnp.cos),
    ("tan", sp.tan(x), jnp.tan),
    ("asin", sp.asin(x), jnp.arcsin),
    ("acos", sp.acos(x), jnp.arccos),
    ("atan", sp.atan(x), jnp.arctan),
    ("erf", sp.erf(x), special.erf),
    ("erfc", sp.erfc(x), special.erfc),
    ("normal_cdf", cdf, special.ndtr),
    ("lgamma", lgamma, special.gammaln),
    ("digamma", [psi(n) for n in range(4)], special.digamma),
    ("polygamma", [psi(n) for n in range(1, 5)], lambda v: special.polygamma(1, v), 1),
    ("tgamma", tgamma, special.gamma),
    ("sigmoid", sigmoid, nn.sigmoid),
    ("relu", above_zero(x, 0 * x), nn.relu),
    ("relu6", sp.Piecewise((0, x < 0), (6, x > 6), (x, True)), nn.relu6),
    ("leaky_relu", above_zero(x, sp.Float(0.01, 30) * x), nn.leaky_relu),
    ("elu", elu(), nn.elu),
    ("selu", selu_scale * elu(selu_alpha), nn.selu),
    ("celu", elu(), nn.celu),
    ("softplus", smooth_softplus, nn.softplus),
    ("softsign", above_zero(x / (1 + x), x / (1 - x)), nn.soft_sign),
    ("silu", x * sigmoid, nn.silu),
    ("mish", x * sp.tanh(smooth_softplus), nn.mish),
    ("gelu", x * cdf, lambda v: nn.gelu(v, approximate=False)),
    ("gelu_tanh", x / (1 + sp.exp(-2 * sp.sqrt(2 / sp.pi) * (x + sp.Rational(44715, 10**6) * x**3))), nn.gelu),
    ("hard_sigmoid", sp.Piecewise((0, x < -3), (1, x > 3), (x / 6 + half, True)), nn.hard_sigmoid),
    ("hard_swish", sp.Piecewise((0, x < -3), (x, x > 3), (x * (x + 3) / 6, True)), nn.hard_swish),
]


def positive_part(condition, then, other):
    return sp.Piecewise((then, condition), (other, True))


def quotient(rounded):
    """a - q b for a rounded quotient q, which is constant between its jumps."""
    one, zero = lambda p, q: mp.mpf(1), lambda p, q: mp.mpf(0)
    return [lambda p, q: p - q * rounded(p / q), one, lambda p, q: -rounded(p / q)] + [zero] * 7


def power(of_a, of_b):
    """The derivative of a^b of these orders."""
    def polynomial(n, m, q, log):
        if n == 0: return log**m
        return polynomial(n - 1, m, q, log) * (q - n + 1) + (m * polynomial(n - 1, m - 1, q, log) if m else 0)
    return lambda p, q: polynomial(of_a, of_b, q, mp.log(p) if of_b else mp.mpf(1)) * p**(q - of_a)


powers = [power(*order) for order in ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3))]
pairs = [
    ("pow", powers, jnp.power),
    ("hypot", sp.sqrt(a**2 + b**2), jnp.hypot),
    ("atan2", sp.atan2(a, b), jnp.arctan2),
    ("fmax", positive_part(a > b, a, b), jnp.fmax),
    ("fmin", positive_part(a > b, b, a), jnp.fmin),
    ("fdim", positive_part(a > b, a - b, sp.Integer(0) * a), None),
    ("fmod", quotient(trunc), jnp.fmod),
    ("remainder", quotient(mp.nint), None),
    ("copysign", above_zero(above_zero(a, -a, a), -above_zero(a, -a, a), b), jnp.copysign),
    ("maximum", positive_part(a > b, a, b), jnp.maximum),
    ("minimum", positive_part(a > b, b, a), jnp.minimum),
]


def at(f, *v):
    """f there, or None outside of where it is defined."""
    try:
        y = f(*v)
    except (ValueError, ZeroDivisionError, OverflowError, mp.libmp.libhyper.NoConvergence):
        return None
    if isinstance(y, mp.mpc):
        if y.imag != 0: return None
        y = y.real
    y = mp.mpf(y)
    return None if mp.isnan(y) else y


def rounded(y):
    if mp.isinf(y) or abs(y) > mp.mpf(10)**308 * 1.7976931348623158: return inf if y > 0 else -inf
    return float(y) + 0.0 if abs(y) > mp.mpf(10)**-330 else 0.0


def near(p):
    """The points that stand for p, ever closer: from below and from above, or far out. None for NaN."""
    if p != p: return None
    if p in (inf, -inf): return [[mp.sign(p) * v for v in far]]
    v = mp.mpf(p)
    size = max(1, abs(v))
    return [[v - step * size for step in beside], [v + step * size for step in beside]]


def limit(values):
    """What the numbers have in common, as a double."""
    ends = [rounded(y) for y in values]
    alike = all(e == ends[0] or abs(e - ends[0]) <= 1e-14 * abs(e) < inf for e in ends)
    return ends[0] if alike else None


def approached(values):
    """The limit of values ever closer to it."""
    first, second = values
    if limit(values) is not None: return limit(values)
    if abs(second) > abs(first) > 100: return inf if second > 0 else -inf
    return 0.0 if abs(second) < abs(first) < 0.01 else None


def along(f, p, base, endless=False):
    """The limit of the derivative f(v) of base(v) for v to p."""
    groups = near(p)
    if groups is None or (endless and p in (inf, -inf)): return None
    found = []
    for group in groups:
        values = [at(f, v) for v in group]
        if None in values or None in [at(base, v) for v in group]: continue
        found.append(approached(values))
    if not found or None in found: return None
    if p == 0 and math.copysign(1, p) < 0 and len(found) < 2: return None
    return limit([mp.mpf(y) for y in found])


def word(number):
    return "-" if number is None else repr(number + 0.0) if number == 0 else repr(float(number))


def erfc(v):
    """mpmath's, and far out what is as good a limit."""
    return mp.erfc(v) if abs(v) < 50000 else exp(-v * v) if v > 0 else mp.mpf(2)


def exp(v):
    """mpmath's, and what is as good far out, where that one takes long."""
    return mp.exp(v) if abs(v) < 10**600 else mp.mpf(10)**(10**6 if v > 0 else -10**6)


def by_sympy(formula, *orders):
    if isinstance(formula, list): return formula
    results = []
    for order in orders:
        derivative = formula
        for variable in order: derivative = sp.diff(derivative, variable)
        variables = (x,) if orders[1] == (x,) else (a, b)
        results.append(sp.lambdify(variables, derivative, [{"erfc": erfc, "exp": exp}, "mpmath"]))
    return results


def print_functions():
    for name, formula, in_jax, *parameter in functions:
        exact = by_sympy(formula, (), (x,), (x, x), (x, x, x))
        columns = []
        f = in_jax
        for order in range(4 if in_jax else 0):
            columns.append(jax.vmap(f)(jnp.array(points)))
            f = jax.grad(f)
        for i, p in enumerate(points):
            words = [repr(float(c[i])) for c in columns] or ["-"]
            limits = [word(along(g, p, exact[0], name in ("sin", "cos", "tan"))) for g in exact]
            print(name, *(parameter or "-"), repr(p), *words, "|", *limits, flush=True)


def print_pairs():
    orders = [(), (a,), (b,), (a, a), (a, b), (b, b), (a, a, a), (a, a, b), (a, b, b), (b, b, b)]
    for name, formula, in_jax in pairs:
        exact = by_sympy(formula, *orders)
        p, q = (m.ravel() for m in jnp.meshgrid(jnp.array(lefts), jnp.array(rights), indexing="ij"))
        columns = []
        for order in orders if in_jax else ():
            f = in_jax
            for variable in order: f = jax.grad(f, 0 if variable == a else 1)
            columns.append(jax.vmap(f)(p, q))
        for i, (v, w) in enumerate((v, w) for v in lefts for w in rights):
            limits = []
            for order, g in zip(orders, exact):
                only_a, only_b = b not in order, a not in order and order
                if v != v or w != w or abs(v) == abs(w) == inf: found = None
                elif name == "pow" and b in order and v <= 0: found = None  # by choice
                elif only_a: found = along(lambda r: g(r, mp.mpf(w)), v, lambda r: exact[0](r, mp.mpf(w)))
                elif only_b: found = along(lambda r: g(mp.mpf(v), r), w, lambda r: exact[0](mp.mpf(v), r))
                else:
                    corners = [[at(g, p, q) for p, q in zip(r, s)] for r in near(v) for s in near(w)]
                    ends = [None if None in corner else approached(corner) for corner in corners]
                    found = None if None in ends else limit([mp.mpf(end) for end in ends])
                limits.append(word(found))
            words = [repr(float(c[i])) for c in columns] or ["-"]
            print("pair", name, repr(v), repr(w), *words, "|", *limits, flush=True)


if __name__ == "__main__":
    print_functions()
    print_pairs()
