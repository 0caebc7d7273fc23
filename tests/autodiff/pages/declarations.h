// What a header of the library says: its functions, as a program calls them, with the words above them.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace pages {

/// All overloads of one name.
struct Declaration {
  std::string name;
  std::vector<std::string> calls;  ///< "sum(x)", "sum(x, axes, options)"
  std::string words;               ///< of the comments above them, or of one above names before them
  bool own_words = false;          ///< they stand above this name, not above one before it
  bool gives_numbers = false;      ///< not only places, a yes and no, a count or a shape
  bool reads_tensor = false;
};

struct Header {
  std::string words;  ///< of the comment at its beginning
  std::vector<Declaration> declarations;
};

/// The functions in namespace tapegrad that a header declares; not operators, nor what takes an operand of one.
Header read_header(const std::filesystem::path& path);

}  // namespace pages
