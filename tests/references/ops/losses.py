import torch
import torch.nn.functional as F

from reference import between, case

REDUCTIONS = "none sum mean".split()


def reduced(numbers, reduction):
    return numbers if reduction == "none" else getattr(numbers, reduction)()


def keras_binary_cross_entropy(p, t, weight=1.0, pos_weight=1.0, reduction=REDUCTIONS[-1]):
    """As a formula: the second derivative of F.binary_cross_entropy has an epsilon in it, and is off by 1e-11."""
    q = torch.clamp(p, 1e-7, 1 - 1e-7)
    numbers = -(pos_weight * t * torch.log(q) + (1 - t) * torch.log(1 - q)) * weight
    return reduced(numbers, reduction)


def signs(x):
    """1 and -1 in turns."""
    return (1 - 2 * (torch.arange(x.numel()) % 2)).to(x.dtype).reshape(x.shape)


def elements(op, f, inputs, variant="", **domain):
    """A loss of elements, for each reduction."""
    for reduction in REDUCTIONS:
        name = f"{op}/{variant}{', ' if variant else ''}{reduction}"
        between(name, lambda *x: f(*x, reduction=reduction), [(4, 1)] * inputs,
                [(2, 5 if inputs < 4 else 2)] * inputs, **domain)


inside = {"low": 0.3, "high": 0.9}
elements("binary_cross_entropy", lambda p, t, reduction: keras_binary_cross_entropy(p, t, reduction=reduction), 2,
         **inside)
case("binary_cross_entropy/mean", keras_binary_cross_entropy,
     [torch.tensor([0.0, 1.0, 0.3, 1e-9, 1 - 1e-9]), torch.tensor([0.0, 1.0, 1.0, 1.0, 0.25])])
