"""PyTorch's cross-entropies and their gradients, in double.

usage: python losses.py > tests/references/losses.csv

z (4, 3) is 3 sin(1 + 1.7 k) row-major, labels are 2, 0, 1, 2, and t (4, 3) is the softmax of cos(k). Each line: the loss,
its value, and the twelve elements of its gradient. "categorical" and "sparse" are of p = softmax(z), with respect to p.
"""
import torch

torch.set_default_dtype(torch.float64)
k = torch.arange(12)
z = (3 * torch.sin(1 + 1.7 * k)).reshape(4, 3).requires_grad_()
t = torch.softmax(torch.cos(k).reshape(4, 3), -1)
labels = torch.tensor([2, 0, 1, 2])
p = torch.softmax(z.detach(), -1).requires_grad_()
F = torch.nn.functional
for name, loss, x in [("labels", F.cross_entropy(z, labels), z), ("classes", F.cross_entropy(z, t), z),
                      ("categorical", -(t * torch.log(p)).sum(-1).mean(), p),
                      ("sparse", F.nll_loss(torch.log(p), labels), p)]:
    (slope,) = torch.autograd.grad(loss, x)
    print(name, *(f"{value:.17g}" for value in [loss.item(), *slope.flatten().tolist()]), sep=",")
