// Vectors of words: a table that `embedding` reads, and a layer that guesses the word that follows. A step writes only
// the rows of the table whose words were in it: the gradient is made of those rows, and Adam writes no others.
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace tapegrad;

constexpr const char* story =
    "a sailor reads the stars and a sailor reads the wind . the wind fills the sail and the sail pulls the boat . "
    "a gardener reads the sky and a gardener reads the soil . the rain fills the soil and the soil feeds the tree . "
    "the boat carries the sailor and the tree shades the gardener . the stars guide the boat and the sky feeds the rain"
    " .";

struct Guess {
  Guess(std::size_t words, const Key& key)
      : table(normal<float>(key, {words, 12}, 0, 0.1)), next(12, words) {}
  void parts(nn::Parts& part) {
    part("table", table);
    part("next", next);
  }
  Tensor<float> operator()(const Indices& words) const { return next(embedding(table, words)); }

  nn::Parameter<float> table;
  nn::Dense next;
};

int main() {
  nn::seed(4);
  std::map<std::string, std::int32_t> numbers;  // of words
  std::vector<std::int32_t> all;
  std::istringstream in(story);
  for (std::string word; in >> word;) {
    all.push_back(numbers.emplace(word, static_cast<std::int32_t>(numbers.size())).first->second);
  }
  const Indices words(std::vector(all.begin(), all.end() - 1)), followers(std::vector(all.begin() + 1, all.end()));

  Key key(7);
  Guess guess(numbers.size(), key.fold_in(0));
  optim::Adam adam(nn::parameters(guess), {.learning_rate = 0.03});
  const float before = cross_entropy(guess(words), followers).item();

  // One step on two words, looked at.
  const Indices two{numbers["sailor"], numbers["boat"]}, after_two{numbers["reads"], numbers["pulls"]};
  const Tensor<float> old = constant(guess.table);
  {
    Tape tape;
    const Gradients g = tape.backward(cross_entropy(guess(two), after_two));
    const std::size_t rows = g.rows(guess.table)->rows.size();
    std::printf("%zu words; a step on two has a gradient of %zu rows\n", numbers.size(), rows);
    adam.step(g);
  }
  const std::size_t moved = count_nonzero(any(guess.table != old, 1));
  std::printf("and writes %zu\n", moved);

  for (std::uint64_t epoch = 1; epoch <= 30; ++epoch) {
    const Indices order = permutation(key.fold_in(epoch), words.size());
    for (std::size_t at = 0; at + 8 <= order.size(); at += 8) {
      std::vector<std::int32_t> some, behind;
      for (std::size_t i = at; i < at + 8; ++i) {
        some.push_back(words.data()[order.data()[i]]);
        behind.push_back(followers.data()[order.data()[i]]);
      }
      Tape tape;
      adam.step(tape.backward(cross_entropy(guess(Indices(some)), Indices(behind))));
    }
  }
  const float after = cross_entropy(guess(words), followers).item();
  std::printf("cross entropy of the next word: %.3f before, %.3f after\n", before, after);

  // Words that are followed by the same ones have come close to each other.
  const Tensor<float> unit = guess.table / norm(guess.table, 1, {.keepdims = true});
  const auto alike = [&](const char* a, const char* b) { return dot(unit[numbers[a]], unit[numbers[b]]).item(); };
  const float near = alike("sailor", "gardener"), far = alike("sailor", "the");
  std::printf("sailor and gardener: %.2f; sailor and the: %.2f\n", near, far);
  return moved == 2 && after < 1.2f && near > far ? 0 : 1;
}
