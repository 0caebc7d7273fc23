#include "tapegrad/error.h"

namespace tapegrad {

std::string text(const CallSite& site) {
  if (site.line() == 0) return "";
  std::string file = site.file_name();
  return " [" + file.substr(file.rfind('/') + 1) + ":" + std::to_string(site.line()) + "]";
}

MemoryError::MemoryError(std::string_view op, std::string what, const CallSite& site)
    : Error(std::string(op) + ": no memory for " + what + text(site) +
            ". Work on fewer rows at once, or in float"),
      wanted_(std::move(what)) {}

}  // namespace tapegrad
