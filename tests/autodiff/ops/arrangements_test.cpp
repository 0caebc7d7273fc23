// What the rows of shapes and arrangements do not say: how parts are cut, and every error.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/inspect/print.h>

#include <cmath>
#include <limits>

using namespace tapegrad;
using doctest::Contains;

namespace {

Tensor<double> counted(const Shape& shape) { return reshape(arange(double(shape.size())), shape); }

std::vector<double> numbers(const Tensor<double>& x) { return {x.data(), x.data() + x.size()}; }

std::vector<std::vector<double>> numbers(const std::vector<Tensor<double>>& parts) {
  std::vector<std::vector<double>> all;
  for (const Tensor<double>& part : parts) all.push_back(numbers(part));
  return all;
}

using Parts = std::vector<std::vector<double>>;

template <class F>
void fails(const F& call, const char* words) {
  CHECK_THROWS_WITH_AS(call(), Contains(words), ShapeError);
}

}  // namespace

TEST_CASE("tensors are split as NumPy splits them, and chunked as PyTorch does") {
  const auto x = counted({5});
  CHECK(numbers(split(counted({4}), 2)) == Parts{{0, 1}, {2, 3}});
  CHECK(numbers(split(x, {2, 4})) == Parts{{0, 1}, {2, 3}, {4}});
  CHECK(numbers(split(x, {2})) == Parts{{0, 1}, {2, 3, 4}});  // one place, where split(x, 2) is two parts
  CHECK(numbers(split(x, {3, 1, 9})) == Parts{{0, 1, 2}, {}, {1, 2, 3, 4}, {}});
  CHECK(numbers(split(x, {-2})) == Parts{{0, 1, 2}, {3, 4}});
  CHECK(numbers(split(x, std::vector<long>())) == Parts{{0, 1, 2, 3, 4}});
  CHECK(numbers(chunk(x, 2)) == Parts{{0, 1, 2}, {3, 4}});
  CHECK(numbers(chunk(x, 4)) == Parts{{0, 1}, {2, 3}, {4}});  // of PyTorch too
  CHECK(numbers(chunk(x, 9)) == Parts{{0}, {1}, {2}, {3}, {4}});
  CHECK(numbers(chunk(counted({0}), 3)) == Parts{{}});
  CHECK(split(x, 5)[3].data() == x.data() + 3);
}

TEST_CASE("what only changes the shape shares the array, and is one entry") {
  const auto x = variable(counted({1, 3}));
  Tape tape;
  CHECK(squeeze(x, 0).data() == x.data());
  CHECK(expand_dims(x, {0, 2, -1}).shape() == Shape{1, 1, 1, 3, 1}) ;
  CHECK(squeeze(counted({1, 1})).shape() == Shape{});
  CHECK(tape.entries().size() == 3);  // with the variable's
  stack(std::vector(100, x), 1);
  CHECK(tape.entries().size() == 4);
}

TEST_CASE("rolling and padding what is empty or of length 1") {
  CHECK(numbers(roll(counted({1}), 5, 0)) == std::vector<double>{0});
  CHECK(roll(counted({0, 2}), 1, 0).shape() == Shape{0, 2});
  CHECK(numbers(roll(counted({4}), 5, 0)) == std::vector<double>{3, 0, 1, 2});
  CHECK(numbers(pad(counted({0}), 1, {.value = 7})) == std::vector<double>{7, 7});
  CHECK(numbers(pad(counted({1}), {2, 1}, {.mode = PadMode::reflect})) == std::vector<double>{0, 0, 0, 0});
  CHECK(numbers(pad(counted({2}), {3, 4}, {.mode = PadMode::reflect})) ==
        std::vector<double>{1, 0, 1, 0, 1, 0, 1, 0, 1});
  CHECK(numbers(pad(counted({3}), {4, 4}, {.mode = PadMode::wrap})) ==
        std::vector<double>{2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0});
  CHECK(pad(counted({0, 2}), {{0, 0}, {1, 0}}, {.mode = PadMode::edge}).shape() == Shape{0, 3});
  CHECK(numbers(pad(Tensor<double>(3), 2)) == std::vector<double>{3});  // no axes
}

