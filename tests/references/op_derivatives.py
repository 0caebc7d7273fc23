"""Values, gradients, Jacobians and Hessians of every op that PyTorch also has, in double, on random inputs.

usage: python op_derivatives.py > tests/references/op_derivatives.txt        (made with PyTorch 2.13)

A case is a function of some tensors under the name "op/variant", which tests/autodiff/outside_test.cpp looks up in its
own table. Its lines: an input each, then a random signed cotangent c, the value f(x), the gradient of sum(c f(x)), the
Jacobian (elements of f, elements of all inputs one after the other) and the Hessian of sum(c f(x)) (elements of all
inputs twice). A line is a word, the shape of an input or of c, a colon, the elements; 3.5*4 stands for 3.5 four times.
"""
import random

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint

random.seed(7)
torch.set_default_dtype(torch.float64)


def draw(shape, low, high, margin, decimals=3):
    """Random numbers of few digits, at least `margin` away from 0. Without digits there are many equal ones."""
    numbers = []
    while len(numbers) < torch.Size(shape).numel():
        number = round(random.uniform(low, high), decimals)
        if abs(number) >= margin:
            numbers.append(number)
    return torch.tensor(numbers).reshape(shape)


def text(tensor):
    """The elements, equal neighbours as number*count."""
    runs = []
    for number in tensor.flatten().tolist():
        word = repr(number + 0.0).removesuffix(".0")
        if runs and runs[-1][0] == word:
            runs[-1][1] += 1
        else:
            runs.append([word, 1])
    return " ".join(word if count == 1 else f"{word}*{count}" for word, count in runs)


def jacobian_of(f, v):
    size = f(v).numel()
    return torch.autograd.functional.jacobian(f, v) if size and v.numel() else torch.zeros(size, v.numel())


def write(name, f, inputs):
    sizes, shapes = [x.numel() for x in inputs], [x.shape for x in inputs]

    def flat(v):
        return f(*(part.reshape(shape) for part, shape in zip(v.split(sizes), shapes)))

    v = torch.cat([x.flatten() for x in inputs])
    value = flat(v)
    cotangent = draw(value.shape, -1, 1, 0.1)

    def gradient_at(v):
        return torch.autograd.functional.vjp(flat, v, cotangent, create_graph=True)[1]

    gradient, jacobian, hessian = gradient_at(v), jacobian_of(flat, v), jacobian_of(gradient_at, v)
    for what, result in ("value", value), ("gradient", gradient), ("jacobian", jacobian), ("hessian", hessian):
        assert torch.isfinite(result).all(), f"{name}: {what} {result}"
    print(f"case {name}")
    for x in inputs:
        print("input", *x.shape, ":", text(x))
    print("cotangent", *cotangent.shape, ":", text(cotangent))
    print("value :", text(value))
    print("gradient :", text(gradient))
    print("jacobian :", text(jacobian))
    print("hessian :", text(hessian))


def case(name, f, *samples, low=-2, high=2, margin=0, decimals=3):
    """A sample is the shapes of all inputs, or the inputs themselves."""
    for sample in samples:
        write(name, f, [x if isinstance(x, torch.Tensor) else draw(x, low, high, margin, decimals) for x in sample])


def between(name, f, *samples, **domain):
    """Small samples also between squares: what the op's rule is given and keeps then depends on the inputs."""
    case(name, f, *samples, **domain)
    small = [sample for sample in samples if sum(torch.Size(shape).numel() for shape in sample) <= 16]
    case(name + ", between squares", lambda *x: f(*(torch.square(part) for part in x)) ** 2, *small, **domain)


def elementwise(name, f, low, high, margin=0):
    shapes = [(12,)], [(2, 19)], [()], [(2, 1, 2, 1, 2)], [(0, 3)]
    case(name + "/elements", f, *shapes, low=low, high=high, margin=margin)


