// The lines of a text file, read in large pieces.
#pragma once
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/call_site.h"

namespace tapegrad::nn {

/// A line ends with LF, CRLF or CR, or where the file does. The mark of UTF-8 at the begin of the file is passed over.
/// Throws FormatError, in the name of the format, where the file cannot be opened or read, and where it is UTF-16.
class Lines {
 public:
  Lines(std::string_view format, const std::string& path, const CallSite& site);
  /// The next line, which stays until the one after it is asked for. False at the end of the file. What looks like no
  /// text at all, NUL bytes without an end, is handed out as a line too.
  bool next(std::string_view& line);
  /// Of the last line that was handed out, from 1.
  std::size_t number() const { return number_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail(const std::string& reason) const;
  void read_on();
  void skip_mark();
  std::string_view rest() const { return {buffer_.data() + at_, end_ - at_}; }

  std::string format_, path_;
  CallSite site_;
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, end_ = 0;  // what is read and not handed out yet
  std::size_t newline_ = 0;       // the first LF from at_ on, or end_; behind at_ where it is not known
  bool at_end_of_file_ = false;
  std::size_t number_ = 0;
};

}  // namespace tapegrad::nn
