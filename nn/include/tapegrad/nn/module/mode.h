// Training or inference: a mode that the model holds, never a global.
#pragma once
#include <utility>
#include <vector>

#include "tapegrad/nn/module/parts.h"

namespace tapegrad::nn {

/// Sets the mode of every part of the model that has one, nested ones too. Models begin in inference.
template <class M>
void set_mode(M& model, Mode mode) {
  Parts parts;
  parts.list(model);
  for (Mode* each : parts.modes()) *each = mode;
}

/// Sets the mode for a scope; at its end, by an exception too, each part has the mode again that it had before:
/// nn::ModeScope training(model, nn::Mode::training). fit, evaluate and predict do it for their own time. The model
/// must stay where it is in memory, and no other thread may call it then.
class [[nodiscard]] ModeScope {
 public:
  template <class M>
  ModeScope(M& model, Mode mode) {
    Parts parts;
    parts.list(model);
    for (Mode* each : parts.modes()) before_.emplace_back(each, std::exchange(*each, mode));
  }
  ModeScope(ModeScope&& other) noexcept : before_(std::move(other.before_)) { other.before_.clear(); }
  ModeScope& operator=(ModeScope&&) = delete;
  ~ModeScope() {
    for (const auto& [each, mode] : before_) *each = mode;
  }

 private:
  std::vector<std::pair<Mode*, Mode>> before_;
};

}  // namespace tapegrad::nn