elementwise("negative", torch.neg, -2, 2)
elementwise("exp", torch.exp, -3, 3)
elementwise("log", torch.log, 0.1, 4)
elementwise("sqrt", torch.sqrt, 0.1, 4)
elementwise("square", torch.square, -3, 3)
elementwise("abs", torch.abs, -3, 3)
elementwise("sign", torch.sign, -3, 3, 0.1)
elementwise("step", lambda x: (x > 0).to(x), -3, 3, 0.1)
elementwise("sin", torch.sin, -3, 3)
elementwise("cos", torch.cos, -3, 3)
elementwise("tanh", torch.tanh, -3, 3)
elementwise("sigmoid", torch.sigmoid, -30, 30)
elementwise("relu", torch.relu, -3, 3)
elementwise("softplus", lambda x: F.softplus(x, threshold=100), -30, 30)
# At their kinks PyTorch chooses as we do: derivative 0.
zeros = torch.tensor([0.0, -1.5, 0.0, 2.5])
case("abs/elements", torch.abs, [zeros])
case("sign/elements", torch.sign, [zeros])
case("relu/elements", torch.relu, [zeros])
case("step/elements", lambda x: (x > 0).to(x), [zeros])

pairs = [[(2, 3), (2, 3)], [(4, 3), (3,)], [(2, 19), (19,)], [(4, 1), (1, 3)], [(2, 2), ()], [(3, 1), (2, 1, 4)],
         [(2, 1, 2, 1, 2), (1, 2, 1)], [(0, 3), (3,)]]
for name, f, low in (("add", torch.add, -2), ("subtract", torch.sub, -2), ("multiply", torch.mul, -2),
                     ("divide", torch.div, 0.3), ("pow", torch.pow, 0.3), ("maximum", torch.maximum, -2),
                     ("minimum", torch.minimum, -2)):
    case(name + "/pair", f, *pairs, low=low)
    case(name + "/twice", lambda x: f(x, x * x), [(3,)], low=low, margin=0.1)
# Equal elements share the gradient half and half, in PyTorch too.
for name, f in ("maximum", torch.maximum), ("minimum", torch.minimum):
    case(name + "/pair", f, [(3, 4), (4,)], [(9,), ()], low=-1, high=1, decimals=0)

case("shift/number", lambda x: 2 + x - 0.25, [(3, 4)], [()])
case("scale/number", lambda x: 3 * (x * -0.5), [(3, 4)], [()])
case("complement/number", lambda x: 1.5 - x, [(3, 4)], [()])
case("divide by number/number", lambda x: x / 3, [(3, 4)], [()])
case("divide/of a number", lambda x: 1.5 / x, [(3, 4)], [()], margin=0.3)
case("power/3", lambda x: x**3, [(2, 9)], [()], [zeros])
case("power/2", lambda x: x**2, [(2, 9)], [zeros])
case("power/1", lambda x: x**1, [(5,)], [zeros])
case("power/0", lambda x: x**0, [(5,)], [zeros])
case("power/-1", lambda x: x**-1, [(5,)], margin=0.3)
case("power/0.5", lambda x: x**0.5, [(2, 9)], low=0.3)
case("power/2.5", lambda x: x**2.5, [(5,)], low=0.3)
exponents = torch.tensor([2.0, 3.0, -1.0, 0.0])
case("pow/whole exponents", lambda x: torch.pow(x, exponents), [(3, 4)], margin=0.3)

mask = torch.tensor([True, False, True])
case("where/mask", lambda a, b: torch.where(mask, a, b), [(2, 3), (2, 3)], [(4, 3), ()], [(3,), (2, 1)])
for word, f in ("a > b", torch.gt), ("a < b", torch.lt), ("a >= b", torch.ge), ("a <= b", torch.le):
    case("where/" + word, lambda a, b: torch.where(f(a, b), a * b, b - a * a), [(2, 3), (3,)])
    case("where/" + word, lambda a, b: torch.where(f(a, b), a * b, b - a * a), [(9,), (9,)], low=-1, high=1, decimals=0)
case("clip/both sides", lambda x: torch.clamp(x, -1, 1), [(3, 4)], [()])
case("clip/both sides", lambda x: torch.clamp(x, -1, 1), [(9,)], decimals=0)  # on the limits: 1, as ours

