// What fit, evaluate and predict do with rows: splits, order, batches, and what they show.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

// Row i holds the number i.
Tensor<float> numbered(std::size_t rows) {
  Tensor<float> x = Tensor<float>::empty({rows, 1});
  for (std::size_t i = 0; i < rows; ++i) x.mutable_data()[i] = float(i);
  return x;
}

// Remembers the rows of every call, in training and otherwise.
struct Watched {
  nn::Dense layer{1, 1};
  std::vector<std::vector<float>>* trained;
  std::vector<std::vector<float>>* evaluated;
  void parts(nn::Parts& part) { part("layer", layer); }
  Tensor<float> operator()(const Tensor<float>& x) const {
    (Tape::current() ? trained : evaluated)->emplace_back(x.data(), x.data() + x.size());
    return layer(x) * 0;
  }
};

struct Watch {
  std::vector<std::vector<float>> trained, evaluated;
  Watched model{.trained = &trained, .evaluated = &evaluated};
  nn::Training trainer = nn::compile(model, {.loss = nn::mean_squared_error, .optimizer = optim::Sgd()});
};

using Batches = std::vector<std::vector<float>>;

// Runs f with standard output going to `descriptor`, which is then closed.
template <class F>
void redirected(int descriptor, F f) {
  std::fflush(stdout);
  const int kept = dup(STDOUT_FILENO);
  dup2(descriptor, STDOUT_FILENO);
  close(descriptor);
  f();
  std::fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
}

std::string read_all(int descriptor) {
  std::string text;
  char part[4096];
  for (ssize_t count; (count = read(descriptor, part, sizeof part)) > 0;) text.append(part, std::size_t(count));
  close(descriptor);
  return text;
}

template <class F>
std::string through_pipe(F f) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::string text;
  std::thread reader([&] { text = read_all(ends[0]); });
  redirected(ends[1], f);
  reader.join();
  return text;
}

// Both ends of a pseudo-terminal; negative where the machine has none.
std::pair<int, int> terminal_ends() {
  const int ours = posix_openpt(O_RDWR | O_NOCTTY);
  if (ours < 0) return {-1, -1};
  const bool ready = grantpt(ours) == 0 && unlockpt(ours) == 0;
  const int theirs = ready ? open(ptsname(ours), O_RDWR | O_NOCTTY) : -1;
  if (theirs < 0) close(ours);
  return {theirs < 0 ? -1 : ours, theirs};
}

bool terminal_exists() {
  const auto [ours, theirs] = terminal_ends();
  if (theirs < 0) return false;
  close(theirs);
  close(ours);
  return true;
}

template <class F>
std::string through_terminal(F f) {
  const auto ends = terminal_ends();
  const int ours = ends.first, theirs = ends.second;
  REQUIRE(theirs >= 0);
  std::string text;
  std::thread reader([&] { text = read_all(ours); });  // ends when the last descriptor of the other side is closed
  redirected(theirs, f);
  reader.join();
  return text;
}

// Slow enough for the bar to be drawn.
struct Slow {
  nn::Dense layer{1, 1};
  void parts(nn::Parts& part) { part("layer", layer); }
  Tensor<float> operator()(const Tensor<float>& x) const {
    if (Tape::current()) std::this_thread::sleep_for(std::chrono::milliseconds(60));
    return sigmoid(layer(x));
  }
};

std::string shown_by_fit(bool terminal, int verbose) {
  Slow model;
  auto trainer = nn::compile(model, {.loss = nn::binary_cross_entropy, .metrics = {nn::accuracy}});
  const Tensor<float> x = numbered(10), y = Tensor<float>::full({10, 1}, 1);
  auto fit = [&] { trainer.fit(x, y, {.epochs = 2, .batch_size = 4, .validation_split = 0.2, .verbose = verbose}); };
  return terminal ? through_terminal(fit) : through_pipe(fit);
}

}  // namespace

TEST_CASE("the validation split takes the last rows, and without shuffling batches come in order") {
  Watch watch;
  auto history =
      watch.trainer.fit(numbered(10), numbered(10),
                        {.epochs = 1, .batch_size = 3, .shuffle = false, .validation_split = 0.3, .verbose = 0});
  CHECK(watch.trained == Batches{{0, 1, 2}, {3, 4, 5}, {6}});
  CHECK(watch.evaluated == Batches{{7, 8, 9}});
  CHECK(history["loss"].size() == 1);
  // the model says 0: means over rows of squares, whatever the sizes of the batches
  CHECK(history["loss"][0] == doctest::Approx((0 + 1 + 4 + 9 + 16 + 25 + 36) / 7.));
  CHECK(history["val_loss"][0] == doctest::Approx((49 + 64 + 81) / 3.));
}

