// vmap: axes, errors, what examples choose, what it loops over, per-sample gradients.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>
#include <tapegrad/transforms/vmap.h>

#include <cmath>
#include <sstream>

#include "transforms/compare.h"

using namespace tapegrad;

namespace {

using Tensors = std::vector<Tensor<double>>;

// Numbers between -1 and 1 that repeat for no axis.
Tensor<double> numbers(const Shape& shape, double from = 0) {
  Tensor<double> x = Tensor<double>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x.mutable_data()[i] = std::sin(1.7 * static_cast<double>(i) + 0.3 + from);
  }
  return x;
}

// f of each example along axis 0 of all arguments.
template <class F, class... X>
Tensor<double> one_by_one(const F& f, const Tensor<double>& x, const X&... rest) {
  Tensors results;
  for (long i = 0; i < static_cast<long>(x.shape()[0]); ++i) results.push_back(f(x[i], rest[i]...));
  return stack(results, 0);
}

template <class F, class... X>
void check(const F& f, const X&... x) {
  same(vmap(f)(x...), one_by_one(f, x...), 1e-12);
}

std::string message(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool loops_over(const std::string& op) {
  for (const VmapLoop& each : vmap_loops()) {
    if (each.op == op) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("vmap takes the axes of its arguments, and says where the examples stand") {
  const Tensor<double> a = numbers({4, 3}), b = numbers({3, 4}, 1), c = numbers({3}, 2);
  const auto f = [](const Tensor<double>& x, const Tensor<double>& y, const Tensor<double>& z) {
    return outer(x * z, y + z);
  };
  const Tensor<double> expected =
      one_by_one([&](const Tensor<double>& x, const Tensor<double>& y) { return f(x, y, c); }, a, transpose(b));
  same(vmap(f, {0, 1, none})(a, b, c), expected);
  CHECK(vmap_loops().empty());
  same(vmap(f, {0, -1, none})(a, b, c), expected);
  same(vmap(f, {-2, 1, none}, 2)(a, b, c), moveaxis(expected, 0, 2));
  same(vmap(f, {0, 1, none}, -1)(a, b, c), moveaxis(expected, 0, -1));
  const auto both = [&](const std::tuple<Tensor<double>, Tensors>& x) {
    return std::tuple(sum(std::get<0>(x)), std::get<1>(x));
  };
  const auto [sums, parts] = vmap(both)(std::tuple(a, Tensors{a * 2, a + 1}));
  same(sums, sum(a, 1));
  same(parts[1], a + 1);
  CHECK(parts.size() == 2);
}

TEST_CASE("vmap repeats what is the same for all examples") {
  const Tensor<double> x = numbers({4, 3}), w = numbers({2}, 1);
  same(vmap([&](const Tensor<double>&) { return w * 2; })(x), broadcast_to(w * 2, {4, 2}));
  const auto [values, gradients] = vmap(value_and_grad([](const Tensor<double>& of_one) {
    return sum(square(of_one));
  }))(x);
  same(values, sum(square(x), 1));
  same(gradients, 2 * x);
}

TEST_CASE("vmap within vmap, in either order of axes") {
  const Tensor<double> a = numbers({3, 4}), b = numbers({5, 4}, 1);
  const auto product = [](const Tensor<double>& x, const Tensor<double>& y) { return sum(x * y); };
  same(vmap(vmap(product, {none, 0}), {0, none})(a, b), matmul(a, transpose(b)));
  same(vmap(vmap(product, {0, none}), {none, 0})(a, b), matmul(b, transpose(a)));
  const auto inner_reads_outer = [&](const Tensor<double>& x) {
    return vmap([&](const Tensor<double>& y) { return where(x > y, x * y, y); })(b);
  };
  check(inner_reads_outer, a);
  CHECK(vmap_loops().empty());
}

TEST_CASE("vmap: what examples choose differs from one to the next") {
  const Tensor<double> x = numbers({6, 5}), y = numbers({6, 5}, 1);
  const auto slope = [](auto f) {
    return grad([f](const Tensor<double>& at) { return sum(square(f(at)) + f(at)); });
  };
  const auto fast = [&](auto f) {
    check(f, x);
    CHECK(vmap_loops().empty());
    check(slope(f), x);
    CHECK(vmap_loops().empty());
    check(slope(slope(f)), x);
    CHECK(vmap_loops().empty());
  };
  fast([](const Tensor<double>& a) { return relu(a); });
  fast([](const Tensor<double>& a) { return leaky_relu(a) + elu(a) + relu6(a * 9) + hard_swish(a * 4); });
  fast([](const Tensor<double>& a) { return abs(a) + square(sign(a) * a); });
  fast([](const Tensor<double>& a) { return maximum(a, Tensor<double>(0.2)) * minimum(a, a * a); });
  fast([](const Tensor<double>& a) { return clip(a, -0.4, 0.3) * a; });
  fast([](const Tensor<double>& a) { return amax(a, {0}) * a + amin(a); });
  fast([](const Tensor<double>& a) { return cummax(a, 0) * a; });
  fast([](const Tensor<double>& a) { return where(a > 0, exp(a), a * a); });
  fast([](const Tensor<double>& a) { return where(!(a > 0.5) && (a > -0.5 || a < -0.9), a * a * a, a); });
  fast([](const Tensor<double>& a) { return cast<double>(a > 0) * a * a; });
  fast([](const Tensor<double>& a) { return masked_fill(a * a, a > 0.1, 2.); });
  fast([](const Tensor<double>& a) { return norm(relu(a)) * a; });
  check([](const Tensor<double>& a, const Tensor<double>& b) { return maximum(a, b); }, x, y);
  check([](const Tensor<double>& a, const Tensor<double>& b) { return fmod(a, b) + fdim(a, b); }, x, y);
}

TEST_CASE("vmap calls a function for each example where its choices leave the tape") {
  const Tensor<double> x = numbers({6, 5});
  const auto slow = [&](auto f, const std::string& reason) {
    check(f, x);
    CHECK(loops_over("function"));
    REQUIRE(vmap_loops().size() == 1);
    CHECK_MESSAGE(has(vmap_loops()[0].reason, reason), vmap_loops()[0].reason);
    if (reason != "any" && reason != "all" && reason != "count_nonzero") {  // these know no line
      CHECK(has(vmap_loops()[0].reason, "vmap_test.cpp"));
    }
    CHECK(vmap_loops()[0].examples == 6);
    check(grad([f](const Tensor<double>& at) { return sum(f(at)); }), x);
  };
  slow([](const Tensor<double>& a) { return sum(a).item() > 0 ? a * 2 : a * a; }, "item");
  slow([](const Tensor<double>& a) { return a * (any(a > 0.99) ? 2 : 3); }, "any");
  slow([](const Tensor<double>& a) { return a * (all(a > -0.9) ? 2 : 3); }, "all");
  slow([](const Tensor<double>& a) { return a * static_cast<double>(count_nonzero(a > 0)); }, "count_nonzero");
  slow([](const Tensor<double>& a) { return a * (allclose(a, a + 1e-9) ? 2 : 3); }, "all");
  slow([](const Tensor<double>& a) { return take(a, argmax(a, 0), 0); }, "argmax");
  slow([](const Tensor<double>& a) { return take(a, argsort(a, 0), 0) * a; }, "argsort");
  slow([](const Tensor<double>& a) { return topk(a, 2, 0).values; }, "topk");
  slow([](const Tensor<double>& a) { return take(a, topk(a, 2, 0).indices, 0); }, "topk");
  slow([](const Tensor<double>& a) { return a * Tensor<double>(a.value()(0)); }, "value");
  slow([](const Tensor<double>& a) { return sum(masked_select(a, a > 0)); }, "masked_select");
  check([](const Tensor<double>& a) {
    const Tape::Pause pause;
    return exp(a) * 2;
  }, x);
  CHECK(loops_over("function"));
  slow([](const Tensor<double>& a) {
    Tensor<double> factor;
    {
      const Tape::Pause pause;
      factor = exp(a);
    }
    return factor * a;
  }, "paused");
  slow([](const Tensor<double>& a) {
    Mask chosen{Shape{}};
    {
      const Tape::Pause pause;
      chosen = a > 0;
    }
    return where(chosen, a, a * a);
  }, "mask");
  check([](const Tensor<double>& a) {
    const Scalar<double> s = a(0) * a(1);
    const std::vector<Scalar<double>> all{s, s, s, s, s};
    return a * tensor(std::span<const Scalar<double>>(all), Shape{5});
  }, x);
  CHECK(loops_over("function"));
}

TEST_CASE("vmap: derivatives that hold choices of numbers are taken for each example") {
  const Tensor<double> x = numbers({6, 5}), c = numbers({5}, 3);
  const auto slow = [&](auto f) {
    check(f, x);
    CHECK(vmap_loops().empty());
    const auto g = grad([&](const Tensor<double>& at) { return sum(f(at) * c); });
    check(g, x);
    CHECK(loops_over("function"));
    const auto along = [&](const Tensor<double>& at) { return jvp(f, at, c).second; };
    check(along, x);
    CHECK(loops_over("function"));
  };
  slow([](const Tensor<double>& a) { return sort(a, 0); });
  slow([](const Tensor<double>& a) { return median(a) * a; });
}

TEST_CASE("vmap: stop_gradient and constant cut gradients of each example, not its values") {
  const Tensor<double> x = numbers({4, 3});
  check([](const Tensor<double>& a) { return stop_gradient(a) * a + constant(a * 2); }, x);
  CHECK(vmap_loops().empty());
  check(grad([](const Tensor<double>& a) { return sum(stop_gradient(a) * a * constant(a * a)); }), x);
  CHECK(vmap_loops().empty());
}

TEST_CASE("vmap: what was not chosen gives nothing, in each example") {
  const Tensor<double> x{{1, 4, 9}, {1, -4, 0}, {-1, 0, 2}};
  check(grad([](const Tensor<double>& a) { return sum(where(a > 0, sqrt(a), a)); }), x);
  check(grad([](const Tensor<double>& a) { return sum(sqrt(relu(a))); }), x);
  check([](const Tensor<double>& a) {
    return jvp([](const Tensor<double>& at) { return sqrt(where(at > 0, at, 0)); }, a, Tensor<double>{1, 1, 1}).second;
  }, x);
  CHECK(vmap_loops().empty());
}

TEST_CASE("vmap mixes float and double as the function does") {
  const Tensor<double> x = numbers({4, 3});
  const auto f = [](const Tensor<double>& a) { return cast<double>(sin(cast<float>(a))) * a; };
  check(f, x);
  check(grad([&](const Tensor<double>& a) { return sum(f(a)); }), x);
  CHECK(vmap_loops().empty());
}

TEST_CASE("vmap says which ops were called for each example") {
  const Tensor<double> x = numbers({4, 3, 3});
  const auto f = [](const Tensor<double>& a) { return svd(a).s; };
  check(f, x);
  REQUIRE(vmap_loops().size() == 1);
  CHECK(vmap_loops()[0].op == "svd");
  CHECK(vmap_loops()[0].examples == 4);
  Tape tape;
  const Tensor<double> w = variable(x);
  vmap(f)(w);
  vmap(f)(w);
  REQUIRE(tape.statistics().vmap_loops.size() == 1);
  CHECK(tape.statistics().vmap_loops[0].op == "svd");
  CHECK(tape.statistics().vmap_loops[0].examples == 8);
  std::ostringstream table;
  table << tape.statistics();
  CHECK(has(table.str(), "vmap: svd called for each example, 8 times: it has no batching rule"));
}

TEST_CASE("vmap: fused functions are called for all examples at once, ops of your own for each") {
  const Tensor<double> x = numbers({4, 3});
  const auto cube = custom_op(
      "cube", []<class T>(const Tensor<T>& a) { return with_saved(a * a * a, a); },
      []<class T>(const Tensor<T>& g, const Tensor<T>& a) { return g * (3 * a * a); });
  const auto cubed = [&](const Tensor<double>& a) { return cube(a) * a; };
  check(cubed, x);
  CHECK(loops_over("function"));
  check(grad([&](const Tensor<double>& a) { return sum(cubed(a)); }), x);
  const auto own = [&](const Tensor<double>& a) { return fuse([](auto v) { return where(v > 0, v * v, v); }, a); };
  check(own, x);
  CHECK(vmap_loops().empty());
  check(grad([&](const Tensor<double>& a) { return sum(own(a)); }), x);
  CHECK(vmap_loops().empty());
  const auto hooked = [](const Tensor<double>& a) {
    return on_gradient(a, [](const Tensor<double>& g) { return g * 2; }) * a;
  };
  check(hooked, x);
  CHECK(loops_over("function"));
  check(grad([&](const Tensor<double>& a) { return sum(hooked(a)); }), x);
}

TEST_CASE("vmap on a tape: variables that the function reads have gradients") {
  const Tensor<double> x = numbers({4, 3});
  const Tensor<double> w = variable(numbers({3}, 1)), v = variable(numbers({4, 3}, 2));
  Tape tape;
  const Tensor<double> scaled = w * 2;  // recorded outside
  const Tensor<double> y = vmap([&](const Tensor<double>& a, const Tensor<double>& b) {
    return grad([&](const Tensor<double>& at) { return sum(at * at * scaled * w); })(a) * b;
  })(x, v);
  const Gradients gradients = tape.backward(sum(y));
  // y = 2 a 2 w w b
  same(gradients[w], sum(8 * x * constant(w) * constant(v), 0), 1e-12);
  same(gradients[v], 4 * x * square(constant(w)), 1e-12);
}

TEST_CASE("vmap leaves a tape as it was but for its own ops") {
  const Tensor<double> x = numbers({4, 3});
  Tape tape;
  const Tensor<double> w = variable(numbers({3}, 1));
  const Tensor<double> before = w * w;
  const std::size_t size = tape.size();
  vmap([](const Tensor<double>& a, const Tensor<double>& b) { return a * b; }, {0, none})(x, w);
  CHECK(tape.size() == size + 1);
  CHECK_THROWS_AS(vmap([](const Tensor<double>& a) -> Tensor<double> {
    if (a.size() == 3) throw DomainError("mine");
    return a;
  })(x), DomainError);
  const Tensor<double> y = sum(before * 3);
  same(tape.backward(y)[w], 6 * constant(w));
}

TEST_CASE("vmap composes with jacobian and hessian, inside and outside") {
  const Tensor<double> x = numbers({3, 2});
  const auto f = [](const Tensor<double>& a) { return sin(a) * sum(a * a); };
  check(jacobian(f), x);
  const auto g = [&](const Tensor<double>& a) { return sum(f(a)); };
  check(hessian(g), x);
  CHECK(vmap_loops().empty());
  const Tensor<double> blocks = jacobian(vmap(f))(x);
  for (long i = 0; i < 3; ++i) {
    const Tensor<double> of_one = slice(blocks[i], {{0, 1, 2, false}, {i, 1, 1, true}});
    same(of_one, jacobian(f)(x[i]), 1e-12);
  }
}

TEST_CASE("vmap: random numbers from one key are those of a loop") {
  const Tensor<double> x = numbers({4, 3});
  const Key key(7);
  check([&](const Tensor<double>& a) { return dropout(key, a, 0.5) + normal<double>(key, a.shape()); }, x);
  CHECK(vmap_loops().empty());
  check([&](const Tensor<double>& a) { return bernoulli(key, sigmoid(a)) * a; }, x);
  CHECK(loops_over("function"));
  check([&](const Tensor<double>& a) { return take(a, categorical(key, a, 0), 0); }, x);
  CHECK(loops_over("function"));
}

TEST_CASE("vmap errors name the argument, the axis and the lengths") {
  const Tensor<double> a = numbers({4, 3}), b = numbers({5, 3});
  const auto sum_of = [](const Tensor<double>& x, const Tensor<double>& y) { return x + y; };
  const std::string lengths = message([&] { vmap(sum_of)(a, b); });
  CHECK_MESSAGE(has(lengths, "vmap: axis 0 of argument 1, of shape (5, 3), has length 5, but axis 0 of argument 0, of "
                             "shape (4, 3), has 4 ["), lengths);
  CHECK(has(lengths, "vmap_test.cpp"));
  CHECK(has(lengths, "All arguments need as many examples"));
  CHECK(has(message([&] { vmap(sum_of, {0, 2})(a, b); }),
            "vmap: axis 2 does not exist in argument 1, of shape (5, 3) ["));
  CHECK(has(message([&] { vmap(sum_of, {none, none})(a, b); }), "vmap: all arguments are shared"));
  CHECK(has(message([&] { vmap(sum_of, {0, 0, 0})(a, a); }), "vmap: 3 axes for 2 arguments ["));
  CHECK(has(message([&] { vmap(sum_of, 0, 4)(a, a); }),
            "vmap: the examples cannot stand along axis 4 of a result that has shape (4, 3) with them ["));
  CHECK(has(message([&] { vmap(sum_of)(Tensor<double>::full({0, 3}, 0), Tensor<double>::full({0, 3}, 0)); }),
            "vmap: there are no examples: axis 0 of argument 0, of shape (0, 3), has length 0 ["));
  CHECK(has(message([&] { vmap(sum_of)(a, Tensor<double>()); }), "vmap: an input is an empty tensor"));
  CHECK(has(message([&] { vmap([](const Tensor<double>&) { return Tensor<double>(); })(a); }),
            "vmap: the function returned an empty tensor"));
  const auto of_sign = [](const Tensor<double>& x) { return sum(x).item() > 0 ? x : reshape(x, {3, 1}); };
  CHECK(has(message([&] { vmap(of_sign)(Tensor<double>{{1, 1, 1}, {-1, -1, -1}}); }),
            "vmap: the results of examples 0 and 1 differ: shapes (3,) and (3, 1) ["));
}
