// Einstein's sum, and what is one of them.
#include <array>
#include <cctype>

#include "ops/contraction.h"
#include "ops/instances.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"
#include "tapegrad/ops/contractions.h"

namespace tapegrad {
using namespace engine;
using contraction::Arrays, contraction::Contraction, contraction::Labels, contraction::LabelsOfAll;

// ---- einsum: y = the product of the operands, summed     dx of each = the product of dy and the others, summed
namespace {
template <Real T>
Tensor<T> contracted(const Contraction& c, std::span<const Tensor<T>> operands, const CallSite& site);

struct Einsum {
  static constexpr OpTraits traits{
      .name = "einsum",
      .formula = with_adjoints({"sum over products of x and what follows", "\\sum x \\cdots"},
                               {"x", {"sum over products of g and the others", "\\sum g \\cdots"}})};
  Contraction contraction;
  template <Real T>
  Tensor<T> operator()(const std::vector<Tensor<T>>& x) const {
    return contracted<T>(contraction, x, CallSite{});
  }
  // One more axis of the operands that have it, and of the result, under a label of its own.
  template <Real T>
  Tensor<T> batched(const std::vector<Tensor<T>>& x, const Batch& b) const {
    const auto is_used = [&](char label) {
      return std::any_of(contraction.operands.begin(), contraction.operands.end(),
                         [label](const Labels& of_one) { return of_one.find(label) != Labels::npos; }) ||
             contraction.result.find(label) != Labels::npos;
    };
    char label = 127;
    while (is_used(label)) --label;
    Contraction all{contraction.operands, label + contraction.result, b + contraction.shape};
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (b.has[i]) all.operands[i].insert(0, 1, label);
    }
    return contracted<T>(all, x, CallSite{});
  }
};

// An operand without its values has no place on the tape, or no other operand has one.
template <Real T>
struct EinsumRule {
  Contraction c;
  Arrays<T> operands;
  ShortVector<Shape, 4> shapes;

  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (!sweep.wants(i)) continue;
      Contraction of_input{c.operands, c.operands[i], shapes[i]};
      of_input.operands[i] = c.result;
      sweep.add(i, contracted<T>(of_input, with(i, g), CallSite{}));
    }
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    Tensor<T> total;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (!push.has(i)) continue;
      Tensor<T> part = contracted<T>(c, with(i, push.tangent<T>(i)), CallSite{});
      total = total ? std::move(total) + part : part;
    }
    return total;
  }

 private:
  Arrays<T> with(std::size_t i, const Tensor<T>& x) const {
    Arrays<T> all = operands;
    all[i] = x;
    return all;
  }
};

template <Real T>
Tensor<T> contracted(const Contraction& c, std::span<const Tensor<T>> operands, const CallSite& site) {
  Inputs in(Einsum::traits.name, site, operands);
  Tensor<T> y = in.template output<T>(c.shape);
  contraction::contract(y.mutable_data(), c, operands);
  if (!in) return y;
  std::size_t placed = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) placed += in[i] != nullptr;
  EinsumRule<T> rule{c, {}, {}};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    rule.operands.push_back(placed > (in[i] ? 1 : 0) ? snapshot(operands[i]) : Tensor<T>());
    rule.shapes.push_back(operands[i].shape());
  }
  in.record(y, Einsum{c}, std::move(rule));
  return y;
}

using Shapes = std::vector<Shape, PoolAllocator<Shape>>;

// An equation, read.
class Reader {
 public:
  Reader(const Equation& equation, const Shapes& shapes) : equation_(equation), shapes_(shapes) {}

