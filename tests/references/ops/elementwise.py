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
for name, f in ("abs", torch.abs), ("sign", torch.sign), ("relu", torch.relu), ("step", step):
    case(name + "/elements", f, [zeros])
