#include "tapegrad/error.h"

namespace tapegrad {

std::string text(const CallSite& site) {
  if (site.line() == 0) return "";
  std::string file = site.file_name();
  return " [" + file.substr(file.rfind('/') + 1) + ":" + std::to_string(site.line()) + "]";
}

}  // namespace tapegrad