  Contraction read() {
    std::string text;
    for (const char c : equation_.text) {
      if (c != ' ') text += c;
    }
    const std::size_t arrow = text.find("->");
    std::string terms = text.substr(0, arrow);
    Contraction c;
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
      end = terms.find(',', begin);
      const std::string term = terms.substr(begin, end == std::string::npos ? end : end - begin);
      if (c.operands.size() == shapes_.size()) fail("it has more terms than the " + operands() + " given");
      const std::size_t i = c.operands.size();
      c.operands.push_back(labels(term, i));
      enter(c.operands[i], i);
    }
    if (c.operands.size() < shapes_.size()) fail("it has fewer terms than the " + operands() + " given");
    c.result = arrow == std::string::npos ? implied(terms) : labels_of_result(text.substr(arrow + 2));
    ShortVector<std::size_t, 8> axes;
    for (const char label : c.result) axes.push_back(lengths_[place(label)]);
    c.shape = Shape(axes, Einsum::traits.name, equation_.site);
    return c;
  }

 private:
  static constexpr std::size_t unknown = ~std::size_t(0);
  static std::size_t place(char label) { return static_cast<unsigned char>(label); }
  std::string operands() const {
    return std::to_string(shapes_.size()) + (shapes_.size() == 1 ? " operand" : " operands");
  }
  [[noreturn]] void fail(const std::string& why) const {
    throw ShapeError(std::string(Einsum::traits.name) + ": \"" + std::string(equation_.text) + "\": " + why +
                     text(equation_.site));
  }

  // The characters of a term with "..." written as labels 1, 2, ... from the right, for `dots` axes.
  Labels expanded(const std::string& term, std::size_t dots) const {
    const std::size_t at = term.find("...");
    Labels labels = term;
    if (at != std::string::npos) {
      Labels axes;
      for (std::size_t k = dots; k > 0; --k) axes += static_cast<char>(k);
      labels.replace(at, 3, axes);
    }
    for (const char c : labels) {
      if (place(c) > 31 && !std::isalpha(static_cast<unsigned char>(c))) {
        fail(std::string("'") + c +
             "' is no letter. Axes are letters, operands are parted by a comma, the result "
             "stands after ->, and ... stands once in a term");
      }
    }
    return labels;
  }
  Labels labels(const std::string& term, std::size_t i) {
    const std::size_t rank = shapes_[i].rank(), dots = term.find("...") == std::string::npos ? 0 : 3;
    const std::size_t letters = term.size() - dots;
    if (dots ? letters > rank : letters != rank) {
      fail("operand " + std::to_string(i) + " is " + text(shapes_[i]) + ", but \"" + term + "\" has " +
           std::to_string(letters) + (letters == 1 ? " letter" : " letters"));
    }
    if (rank - letters > 31) fail("... stands for more than 31 axes");
    if (dots) most_dots_ = std::max(most_dots_, rank - letters);
    return expanded(term, rank - letters);
  }
  // Axes of one letter are equal, or 1.
  void enter(const Labels& labels, std::size_t i) {
    for (std::size_t axis = 0; axis < labels.size(); ++axis) {
      std::size_t& known = lengths_[place(labels[axis])];
      const std::size_t length = shapes_[i][axis];
      if (known == unknown || known == 1) known = length;
      else if (length != known && length != 1) {
        const std::string what =
            place(labels[axis]) < 32 ? std::string("an axis of ...") : std::string("axis ") + labels[axis];
        fail(what + " has length " + std::to_string(length) + " in operand " + std::to_string(i) + ", of shape " +
             text(shapes_[i]) + ", but " + std::to_string(known) + " before");
      }
    }
  }
  Labels labels_of_result(const std::string& term) const {
    const Labels labels = expanded(term, most_dots_);
    for (const char label : labels) {
      if (lengths_[place(label)] == unknown) fail(std::string("no operand has axis ") + label + " of the result");
    }
    return labels;
  }
  // Without an arrow: all axes of ..., then the letters that stand once.
  Labels implied(const std::string& terms) const {
    std::string once = terms.find("...") == std::string::npos ? "" : "...";
    for (int c = 'A'; c <= 'z'; ++c) {
      const auto letter = static_cast<char>(c);
      if (std::isalpha(c) && std::count(terms.begin(), terms.end(), letter) == 1) once += letter;
    }
    return expanded(once, most_dots_);
  }

  const Equation& equation_;
  const Shapes& shapes_;
  std::array<std::size_t, 256> lengths_ = [] {
    std::array<std::size_t, 256> none;
    none.fill(unknown);
    return none;
  }();
  std::size_t most_dots_ = 0;
};

