#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tapegrad/autodiff.h"

using namespace tapegrad;

namespace {

void check(const Tensor<double>& x, const Shape& shape, const std::vector<double>& elements) {
  CHECK(x.shape() == shape);
  REQUIRE(x.size() == elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) CHECK(x.data()[i] == elements[i]);
}

// f(the number, or a placeholder).
template <class F>
void with_limit(const std::string& word, F f) {
  if (word == "_") f(xt::placeholders::xtuph());
  else f(std::stol(word));
}

}  // namespace

TEST_CASE("ranges take the places that Python's slices take") {
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/slices.txt");
  std::size_t slices = 0;
  for (std::string line; std::getline(file, line); ++slices) {
    INFO(line);
    std::istringstream words(line);
    std::size_t length;
    std::string start, stop, step, colon;
    words >> length >> start >> stop >> step >> colon;
    std::vector<double> places;
    for (double place; words >> place;) places.push_back(place);
    const Tensor<double> x = reshape(arange(double(length)), {length});
    with_limit(start, [&](auto from) {
      with_limit(stop, [&](auto to) {
        if (step == "_") check(view(x, xt::range(from, to)), {places.size()}, places);
        else check(view(x, xt::range(from, to, std::stol(step))), {places.size()}, places);
      });
    });
  }
  CHECK(slices == 2100);
}

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
  CHECK_THROWS_WITH_AS(view(x, xt::range(0, 2, 0)),
                       "view: a range of step 0 goes nowhere. Use 1, or -1 to go back", ShapeError);
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
