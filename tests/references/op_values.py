"""Values and first and second derivatives of elementwise ops in PyTorch, in double.

usage: python op_values.py > tests/references/op_values.csv
"""
import torch

ops = {
    "exp": (torch.exp, -3, 3), "log": (torch.log, 0.1, 4), "sqrt": (torch.sqrt, 0.1, 4),
    "square": (torch.square, -3, 3), "abs": (torch.abs, -3, 3), "sin": (torch.sin, -3, 3),
    "cos": (torch.cos, -3, 3), "tanh": (torch.tanh, -3, 3), "sigmoid": (torch.sigmoid, -30, 30),
    "relu": (torch.relu, -3, 3), "softplus": (torch.nn.functional.softplus, -15, 15),
    "negative": (torch.neg, -3, 3), "sign": (torch.sign, -3, 3),
}
print("op,x,y,dy_dx,d2y_dx2")
for name, (f, low, high) in ops.items():
    x = torch.linspace(low, high, 12, dtype=torch.float64, requires_grad=True)
    y = f(x)
    first = torch.autograd.grad(y.sum(), x, create_graph=True)[0]
    second = torch.autograd.grad(first.sum(), x, allow_unused=True)[0] if first.requires_grad else None
    second = torch.zeros_like(x) if second is None else second
    for row in zip(x, y, first, second):
        print(name, *(f"{value.item():.17g}" for value in row), sep=",")
