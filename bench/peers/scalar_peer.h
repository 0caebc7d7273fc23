// What the peers that record scalars share: they evaluate the functions of the cases and check their gradients first.
#pragma once
#include <cstdlib>
#include <iostream>
#include <memory>

#include "cases/scalar_functions.h"
#include "peers/protocol.h"

namespace bench {

/// Answers requests. Peer<F>(f) is made for a function, and its run(gradient) records and differentiates f at f.at.
/// Ends the program where a gradient is not the one by hand, so that a wrong peer is measured nowhere.
template <template <class> class Peer>
Makers scalar_makers() {
  Makers makers;
  scalars::for_each_case([&](std::string name, auto, const auto& f) {
    makers[name] = [name, f]() -> std::function<void()> {
      auto peer = std::make_shared<Peer<std::decay_t<decltype(f)>>>(f);
      auto gradient = std::make_shared<scalars::Numbers>(f.at.size());
      peer->run(*gradient);
      const double apart = scalars::apart(f, *gradient);
      if (!(apart < 1e-9)) {
        std::cerr << name << ": the peer's gradient and the one by hand are " << apart << " apart\n";
        std::exit(1);
      }
      return [peer, gradient] { peer->run(*gradient); };
    };
  });
  return makers;
}

}  // namespace bench
