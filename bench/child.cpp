#include "child.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

/// In the child: becomes the command. Does not return.
[[noreturn]] void become(const Command& command) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  _exit(127);
}

}  // namespace

Peer::Peer(const Command& command) {
  int requests[2], answers[2];
  if (pipe2(requests, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0) throw std::runtime_error("peer: no pipe");
  std::signal(SIGPIPE, SIG_IGN);  // a dead peer is an absent one
  id_ = fork();
  if (id_ < 0) throw std::runtime_error("peer: cannot fork");
  if (id_ == 0) {
    dup2(requests[0], STDIN_FILENO);
    dup2(answers[1], STDOUT_FILENO);
    become(command);
  }
  close(requests[0]);
  close(answers[1]);
  to_ = fdopen(requests[1], "w");
  from_ = fdopen(answers[0], "r");
}

Peer::Peer(Peer&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      to_(std::exchange(other.to_, nullptr)),
      from_(std::exchange(other.from_, nullptr)) {}

Peer::~Peer() {
  if (id_ < 0) return;
  fclose(to_);  // the peer reads the end of its input and returns
  fclose(from_);
  waitpid(id_, nullptr, 0);
}

std::optional<double> Peer::ask(const std::string& request) {
  std::fprintf(to_, "%s\n", request.c_str());
  std::fflush(to_);
  char line[64];
  if (!std::fgets(line, sizeof line, from_)) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(line, &end);
  return end == line ? std::nullopt : std::optional(number);
}

std::optional<double> Peer::microseconds(const std::string& name, long count) {
  return ask(name + " " + std::to_string(count));
}
std::optional<double> Peer::peak_memory() { return ask("peak"); }

Cost cost_of(const Command& command) {
  const auto begin = std::chrono::steady_clock::now();
  const pid_t id = fork();
  if (id < 0) throw std::runtime_error("cannot fork");
  if (id == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    become(command);
  }
  int status = 0;
  rusage usage{};
  wait4(id, &status, 0, &usage);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return {taken.count(), usage.ru_maxrss, WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

}  // namespace bench
