// Code of the user's inside a rule: a hook, the backward of a custom op. For ops only; programs use tape.h.
#pragma once
#include "tapegrad/engine/context.h"

namespace tapegrad::engine {

/// Lives while such code runs. A tape that begins and ends there takes birth numbers of its own; the swept tape, which
/// does not record and so cannot pause, goes on with its numbers afterwards.
class UserCode {
 public:
  UserCode() : context_(context()), next_(context_.next_birth), end_(context_.births_end) {}
  UserCode(const UserCode&) = delete;
  UserCode& operator=(const UserCode&) = delete;
  ~UserCode() {
    if (context_.recording) return;
    context_.next_birth = next_;
    context_.births_end = end_;
  }

 private:
  Context& context_;
  std::uint64_t next_, end_;
};

}  // namespace tapegrad::engine
