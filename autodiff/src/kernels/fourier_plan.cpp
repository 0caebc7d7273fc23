#include "kernels/fourier_plan.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>
#include <utility>

#include "kernels/fourier_transform.h"
#include "tapegrad/functions/lanes.h"

namespace tapegrad::kernels {

// The angle is brought below pi / 4 in integers: it is 2 pi a / (8 n).
std::complex<double> root_of_one(std::size_t j, std::size_t n) {
  std::size_t a = j % n * 8;
  const bool above = a > 4 * n;
  if (above) a = 8 * n - a;
  const bool left = a > 2 * n;
  if (left) a = 4 * n - a;
  const bool steep = a > n;
  if (steep) a = 2 * n - a;
  const double angle = std::numbers::pi / 4 * (static_cast<double>(a) / static_cast<double>(n));
  double cosine = std::cos(angle), sine = std::sin(angle);
  if (steep) std::swap(cosine, sine);
  return {left ? -cosine : cosine, above ? sine : -sine};
}

namespace {

constexpr std::size_t longest_in_stages = 4096;  // what is longer is cut, so that its parts stay in a core's cache

// Fours first: they make the stride of all later stages as long as a register.
std::vector<std::size_t> radices_of(std::size_t length) {
  std::vector<std::size_t> radices;
  for (const std::size_t radix : {4, 2, 3, 5}) {
    for (; length % radix == 0; length /= radix) radices.push_back(radix);
  }
  for (std::size_t radix = 7; length > 1; radix += 2) {
    for (; length % radix == 0; length /= radix) radices.push_back(radix);
  }
  return radices;
}

std::size_t largest_factor(std::size_t length) {
  std::size_t largest = 1;
  for (std::size_t p = 2; p * p <= length; ++p) {
    for (; length % p == 0; length /= p) largest = p;
  }
  return std::max(largest, length);
}

// The least number of that size or more which fours, twos, threes and fives make.
std::size_t smooth_from(std::size_t least) {
  std::size_t best = 1;
  while (best < least) best *= 2;
  for (std::size_t fives = 1; fives < best; fives *= 5) {
    for (std::size_t odd = fives; odd < best; odd *= 3) {
      std::size_t length = odd;
      while (length < least) length *= 2;
      best = std::min(best, length);
    }
  }
  return best;
}

template <class T>
using Plan = FourierPlan<T>;

template <class T>
std::shared_ptr<Plan<T>> plan_in_stages(std::size_t length) {
  auto plan = std::make_shared<Plan<T>>();
  plan->length = length;
  std::size_t rest = length;
  for (const std::size_t radix : radices_of(length)) {
    const std::size_t before = rest;
    rest /= radix;
    plan->stages.push_back({radix, rest, plan->turns.re.size(), plan->roots.re.size()});
    for (std::size_t p = 0; p < rest; ++p) {
      for (std::size_t k = 1; k < radix; ++k) plan->turns.push_back(root_of_one(p * k, before));
    }
    for (std::size_t j = 0; radix % 2 && j < radix; ++j) plan->roots.push_back(root_of_one(j, radix));
  }
  return plan;
}

template <class T>
std::shared_ptr<Plan<T>> plan_in_parts(std::size_t length) {
  auto rows = static_cast<std::size_t>(std::sqrt(static_cast<double>(length)));
  while (length % rows) --rows;
  const std::size_t columns = length / rows;
  auto plan = std::make_shared<Plan<T>>();
  plan->length = length;
  plan->columns = plan_in_stages<T>(rows);  // a column has an element of each row
  plan->rows = plan_in_stages<T>(columns);
  for (std::size_t k = 0; k < rows; ++k) {
    for (std::size_t lane = 0; lane < Lanes<T>::count; ++lane)
      plan->lane_turns.push_back(root_of_one(k * lane, length));
  }
  std::size_t fine = 1;
  while (fine * fine < length) fine *= 2;
  for (std::size_t j = 0; j < fine; ++j) plan->fine_turns.push_back(root_of_one(j, length));
  for (std::size_t j = 0; j < length; j += fine) plan->coarse_turns.push_back(root_of_one(j, length));
  return plan;
}

template <class T>
std::shared_ptr<Plan<T>> plan_by_convolution(std::size_t length) {
  auto plan = std::make_shared<Plan<T>>();
  plan->length = length;
  const std::size_t room = smooth_from(2 * length - 1);
  plan->convolution = fourier_plan<T>(room);
  // Its spectrum is computed in double for either type, with the factor of the inverse transform.
  const std::shared_ptr<const Plan<double>> exact = fourier_plan<double>(room);
  std::vector<double> memory(6 * room);
  const Planar<double> a{&memory[0], &memory[room]}, b = a.from(2 * room), c = a.from(4 * room);
  for (std::size_t j = 0; j < length; ++j) {
    const std::complex<double> chirp = root_of_one(j * j % (2 * length), 2 * length);
    plan->chirp.push_back(chirp);
    for (const std::size_t place : {j, (room - j) % room}) {
      a.re[place] = chirp.real() / static_cast<double>(room);
      a.im[place] = -chirp.imag() / static_cast<double>(room);
    }
  }
  const Planar<double> spectrum = transform(*exact, a, b, c, 1);
  for (std::size_t k = 0; k < room; ++k) plan->chirp_spectrum.push_back({spectrum.re[k], spectrum.im[k]});
  return plan;
}

template <class T>
std::shared_ptr<const Plan<T>> plan_for(std::size_t length) {
  if (largest_factor(length) > largest_radix) return plan_by_convolution<T>(length);
  return length > longest_in_stages ? plan_in_parts<T>(length) : plan_in_stages<T>(length);
}

template <class T>
std::shared_ptr<const RealFourierPlan<T>> real_plan_for(std::size_t length) {
  auto plan = std::make_shared<RealFourierPlan<T>>();
  plan->length = length;
  plan->complex = fourier_plan<T>(length % 2 ? length : length / 2);
  for (std::size_t k = 0; length % 2 == 0 && k <= length / 2; ++k) plan->turns.push_back(root_of_one(k, length));
  return plan;
}

// The plans used last, the latest first. Never destroyed, so that threads may outlive main.
template <class Plan>
class Plans {
 public:
  // Made by make(length) where it is not there.
  static std::shared_ptr<const Plan> get(std::size_t length, std::shared_ptr<const Plan> (*make)(std::size_t)) {
    static Plans& all = *new Plans;
    if (auto plan = all.find(length)) return plan;
    const std::shared_ptr<const Plan> plan = make(length);
    all.keep(plan);
    return plan;
  }

