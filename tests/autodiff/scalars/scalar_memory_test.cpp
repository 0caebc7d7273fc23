// A log of scalar statements that finds no memory to grow.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/engine/memory.h>

#include <string>
#include <thread>

using namespace tapegrad;
using engine::HeapLimit;

TEST_CASE("scalars go on after a lack of memory") {
  std::thread([] {  // whose logs have no chunks yet
    Tape tape;
    const Scalar<double> x = variable(1.0);
    Scalar<double> y = x;
    std::size_t statements = 0;
    for (int refusals = 0; refusals < 3;) {
      try {
        const HeapLimit limit(0);
        for (;; ++statements) y = y + x;
      } catch (const MemoryError& error) {
        CHECK_MESSAGE(std::string(error.what()).starts_with("scalar: no memory for 1048576 bytes"), error.what());
        ++refusals;
      }
      for (int i = 0; i < 3; ++i, ++statements) y = y + x;
    }
    CHECK(statements > 60000);  // two edges each: the log grew twice
    CHECK(tape.backward(y)[x] == double(statements + 1));
  }).join();
}
