# Writes batch_norm.txt, PyTorch's numbers for tests/nn/layers/batch_norm_test.cpp: python3 batch_norm.py > batch_norm.txt
# Batches are torch.sin of counted numbers, (rows, length, features) with the features last.
import torch

torch.set_default_dtype(torch.float64)


def numbers(shape, start, step):
    count = torch.Size(shape).numel()
    return torch.sin(start + step * torch.arange(count)).reshape(shape)


def show(name, x):
    print(name, *(f"{v:.17g}" for v in x.detach().flatten().tolist()))


layer = torch.nn.BatchNorm1d(3, eps=1e-3, momentum=0.2)
with torch.no_grad():
    layer.weight.copy_(numbers((3,), 1, 0.7) + 1.5)
    layer.bias.copy_(numbers((3,), 2, 0.9))

for number in range(3):
    x = (numbers((4, 5, 3), number, 1.7) * (1 + number)).requires_grad_()
    y = layer(x.transpose(1, 2)).transpose(1, 2)  # PyTorch has the features second
    layer.zero_grad()
    (y * numbers((4, 5, 3), 3 + number, 2.3)).sum().backward()
    show(f"y{number}", y)
    show(f"dx{number}", x.grad)
    show(f"dweight{number}", layer.weight.grad)
    show(f"dbias{number}", layer.bias.grad)
show("running_mean", layer.running_mean)
show("running_variance", layer.running_var)
layer.eval()
x = numbers((4, 3), 5, 1.3).requires_grad_()
y = layer(x)
layer.zero_grad()
(y * numbers((4, 3), 6, 2.9)).sum().backward()
show("inference", y)
show("inference_dx", x.grad)
show("inference_dweight", layer.weight.grad)
