"""The share of a gamma distribution below x, its density, and the derivatives of the share for the concentration over
the density, in 40 digits: writes gamma_quantile.txt. Needs mpmath."""
import pathlib

import mpmath

mpmath.mp.dps = 60


def share(a, x):
    return mpmath.gammainc(a, 0, x, regularized=True)


lines = ["# concentration x share density, derivatives 1 to 3 of the share for the concentration over the density"]
for a in "0.02 0.3 0.5 1 2.5 9 9.99 10 30 1000 20000".split():
    a = mpmath.mpf(float(a))
    for part in "0.0001 0.02 0.3 0.6 0.97 1 1.02 1.5 4".split():
        x = mpmath.mpf(float(a * mpmath.mpf(part) if a < 20 else a + (mpmath.mpf(part) - 1) * 2 * mpmath.sqrt(a)))
        if x <= 0:
            continue
        below = share(a, x)
        density = mpmath.exp((a - 1) * mpmath.log(x) - x - mpmath.loggamma(a))
        derivatives = [mpmath.diff(lambda b: share(b, x), a, n, h=a * mpmath.mpf(10) ** -14) / density for n in (1, 2, 3)]
        lines.append(" ".join(mpmath.nstr(v, 20) for v in (a, x, below, density, *derivatives)))
(pathlib.Path(__file__).parent / "gamma_quantile.txt").write_text("\n".join(lines) + "\n")
