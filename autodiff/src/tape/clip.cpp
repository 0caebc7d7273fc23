// Norms of gradients, and gradients clipped by them.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tape/gradient_items.h"
#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/option_limits.h"

namespace tapegrad {
using namespace engine;
namespace {

// norm = largest * rest, two numbers so that their product may be larger than every double. A NaN or an infinity among
// the elements is `largest`.
struct Norm {
  double largest = 0, rest = 0;
  double value() const { return std::isfinite(largest) ? largest * rest : largest; }
};

struct Elements {
  Dtype dtype;
  const void* data;
  std::size_t size;
};

// f(x) of all elements put together, in eight rows that the compiler keeps in registers.
template <Real T, class F, class Join>
double joined_chunk(const T* x, std::size_t count, const F& f, const Join& join) {
  constexpr std::size_t rows = 8;
  std::array<double, rows> row{};
  std::size_t i = 0;
  for (; i + rows <= count; i += rows) {
    for (std::size_t k = 0; k < rows; ++k) row[k] = join(row[k], f(double(x[i + k])));
  }
  for (std::size_t k = 0; i < count; ++i, ++k) row[k] = join(row[k], f(double(x[i])));
  double all = 0;
  for (const double r : row) all = join(all, r);
  return all;
}

// The same of many, by chunks whose results are joined in their order: the same bits for every number of threads.
template <Real T, class F, class Join>
double joined(const T* x, std::size_t count, const F& f, const Join& join) {
  constexpr std::size_t chunk = kernels::chunk_length;
  if (count <= chunk) return joined_chunk(x, count, f, join);
  std::vector<double> results((count + chunk - 1) / chunk);
  kernels::parallel(
      results.size(),
      [&](std::size_t first, std::size_t last) {
        for (std::size_t c = first; c < last; ++c) {
          results[c] = joined_chunk(x + c * chunk, std::min(chunk, count - c * chunk), f, join);
        }
      },
      1);
  double all = 0;
  for (const double r : results) all = join(all, r);
  return all;
}

template <class F, class Join>
double joined(const std::vector<Elements>& arrays, const F& f, const Join& join) {
  double all = 0;
  for (const Elements& array : arrays) {
    all = join(all, with_type(array.dtype, [&]<Real T>(T) {
                 return joined(static_cast<const T*>(array.data), array.size, f, join);
               }));
  }
  return all;
}

constexpr auto sum = [](double a, double b) { return a + b; };

// The largest magnitude; NaN where there is one.
double largest_magnitude(const std::vector<Elements>& arrays) {
  return joined(
      arrays, [](double x) { return std::abs(x); }, [](double a, double b) { return a >= b || std::isnan(a) ? a : b; });
}

Norm norm_of(const std::vector<Elements>& arrays, double order) {
  if (order == 2) {  // at once, unless squares have overflowed or vanished
    const double squares = joined(
        arrays, [](double x) { return x * x; }, sum);
    if (squares > 1e-200 && std::isfinite(squares)) return {1, std::sqrt(squares)};
  }
  const double largest = largest_magnitude(arrays);
  if (!(largest > 0) || std::isinf(largest) || std::isinf(order)) return {largest, 1};
  if (order == 2) {
    return {largest, std::sqrt(joined(
                         arrays, [=](double x) { return (x / largest) * (x / largest); }, sum))};
  }
  const double powers = joined(
      arrays, [=](double x) { return std::pow(std::abs(x) / largest, order); }, sum);
  return {largest, std::pow(powers, 1 / order)};
}

void require_order(std::string_view owner, double order, const CallSite& site) {
  constexpr OptionLimits above_zero{0, limits::infinity, true};
  require_option(owner, "order", above_zero, order, "2 is the root of the sum of squares", site);
}
// What both ways of clipping by a norm are given.
void require_limits(std::string_view owner, double max_norm, const ClipOptions& options, const CallSite& site) {
  constexpr OptionLimits not_negative{0, limits::infinity};
  require_option(owner, "max_norm", not_negative, max_norm, "1 is a usual one", site);
  require_order(owner, options.order, site);
}

void require_finite(std::string_view owner, const Norm& norm, const ClipOptions& options, const CallSite& site) {
  if (!options.error_if_nonfinite || std::isfinite(norm.largest)) return;
  throw NumberError(std::string(owner) + ": the gradients hold " + option_text(norm.largest) + text(site) +
                    ", so that they cannot be scaled. tape.why(loss) tells where it comes from");
}

// What gradients of that norm are multiplied by. As PyTorch: 0 for an infinity, NaN for a NaN.
double factor_for(const Norm& norm, double max_norm) {
  if (std::isnan(norm.largest)) return norm.largest;
  if (norm.value() > max_norm) return std::isinf(norm.largest) ? 0 : max_norm / norm.largest / norm.rest;
  return 1;
}

Elements elements(const Node* gradient) { return {gradient->dtype, gradient->data, gradient->shape.size()}; }

}  // namespace

void Gradients::scale(Item& item, double factor) {
  with_type(item.gradient->dtype, [&]<Real T>(T) { replace(item, held<T>(item.gradient) * factor); });
}

double Gradients::global_norm(double order, CallSite site) const {
  require_order("global_norm", order, site);
  std::vector<Elements> arrays;
  for (const Item& item : items_) arrays.push_back(elements(item.gradient));
  return norm_of(arrays, order).value();
}

double Gradients::clip_by_global_norm(double max_norm, ClipOptions options, CallSite site) {
  constexpr std::string_view owner = "clip_by_global_norm";
  require_limits(owner, max_norm, options, site);
  std::vector<Elements> arrays;
  for (const Item& item : items_) arrays.push_back(elements(item.gradient));
  const Norm norm = norm_of(arrays, options.order);
  require_finite(owner, norm, options, site);
  const double factor = factor_for(norm, max_norm);
  for (Item& item : items_) {
    if (factor != 1) scale(item, factor);
  }
  return norm.value();
}

double Gradients::clip_by_norm(double max_norm, ClipOptions options, CallSite site) {
  constexpr std::string_view owner = "clip_by_norm";
  require_limits(owner, max_norm, options, site);
  std::vector<Norm> norms;
  for (const Item& item : items_) {
    norms.push_back(norm_of({elements(item.gradient)}, options.order));
    require_finite(owner, norms.back(), options, site);
  }
  double largest = 0;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const double norm = norms[i].value(), factor = factor_for(norms[i], max_norm);
    if (factor != 1) scale(items_[i], factor);
    if (!(largest >= norm)) largest = std::isnan(largest) ? largest : norm;
  }
  return largest;
}

void Gradients::clip_by_value(double limit, CallSite site) {
  constexpr OptionLimits not_negative{0, limits::infinity};
  require_option("clip_by_value", "limit", not_negative, limit, "1 is a usual one", site);
  for (Item& item : items_) {
    with_type(item.gradient->dtype,
              [&]<Real T>(T) { replace(item, clip(held<T>(item.gradient), -limit, limit, site)); });
  }
}

}  // namespace tapegrad
