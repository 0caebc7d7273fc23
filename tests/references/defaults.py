"""The defaults of Keras and PyTorch that docs/defaults.md shows beside ours.

usage: KERAS_BACKEND=jax python defaults.py > defaults.txt

Each line: who has it, and what it is. None is "none", a function is its name.
"""
import inspect

import keras
import torch


def shown(value):
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return repr(float(value)) if isinstance(value, (int, float)) else str(value)


def show(name, owner, *options):
    known = inspect.signature(owner).parameters
    for option in options:
        value = known[option].default
        if value is inspect.Parameter.empty:
            print(f"{name}.{option} required")
        elif isinstance(value, tuple):
            for i, each in enumerate(value):
                print(f"{name}.{option}[{i}] {shown(each)}")
        else:
            print(f"{name}.{option} {shown(value)}")


print("keras", keras.__version__)
print("torch", torch.__version__.split("+")[0])
show("torch.optim.SGD", torch.optim.SGD, "lr", "momentum", "nesterov", "weight_decay")
for optimizer in (torch.optim.Adam, torch.optim.AdamW):
    show(f"torch.optim.{optimizer.__name__}", optimizer, "lr", "betas", "eps", "weight_decay")
show("torch.optim.RMSprop", torch.optim.RMSprop, "lr", "alpha", "eps", "weight_decay", "momentum", "centered")
show("torch.optim.Adagrad", torch.optim.Adagrad, "lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")
show("torch.nn.utils.clip_grad_norm_", torch.nn.utils.clip_grad_norm_, "norm_type", "error_if_nonfinite")
show("keras.Model.compile", keras.Model.compile, "optimizer", "loss_weights", "metrics")
show("keras.optimizers.RMSprop", keras.optimizers.RMSprop, "learning_rate", "rho", "epsilon", "momentum", "centered",
     "weight_decay", "clipnorm", "clipvalue", "global_clipnorm")
show("keras.Model.fit", keras.Model.fit, "epochs", "batch_size", "shuffle", "validation_split", "validation_data",
     "verbose")
show("keras.Model.evaluate", keras.Model.evaluate, "batch_size")
layers, starts = keras.layers, keras.initializers
show("keras.layers.Dense", layers.Dense, "activation", "kernel_initializer", "use_bias", "bias_initializer")
show("keras.layers.BatchNormalization", layers.BatchNormalization, "momentum", "epsilon", "axis")
for layer in layers.Conv2D, layers.Conv2DTranspose:
    show(f"keras.layers.{layer.__name__}", layer, "activation", "kernel_initializer", "use_bias", "bias_initializer",
         "padding")
show("keras.layers.Dropout", layers.Dropout, "rate")
show("keras.layers.LeakyReLU", layers.LeakyReLU, "negative_slope")
show("keras.layers.ELU", layers.ELU, "alpha")
show("keras.activations.leaky_relu", keras.activations.leaky_relu, "negative_slope")
show("keras.activations.elu", keras.activations.elu, "alpha")
show("keras.activations.celu", keras.activations.celu, "alpha")
show("keras.initializers.VarianceScaling", starts.VarianceScaling, "scale", "mode", "distribution")
for start in (starts.GlorotNormal, starts.HeNormal, starts.LecunNormal, starts.GlorotUniform):
    print(f"keras.initializers.{start.__name__}.distribution {start().distribution}")
show("keras.initializers.Orthogonal", starts.Orthogonal, "gain")
show("keras.metrics.BinaryAccuracy", keras.metrics.BinaryAccuracy, "threshold")
# What fit makes of batch_size=None: rows by batches. And how many of 100 rows it trains on beside validation data.
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(loss="mse")
batches = []


class Seen(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        batches.append(batch)


def batches_of_fit(rows, **options):
    batches.clear()
    x = keras.ops.ones((rows, 1))
    model.fit(x, x, verbose=0, callbacks=[Seen()], **options)
    return len(batches)


few = keras.ops.ones((3, 1))
print("keras.Model.fit.batch_size_of_none", shown(1024 / batches_of_fit(1024)))
print("keras.Model.fit.rows_of_100_with_split", shown(batches_of_fit(100, batch_size=1, validation_split=0.3)))
print("keras.Model.fit.rows_of_100_with_split_and_data",
      shown(batches_of_fit(100, batch_size=1, validation_split=0.3, validation_data=(few, few))))
