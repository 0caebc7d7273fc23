// The seed network's training step written by hand: no tape, no tensors, all loops of fixed size.
#pragma once

namespace floors {

/// 8-16 relu-1 sigmoid, binary cross-entropy, Adam 1e-3; parameters w1 (8, 16), b1, w2 (16), b2 in one block of 161.
struct SeedNetwork {
  alignas(64) float p[176] = {}, g[176] = {}, m[176] = {}, v[176] = {};
  float beta1_power = 1, beta2_power = 1;
  /// One step on `batch` rows, at most 32; returns the loss.
  float step(const float* x, const float* y, int batch);
};

}  // namespace floors
