import torch

from reference import between, case

far = torch.tensor([[1000.0], [-1000.0], [500.0]]) + torch.tensor([0.0, 0.5, -1.0, 1.5, 2.0])  # exp overflows
for name, f in ("softmax", torch.softmax), ("log_softmax", torch.log_softmax):
    between(name + "/rows", lambda x: f(x, -1), [(3, 5)], [(2, 1, 11)], [(4,)])
    between(name + "/axis 0", lambda x: f(x, 0), [(5, 3)], [(4,)], [(2, 3, 2)], [(3, 19)])
    between(name + "/axis -2", lambda x: f(x, -2), [(5, 3)], [(2, 3, 2)], [(3, 1)])
    case(name + "/rows", lambda x: f(x, -1), [far])
    case(name + "/axis 0", lambda x: f(x, 0), [far.T])
three, many, few = [(2, 3, 4)], [(3, 19)], [(2, 3, 2)]
between("logsumexp/all", lambda x: torch.logsumexp(x, tuple(range(x.dim()))), three, many, few, [(4,)])
between("logsumexp/axis 0", lambda x: torch.logsumexp(x, 0), three, many, few)
between("logsumexp/axis -1", lambda x: torch.logsumexp(x, -1), three, many, few, [(5,)])
between("logsumexp/axis 1 kept", lambda x: torch.logsumexp(x, 1, keepdim=True), three, many, few)
between("logsumexp/axes 0 and 2", lambda x: torch.logsumexp(x, (0, 2)), three, few)
between("logsumexp/all kept", lambda x: torch.logsumexp(x, tuple(range(x.dim())), keepdim=True), three, few)
case("logsumexp/axis -1", lambda x: torch.logsumexp(x, -1), [far])
