// NumPy's array printing (its arrayprint module, mode maxprec), in three steps: how wide the numbers are, each number
// as text, rows.
#include "tapegrad/tensor/print.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <ostream>

namespace tapegrad {
namespace {

// The parts of a number's text: what stands before the point, behind it without zeros at the end, and the exponent.
struct Digits {
  explicit Digits(std::string text) {
    if (const std::size_t e = text.find('e'); e != std::string::npos) {
      exponent = text.substr(e);
      text.resize(e);
    }
    const std::size_t point = std::min(text.find('.'), text.size());
    whole = text.substr(0, point);
    if (point < text.size()) fraction = text.substr(point + 1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
  }
  std::string whole, fraction, exponent;
};

constexpr std::size_t longest_number = 400;  // the largest double has 309 digits before the point

// The number in scientific notation, to so many places.
template <Real T>
Digits rounded(T number, int places, std::chars_format format = std::chars_format::scientific) {
  char text[longest_number];
  return Digits(std::string(text, std::to_chars(text, text + sizeof text, number + T(0), format, places).ptr));
}
// The shortest digits that read back as the same number, rounded to `precision` places where they are more.
template <Real T>
Digits digits_of(T number, bool scientific, int precision) {
  const auto format = scientific ? std::chars_format::scientific : std::chars_format::fixed;
  char text[longest_number];
  Digits shortest(std::string(text, std::to_chars(text, text + sizeof text, number + T(0), format).ptr));
  if (shortest.fraction.size() <= static_cast<std::size_t>(precision)) return shortest;
  return rounded(number, precision, format);
}

// How all numbers of one array are written: the same places before and behind the point.
template <Real T>
class FloatFormat {
 public:
  FloatFormat(const std::vector<T>& shown, int precision) : precision_(precision) {
    T largest = 0, smallest = std::numeric_limits<T>::infinity();
    for (const T number : shown) {
      if (!std::isfinite(number) || number == 0) continue;
      largest = std::max(largest, std::abs(number));
      smallest = std::min(smallest, std::abs(number));
    }
    scientific_ = largest >= T(1e8) || (largest > 0 && (smallest < T(1e-4) || largest / smallest > T(1000)));
    for (const T number : shown) {
      if (!std::isfinite(number)) continue;
      const Digits parts = digits_of(number, scientific_, precision_);
      left_ = std::max(left_, parts.whole.size());
      right_ = std::max(right_, parts.fraction.size());
      exponent_ = std::max(exponent_, parts.exponent.size());
    }
    for (const T number : shown) {
      if (std::isfinite(number)) continue;
      const std::size_t needed = named(number).size(), behind = right_ + exponent_ + 1;
      left_ = std::max(left_, needed > behind ? needed - behind : 0);
    }
  }
  std::string operator()(T number) const {
    const std::size_t width = left_ + 1 + right_ + exponent_;
    if (!std::isfinite(number)) {
      const std::string name = named(number);
      return std::string(width - name.size(), ' ') + name;
    }
    Digits parts = scientific_ ? rounded(number, static_cast<int>(right_)) : digits_of(number, false, precision_);
    parts.fraction.resize(right_, scientific_ ? '0' : ' ');
    if (!parts.exponent.empty()) parts.exponent.insert(2, exponent_ - parts.exponent.size(), '0');  // behind "e+"
    return std::string(left_ - parts.whole.size(), ' ') + parts.whole + "." + parts.fraction + parts.exponent;
  }

