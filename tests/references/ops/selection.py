import torch

from reference import case, pair

for op, f in ("maximum", torch.maximum), ("minimum", torch.minimum):
    pair(op, f)
    # Equal elements share the gradient half and half, in PyTorch too.
    case(op + "/pair", f, [(3, 4), (4,)], [(9,), ()], low=-1, high=1, decimals=0)

mask = torch.tensor([True, False, True])
case("where/mask", lambda a, b: torch.where(mask, a, b), [(2, 3), (2, 3)], [(4, 3), ()], [(3,), (2, 1)])
for word, f in ("a > b", torch.gt), ("a < b", torch.lt), ("a >= b", torch.ge), ("a <= b", torch.le):
    case("where/" + word, lambda a, b: torch.where(f(a, b), a * b, b - a * a), [(2, 3), (3,)])
    case("where/" + word, lambda a, b: torch.where(f(a, b), a * b, b - a * a), [(9,), (9,)], low=-1, high=1, decimals=0)
case("clip/both sides", lambda x: torch.clamp(x, -1, 1), [(3, 4)], [()])
case("clip/both sides", lambda x: torch.clamp(x, -1, 1), [(9,)], decimals=0)  # on the limits: 1, as ours
