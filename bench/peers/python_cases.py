#!/usr/bin/env python3
"""Cases a, b and g in PyTorch eager, torch.compile and JAX jit: those that are installed.

usage: python_cases.py [--filter REGEX] [--threads 1,2] [--seconds S] [--json FILE]
Each framework and number of threads runs in a process of its own. Medians, in microseconds a step.
"""
import argparse
import importlib.util
import json
import os
import re
import statistics
import subprocess
import sys
import time

FRAMEWORKS = ["pytorch", "pytorch_compile", "jax"]
CASES = ["a", "b", "g"]


def median_us(step, seconds):
    for _ in range(5):
        step()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 10:
        begin = time.perf_counter()
        step()
        times.append((time.perf_counter() - begin) * 1e6)
    return statistics.median(times)


def torch_network(torch, case):
    nn = torch.nn
    if case == "a":
        net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
        x, y = torch.rand(32, 8) * 2 - 1, (torch.arange(32) % 2).float().view(32, 1)
        return net, lambda net: nn.functional.binary_cross_entropy(net(x), y)
    net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    x, labels = torch.rand(128, 784) * 2 - 1, torch.arange(128) % 10
    return net, lambda net: nn.functional.cross_entropy(net(x), labels)


def torch_step(case, compiled):
    import torch

    torch.manual_seed(1)
    if case == "g":
        x, a, b = (((torch.rand(1000000) * 2 - 1) * k).requires_grad_() for k in (3, 1, 1))
        value = lambda x, a, b: (torch.sigmoid(a * x + b) * torch.tanh(x) + torch.exp(-x * x)).sum()
        value = torch.compile(value) if compiled else value
        return lambda: torch.autograd.grad(value(x, a, b), (x, a, b))
    net, loss = torch_network(torch, case)
    adam = torch.optim.Adam(net.parameters(), 1e-3)
    loss = torch.compile(loss) if compiled else loss

    def step():
        adam.zero_grad()
        loss(net).backward()
        adam.step()

    return step


def jax_loss(jax, case, random):
    jnp = jax.numpy
    if case == "a":
        sizes, x = [8, 16, 1], random.uniform(-1, 1, (32, 8)).astype("float32")
        y = (jnp.arange(32) % 2).astype("float32")[:, None]
        last = lambda z: jnp.mean(jax.nn.softplus(z) - z * y)
    else:
        sizes, x = [784, 512, 512, 10], random.uniform(-1, 1, (128, 784)).astype("float32")
        labels = jnp.arange(128) % 10
        last = lambda z: -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), labels[:, None], 1))

    def loss(parameters):
        h = x
        for i, (w, b) in enumerate(parameters):
            h = h @ w + b
            h = jax.nn.relu(h) if i + 1 < len(parameters) else h
        return last(h)

    weights = [(random.uniform(-0.05, 0.05, (m, n)).astype("float32"), jnp.zeros(n, "float32"))
               for m, n in zip(sizes, sizes[1:])]
    return loss, jax.tree_util.tree_map(jnp.asarray, weights)


def jax_step(case):
    import jax
    import numpy

    jnp, random = jax.numpy, numpy.random.default_rng(7)
    if case == "g":
        x, a, b = (jnp.asarray(random.uniform(-k, k, 1000000).astype("float32")) for k in (3, 1, 1))
        value = lambda x, a, b: (jax.nn.sigmoid(a * x + b) * jnp.tanh(x) + jnp.exp(-x * x)).sum()
        gradient = jax.jit(jax.value_and_grad(value, (0, 1, 2)))
        return lambda: jax.block_until_ready(gradient(x, a, b))
    loss, p = jax_loss(jax, case, random)
    tree_map = jax.tree_util.tree_map

    def adam(p, m, v, t):
        g = jax.grad(loss)(p)
        m = tree_map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = tree_map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        rate, correction = 1e-3 / (1 - 0.9**t), 1 / (1 - 0.999**t)
        p = tree_map(lambda p, m, v: p - rate * m / (jnp.sqrt(v * correction) + 1e-8), p, m, v)
        return p, m, v, t + 1

    step = jax.jit(adam, donate_argnums=(0, 1, 2))
    state = [p, tree_map(jnp.zeros_like, p), tree_map(jnp.zeros_like, p), jnp.float32(1)]

    def run():
        state[:] = step(*state)
        jax.block_until_ready(state)

    return run


def run_one(framework, case, threads, seconds):
    """In a process of its own: prints one number."""
    if framework == "jax":
        step = jax_step(case)
    else:
        import torch

        torch.set_num_threads(threads)
        step = torch_step(case, framework == "pytorch_compile")
    print(median_us(step, seconds))


def measured(framework, case, threads, seconds):
    if importlib.util.find_spec("jax" if framework == "jax" else "torch") is None:
        return None
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), JAX_PLATFORMS="cpu")
    command = [sys.executable, __file__, "--one", framework, case, str(threads), str(seconds)]
    if threads < os.cpu_count():  # XLA's pool has as many threads as the process may use cores
        keep = sorted(os.sched_getaffinity(0))[:threads]
        command = ["taskset", "-c", ",".join(map(str, keep))] + command
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(f"{framework} {case}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return float(done.stdout.split()[-1])


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--filter", default=".*")
    arguments.add_argument("--threads", default="1")
    arguments.add_argument("--seconds", type=float, default=1)
    arguments.add_argument("--json")
    arguments.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.one:
        framework, case, threads, seconds = options.one
        return run_one(framework, case, int(threads), float(seconds))
    print(f"{'case':10} {'threads':>7}" + "".join(f"{f:>17}" for f in FRAMEWORKS) + "  us, medians")
    results = []
    for threads in map(int, options.threads.split(",")):
        for case in filter(lambda case: re.fullmatch(options.filter, case), CASES):
            row = {f: measured(f, case, threads, options.seconds) for f in FRAMEWORKS}
            results.append({"case": case, "threads": threads, "unit": "us", **row})
            cells = "".join(f"{'-' if t is None else format(t, '.1f'):>17}" for t in row.values())
            print(f"{case:10} {threads:7}" + cells, flush=True)
    if options.json:
        with open(options.json + ".part", "w") as out:
            json.dump(results, out, indent=2)
        os.replace(options.json + ".part", options.json)


if __name__ == "__main__":
    main()
