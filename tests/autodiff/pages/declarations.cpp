#include "pages/declarations.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <regex>

namespace pages {
namespace {

bool begins(const std::string& text, std::string_view with) { return text.starts_with(with); }

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \n"), last = text.find_last_not_of(" \n");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

// The end of the bracket that opens at `open`: the place behind its partner.
std::size_t behind_bracket(const std::string& text, std::size_t open) {
  const char left = text[open], right = left == '(' ? ')' : left == '<' ? '>' : '}';
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    depth += (text[i] == left) - (text[i] == right);
    if (depth == 0) return i + 1;
  }
  return text.size();
}

// Without `template <...>`, `requires ...` and attributes.
std::string bare(std::string text) {
  while (begins(text = trimmed(text), "template <")) text.erase(0, behind_bracket(text, text.find('<')));
  if (begins(text, "requires(")) text.erase(0, behind_bracket(text, text.find('(')));
  else if (begins(text, "requires ")) text.erase(0, text.find('\n'));
  text = trimmed(text);
  if (begins(text, "[[")) text.erase(0, text.find("]]") + 2);
  return trimmed(text);
}

std::vector<std::string> parameters(const std::string& list) {
  std::vector<std::string> all(1);
  int depth = 0;
  for (const char c : list) {
    depth += std::string_view("(<{[").find(c) != std::string_view::npos;
    depth -= std::string_view(")>}]").find(c) != std::string_view::npos;
    if (c == ',' && depth == 0) all.emplace_back();
    else all.back() += c;
  }
  return all;
}

// "const Tensor<T>& x" is x, "long axis = -1" is axis = -1, "ReduceOptions options = {}" is options.
std::string name_of_parameter(const std::string& parameter) {
  const std::size_t equals = parameter.find(" = ");
  const std::string declared = trimmed(parameter.substr(0, equals));
  std::string name = declared.substr(declared.find_last_of(" &") + 1);
  if (declared.find("...") != std::string::npos) name += "...";
  const std::string value = equals == std::string::npos ? "" : trimmed(parameter.substr(equals));
  return value.empty() || value == "= {}" ? name : name + " " + value;
}

/// Reads the lines of a header one after the other.
class Reader {
 public:
  Header read(const std::filesystem::path& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) take(line);
    return std::move(header_);
  }

 private:
  void take(std::string line) {
    if (!inside_) {
      if (begins(line, "//") && !guarded_) add_words(header_.words, line);
      guarded_ = guarded_ || begins(line, "#");
      inside_ = line == "namespace tapegrad {";
    } else if (hidden_) {
      hidden_ = !begins(line, "}  // namespace");
    } else if (begins(line, "namespace ")) {
      hidden_ = true;
    } else if (text_.empty() && begins(line, "//")) {
      if (!commented_) words_.clear(), owner_.clear();
      commented_ = true;
      for_users_ = begins(line, "///");
      add_words(words_, line);
    } else if (text_.empty() && line.empty()) {
      words_.clear();
      commented_ = false;
    } else {
      commented_ = false;
      text_ += line.substr(0, line.find("  //")) + '\n';
      end_of_declaration();
    }
  }

  static void add_words(std::string& words, const std::string& line) {
    const std::size_t first = line.find_first_not_of('/');
    if (first == std::string::npos) words += "\n";
    else words += (words.empty() || words.back() == '\n' ? "" : " ") + line.substr(first + (line[first] == ' '));
  }

  // Whether the declaration is complete: at a semicolon, or at the end of its body.
  void end_of_declaration() {
    int round = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      round += (text_[i] == '(') - (text_[i] == ')');
      if (round > 0 || (text_[i] != ';' && text_[i] != '{')) continue;
      if (text_[i] == '{' && std::ranges::count(text_, '{') > std::ranges::count(text_, '}')) return;
      add(bare(text_.substr(0, i)));
      text_.clear();
      return;
    }
  }

  void add(const std::string& text) {
    static const std::regex function("\\b([a-z][a-z0-9_]*)\\(");
    for (const char* other : {"using ", "struct ", "class ", "enum ", "concept ", "extern ", "inline constexpr "}) {
      if (begins(text, other)) return;
    }
    std::smatch found;
    if (!std::regex_search(text, found, function)) return;
    const std::string before = found.prefix(), name = found[1];
    if (before.find("operator") != std::string::npos || text.find("Operand<") != std::string::npos) return;
    const std::size_t open = before.size() + name.size();
    add(name, before, text.substr(open + 1, behind_bracket(text, open) - open - 2));
  }

  void add(const std::string& name, const std::string& returned, const std::string& list) {
    const auto at = std::ranges::find(header_.declarations, name, &Declaration::name);
    Declaration& found = at == header_.declarations.end() ? header_.declarations.emplace_back() : *at;
    found.name = name;
    if (owner_.empty()) owner_ = name;
    if (found.words.empty()) {
      found.words = words_;
      found.own_words = owner_ == name;
    } else if (for_users_ && owner_ == name && found.words.find(words_) == std::string::npos) {
      found.words += " " + words_;
    }
    found.gives_numbers = found.gives_numbers || returned.find("<T") != std::string::npos ||
                          returned.find("auto") != std::string::npos;
    std::string call;
    for (const std::string& parameter : parameters(list)) {
      if (parameter.find("CallSite") != std::string::npos || trimmed(parameter).empty()) continue;
      call += (call.empty() ? "" : ", ") + name_of_parameter(parameter);
      static const std::regex tensor("(Tensor|Complex)<|[XAB]&&? ");
      found.reads_tensor = found.reads_tensor || std::regex_search(parameter, tensor);
    }
    call = name + "(" + call + ")";
    if (std::ranges::find(found.calls, call) == found.calls.end()) found.calls.push_back(call);
  }

  Header header_;
  std::string words_, owner_, text_;  // of the comment; the name below it; of the declaration that is being read
  bool guarded_ = false, inside_ = false, hidden_ = false, commented_ = false, for_users_ = false;
};

}  // namespace

Header read_header(const std::filesystem::path& path) { return Reader().read(path); }

}  // namespace pages