template <Real T>
Shapes shapes_of(const Equation& equation, std::span<const Tensor<T>> operands) {
  Shapes shapes;
  for (const Tensor<T>& x : operands) {
    if (!x) fail_empty(Einsum::traits.name, equation.site);
    shapes.push_back(x.shape());
  }
  return shapes;
}
}  // namespace

template <Real T>
Tensor<T> einsum(const Equation& equation, std::span<const Tensor<T>> operands) {
  return contracted(Reader(equation, shapes_of(equation, operands)).read(), operands, equation.site);
}

// ---- dot, inner, outer, tensordot, kron: axes of a, then of b, some of which go together
namespace {
// A letter for each of `count` axes, from the first-th on.
Labels letters(std::size_t first, std::size_t count) {
  Labels all;
  for (std::size_t i = 0; i < count; ++i) all += static_cast<char>(first + i + 1);
  return all;
}

// The product of a and b summed over pairs of axes. Others of a, then others of b, are the result's.
template <Real T>
Tensor<T> product_over(std::string_view op, const Tensor<T>& a, const Tensor<T>& b, const Axes& of_a, const Axes& of_b,
                       const CallSite& site) {
  Labels left = letters(0, a.rank()), right = letters(a.rank(), b.rank()), result;
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    const auto p = static_cast<std::size_t>(of_a[i]), q = static_cast<std::size_t>(of_b[i]);
    if (a.shape()[p] != b.shape()[q]) {
      throw ShapeError(std::string(op) + ": axis " + std::to_string(p) + " of a, " + text(a.shape()) + ", and axis " +
                       std::to_string(q) + " of b, " + text(b.shape()) +
                       ", are summed over together, "
                       "but differ in length" +
                       text(site));
    }
    right[q] = left[p];
  }
  ShortVector<std::size_t, 8> axes;
  auto append = [&](const Labels& own, const Labels& other, const Shape& shape) {
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (other.find(own[i]) != Labels::npos) continue;
      result += own[i];
      axes.push_back(shape[i]);
    }
  };
  append(left, right, a.shape());
  append(right, left, b.shape());
  return contracted<T>({{left, right}, result, Shape(axes, op, site)}, std::array{a, b}, site);
}

// Counted from the front, each once.
Axes places(const Axes& axes, const Shape& shape, const char* of, const CallSite& site) {
  Axes result;
  for (const long axis : axes) {
    const long place = axis < 0 ? axis + static_cast<long>(shape.rank()) : axis;
    if (place < 0 || place >= static_cast<long>(shape.rank())) {
      throw ShapeError("tensordot: axis " + std::to_string(axis) + " does not exist in " + of + ", of shape " +
                       text(shape) + text(site));
    }
    if (std::find(result.begin(), result.end(), place) != result.end()) {
      throw ShapeError("tensordot: axis " + std::to_string(axis) + " of " + of + " is given twice" + text(site));
    }
    result.push_back(place);
  }
  return result;
}
}  // namespace

template <Real T>
Tensor<T> dot(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  if (!a || !b) fail_empty("dot", site);
  if (a.rank() == 0 || b.rank() == 0) return multiply(a, b, site);
  const long last = static_cast<long>(a.rank()) - 1, of_b = b.rank() == 1 ? 0 : static_cast<long>(b.rank()) - 2;
  return product_over("dot", a, b, {last}, {of_b}, site);
}
template <Real T>
Tensor<T> inner(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  if (!a || !b) fail_empty("inner", site);
  if (a.rank() == 0 || b.rank() == 0) return multiply(a, b, site);
  return product_over("inner", a, b, {static_cast<long>(a.rank()) - 1}, {static_cast<long>(b.rank()) - 1}, site);
}
template <Real T>
Tensor<T> outer(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  if (!a || !b) fail_empty("outer", site);
  auto flat = [&](const Tensor<T>& x) { return x.rank() == 1 ? x : reshape(x, {x.size()}, site); };
  return product_over("outer", flat(a), flat(b), {}, {}, site);
}

