import torch

from reference import case, pair, zeros

pair("pow", torch.pow, low=0.3)
exponents = torch.tensor([2.0, 3.0, -1.0, 0.0])
case("pow/whole exponents", lambda x: torch.pow(x, exponents), [(3, 4)], margin=0.3)
case("power/3", lambda x: x**3, [(2, 9)], [()], [zeros])
case("power/2", lambda x: x**2, [(2, 9)], [zeros])
case("power/1", lambda x: x**1, [(5,)], [zeros])
case("power/0", lambda x: x**0, [(5,)], [zeros])
case("power/-1", lambda x: x**-1, [(5,)], margin=0.3)
case("power/0.5", lambda x: x**0.5, [(2, 9)], low=0.3)
case("power/2.5", lambda x: x**2.5, [(5,)], low=0.3)
