// Line charts as SVG pictures, and files that are whole or absent.
#pragma once
#include <string>
#include <vector>

namespace tapegrad {

/// Writes text to path + ".part", then renames it: a file is whole or absent, and an older one stays until the new one
/// is complete. Throws Error when it cannot.
void write_file(const std::string& path, const std::string& text);

struct Chart {
  /// One line. Points that are not finite (or not above 0 on a logarithmic axis) are left out.
  struct Series {
    std::string name;
    std::vector<double> x, y;
  };
  std::string title, x_label;
  std::vector<Series> series;
  bool logarithmic = false;  ///< both axes, with a line at each second or so power of ten
};
/// The chart as an SVG picture of 640 x 400. Linear axes contain 0.
std::string svg(const Chart& chart);

}  // namespace tapegrad
