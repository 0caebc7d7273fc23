// The Greeks of a book of 1000 European options: what it is worth, recorded in scalars, and one sweep for 4000 first
// derivatives. The scalars hold dual numbers that move with the spots, so the same sweep gives gamma, the derivative of
// delta. The formula is Black and Scholes's of 1973, as in Hull, "Options, Futures, and Other Derivatives".
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

using namespace tapegrad;
using Number = Scalar<Dual<double>>;

struct Contract {
  double sign, strike;  // 1 for a call, -1 for a put
};
template <class T>
struct Market {
  T spot, rate, volatility, years;
};
struct Greeks {
  double delta, vega, rho, theta, gamma;
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
          -m.spot * density * m.volatility / (2 * root) - m.rate * paid, density / (m.spot * spread)};
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
  std::vector<Market<Number>> inputs;
  for (const Market<double>& m : markets) {
    inputs.push_back({variable(Dual<double>::input(m.spot)), variable(Dual<double>(m.rate)),
                      variable(Dual<double>(m.volatility)), variable(Dual<double>(m.years))});
  }
  Number worth = 0;
  for (std::size_t i = 0; i < book.size(); ++i) worth += price(book[i], inputs[i]);
  const Gradients g = tape.backward(worth);

  Greeks total{};
  double worst = 0;
  std::printf("        strike    spot   delta    vega     rho    theta   gamma\n");
  for (std::size_t i = 0; i < book.size(); ++i) {
    const Market<Number>& m = inputs[i];
    const Greeks found{g[m.spot].value, g[m.volatility].value, g[m.rate].value, -g[m.years].value, g[m.spot].along()};
    const Greeks exact = closed_form(book[i], markets[i]);
    worst = std::max({worst, std::abs(found.delta - exact.delta), std::abs(found.vega - exact.vega),
                      std::abs(found.rho - exact.rho), std::abs(found.theta - exact.theta),
                      std::abs(found.gamma - exact.gamma)});
    total.delta += found.delta;
    total.gamma += found.gamma;
    if (i >= 6) continue;
    std::printf("%-6s  %6.2f  %6.2f  %6.3f  %6.2f  %6.2f  %7.3f  %6.4f\n", book[i].sign > 0 ? "call" : "put",
                book[i].strike, markets[i].spot, found.delta, found.vega, found.rho, found.theta, found.gamma);
  }
  std::printf("book of 1000, worth %.2f: delta %.2f, gamma %.3f\n", worth.value().value, total.delta, total.gamma);
  std::printf("largest difference from the closed forms: %.1e\n", worst);
  return worst < 1e-10 ? 0 : 1;
}