 private:
  static std::string named(T number) { return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf"; }
  int precision_;
  bool scientific_ = false;
  std::size_t left_ = 0, right_ = 0, exponent_ = 0;
};

// A number that stands alone: all digits that it needs.
template <Real T>
std::string lone(T number) {
  if (!std::isfinite(number)) return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
  constexpr double most = std::is_same_v<T, float> ? 1e6 : 1e16;
  const double size = std::abs(static_cast<double>(number));
  const bool scientific = size != 0 && (size < 1e-4 || size >= most);
  Digits parts = digits_of(number, scientific, std::numeric_limits<T>::max_digits10 + 5);
  if (parts.fraction.empty() && !scientific) parts.fraction = "0";
  return parts.whole + (parts.fraction.empty() ? "" : "." + parts.fraction) + parts.exponent;
}

// All elements that are shown, in order; `place` is that of the first below `axis`.
template <class V>
void collect(const V* data, const Shape& shape, std::size_t axis, std::size_t place, std::size_t edge,
             std::vector<V>& shown) {
  if (axis == shape.rank()) return shown.push_back(data[place]);
  for (std::size_t i = 0; i < shape[axis]; ++i) {
    if (shape[axis] > 2 * edge && i == edge) i = shape[axis] - edge;
    collect(data, shape, axis + 1, place * shape[axis] + i, edge, shown);
  }
}

// Brackets and line breaks around the elements' texts.
class Rows {
 public:
  Rows(const Shape& shape, std::size_t edge, std::size_t width, const std::vector<std::string>& texts)
      : shape_(shape), edge_(edge), width_(width), next_(texts.begin()) {}
  std::string write(std::size_t axis) {
    const bool last = axis + 1 == shape_.rank();
    const std::string indent(axis + 1, ' ');
    std::string result = "[", line;
    const auto add = [&](const std::string& element) {
      // A line has room for the brackets that may close behind it.
      if (!line.empty() && axis + 1 + line.size() + 1 + element.size() + axis + 1 > width_) {
        line.erase(line.find_last_not_of(' ') + 1);
        result += line + "\n" + indent;
        line = element;
      } else {
        line += (line.empty() ? "" : " ") + element;
      }
    };
    const std::string between = std::string(shape_.rank() - axis - 1, '\n') + indent;
    for (std::size_t i = 0; i < shape_[axis]; ++i) {
      const bool skips = shape_[axis] > 2 * edge_ && i == edge_;
      if (skips) i = shape_[axis] - edge_;
      if (last) {
        if (skips) add("...");
        add(*next_++);
      } else {
        if (skips) result += between + "...";
        result += (i ? between : "") + write(axis + 1);
      }
    }
    return result + line + "]";
  }

 private:
  const Shape& shape_;
  std::size_t edge_, width_;
  std::vector<std::string>::const_iterator next_;
};

template <class V, class MakeFormat>
std::string listed(const V* data, const Shape& shape, const ArrayPrintOptions& options, MakeFormat make_format) {
  if (shape.size() == 0) return "[]";
  const std::size_t edge = shape.size() > options.threshold ? options.edge : shape.size();
  std::vector<V> shown;
  collect(data, shape, 0, 0, edge, shown);
  const auto format = make_format(shown);
  std::vector<std::string> texts;
  for (const V element : shown) texts.push_back(format(element));
  return Rows(shape, edge, options.width, texts).write(0);
}

}  // namespace

template <Real T>
std::string to_string(const Tensor<T>& x, const ArrayPrintOptions& options) {
  if (!x) return "(empty)";
  if (x.rank() == 0) return lone(*x.data());
  return listed(x.data(), x.shape(), options,
                [&](const std::vector<T>& shown) { return FloatFormat<T>(shown, options.precision); });
}

template <class V>
std::string to_string(const Choice<V>& x, const ArrayPrintOptions& options) {
  const auto one = [](V element) {
    if constexpr (std::is_same_v<V, bool>) return std::string(element ? "True" : "False");
    else return std::to_string(element);
  };
  if (x.shape().rank() == 0) return one(*x.data());
  return listed(x.data(), x.shape(), options, [&](const std::vector<V>& shown) {
    std::size_t width = 0;
    for (const V element : shown) width = std::max(width, one(element).size());
    return [=](V element) {
      const std::string text = one(element);
      return std::string(width - text.size(), ' ') + text;
    };
  });
}

template <Real T>
std::ostream& operator<<(std::ostream& out, const Tensor<T>& x) {
  return out << to_string(x);
}
template <class V>
std::ostream& operator<<(std::ostream& out, const Choice<V>& x) {
  return out << to_string(x);
}

template std::string to_string(const Tensor<float>&, const ArrayPrintOptions&);
template std::string to_string(const Tensor<double>&, const ArrayPrintOptions&);
template std::string to_string(const Mask&, const ArrayPrintOptions&);
template std::string to_string(const Indices&, const ArrayPrintOptions&);
template std::ostream& operator<<(std::ostream&, const Tensor<float>&);
template std::ostream& operator<<(std::ostream&, const Tensor<double>&);
template std::ostream& operator<<(std::ostream&, const Mask&);
template std::ostream& operator<<(std::ostream&, const Indices&);

}  // namespace tapegrad
