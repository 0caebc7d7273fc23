"""Gradients of a network for each sample by torch.func: vmap(grad(loss)), in double.

usage: python per_sample_gradients.py > per_sample_gradients.txt

The network has 3 inputs, 5 relus and 2 logits; the loss of a sample is the cross-entropy with its probabilities. Each
line: a name and the elements, row-major: weights and biases, inputs, probabilities, and the gradient by each of the
four for every sample. `hessian_vector` is, for each sample, the derivative of those gradients by the weights and biases
along themselves.
"""
import torch

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)
samples = 7
parameters = [torch.randn(3, 5), torch.randn(5), torch.randn(5, 2), torch.randn(2)]
names = ["w1", "b1", "w2", "b2"]
x = torch.randn(samples, 3)
t = torch.softmax(torch.randn(samples, 2), -1)


def loss(w1, b1, w2, b2, x, t):
    z = torch.relu(x @ w1 + b1) @ w2 + b2
    return -(t * torch.log_softmax(z, -1)).sum()


by_parameters = (0, 1, 2, 3)
gradients = torch.func.vmap(torch.func.grad(loss, by_parameters), in_dims=(None,) * 4 + (0, 0))(*parameters, x, t)


def along(x, t):
    return torch.func.jvp(lambda *p: torch.func.grad(loss, by_parameters)(*p, x, t), tuple(parameters),
                          tuple(parameters))[1]


products = torch.func.vmap(along)(x, t)


def show(name, values):
    print(name, *(f"{v:.17g}" for v in values.flatten().tolist()))


for name, value in zip(names, parameters):
    show(name, value)
show("x", x)
show("t", t)
for name, value in zip(names, gradients):
    show("gradient_" + name, value)
for name, value in zip(names, products):
    show("hessian_vector_" + name, value)
