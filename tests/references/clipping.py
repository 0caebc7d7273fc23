"""Gradients clipped by PyTorch's clip_grad_norm_ and Keras' clip_by_global_norm, in double.

usage: KERAS_BACKEND=jax JAX_ENABLE_X64=1 python clipping.py > clipping.txt

Two gradients, of 3 and 2 elements. Each line: library, max_norm, order, the five elements before, the norm that PyTorch
returns (Keras none: "nan"), the five elements after. PyTorch divides by the norm plus 1e-6.
"""
import numpy as np
import torch
from keras.src.optimizers.base_optimizer import clip_by_global_norm

inf, nan = np.inf, np.nan
cases = [([3, -4, 0, 12, 0], 1, 2), ([3, -4, 0, 12, 0], 20, 2), ([3, -4, 0, 12, 0], 5, 1), ([3, -4, 0, 12, 0], 5, 3),
         ([3, -4, 0, 12, 0], 5, inf), ([0] * 5, 1, 2), ([1, inf, 2, 3, 4], 1, 2), ([1, nan, 2, 3, 4], 1, 2),
         ([1, -inf, nan, 3, 4], 1, 2), ([1e300, 1e300, 0, 1e300, 0], 1, 2), ([3, -4, 0, 12, 0], inf, 2)]
for numbers, max_norm, order in cases:
    rows = []
    parts = [torch.tensor(numbers[:3], dtype=torch.float64), torch.tensor(numbers[3:], dtype=torch.float64)]
    variables = [torch.zeros_like(part).requires_grad_() for part in parts]
    for variable, part in zip(variables, parts):
        variable.grad = part.clone()
    norm = torch.nn.utils.clip_grad_norm_(variables, max_norm, norm_type=order).item()
    rows.append(("torch", norm, [v for variable in variables for v in variable.grad.tolist()]))
    if order == 2:
        clipped = clip_by_global_norm([np.array(part) for part in parts], max_norm)
        rows.append(("keras", nan, [float(v) for part in clipped for v in part]))
    for library, norm, after in rows:
        print(library, *(f"{float(v):.17g}" for v in [max_norm, order, *numbers, norm, *after]))
