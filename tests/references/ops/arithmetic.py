import torch

from reference import case, pair

pair("add", torch.add)
pair("subtract", torch.sub)
pair("multiply", torch.mul)
pair("divide", torch.div, low=0.3)
case("divide/of a number", lambda x: 1.5 / x, [(3, 4)], [()], margin=0.3)
case("shift/number", lambda x: 2 + x - 0.25, [(3, 4)], [()])
case("scale/number", lambda x: 3 * (x * -0.5), [(3, 4)], [()])
case("complement/number", lambda x: 1.5 - x, [(3, 4)], [()])
case("divide by number/number", lambda x: x / 3, [(3, 4)], [()])