elements("binary_cross_entropy", keras_binary_cross_entropy, 4, "weights", **inside)
elements("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, 2)
case("binary_cross_entropy_with_logits/mean", F.binary_cross_entropy_with_logits, [(9,), (9,)], low=-40, high=40)


def weighted_logits(z, t, weight, pos_weight, reduction):
    """As a formula, checked against PyTorch's, which has no gradient to weights."""
    numbers = weight * ((1 - t) * z + (1 + (pos_weight - 1) * t) * F.softplus(-z))
    numbers = reduced(numbers, reduction)
    assert torch.allclose(numbers, F.binary_cross_entropy_with_logits(
        z, t, weight.detach(), pos_weight=pos_weight.detach(), reduction=reduction), rtol=1e-13)
    return numbers


elements("binary_cross_entropy_with_logits", weighted_logits, 4, "weights")

elements("mse_loss", lambda x, t, reduction: F.mse_loss(x, 1.5 * t, reduction=reduction), 2)
elements("mse_loss", lambda x, t, w, reduction: F.mse_loss(x, 1.5 * t, weight=w, reduction=reduction), 3, "weight",
         low=0.5)
elements("l1_loss", lambda x, t, reduction: F.l1_loss(x, 1.5 * t, reduction=reduction), 2)
elements("huber_loss", lambda x, t, reduction: F.huber_loss(x, 1.5 * t, reduction=reduction), 2)
elements("huber_loss",
         lambda x, t, w, reduction: F.huber_loss(x, 1.5 * t, delta=0.5, weight=torch.exp(w), reduction=reduction), 3,
         "delta 0.5, weight")
elements("smooth_l1_loss", lambda x, t, reduction: F.smooth_l1_loss(x, 1.5 * t, beta=0.5, reduction=reduction), 2)
elements("kl_div", F.kl_div, 2, low=0.2)
elements("kl_div", lambda x, t, reduction: F.kl_div(x, t, log_target=True, reduction=reduction), 2, "log_target")


def hinge(x, t, reduction):
    """PyTorch has it for several classes only; Keras' formula."""
    numbers = torch.relu(1 - t * x)
    return reduced(numbers, reduction)


elements("hinge_loss", hinge, 2)
elements("hinge_embedding_loss", lambda x, reduction: F.hinge_embedding_loss(x, signs(x), reduction=reduction), 1)
elements("poisson_nll_loss", F.poisson_nll_loss, 2)
elements("poisson_nll_loss",
         lambda x, t, reduction: F.poisson_nll_loss(x, t + 0.5, log_input=False, full=True, reduction=reduction), 2,
         "rate, full", low=0.6)
elements("gaussian_nll_loss", lambda x, t, v, reduction: F.gaussian_nll_loss(x, 1.5 * t, v, reduction=reduction), 3,
         low=0.5)
elements("gaussian_nll_loss",
         lambda x, t, v, reduction: F.gaussian_nll_loss(x, 1.5 * t, torch.exp(v.mean()).expand(x.shape), full=True,
                                                        reduction=reduction), 3, "full, one variance", low=0.5)

for reduction in REDUCTIONS:
    # PyTorch adds 1e-12 to the squares of lengths.
    case(f"cosine_embedding_loss/{reduction}",
         lambda x, y: F.cosine_embedding_loss(x, y, signs(x[..., 0]), reduction=reduction),
         [(3, 4), (3, 4)], [(5, 2), (5, 2)], low=3, high=9)
    between(f"triplet_margin_loss/{reduction}",
            lambda a, p, n: F.triplet_margin_loss(a, 1.5 * p, 0.5 * n, margin=3, reduction=reduction), [(3, 4)] * 3,
            [(2, 2)] * 3)
    case(f"triplet_margin_loss/order 3, swap, {reduction}",
         lambda a, p, n: F.triplet_margin_loss(a, 1.5 * p, 0.5 * n, margin=3, p=3, swap=True, reduction=reduction),
         [(3, 4)] * 3)

far = torch.tensor([[1000.0], [-1000.0], [500.0]]) + torch.tensor([0.0, 0.5, -1.0, 1.5, 2.0])  # exp overflows
labels = torch.tensor([2, 0, 4])
between("cross_entropy/labels 2 0 4", lambda x: F.cross_entropy(x, labels), [(3, 5)], [(3, 11)])
case("cross_entropy/labels 2 0 4", lambda x: F.cross_entropy(x, labels), [far])


def sevenths(x):
    """Labels of rows (..., classes)."""
    return (7 * torch.arange(x[..., 0].numel()) % x.shape[-1]).reshape(x.shape[:-1])


between("cross_entropy/labels 0 7 14", lambda x: F.cross_entropy(x, sevenths(x)), [(3, 5)])
between("nll_loss/labels 0 7 14", lambda x: F.nll_loss(x, sevenths(x)), [(3, 5)], [(4,)])


def options(x):
    """Weights 0.5, 1, 1.5 of the classes, which are the axis 1; label 1 is ignored."""
    weight = 0.5 * (torch.arange(x.shape[1]) % 3 + 1).to(x.dtype)
    return {"weight": weight, "ignore_index": 1, "label_smoothing": 0.25}


def smoothed_nll(x, reduction):
    """F.nll_loss does not smooth; F.cross_entropy of the same logarithms does, if they are of probabilities."""
    o = options(x)
    labels = sevenths(x.movedim(1, -1))
    counted = (labels != 1).to(x.dtype)
    w = o["weight"][labels] * counted
    every = -(x * o["weight"].reshape(1, -1, *[1] * (x.dim() - 2))).sum(1) * counted / x.shape[1]
    numbers = 0.75 * F.nll_loss(x, labels, o["weight"], ignore_index=1, reduction="none") + 0.25 * every
    return numbers.sum() / w.sum() if reduction == REDUCTIONS[-1] else reduced(numbers, reduction)


for reduction in REDUCTIONS:
    x = torch.log_softmax(torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(1)), 1)
    theirs = F.cross_entropy(x, sevenths(x.movedim(1, -1)), reduction=reduction, **options(x))
    assert torch.allclose(smoothed_nll(x, reduction), theirs)
    shapes = [(2, 3, 2)], [(3, 4, 1)], [(2, 5, 3)]
    between(f"cross_entropy/all options, {reduction}",
            lambda x: F.cross_entropy(x, sevenths(x.movedim(1, -1)), reduction=reduction, **options(x)), *shapes)
    between(f"nll_loss/all options, {reduction}", lambda x: smoothed_nll(x, reduction), *shapes)
    between(f"cross_entropy of probabilities/all options, {reduction}",
            lambda x, t: F.cross_entropy(x, t, weight=options(x)["weight"], label_smoothing=0.25, reduction=reduction),
            [(2, 3, 2)] * 2, [(1, 4)] * 2)
    between(f"cross_entropy of probabilities/{reduction}", lambda x, t: F.cross_entropy(x, t, reduction=reduction),
            [(3, 4)] * 2, [(5,)] * 2)


