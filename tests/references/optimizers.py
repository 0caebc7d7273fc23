"""What PyTorch's optimizers make of two parameters in 30 steps, in double.

usage: python optimizers.py > tests/references/optimizers.csv

a has 7 elements, b has 3, both start at cos(k). The gradient of element k in step n is sin(1.3 n + 0.7 k) + 0.2 p; b has
none in steps 3, 6, 9, ... Each line is a case, what it shows and at which step, and ten numbers: a, then b.
In adam_changed the learning rate shrinks by a tenth after every step, and beta1 is 0.8 from step 16 on.
"""
import torch

torch.set_default_dtype(torch.float64)
sizes = {"a": 7, "b": 3}


def change(group):
    group["lr"] *= 0.9


def run(case, make, names, changed=False):
    parameters = {name: torch.cos(torch.arange(size)).requires_grad_() for name, size in sizes.items()}
    optimizer = make(list(parameters.values()))
    for n in range(1, 31):
        if changed and n == 16:
            optimizer.param_groups[0]["betas"] = (0.8, optimizer.param_groups[0]["betas"][1])
        for name, p in parameters.items():
            slope = torch.sin(1.3 * n + 0.7 * torch.arange(sizes[name])) + 0.2 * p.detach()
            p.grad = None if name == "b" and n % 3 == 0 else slope
        optimizer.step()
        if changed:
            change(optimizer.param_groups[0])
        if n in (1, 2, 16, 30):
            show(case, "value", n, parameters.values())
    for ours, theirs in names.items():
        show(case, ours, 30, [optimizer.state[p][theirs] for p in parameters.values()])


def show(case, what, n, tensors):
    numbers = [value for tensor in tensors for value in tensor.tolist()]
    print(case, what, n, *(f"{value:.17g}" for value in numbers), sep=",")


optim = torch.optim
adam = {"momentum": "exp_avg", "variance": "exp_avg_sq"}
run("adam", lambda p: optim.Adam(p, lr=0.02), adam)
run("adam_changed", lambda p: optim.Adam(p, lr=0.05), adam, changed=True)
run("adam_decay", lambda p: optim.Adam(p, lr=0.02, weight_decay=0.1), adam)
run("adamw", lambda p: optim.AdamW(p, lr=0.02), adam)
run("sgd", lambda p: optim.SGD(p, lr=0.05, weight_decay=0.1), {})
run("sgd_momentum", lambda p: optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1), {"momentum": "momentum_buffer"})
run("sgd_nesterov", lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True), {"momentum": "momentum_buffer"})
run("rmsprop", lambda p: optim.RMSprop(p, lr=0.01), {"variance": "square_avg"})
run("rmsprop_all", lambda p: optim.RMSprop(p, lr=0.01, alpha=0.9, weight_decay=0.1, momentum=0.8, centered=True),
    {"variance": "square_avg", "mean": "grad_avg", "momentum": "momentum_buffer"})
run("adagrad", lambda p: optim.Adagrad(p, lr=0.1), {"sum": "sum"})
run("adagrad_all", lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.3),
    {"sum": "sum"})