template <Real T>
Tensor<T> tensordot(const Tensor<T>& a, const Tensor<T>& b, const DotAxes& axes, CallSite site) {
  if (!a || !b) fail_empty("tensordot", site);
  if (axes.pairs) {
    if (axes.a.size() != axes.b.size()) {
      throw ShapeError("tensordot: " + std::to_string(axes.a.size()) + " axes of a and " +
                       std::to_string(axes.b.size()) + " of b are no pairs" + text(site));
    }
    return product_over("tensordot", a, b, places(axes.a, a.shape(), "a", site), places(axes.b, b.shape(), "b", site),
                        site);
  }
  const long rank = static_cast<long>(a.rank());
  if (axes.count < 0 || axes.count > rank || axes.count > static_cast<long>(b.rank())) {
    throw ShapeError("tensordot: there are no " + std::to_string(axes.count) + " axes to sum over in shapes " +
                     text(a.shape()) + " and " + text(b.shape()) + text(site));
  }
  Axes of_a, of_b;
  for (long i = 0; i < axes.count; ++i) {
    of_a.push_back(rank - axes.count + i);
    of_b.push_back(i);
  }
  return product_over("tensordot", a, b, of_a, of_b, site);
}

template <Real T>
Tensor<T> kron(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  if (!a || !b) fail_empty("kron", site);
  const std::size_t rank = std::max(a.rank(), b.rank());
  const Labels left = letters(rank - a.rank(), a.rank()), right = letters(2 * rank - b.rank(), b.rank());
  Labels result;
  ShortVector<std::size_t, 8> blocks, axes;
  for (std::size_t i = 0; i < rank; ++i) {
    axes.push_back(1);
    for (const auto& [x, labels] : {std::pair(&a, &left), std::pair(&b, &right)}) {
      if (i + x->rank() < rank) continue;
      const std::size_t axis = i + x->rank() - rank;
      result += (*labels)[axis];
      blocks.push_back(x->shape()[axis]);
      axes[i] *= x->shape()[axis];
    }
  }
  const Tensor<T> y = contracted<T>({{left, right}, result, Shape(blocks, "kron", site)}, std::array{a, b}, site);
  return reshape(y, Shape(axes, "kron", site), site);
}

// ---- trace: a diagonal that is summed
template <Real T>
Tensor<T> trace(const Tensor<T>& x, long above, CallSite site) {
  if (!x) fail_empty("trace", site);
  if (x.rank() < 2) {
    throw ShapeError("trace: needs matrices (..., rows, columns), but x is " + text(x.shape()) + text(site));
  }
  const long rows = static_cast<long>(x.shape().back(1)), columns = static_cast<long>(x.shape().back(0));
  const long first_row = std::min(std::max(-above, 0L), rows), first_column = std::min(std::max(above, 0L), columns);
  const auto length = static_cast<std::size_t>(std::min(rows - first_row, columns - first_column));
  Slices square;
  for (std::size_t i = 0; i < x.rank(); ++i) square.push_back({0, 1, x.shape()[i], false});
  square[x.rank() - 2] = {first_row, 1, length, false};
  square[x.rank() - 1] = {first_column, 1, length, false};
  const bool is_square = rows == columns && above == 0;
  Labels labels = letters(0, x.rank());
  labels[x.rank() - 1] = labels[x.rank() - 2];
  const Labels leading = labels.substr(0, x.rank() - 2);
  const Shape result(ShortVector<std::size_t, 8>(x.shape().begin(), x.shape().end() - 2));
  return contracted<T>({{labels}, leading, result}, std::array{is_square ? x : slice(x, square, site)}, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ContractionOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(const Equation&, std::span<const Tensor<T>>)>(einsum),
                                        Function<Tensor<T>(X, X, CallSite)>(dot),
                                        Function<Tensor<T>(X, X, CallSite)>(inner),
                                        Function<Tensor<T>(X, X, CallSite)>(outer),
                                        Function<Tensor<T>(X, X, const DotAxes&, CallSite)>(tensordot),
                                        Function<Tensor<T>(X, X, CallSite)>(kron),
                                        Function<Tensor<T>(X, long, CallSite)>(trace)};
};
template struct ContractionOps<float>;
template struct ContractionOps<double>;

}  // namespace tapegrad