for name, f in ("sum", torch.sum), ("mean", torch.mean), ("amax", torch.amax), ("amin", torch.amin):
    three, many, few = [(2, 3, 4)], [(3, 19)], [(2, 3, 2)]
    between(name + "/all", lambda x: f(x, tuple(range(x.dim()))), three, many, few, [()])
    between(name + "/axis 0", lambda x: f(x, 0), three, many, few)
    between(name + "/axis -1", lambda x: f(x, -1), three, many, few, [(5,)])
    between(name + "/axis 1 kept", lambda x: f(x, 1, keepdim=True), three, many, few)
    between(name + "/axes 0 and 2", lambda x: f(x, (0, 2)), three, few)
    between(name + "/all kept", lambda x: f(x, tuple(range(x.dim())), keepdim=True), three, few)
between("sum/axis 0", lambda x: x.sum(0), [(0, 3)])
# Equal extremes share the gradient, in PyTorch's amax and amin too.
for name, f in ("amax", torch.amax), ("amin", torch.amin):
    case(name + "/axis -1", lambda x: f(x, -1), [(3, 5)], low=-1, high=1, decimals=0)
    case(name + "/all", lambda x: f(x, (0, 1)), [(3, 5)], low=-1, high=1, decimals=0)

between("sum_to/3", lambda x: x.sum_to_size(3), [(4, 3)], [(2, 4, 3)])
between("sum_to/4 1", lambda x: x.sum_to_size(4, 1), [(4, 3)], [(2, 4, 3)])
between("broadcast_to/2 4 3", lambda x: torch.broadcast_to(x, (2, 4, 3)), [(3,)], [(4, 1)], [(2, 1, 3)], [()])
between("reshape/2 6", lambda x: x.reshape(2, 6), [(3, 4)], [(12,)])
between("reshape/number", lambda x: x.reshape(()), [(1, 1)])
between("transpose/reversed", lambda x: x.permute(*reversed(range(x.dim()))), [(3, 4)], [(2, 3, 4)], [(5,)])
between("transpose/1 2 0", lambda x: x.permute(1, 2, 0), [(2, 3, 4)], [(1, 3, 2)])
between("concatenate/axis 0", lambda *x: torch.cat(x, 0), [(2, 3), (1, 3)], [(2,), (0,), (3,)])
between("concatenate/axis -1", lambda *x: torch.cat(x, -1), [(2, 3), (2, 1), (2, 0)])
between("concatenate/twice", lambda x: torch.cat((x, x), 1), [(2, 3)])
between("concatenate/stack 0", lambda *x: torch.stack(x, 0), [(2, 3), (2, 3)], [(), (), ()])
between("concatenate/stack -1", lambda *x: torch.stack(x, -1), [(2, 3), (2, 3)])
between("slice/rows", lambda x: x[1:3], [(4, 3)], [(3, 2, 2)])
between("slice/columns, step 2", lambda x: x[:, 0:5:2], [(3, 5)])
between("slice/backwards", lambda x: x.flip(0), [(4,)], [(3, 2)])
between("slice/one row", lambda x: x[2], [(4, 3)])
between("slice/one column", lambda x: x[:, 1], [(4, 3)])
between("slice/nothing", lambda x: x[1:1], [(4, 3)])


def unslice(x):
    whole = torch.zeros(4, 3)
    return whole.index_put((torch.tensor([[1], [2]]), torch.tensor([[0, 2]])), x)


between("unslice/rows 1 and 2, columns 0 and 2", unslice, [(2, 2)])
# Not between squares: forward mode then rounds other numbers to float than reverse mode.
case("cast/float and back", lambda x: x.to(torch.float32).to(torch.float64), [(3, 4)], [()])

