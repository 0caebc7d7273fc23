#include <doctest/doctest.h>

#include "tapegrad/autodiff.h"

using namespace tapegrad;

namespace {

void check(const Tensor<double>& x, const Shape& shape, const std::vector<double>& elements) {
  CHECK(x.shape() == shape);
  REQUIRE(x.size() == elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) CHECK(x.data()[i] == elements[i]);
}

}  // namespace

TEST_CASE("views take new axes, ellipses, chosen places and ranges that end outside") {
  using namespace xt::placeholders;
  const Tensor<double> x{{1, 2, 3}, {4, 5, 6}}, deep = reshape(arange(24), {2, 3, 4});
  check(view(x, xt::newaxis(), 1), {1, 3}, {4, 5, 6});
  check(view(x, 1, xt::newaxis(), xt::all(), xt::newaxis()), {1, 3, 1}, {4, 5, 6});
  check(view(x, xt::ellipsis(), 0), {2}, {1, 4});
  check(view(deep, 1, xt::ellipsis(), xt::range(0, 2)), {3, 2}, {12, 13, 16, 17, 20, 21});
  check(view(deep, xt::ellipsis()), {2, 3, 4}, std::vector<double>(deep.data(), deep.data() + 24));
  check(view(x, xt::ellipsis(), 0, -1), {}, {3});  // stands for no axis
  check(view(x, xt::all(), xt::keep(2, 0)), {2, 2}, {3, 1, 6, 4});
  check(view(x, xt::all(), xt::keep(0, 0, -1)), {2, 3}, {1, 1, 3, 4, 4, 6});
  check(view(x, xt::keep(1), xt::drop(1)), {1, 2}, {4, 6});
  check(view(deep, 0, xt::keep(2, 0), xt::keep(3)), {2, 1}, {11, 3});
  check(view(x, xt::newaxis(), xt::keep(1), xt::newaxis(), 0), {1, 1, 1}, {4});
  check(view(x, xt::range(0, 9), xt::range(-2, 9)), {2, 2}, {2, 3, 5, 6});  // cut, as in NumPy
  check(view(x, xt::range(5, 9)), {0, 3}, {});
  check(view(x, 0, xt::range(_, _, -1)), {3}, {3, 2, 1});
  CHECK_THROWS_WITH_AS(view(x, 0, xt::keep(3)), "view: place 3 is outside axis 0 of shape (3,)", ShapeError);
  CHECK_THROWS_WITH_AS(view(x, 0, 0, 0), "view: 3 slices for a tensor of shape (2, 3)", ShapeError);
  CHECK_THROWS_WITH_AS(view(x, 2), "slice: places 2 to 2 are outside axis 0 of shape (2, 3)", ShapeError);
}

TEST_CASE("gradients flow through every kind of view") {
  const auto f = [](const auto& x) {
    return sum(square(view(x, xt::newaxis(), xt::keep(2, 0, 0), xt::ellipsis(), xt::drop(1))));
  };
  const Tensor<double> x = variable(xt::xarray<double>{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  CHECK(gradcheck(f, {x}, {.order = 2}).passed());
}
