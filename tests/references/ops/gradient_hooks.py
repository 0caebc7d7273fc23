import torch

from reference import between


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


between("scale_gradient/half and reversed",
        lambda x: torch.sin(ScaleGradient.apply(x, 0.5)) * ScaleGradient.apply(x, -3.0), [(2, 3)], [()])
# Twice and half, since forward mode does not call hooks.
between("on_gradient/twice and half",
        lambda x: on_gradient(on_gradient(torch.sin(x), lambda g: 2 * g), lambda g: g / 2), [(2, 3)], [()])
