"""Binary cross-entropy of one logit, its value and derivative, as PyTorch, optax (JAX) and Keras compute them in double.

usage: KERAS_BACKEND=jax JAX_ENABLE_X64=1 python logits.py > logits.txt

Each line: the logit, the target, then value and derivative of each of the three, and those of 120 digits.
"""
import jax
import keras
import mpmath
import numpy as np
import optax
import torch

keras.config.set_floatx("float64")
mpmath.mp.dps = 120


def of_torch(x, t):
    z = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, torch.tensor(t, dtype=torch.float64))
    loss.backward()
    return [loss.item(), z.grad.item()]


def of_jax(f):
    return lambda x, t: [float(v) for v in jax.value_and_grad(f)(np.float64(x), np.float64(t))]


def exact(x, t):
    if np.isinf(x):  # the limit
        return [0.0 if t == (x > 0) else np.inf, float(x > 0) - t]
    z = mpmath.mpf(x)
    p = 1 / (1 + mpmath.exp(-z))
    return [float(mpmath.log(1 + mpmath.exp(-abs(z))) + (z * (1 - t) if z > 0 else -z * t)), float(p - t)]


peers = (of_torch, of_jax(optax.sigmoid_binary_cross_entropy),
         of_jax(lambda x, t: keras.losses.binary_crossentropy(t[None], x[None], from_logits=True)), exact)
for x in (-np.inf, -1e4, -100, -30, -2.5, -1e-3, 0, 1e-3, 2.5, 30, 100, 1e4, np.inf):
    for t in (0.0, 0.25, 1.0):
        print(x, t, *(f"{v:.17g}" for peer in peers for v in peer(float(x), t)))
