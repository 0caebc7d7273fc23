// Arrays as short texts: one formatter for plain text and for LaTeX.
#include "inspect/elements.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

struct Brackets {
  std::string_view open, between, more, close;
};

std::string listed(const AnyTensor& any, int precision, std::size_t shown, const Brackets& brackets) {
  std::ostringstream out;
  out << std::setprecision(precision);
  std::visit(
      [&](const auto& x) {
        if (!x) return;
        if (x.size() != 1) out << brackets.open;
        for (std::size_t i = 0; i < std::min(shown, x.size()); ++i) {
          out << (i ? brackets.between : "") << x.data()[i] + 0;  // + 0: no -0 is shown
        }
        if (x.size() > shown) out << brackets.between << brackets.more;
        if (x.size() != 1) out << brackets.close;
      },
      any);
  return out.str();
}

}  // namespace

std::string elements(const AnyTensor& x, int precision, std::size_t shown) {
  return listed(x, precision, shown, {"[", " ", "...", "]"});
}

std::string latex_elements(const AnyTensor& x, int precision, std::size_t shown) {
  return listed(x, precision, shown, {"(", ",\\ ", "\\dots", ")"});
}

AnyTensor difference(const AnyTensor& a, const AnyTensor& b) {
  return std::visit(
      [&]<Real T>(const Tensor<T>& x) -> AnyTensor {
        const Tensor<T>* y = std::get_if<Tensor<T>>(&b);
        return y && *y ? x - *y : x;
      },
      a);
}

}  // namespace tapegrad
