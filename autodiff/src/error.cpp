#include "tapegrad/error.h"

namespace tapegrad {

std::string text(const Where& where) {
  if (where.line() == 0) return "";
  std::string file = where.file_name();
  return " [" + file.substr(file.rfind('/') + 1) + ":" + std::to_string(where.line()) + "]";
}

}  // namespace tapegrad