TEST_CASE("shuffling changes the order every epoch and leaves the held-out rows out") {
  nn::seed(3);
  Watch watch;
  watch.trainer.fit(numbered(10), numbered(10), {.epochs = 2, .batch_size = 8, .validation_split = 0.2, .verbose = 0});
  REQUIRE(watch.trained.size() == 2);
  CHECK(watch.trained[0] != watch.trained[1]);
  for (auto rows : watch.trained) {
    std::sort(rows.begin(), rows.end());
    CHECK(rows == std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7});
  }
}

TEST_CASE("validation data stand in for a split") {
  Watch watch;
  const Tensor<float> held = numbered(2);
  auto history = watch.trainer.fit(
      numbered(4), numbered(4),
      {.shuffle = false, .validation_split = 0, .validation_data = nn::Dataset{held, held}, .verbose = 0});
  CHECK(watch.trained == Batches{{0, 1, 2, 3}});
  CHECK(watch.evaluated == Batches{{0, 1}});
  CHECK(history["val_loss"][0] == doctest::Approx(0.5));
  const Tensor<float> other = numbered(3);
  CHECK_THROWS_WITH_AS(watch.trainer.fit(held, held, {.validation_data = nn::Dataset{held, other}, .verbose = 0}),
                       Contains("evaluate: inputs and targets need the same number of rows"), ShapeError);
}

TEST_CASE("without validation there is no val_ in the history, and no epochs give an empty one") {
  Watch watch;
  auto history = watch.trainer.fit(numbered(4), numbered(4), {.epochs = 3, .verbose = 0});
  CHECK(history.size() == 1);
  CHECK(history["loss"].size() == 3);
  CHECK(watch.evaluated.empty());
  CHECK(watch.trainer.fit(numbered(4), numbered(4), {.epochs = 0}).empty());
}

TEST_CASE("evaluate and predict go through the rows in batches and give means and rows of all") {
  Watch watch;
  CHECK(watch.trainer.evaluate(numbered(7), numbered(7), {.batch_size = 3})["loss"] == doctest::Approx(91 / 7.));
  CHECK(watch.evaluated == Batches{{0, 1, 2}, {3, 4, 5}, {6}});
  const Tensor<float> y = watch.trainer.predict(numbered(70));
  CHECK(text(y.shape()) == "(70, 1)");
  CHECK(watch.evaluated.back().size() == 6);  // 70 = 32 + 32 + 6
  CHECK_THROWS_WITH_AS(watch.trainer.predict(numbered(3), {.batch_size = 0}), Contains("batch_size must be"),
                       DomainError);
  CHECK_THROWS_WITH_AS(watch.trainer.predict(Tensor<float>(1)), Contains("predict: "), ShapeError);

  auto total = [](const Tensor<float>& x) { return sum(x); };
  nn::Training summing(total, {}, {.loss = nn::mean_squared_error});
  CHECK_THROWS_WITH_AS(summing.predict(numbered(3)), Contains("not one row for each"), ShapeError);
}

TEST_CASE("predictions do not depend on the batch size, are not recorded and keep their order") {
  nn::seed(1);
  nn::Sequential model{nn::Dense(1, 4), nn::Tanh(), nn::Dense(4, 2)};
  auto trainer = nn::compile(model, {.loss = nn::mean_squared_error});
  const Tensor<float> x = numbered(50) / 50;
  const Tape tape;
  const Tensor<float> whole = trainer.predict(x, {.batch_size = 50}), parts = trainer.predict(x, {.batch_size = 7});
  CHECK(tape.size() == 0);
  REQUIRE(whole.size() == parts.size());
  for (std::size_t i = 0; i < whole.size(); ++i)
    CHECK(whole.data()[i] == doctest::Approx(parts.data()[i]).epsilon(1e-6));
}

