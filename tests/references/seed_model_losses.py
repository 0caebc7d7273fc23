"""Losses of the seed network (8-16-1, relu, sigmoid, binary cross-entropy) over 100 steps in PyTorch.

usage: python seed_model_losses.py examples/data/pima/pima.csv > tests/references/seed_model_losses.csv

The first 614 rows, standardized in double by their mean and population deviation, in batches of 32 consecutive rows
(the last of 6), again from the start after each epoch. First weights are 0.3 sin(1 + 1.7 k) and 0.3 sin(2 + 2.3 k),
row-major in (inputs, outputs); biases are zero. One thread, float32.
"""
import sys

import numpy as np
import torch

torch.set_num_threads(1)
table = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)[:614]
features, targets = table[:, :8], table[:, 8:]
features = (features - features.mean(0)) / features.std(0)
x = torch.tensor(features, dtype=torch.float32)
y = torch.tensor(targets, dtype=torch.float32)


def losses(make_optimizer):
    w1 = torch.tensor(0.3 * np.sin(1.0 + 1.7 * np.arange(128)), dtype=torch.float32).reshape(8, 16).requires_grad_()
    w2 = torch.tensor(0.3 * np.sin(2.0 + 2.3 * np.arange(16)), dtype=torch.float32).reshape(16, 1).requires_grad_()
    b1, b2 = torch.zeros(16, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = make_optimizer([w1, b1, w2, b2])
    result = []
    for step in range(100):
        begin = step % 20 * 32
        p = torch.sigmoid(torch.relu(x[begin : begin + 32] @ w1 + b1) @ w2 + b2)
        loss = torch.nn.functional.binary_cross_entropy(p, y[begin : begin + 32])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        result.append(loss.item())
    return result


adam = losses(lambda p: torch.optim.Adam(p, lr=1e-3))
sgd = losses(lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True))
adamw = losses(lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.1))
print("step,adam,sgd_nesterov,adamw")
for step, row in enumerate(zip(adam, sgd, adamw)):
    print(step, *(f"{value:.9g}" for value in row), sep=",")
