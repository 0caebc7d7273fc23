// Lesson 3: a dense layer and its three gradients, with loops and with the library.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

using namespace tapegrad;

constexpr std::size_t rows = 4, in = 3, out = 2;

// y = x w + b
void forward(const double* x, const double* w, const double* b, double* y) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t j = 0; j < out; ++j) {
      y[r * out + j] = b[j];
      for (std::size_t i = 0; i < in; ++i) y[r * out + j] += x[r * in + i] * w[i * out + j];
    }
  }
}

// Each product x w sends dy w to x and x dy to w; each sum + b sends dy to b.
void backward(const double* x, const double* w, const double* dy, double* dx, double* dw, double* db) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t j = 0; j < out; ++j) {
      db[j] += dy[r * out + j];
      for (std::size_t i = 0; i < in; ++i) {
        dx[r * in + i] += dy[r * out + j] * w[i * out + j];
        dw[i * out + j] += x[r * in + i] * dy[r * out + j];
      }
    }
  }
}

void print(const char* name, const double* numbers, std::size_t count) {
  std::printf("%s", name);
  for (std::size_t i = 0; i < count; ++i) std::printf(" %7.3f", numbers[i]);
  std::printf("\n");
}

double largest_difference(const double* a, const Tensor<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < b.size(); ++i) largest = std::max(largest, std::abs(a[i] - b.data()[i]));
  return largest;
}

int main() {
  nn::Random random(3);
  nn::BasicDense<double> layer(in, out, {}, random);
  auto x = variable(Tensor<double>(xt::xarray<double>{{1., 2., 3.}, {-1., 0., 2.}, {0., 1., 1.}, {2., 2., -2.}}), "x");

  Tape tape;
  const Tensor<double> y = layer(x);
  const Gradients g = tape.backward(sum(y * y));  // d sum(y^2) / dy = 2 y
  const Tensor<double>&w = layer.weight, &b = layer.bias;

  double own[rows * out], dy[rows * out], dx[rows * in] = {}, dw[in * out] = {}, db[out] = {};
  forward(x.data(), w.data(), b.data(), own);
  for (std::size_t i = 0; i < rows * out; ++i) dy[i] = 2 * own[i];
  backward(x.data(), w.data(), dy, dx, dw, db);

  const double worst = std::max({largest_difference(own, y), largest_difference(dx, g[x]),
                                 largest_difference(dw, g[w]), largest_difference(db, g[b])});
  print("dw, loops  ", dw, in * out);
  print("dw, library", g[w].data(), in * out);
  print("db, loops  ", db, out);
  print("db, library", g[b].data(), out);
  std::printf("loops and library differ by less than 1e-12: %s\n", worst < 1e-12 ? "yes" : "no");
  return worst < 1e-12 ? 0 : 1;
}
