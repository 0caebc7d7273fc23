"""What Keras' "accuracy" and its kin give.

usage: KERAS_BACKEND=jax python accuracies.py > accuracies.txt

Scores (rows, classes) are sin(0.3 + 1.7 k) row-major, the label of row i is 3 i modulo classes. "one_hot" and "soft" are
targets (rows, classes), the second softmax(2 one_hot + cos k); "binary" predicts (1 + sin(0.3 + 1.7 i)) / 2 with targets
(3 i) modulo 2, "binary_logits" sin(0.3 + 1.7 i) with threshold 0. Each line: the case, rows, classes, the accuracy.
"""
import keras
import numpy as np
from keras.src.trainers.compile_utils import get_metric


def accuracy(targets, prediction):
    return float(get_metric("accuracy", targets, prediction)(targets, prediction))


for rows, classes in ((12, 4), (7, 2), (40, 3), (1, 5)):
    k = np.arange(rows * classes).reshape(rows, classes)
    scores, labels = np.sin(0.3 + 1.7 * k), 3 * np.arange(rows) % classes
    one_hot = np.eye(classes)[labels]
    soft = np.exp(2 * one_hot + np.cos(k))
    soft /= soft.sum(-1, keepdims=True)
    i = np.arange(rows).reshape(rows, 1)
    share, sign = (1 + np.sin(0.3 + 1.7 * i)) / 2, 3 * i % 2
    for name, value in (
            ("one_hot", accuracy(one_hot, scores)),
            ("soft", accuracy(soft, scores)),
            ("labels", accuracy(labels, scores)),
            ("column", accuracy(labels.reshape(rows, 1), scores)),
            ("binary", accuracy(sign, share)),
            ("binary_logits", float(keras.metrics.BinaryAccuracy(threshold=0.0)(sign, 2 * share - 1))),
            ("several", float(keras.metrics.BinaryAccuracy()(one_hot, (1 + scores) / 2)))):
        print(name, rows, classes, f"{value:.9g}")
