#include "data/readers/lines.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tapegrad/error.h"

namespace tapegrad::nn {
namespace {
constexpr std::size_t piece = std::size_t(1) << 17;
}

Lines::Lines(std::string_view format, const std::string& path, const CallSite& site)
    : format_(format), path_(path), site_(site), file_(std::fopen(path.c_str(), "rb")) {
  if (!file_) fail("cannot open " + path_ + ": " + std::strerror(errno));
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  read_on();
  skip_mark();
}

void Lines::fail(const std::string& reason) const { throw FormatError(format_ + ": " + reason + text(site_)); }

void Lines::skip_mark() {
  while (end_ < 3 && !at_end_of_file_) read_on();
  if (rest().starts_with("\xEF\xBB\xBF")) at_ = 3;
  if (!rest().starts_with("\xFF\xFE") && !rest().starts_with("\xFE\xFF")) return;
  fail(path_ + ", line 1: begins with the mark of UTF-16. Save it as UTF-8");
}

// Moves what is left to the begin of the buffer and reads behind it.
void Lines::read_on() {
  std::copy(buffer_.begin() + std::ptrdiff_t(at_), buffer_.begin() + std::ptrdiff_t(end_), buffer_.begin());
  end_ -= at_;
  at_ = 0;
  newline_ = 0;
  if (buffer_.size() - end_ < piece) buffer_.resize(std::max(2 * buffer_.size(), 2 * piece));
  const std::size_t count = std::fread(buffer_.data() + end_, 1, piece, file_.get());
  if (count == 0 && std::ferror(file_.get())) fail("cannot read " + path_ + ": " + std::strerror(errno));
  at_end_of_file_ = count == 0;
  end_ += count;
}

bool Lines::next(std::string_view& line) {
  std::size_t searched = 0;  // of what is left
  for (;;) {
    if (newline_ < at_ + searched || newline_ == 0) {
      newline_ = at_ + std::min(rest().find('\n', searched), rest().size());
    }
    const std::string_view before(buffer_.data() + at_, newline_ - at_);
    const std::size_t length = std::min(before.find('\r', searched), before.size());
    const std::size_t behind = at_ + length + 1;
    const bool ends = at_ + length < end_ && (behind < end_ || buffer_[at_ + length] == '\n' || at_end_of_file_);
    if (ends || (at_end_of_file_ && at_ < end_) || rest().find('\0', searched) != std::string_view::npos) {
      line = before.substr(0, length);
      const bool both = ends && buffer_[at_ + length] == '\r' && behind < end_ && buffer_[behind] == '\n';
      at_ = ends ? behind + both : end_;
      ++number_;
      return true;
    }
    if (at_end_of_file_) return false;
    searched = length;
    read_on();
  }
}

}  // namespace tapegrad::nn
