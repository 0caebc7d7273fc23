// `using namespace tapegrad` brings in what a program types, and leaves it words of its own.
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>
#include <tapegrad/inspect/chart.h>
#include <tapegrad/tape/statistics.h>

#include <doctest/doctest.h>

using namespace tapegrad;

struct Arena {};
struct Block {};
struct Context {};
struct Dtype {};
struct Edge {};
struct Entry {};
struct Inputs {};
struct Kind {
  int number = 1;
};
struct Leaf {};
struct Linearization {};
struct Mark {};
struct Node {
  Kind kind;
};
struct Push {};
struct Recorder {};
struct Replay {};
struct Series {};
struct Slice {};
struct Slices {};
struct Sweep {
  Node node;
};

template <class... Own>
constexpr std::size_t count_of = sizeof...(Own);

TEST_CASE("a program that uses the namespace may have a Node, an Entry or a Sweep of its own") {
  const Sweep sweep{Node{Kind{2}}};
  CHECK(sweep.node.kind.number == 2);

  CHECK(count_of<Arena, Block, Context, Dtype, Edge, Entry, Inputs, Leaf, Linearization, Mark, Push, Recorder, Replay,
                 Series, Slice, Slices> == 16);

  Tape tape;
  const Tensor<double> x = variable(Tensor<double>(3.0));
  CHECK(tape.backward(x * x)[x].item() == 6);
}
