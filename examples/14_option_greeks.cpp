// The Greeks of a book of 1000 European options: what it is worth, recorded in scalars, and one sweep for 4000
// derivatives. The formula is Black and Scholes's of 1973, as in Hull, "Options, Futures, and Other Derivatives".
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

using namespace tapegrad;

struct Contract {
  double sign, strike;  // 1 for a call, -1 for a put
};
template <class T>
struct Market {
  T spot, rate, volatility, years;
};
struct Greeks {
  double delta, vega, rho, theta;
};

template <class T>
T normal(const T& z) {
  using std::erf;
  return 0.5 * (1.0 + erf(z / std::sqrt(2.0)));
}

template <class T>
T price(const Contract& option, const Market<T>& m) {
  using std::exp, std::log, std::sqrt;
  const T spread = m.volatility * sqrt(m.years);
  const T d1 = (log(m.spot / option.strike) + (m.rate + 0.5 * m.volatility * m.volatility) * m.years) / spread;
  const T up = option.sign * d1, down = option.sign * (d1 - spread);
  return option.sign * (m.spot * normal(up) - option.strike * exp(-m.rate * m.years) * normal(down));
}

// The textbook's formulas, for comparison.
Greeks closed_form(const Contract& option, const Market<double>& m) {
  const double root = std::sqrt(m.years), spread = m.volatility * root;
  const double d1 = (std::log(m.spot / option.strike) + (m.rate + m.volatility * m.volatility / 2) * m.years) / spread;
  const double density = std::exp(-d1 * d1 / 2) / std::sqrt(2 * std::acos(-1.0));
  const double paid = option.sign * option.strike * std::exp(-m.rate * m.years) * normal(option.sign * (d1 - spread));
  return {option.sign * normal(option.sign * d1), m.spot * density * root, m.years * paid,
          -m.spot * density * m.volatility / (2 * root) - m.rate * paid};
}

int main() {
  nn::Random random(7);
  std::vector<Contract> book;
  std::vector<Market<double>> markets;
  for (int i = 0; i < 1000; ++i) {
    book.push_back({i % 2 ? -1.0 : 1.0, random.uniform(80, 120)});
    markets.push_back({random.uniform(80, 120), random.uniform(0.01, 0.05), random.uniform(0.1, 0.5),
                       random.uniform(0.2, 2.2)});
  }

  Tape tape;
  std::vector<Market<Scalar<double>>> inputs;
  for (const Market<double>& m : markets) {
    inputs.push_back({variable(m.spot), variable(m.rate), variable(m.volatility), variable(m.years)});
  }
  Scalar<double> worth = 0;
  for (std::size_t i = 0; i < book.size(); ++i) worth += price(book[i], inputs[i]);
  const Gradients g = tape.backward(worth);

  Greeks total{};
  double worst = 0;
  std::printf("        strike    spot   delta    vega     rho    theta\n");
  for (std::size_t i = 0; i < book.size(); ++i) {
    const Market<Scalar<double>>& m = inputs[i];
    const Greeks found{g[m.spot], g[m.volatility], g[m.rate], -g[m.years]}, exact = closed_form(book[i], markets[i]);
    worst = std::max({worst, std::abs(found.delta - exact.delta), std::abs(found.vega - exact.vega),
                      std::abs(found.rho - exact.rho), std::abs(found.theta - exact.theta)});
    total = {total.delta + found.delta, total.vega + found.vega, total.rho + found.rho, total.theta + found.theta};
    if (i >= 6) continue;
    std::printf("%-6s  %6.2f  %6.2f  %6.3f  %6.2f  %6.2f  %7.3f\n", book[i].sign > 0 ? "call" : "put", book[i].strike,
                m.spot.value(), found.delta, found.vega, found.rho, found.theta);
  }
  std::printf("book of 1000, worth %.2f: delta %.2f, vega %.1f, rho %.1f, theta %.1f\n", worth.value(), total.delta,
              total.vega, total.rho, total.theta);
  std::printf("largest difference from the closed forms: %.1e\n", worst);
  return worst < 1e-10 ? 0 : 1;
}
