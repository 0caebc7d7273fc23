"""How the numbers of a family of ops are made: values, gradients, Jacobians and Hessians in double, by PyTorch 2.13.

A case is a function of some tensors under the name "op/variant", that of a row in tests/autodiff/ops/rows/. It is drawn
with a generator of its own, seeded by its name, its shapes and where it is drawn: a new case changes no other.
Its lines: an input each, then a random signed cotangent c, the value f(x), the gradient of sum(c f(x)), the Jacobian
(elements of f, elements of all inputs one after the other) and the Hessian of sum(c f(x)) (elements of all inputs
twice). A line is a word, the shape of an input or of c, a colon, the elements; 3.5*4 stands for 3.5 four times.
"""
import random
import zlib

import torch

torch.set_default_dtype(torch.float64)


def draw(generator, shape, low, high, margin, decimals=3):
    """Random numbers of few digits, at least `margin` away from 0. Without digits there are many equal ones."""
    numbers = []
    while len(numbers) < torch.Size(shape).numel():
        number = round(generator.uniform(low, high), decimals)
        if abs(number) >= margin:
            numbers.append(number)
    return torch.tensor(numbers).reshape(shape)


def text(tensor):
    """The elements to 15 digits, equal neighbours as number*count."""
    runs = []
    for number in tensor.flatten().tolist():
        word = f"{number + 0.0:.15g}"
        if runs and runs[-1][0] == word:
            runs[-1][1] += 1
        else:
            runs.append([word, 1])
    return " ".join(word if count == 1 else f"{word}*{count}" for word, count in runs)


def jacobian_of(f, v):
    size = f(v).numel()
    return torch.autograd.functional.jacobian(f, v) if size and v.numel() else torch.zeros(size, v.numel())


def write(name, f, inputs, generator):
    sizes, shapes = [x.numel() for x in inputs], [x.shape for x in inputs]

    def flat(v):
        return f(*(part.reshape(shape) for part, shape in zip(v.split(sizes), shapes)))

    v = torch.cat([x.flatten() for x in inputs])
    value = flat(v)
    cotangent = draw(generator, value.shape, -1, 1, 0.1)

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
        words = [text(x) if isinstance(x, torch.Tensor) else str(tuple(x)) for x in sample]
        generator = random.Random(zlib.crc32(f"{name} {words} {low} {high} {margin} {decimals}".encode()))
        inputs = [x if isinstance(x, torch.Tensor) else draw(generator, x, low, high, margin, decimals) for x in sample]
        write(name, f, inputs, generator)


def between(name, f, *samples, **domain):
    """Small samples also between squares: what the op's rule is given and keeps then depends on the inputs."""
    case(name, f, *samples, **domain)
    small = [sample for sample in samples if sum(torch.Size(shape).numel() for shape in sample) <= 16]
    case(name + ", between squares", lambda *x: f(*(torch.square(part) for part in x)) ** 2, *small, **domain)


def pair(op, f, low=-2):
    """All ways to broadcast two tensors, and one tensor twice."""
    case(op + "/pair", f, [(2, 3), (2, 3)], [(4, 3), (3,)], [(2, 19), (19,)], [(4, 1), (1, 3)], [(2, 2), ()],
         [(3, 1), (2, 1, 4)], [(2, 1, 2, 1, 2), (1, 2, 1)], [(0, 3), (3,)], low=low)
    case(op + "/twice", lambda x: f(x, x * x), [(3,)], low=low, margin=0.1)


zeros = torch.tensor([0.0, -1.5, 0.0, 2.5])  # for functions with a kink at 0, where PyTorch chooses as we do
