// The cases of scalars in ADOL-C, taped anew in every evaluation. With --keep-tape each is taped once, and an
// evaluation is a call of gradient(). usage: tapegrad_bench_peer_adolc [threads] [--keep-tape], then requests
#include <adolc/adolc.h>

#include <string_view>

#include "scalar_peer.h"

namespace {

bool keep_tape = false;
constexpr short tag = 1;

template <class F>
class Recorded {
 public:
  explicit Recorded(const F& f) : f_(f), x_(f.at.size()) {}
  void run(bench::scalars::Numbers& g) {
    const int count = int(x_.size());
    if (!keep_tape || !recorded_) record();
    if (keep_tape) {
      gradient(tag, count, f_.at.data(), g.data());
    } else {
      reverse(tag, 1, count, 0, 1.0, g.data());
    }
  }

 private:
  // With buffers so large that nothing is written to files, and the values that a reverse sweep needs kept.
  void record() {
    constexpr unsigned most = 1u << 23;
    trace_on(tag, 1, most, most, most, most);
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] <<= f_.at[i];
    double value = 0;
    f_(x_) >>= value;
    trace_off();
    recorded_ = true;
  }
  F f_;
  std::vector<adouble> x_;
  bool recorded_ = false;
};

}  // namespace

int main(int count, char** words) {
  for (int i = 1; i < count; ++i) keep_tape |= std::string_view(words[i]) == "--keep-tape";
  return bench::serve(bench::scalar_makers<Recorded>());
}
