import torch
from torch.utils.checkpoint import checkpoint

from reference import between


def block(a, b):
    return torch.tanh(a * b) * torch.exp(a)


between("checkpoint/block", lambda a, b: checkpoint(block, a, b, use_reentrant=False) * b, [(2, 3), (3,)], [(4,), ()])