TEST_CASE("a metric of one's own is averaged over rows and stands in the history") {
  Watch watch;
  auto trainer = nn::compile(
      watch.model,
      {.loss = nn::mean_squared_error,
       .metrics = {{"largest", [](const Tensor<float>&, const Tensor<float>& y) { return double(amax(y).item()); }}}});
  auto history = trainer.fit(numbered(5), numbered(5), {.batch_size = 3, .shuffle = false, .verbose = 0});
  CHECK(history["largest"][0] == doctest::Approx((3 * 2 + 2 * 4) / 5.));
}

TEST_CASE("a split that leaves nothing, or is no number, is refused") {
  Watch watch;
  CHECK_THROWS_WITH_AS(watch.trainer.fit(numbered(1), numbered(1), {.validation_split = 0.5}),
                       Contains("leaves no rows"), DomainError);
  CHECK_THROWS_WITH_AS(watch.trainer.fit(numbered(1), numbered(1), {.validation_split = std::nan("")}),
                       Contains("must be in [0, 1)"), DomainError);
}

TEST_CASE("losses and metrics refuse shapes that would broadcast") {
  const Tensor<float> column = numbered(3), row = reshape(column, {3}), nothing = numbered(0);
  CHECK_THROWS_WITH_AS(nn::mean_squared_error(column, row), Contains("the prediction has shape (3, 1)"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::accuracy(column, row), Contains("but the targets have (3,)"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::accuracy(nothing, nothing), Contains("there are no elements"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::accuracy(Tensor<float>(), row), Contains("Reshape one of them"), ShapeError);
}

TEST_CASE("piped, fit prints one plain line an epoch") {
  const std::string text = shown_by_fit(false, 1);
  CHECK_MESSAGE(std::count(text.begin(), text.end(), '\n') == 2, text);
  CHECK_MESSAGE(text.find_first_of("\r\033") == std::string::npos, text);
  CHECK_MESSAGE(text.starts_with("epoch 1/2  accuracy "), text);
  CHECK_MESSAGE(text.find("\nepoch 2/2  accuracy ") != std::string::npos, text);
  CHECK_MESSAGE(text.find("val_loss ") != std::string::npos, text);
  CHECK(shown_by_fit(false, 0).empty());
}

TEST_CASE("on a terminal, fit draws a bar with epoch, batch, time left, loss and metrics") {
  if (!terminal_exists()) {
    MESSAGE("skipped: this machine has no pseudo-terminal");
    return;
  }
  const std::string text = shown_by_fit(true, 1);
  CHECK_MESSAGE(text.find("\repoch 1/2  [============            ] 1/2  0 s left  accuracy ") != std::string::npos,
                text);
  CHECK_MESSAGE(text.find("[========================] 2/2  0 s left") != std::string::npos, text);
  CHECK_MESSAGE(text.find("  loss ") != std::string::npos, text);
  CHECK_MESSAGE(text.find("\r\033[Kepoch 2/2  accuracy ") != std::string::npos, text);
  CHECK(shown_by_fit(true, 0).empty());
}

namespace {

// Says in which mode it was called.
struct Moody {
  nn::Dense layer{1, 1};
  nn::Mode mode = nn::Mode::inference;
  std::vector<std::string>* calls;
  void parts(nn::Parts& part) {
    part("layer", layer);
    part(mode);
  }
  Tensor<float> operator()(const Tensor<float>& x) const {
    calls->push_back(mode == nn::Mode::training ? "training" : "inference");
    if (x.size() == 3) throw Error("three rows");
    return layer(x);
  }
};

}  // namespace

TEST_CASE("fit trains in training mode, validates in inference mode, and leaves the mode as it was") {
  std::vector<std::string> calls;
  Moody model{.calls = &calls};
  auto trainer = nn::compile(model, {.loss = nn::mean_squared_error});
  trainer.fit(numbered(4), numbered(4), {.epochs = 2, .batch_size = 2, .validation_split = 0.5, .verbose = 0});
  CHECK(calls == std::vector<std::string>{"training", "inference", "training", "inference"});
  CHECK(model.mode == nn::Mode::inference);
  CHECK_THROWS_AS(trainer.fit(numbered(3), numbered(3), {.verbose = 0}), Error);
  CHECK(model.mode == nn::Mode::inference);
  model.mode = nn::Mode::training;
  calls.clear();
  trainer.evaluate(numbered(2), numbered(2));
  trainer.predict(numbered(2));
  CHECK(calls == std::vector<std::string>{"inference", "inference"});
  CHECK(model.mode == nn::Mode::training);
}
