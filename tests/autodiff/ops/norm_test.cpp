// norm at 0, at the ends of the numbers, and its errors; the rest is in its rows.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/transforms/transforms.h>

#include <cmath>
#include <limits>
#include <string>

using namespace tapegrad;

namespace {

template <Real T>
Tensor<T> gradient_of_norm(const Tensor<T>& x, NormOptions options) {
  return grad([options](const Tensor<T>& v) { return sum(norm(v, {-1}, options)); })(x);
}

}  // namespace

TEST_CASE("norm of zeros has derivatives 0, of any order") {
  for (const double order : {1., 1.5, 2., 3., std::numeric_limits<double>::infinity()}) {
    INFO("order ", order);
    const NormOptions options{.order = order};
    const Tensor<double> zero = Tensor<double>::full({2, 3}, 0), one = Tensor<double>::full({2, 3}, 1);
    const Tensor<double> gradient = gradient_of_norm(zero, options);
    auto of_rows = [&](const Tensor<double>& v) { return norm(v, {-1}, options); };
    const Tensor<double> tangent = jvp(of_rows, zero, one).second;
    const auto second = hessian([&](const Tensor<double>& v) { return sum(of_rows(v)); })(zero);
    for (std::size_t i = 0; i < gradient.size(); ++i) CHECK(gradient.data()[i] == 0);
    for (std::size_t i = 0; i < tangent.size(); ++i) CHECK(tangent.data()[i] == 0);
    for (std::size_t i = 0; i < second.size(); ++i) CHECK(second.data()[i] == 0);
  }
}

TEST_CASE_TEMPLATE("norm neither overflows nor vanishes", T, float, double) {
  using Limits = std::numeric_limits<T>;
  for (const T size : {Limits::max() / 8, Limits::min(), Limits::denorm_min() * 1024, T(1)}) {
    for (const double order : {2., 3.}) {
      INFO("size ", size, ", order ", order);
      const Tensor<T> x = xt::xarray<T>{3 * size, 4 * size, -size, 0};
      const double exact = order == 2 ? std::sqrt(26.) : std::cbrt(92.);
      const Tensor<T> y = norm(x, {}, {.order = order});
      CHECK(double(y.item()) / double(size) == doctest::Approx(exact).epsilon(size < Limits::min() ? 1e-3 : 1e-6));
      const Tensor<T> g = gradient_of_norm(x, {.order = order});
      for (std::size_t i = 0; i < 4; ++i) {
        const double part = double(x.data()[i]) / double(size) / exact;
        const double slope = std::copysign(std::pow(std::abs(part), order - 1), part);
        CHECK(double(g.data()[i]) == doctest::Approx(slope).epsilon(size < Limits::min() ? 1e-3 : 1e-5));
      }
    }
  }
}

TEST_CASE("norm of infinities, NaNs and nothing") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(norm(Tensor<double>(xt::xarray<double>{1, -infinity})).item() == infinity);
  CHECK(std::isnan(norm(Tensor<double>(xt::xarray<double>{1, std::nan("")})).item()));
  CHECK(norm(Tensor<double>::full({0}, 0)).item() == 0);
  const Tensor<double> rows = norm(Tensor<double>::full({2, 0}, 0), {1});
  CHECK(rows.shape() == Shape{2});
  CHECK(rows.data()[1] == 0);
  CHECK(norm(Tensor<double>::full({2, 3}, 2), {}, {.keepdims = true}).shape() == Shape{1, 1});
}

TEST_CASE("norm names what is wrong") {
  const Tensor<double> x = Tensor<double>::full({2, 0}, 1);
  auto message = [](auto call) {
    try {
      call();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message([&] { norm(x, {}, {.order = 0.5}); }).find("norm: the order is 0.5") == 0);
  CHECK(message([&] { norm(x, {2}); }).find("norm: axis 2 does not exist in shape (2, 0)") == 0);
  CHECK(message([&] { norm(x, {1, 1}); }).find("norm: axis 1 is given twice") == 0);
  CHECK(message([&] { norm(x, {1}, {.order = std::numeric_limits<double>::infinity()}); })
            .find("norm: shape (2, 0) has no elements, of which one were the largest") == 0);
}
