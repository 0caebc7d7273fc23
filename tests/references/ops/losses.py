import torch
import torch.nn.functional as F

from reference import between, case


def keras_binary_cross_entropy(p, t):
    """As a formula: the second derivative of F.binary_cross_entropy has an epsilon in it, and is off by 1e-11."""
    q = torch.clamp(p, 1e-7, 1 - 1e-7)
    return -(t * torch.log(q) + (1 - t) * torch.log(1 - q)).mean()


between("binary_cross_entropy/mean", keras_binary_cross_entropy, [(4, 1), (4, 1)], [(3, 7), (3, 7)], low=0.3, high=0.9)
case("binary_cross_entropy/mean", keras_binary_cross_entropy,
     [torch.tensor([0.0, 1.0, 0.3, 1e-9, 1 - 1e-9]), torch.tensor([0.0, 1.0, 1.0, 1.0, 0.25])])
between("binary_cross_entropy_with_logits/mean", F.binary_cross_entropy_with_logits, [(4, 1), (4, 1)], [(3, 7), (3, 7)])
case("binary_cross_entropy_with_logits/mean", F.binary_cross_entropy_with_logits, [(9,), (9,)], low=-40, high=40)
far = torch.tensor([[1000.0], [-1000.0], [500.0]]) + torch.tensor([0.0, 0.5, -1.0, 1.5, 2.0])  # exp overflows
labels = torch.tensor([2, 0, 4])
between("cross_entropy/labels 2 0 4", lambda x: F.cross_entropy(x, labels), [(3, 5)], [(3, 11)])
case("cross_entropy/labels 2 0 4", lambda x: F.cross_entropy(x, labels), [far])
between("cross_entropy/labels 0 7 14", lambda x: F.cross_entropy(x, 7 * torch.arange(x.shape[0]) % x.shape[1]), [(3, 5)])