between("matmul/two", torch.matmul, [(3, 4), (4, 2)], [(2, 3), (3, 2)], [(4,), (4, 2)], [(3, 4), (4,)],
        [(4,), (4,)], [(5, 3, 4), (4, 2)], [(2, 2, 2), (2, 3)], [(2, 1, 3, 2), (3, 2, 2)], [(2, 1, 1, 2), (2, 2, 1)],
        [(3, 0), (0, 2)], [(2, 3, 2), (2,)], [(3,), (2, 3, 2)], [(1, 19), (19, 1)])
between("matmul/of itself", lambda x: torch.matmul(x, x), [(3, 3)])
between("matmul/transposed", lambda a, b: a.T @ b.T, [(4, 3), (2, 4)], [(3, 2), (2, 3)])
between("linear/three", lambda x, w, b: F.linear(x, w.T, b), [(5, 3), (3, 2), (2,)], [(3,), (3, 2), (2,)],
        [(2, 2), (2, 3), (3,)], [(2, 1, 2), (2, 1), (1,)], [(2, 4, 3), (3, 2), (2,)], [(4, 19), (19, 1), (1,)],
        [(3, 5), (5, 11), (11,)])


def keras_binary_cross_entropy(p, t):
    """As a formula: the second derivative of F.binary_cross_entropy has an epsilon in it, and is off by 1e-11."""
    q = torch.clamp(p, 1e-7, 1 - 1e-7)
    return -(t * torch.log(q) + (1 - t) * torch.log(1 - q)).mean()


between("binary_cross_entropy/mean", keras_binary_cross_entropy, [(4, 1), (4, 1)], [(3, 7), (3, 7)], low=0.3, high=0.9)
case("binary_cross_entropy/mean", keras_binary_cross_entropy,
     [torch.tensor([0.0, 1.0, 0.3, 1e-9, 1 - 1e-9]), torch.tensor([0.0, 1.0, 1.0, 1.0, 0.25])])
between("binary_cross_entropy_with_logits/mean", F.binary_cross_entropy_with_logits, [(4, 1), (4, 1)], [(3, 7), (3, 7)])
case("binary_cross_entropy_with_logits/mean", F.binary_cross_entropy_with_logits, [(9,), (9,)], low=-40, high=40)
between("softmax/rows", lambda x: torch.softmax(x, -1), [(3, 5)], [(2, 1, 11)], [(4,)])
far = torch.tensor([[1000.0], [-1000.0], [500.0]]) + torch.tensor([0.0, 0.5, -1.0, 1.5, 2.0])  # exp overflows
case("softmax/rows", lambda x: torch.softmax(x, -1), [far])
labels = torch.tensor([2, 0, 4])
between("cross_entropy/labels 2 0 4", lambda x: F.cross_entropy(x, labels), [(3, 5)], [(3, 11)])
case("cross_entropy/labels 2 0 4", lambda x: F.cross_entropy(x, labels), [far])


def formula(x, a, b):
    return torch.sigmoid(a * x + b) * torch.tanh(x) + torch.exp(-(x * x))


case("fuse/formula", formula, [(2, 3), (2, 3), (2, 3)], [(2, 19), (19,), ()], [(3, 1), (1, 2), (2,)])
case("fuse_sum/formula", lambda *x: formula(*x).sum(), [(2, 3), (2, 3), (2, 3)], [(2, 19), (19,), ()])


class ScaleGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor, None


def on_gradient(x, hook):
    y = x.view_as(x)
    if y.requires_grad:
        y.register_hook(hook)
    return y


def block(a, b):
    return torch.tanh(a * b) * torch.exp(a)


between("scale_gradient/half and reversed",
        lambda x: torch.sin(ScaleGradient.apply(x, 0.5)) * ScaleGradient.apply(x, -3.0), [(2, 3)], [()])
# Twice and half, since forward mode does not call hooks.
between("on_gradient/twice and half",
        lambda x: on_gradient(on_gradient(torch.sin(x), lambda g: 2 * g), lambda g: g / 2), [(2, 3)], [()])
between("checkpoint/block", lambda a, b: checkpoint(block, a, b, use_reentrant=False) * b, [(2, 3), (3,)], [(4,), ()])
