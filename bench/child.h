// Programs that the benchmark starts: peers that answer over pipes, and commands whose cost is measured.
#pragma once
#include <sys/types.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace bench {

using Command = std::vector<std::string>;

/// A program that speaks the protocol of peers/protocol.h. Ends when this is destroyed.
class Peer {
 public:
  explicit Peer(const Command& command);
  ~Peer();
  Peer(Peer&& other) noexcept;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  /// Microseconds of `count` calls; nothing if the peer does not have this case or has died.
  std::optional<double> microseconds(const std::string& name, long count);
  /// The most memory it has held, in KiB.
  std::optional<double> peak_memory();

 private:
  std::optional<double> ask(const std::string& request);
  pid_t id_ = -1;
  FILE *to_ = nullptr, *from_ = nullptr;
};

struct Cost {
  double seconds = 0;
  long peak_kib = 0;
  bool succeeded = false;
};
/// Runs a command to its end, without its output.
Cost cost_of(const Command& command);

}  // namespace bench