TEST_CASE("copies, diagonals, triangles and windows of nothing") {
  CHECK(tile(counted({2}), {2, 0}).shape() == Shape{2, 0});
  CHECK(tile(counted({2, 1}), {3}).shape() == Shape{2, 3});
  CHECK(numbers(tile(Tensor<double>(3), 2)) == std::vector<double>{3, 3});
  CHECK(numbers(repeat(counted({2, 2}), 2)) == std::vector<double>{0, 0, 1, 1, 2, 2, 3, 3});
  CHECK(repeat(counted({0, 2}), 3, 0).shape() == Shape{0, 2});
  CHECK(diagonal(counted({2, 3}), 3).shape() == Shape{0});
  CHECK(diagonal(counted({2, 3}), -7).shape() == Shape{0});
  CHECK(numbers(diag(counted({0}), -2)) == std::vector<double>{0, 0, 0, 0});
  CHECK(tril(counted({0, 3})).shape() == Shape{0, 3});
  CHECK(numbers(tril(counted({2, 2}), -9)) == std::vector<double>{0, 0, 0, 0});
  CHECK(numbers(triu(counted({2, 2}), -9)) == std::vector<double>{0, 1, 2, 3});
  CHECK(unfold(counted({0}), 0, 0, 1).shape() == Shape{1, 0});
  CHECK(unfold(counted({3, 2}), 0, 3, 5).shape() == Shape{1, 2, 3});
  CHECK(meshgrid(std::vector<Tensor<double>>()).empty());
  CHECK(meshgrid({counted({2}), counted({3})})[0].shape() == Shape{3, 2});
  CHECK(meshgrid({counted({2}), counted({3})}, Indexing::ij)[0].shape() == Shape{2, 3});
  CHECK(meshgrid({counted({2})})[0].shape() == Shape{2});
}

TEST_CASE("nothing of what stands outside a triangle or a part comes through, not even a NaN") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(numbers(tril(Tensor<double>{{1, nan}, {2, 3}})) == std::vector<double>{1, 0, 2, 3});
  const auto x = variable(Tensor<double>{{1, 0}, {4, 9}});
  Tape tape;
  const auto g = tape.gradient(sum(tril(sqrt(x))), x);
  CHECK(numbers(g) == std::vector<double>{0.5, 0, 0.25, 0.5 / 3});
}

TEST_CASE("a tensor that is read row by row has all rows' gradients") {
  const auto x = variable(counted({50, 3}));
  Tape tape;
  Tensor<double> total(0.);
  for (long i = 0; i < 50; ++i) total += sum(view(x, i) * double(i)) + sum(view(x, xt::range(i, 50, 7), 1));
  const auto g = tape.gradient(total, x);
  for (long i = 0; i < 50; ++i) {
    CHECK(g.data()[3 * i] == double(i));
    CHECK(g.data()[3 * i + 1] == double(i + i / 7 + 1));
  }
}

TEST_CASE("what shapes cannot be is said with the line and the fix") {
  const auto x = counted({2, 3});
  fails([&] { squeeze(x, 0); }, "squeeze: axis 0 of shape (2, 3) is 2 long [arrangements_test.cpp:");
  fails([&] { squeeze(x, 0); }, "squeeze(x) leaves out all of those");
  fails([&] { squeeze(counted({1}), {0, -1}); }, "squeeze: axis -1 is given twice [");
  fails([&] { expand_dims(x, 3); }, "expand_dims: axis 3 does not exist in rank 3 [arrangements_test.cpp:");
  fails([&] { moveaxis(x, {0, 1}, 0); }, "moveaxis: 2 axes are to go to 1 places [arrangements_test.cpp:");
  fails([&] { moveaxis(x, 0, 2); }, "moveaxis: axis 2 does not exist in rank 2");
  fails([&] { moveaxis(x, {0, 1}, {1, -1}); }, "moveaxis: axis -1 is given twice");
  fails([&] { permute(x, {0, 0}); }, "axis 0 is given twice [arrangements_test.cpp:");
  fails([&] { flip(x, 2); }, "flip: axis 2 does not exist in rank 2 [arrangements_test.cpp:");
  fails([&] { flip(x, {1, 1}); }, "flip: axis 1 is given twice");
  fails([&] { roll(x, 1, 2); }, "roll: axis 2 does not exist in rank 2 [arrangements_test.cpp:");
  fails([&] { roll(x, {1, 2, 3}, {0, 1}); }, "roll: 3 shifts for 2 axes [arrangements_test.cpp:");
  fails([&] { split(x, 2, 1); }, "split: axis 1 of shape (2, 3) does not make 2 parts of one length [arrange");
  fails([&] { split(x, 2, 1); }, "With chunk(x, 2) the last one is shorter");
  fails([&] { split(x, 0); }, "split: 0 parts cannot be made [arrangements_test.cpp:");
  fails([&] { split(x, {1}, 2); }, "split: axis 2 does not exist");
  fails([&] { chunk(x, -1); }, "chunk: -1 parts cannot be made [arrangements_test.cpp:");
  fails([&] { chunk(x, 1, 2); }, "chunk: axis 2 does not exist");
  fails([&] { tile(x, -1); }, "tile: -1 copies cannot be made [arrangements_test.cpp:");
  fails([&] { repeat(x, -1, 0); }, "repeat: -1 copies cannot be made [arrangements_test.cpp:");
  fails([&] { repeat(x, 1, 2); }, "repeat: axis 2 does not exist");
  fails([&] { repeat(x, Indices(xt::xarray<int>{1, 2}), 1); },
        "repeat: counts of shape (2,) for axis 1 of shape (2, 3) [arrangements_test.cpp:");
  fails([&] { repeat(x, Indices(xt::xarray<int>{1, -2}), 0); }, "repeat: -2 copies cannot be made");
}

