"""Adam on a parameter whose first gradient comes at step 10: PyTorch counts its own steps, Keras the optimizer's.

usage: KERAS_BACKEND=jax JAX_ENABLE_X64=1 python late_gradient.py > late_gradient.txt

a and b begin at 1; a has the gradient 0.5 in every step, b from step 10 on. Rate 0.1, epsilon 1e-8, in double. Each line:
library, step, a, b.
"""
import keras
import numpy as np
import torch

a, b = (torch.ones((), dtype=torch.float64, requires_grad=True) for _ in range(2))
ours = torch.optim.Adam([a, b], lr=0.1)
x, y = (keras.Variable(np.float64(1), dtype="float64") for _ in range(2))
theirs = keras.optimizers.Adam(0.1, epsilon=1e-8)
theirs.build([x, y])
slope = np.float64(0.5)
for step in range(1, 13):
    a.grad = torch.tensor(slope)
    b.grad = torch.tensor(slope) if step >= 10 else None
    ours.step()
    theirs.apply_gradients([(slope, x), (slope if step >= 10 else None, y)])
    if step in (1, 9, 10, 11, 12):
        print("torch", step, f"{a.item():.17g} {b.item():.17g}")
        print("keras", step, f"{float(x):.17g} {float(y):.17g}")