 private:
  std::shared_ptr<const Plan> find(std::size_t length) {
    std::lock_guard lock(mutex_);
    for (auto plan = plans_.begin(); plan != plans_.end(); ++plan) {
      if ((*plan)->length != length) continue;
      std::rotate(plans_.begin(), plan, plan + 1);
      return plans_.front();
    }
    return nullptr;
  }
  void keep(const std::shared_ptr<const Plan>& plan) {
    std::lock_guard lock(mutex_);
    if (plans_.size() == most) plans_.pop_back();
    plans_.insert(plans_.begin(), plan);
  }

  static constexpr std::size_t most = 32;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const Plan>> plans_;
};

}  // namespace

template <class T>
std::shared_ptr<const FourierPlan<T>> fourier_plan(std::size_t length) {
  return Plans<FourierPlan<T>>::get(length, plan_for<T>);
}
template <class T>
std::shared_ptr<const RealFourierPlan<T>> real_fourier_plan(std::size_t length) {
  return Plans<RealFourierPlan<T>>::get(length, real_plan_for<T>);
}
template std::shared_ptr<const FourierPlan<float>> fourier_plan(std::size_t);
template std::shared_ptr<const FourierPlan<double>> fourier_plan(std::size_t);
template std::shared_ptr<const RealFourierPlan<float>> real_fourier_plan(std::size_t);
template std::shared_ptr<const RealFourierPlan<double>> real_fourier_plan(std::size_t);

}  // namespace tapegrad::kernels
