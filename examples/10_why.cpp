// Three broken little nets, and what the tape says of each: why is a gradient missing, zero or not a number?
#include <iostream>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

namespace {

const Tensor<float> patients = xt::xarray<float>{{0.5f, -1.f}, {2.f, 1.f}, {-1.f, 3.f}};

bool says(const std::string& told, const std::string& expected) {
  std::cout << "  " << told << "\n\n";
  return told.find(expected) != std::string::npos;
}

// The bias pushes every hidden unit below 0: relu is dead, and the weights in front of it never learn.
bool dead_relu() {
  std::cout << "A net that does not learn:\n";
  Tensor<float> weight = variable(xt::xarray<float>{{0.1f, 0.2f}, {-0.3f, 0.1f}}, "weight");
  Tensor<float> bias = variable(xt::xarray<float>{-5.f, -5.f}, "bias");
  Tape tape({.keep_values = true});
  Tensor<float> hidden = relu(linear(patients, weight, bias));
  tape.backward(sum(hidden));
  return says(tape.why(weight), "6 of 6 elements of its input are negative");
}

// A class is chosen by its place, and places have no derivative.
bool cut_off() {
  std::cout << "A net whose scores get no gradient:\n";
  Tensor<float> scores = variable(xt::xarray<float>{{1.f, 2.f}, {0.f, -1.f}}, "scores");
  Tensor<float> scale = variable(xt::xarray<float>{1.f}, "scale");
  Tape tape({.keep_values = true});
  const Indices chosen = argmax(matmul(patients, scores), 1);
  Tensor<float> loss = sum(scale * static_cast<float>(chosen.data()[0] + chosen.data()[1]));
  tape.backward(loss);
  return says(tape.why(scores), "a place has no derivative");
}

// A factor of 0 hides the root of 0 from the loss, but not from the derivative, which is infinite. where(squared > 0,
// root, 0) hides it from both.
bool not_a_number() {
  std::cout << "A distance whose gradient is not a number:\n";
  Tensor<float> squared = variable(xt::xarray<float>{4.f, 0.f, 9.f}, "squared");
  auto distance = [&] {
    Tensor<float> root = sqrt(squared);
    return sum(root * cast<float>(squared > 0));
  };
  bool expected = false;
  {
    Tape tape({.keep_values = true});
    tape.backward(distance());
    expected = says(tape.why(squared), "which is 0 times a derivative that is not finite");
  }
  std::cout << "The same, stopped at once by check_numbers:\n";
  try {
    Tape tape({.check_numbers = true});
    tape.backward(distance());
    return false;
  } catch (const NumberError& error) {
    return says(error.what(), "made nan at element (1) of the gradient of squared") && expected;
  }
}

}  // namespace

int main() {
  const bool dead = dead_relu(), cut = cut_off(), nan = not_a_number();
  return dead && cut && nan ? 0 : 1;
}