def ctc_batch(x):
    """Targets (batch, longest) with equal neighbours, input lengths, target lengths; one of them is 0."""
    times, batch, classes = x.shape
    longest = (times + 1) // 2
    lengths = torch.tensor([times - n % 2 for n in range(batch)])
    counts = torch.tensor([(longest + n) % (longest + 1) // (n % 2 + 1) for n in range(batch)])
    targets = torch.tensor([[(i // 2 + n) % (classes - 1) + 1 for i in range(longest)] for n in range(batch)])
    return targets, lengths, counts


def ctc_by_recursion(x, reduction):
    """F.ctc_loss has no second derivative, and takes it for granted that x came from log_softmax."""
    targets, lengths, counts = ctc_batch(x)
    losses = []
    for n in range(x.shape[1]):
        said = [0]
        for label in targets[n, :counts[n]].tolist():
            said += [label, 0]
        alpha = {0: torch.zeros(())}  # state -> logarithm; what is not there cannot be reached
        for t in range(int(lengths[n])):
            following = {}
            for s, label in enumerate(said):
                skips = s >= 2 and label != 0 and label != said[s - 2]
                parts = [alpha[r] for r in ([s, s - 1] + [s - 2] * skips) if r in alpha]
                if parts:
                    following[s] = torch.logsumexp(torch.stack(parts), 0) + x[t, n, label]
            alpha = following
        ends = [alpha[s] for s in (len(said) - 1, len(said) - 2) if s in alpha]
        losses.append(-torch.logsumexp(torch.stack(ends), 0) if ends else 0 * x.sum())
    losses = torch.stack(losses)
    return reduced(losses / counts.clamp(min=1) if reduction == REDUCTIONS[-1] else losses, reduction)


def check_ctc(shape):
    """The recursion of log_softmax against PyTorch: the value and the gradient to the logits."""
    for reduction in REDUCTIONS:
        z = torch.randn(*shape, generator=torch.Generator().manual_seed(2)).requires_grad_()
        x = torch.log_softmax(z, -1)
        targets, lengths, counts = ctc_batch(x)
        theirs = F.ctc_loss(x, targets, lengths, counts, reduction=reduction, zero_infinity=True)
        ours = ctc_by_recursion(x, reduction)
        assert torch.allclose(theirs, ours, rtol=1e-13), (theirs, ours)
        for a, b in zip(*(torch.autograd.grad(f.sum(), z, retain_graph=True) for f in (theirs, ours))):
            assert torch.allclose(a, b, rtol=1e-12, atol=1e-15), (a, b)


ctc_shapes = (4, 2, 3), (5, 3, 3), (2, 2, 2), (6, 1, 4)
for shape in ctc_shapes:
    check_ctc(shape)
for reduction in REDUCTIONS:
    case(f"ctc_loss/{reduction}", lambda x: ctc_by_recursion(x, reduction), *([shape] for shape in ctc_shapes),
         low=-3, high=0)
case("ctc_loss/one list", lambda x: ctc_by_recursion(x, "none"), [(4, 3, 3)], low=-3, high=0)