TEST_CASE("what margins, diagonals and windows cannot be is said with the line and the fix") {
  const auto x = counted({2, 3});
  fails([&] { pad(x, {{1, 1}, {1, 1}, {1, 1}}); }, "pad: widths of 3 axes for shape (2, 3) [arrangements_test.cpp:");
  fails([&] { pad(x, {{0, 0}, {1, -2}}); }, "pad: width -2 of axis 1 is negative [arrangements_test.cpp:");
  fails([&] { pad(x, -1); }, "Use view to leave elements out");
  fails([&] { pad(counted({0}), 1, {.mode = PadMode::wrap}); },
        "pad: axis 0 of shape (0,) has no elements to continue [arrangements_test.cpp:");
  fails([&] { diagonal(x, 0, 0, -2); }, "diagonal: axes 0 and -2 are the same [arrangements_test.cpp:");
  fails([&] { diagonal(counted({2})); }, "diagonal: axis 1 does not exist in rank 1");
  fails([&] { diag_embed(x, 0, 0, 3); }, "diag_embed: axis 3 does not exist in rank 3 [arrangements_test.cpp:");
  fails([&] { diag_embed(Tensor<double>(1)); }, "diag_embed: a number is no diagonal [arrangements_test.cpp:");
  fails([&] { diag(counted({1, 1, 1})); }, "diag: shape (1, 1, 1) is neither a diagonal nor a matrix [arrange");
  fails([&] { tril(counted({3})); }, "tril: shape (3,) is no matrix [arrangements_test.cpp:");
  fails([&] { triu(counted({3})); }, "triu: shape (3,) is no matrix [arrangements_test.cpp:");
  fails([&] { unfold(x, 1, 4, 1); }, "unfold: windows of 4 do not fit axis 1 of shape (2, 3) [arrangements_test.cpp:");
  fails([&] { unfold(x, 1, -1, 1); }, "They are 0 to 3 long");
  fails([&] { unfold(x, 1, 2, 0); }, "unfold: windows 0 apart [arrangements_test.cpp:");
  fails([&] { unfold(x, 2, 1, 1); }, "unfold: axis 2 does not exist");
  fails([&] { meshgrid({x}); }, "meshgrid: input 0 is of shape (2, 3), but coordinates are a row of numbers [");
  fails([&] { broadcast_arrays({x, counted({2})}); }, "broadcast_arrays: shapes (2, 3) and (2,) do not broadcast [");
}

TEST_CASE("what shapes ops are given may not be empty handles") {
  const Tensor<double> none;
  const auto refused = [](const auto& call) { fails(call, "empty tensor"); };
  refused([&] { squeeze(none); });
  refused([&] { expand_dims(none, 0); });
  refused([&] { moveaxis(none, 0, 0); });
  refused([&] { flip(none); });
  refused([&] { roll(none, 1); });
  refused([&] { split(none, 1); });
  refused([&] { split(none, {1}); });
  refused([&] { chunk(none, 1); });
  refused([&] { tile(none, 1); });
  refused([&] { repeat(none, 1); });
  refused([&] { repeat(none, 1, 0); });
  refused([&] { pad(none, 1); });
  refused([&] { diagonal(none); });
  refused([&] { diag(none); });
  refused([&] { diag_embed(none); });
  refused([&] { tril(none); });
  refused([&] { unfold(none, 0, 1, 1); });
  refused([&] { meshgrid({none}); });
  refused([&] { broadcast_arrays({none}); });
}
