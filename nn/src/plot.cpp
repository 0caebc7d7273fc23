#include "tapegrad/nn/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <locale>
#include <sstream>

namespace tapegrad::nn {

void write_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".part";
  {
    std::ofstream out(temporary, std::ios::binary);
    if (!out) throw Error("write_file: cannot open " + temporary + " for writing. Does its folder exist?");
    out << text;
    out.flush();
    if (!out) {
      std::remove(temporary.c_str());
      throw Error("write_file: cannot write all of " + temporary + ". Is the disk full?");
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::remove(temporary.c_str());
    throw Error("write_file: cannot rename " + temporary + " to " + path);
  }
}

namespace {

constexpr double width = 640, height = 400, left = 60, right = 150, top = 40, bottom = 40;

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      default: result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;  // XML has no control characters
    }
  }
  return result;
}

// What the axes must cover: the epochs, and the finite values together with 0.
struct Extent {
  double low = 0, high = 0;
  std::size_t epochs = 2;
  explicit Extent(const History& history) {
    for (const auto& [name, values] : history) {
      epochs = std::max(epochs, values.size());
      for (const double v : values) {
        if (!std::isfinite(v)) continue;
        low = std::min(low, v);
        high = std::max(high, v);
      }
    }
    if (low == high) high = low + 1;
  }
  double x(std::size_t epoch) const { return left + (width - left - right) * double(epoch) / double(epochs - 1); }
  double y(double v) const { return height - bottom - (height - top - bottom) * (v - low) / (high - low); }
};

void draw_axes(std::ostream& out, const Extent& extent, const std::string& title) {
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      << "<text x=\"" << left << "\" y=\"24\" font-size=\"16\">" << escaped(title) << "</text>\n";
  for (int tick = 0; tick <= 4; ++tick) {
    const double v = extent.low + (extent.high - extent.low) * tick / 4, y = extent.y(v);
    out << "<line x1=\"" << left << "\" x2=\"" << width - right << "\" y1=\"" << y << "\" y2=\"" << y
        << "\" stroke=\"#ddd\"/><text x=\"8\" y=\"" << y + 4 << "\">" << v << "</text>\n";
  }
  out << "<text x=\"" << (left + width - right) / 2 << "\" y=\"" << height - 8 << "\">epoch</text>\n";
}

}  // namespace

std::string svg_curves(const History& history, const std::string& title) {
  constexpr std::array colors{"#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2"};
  const Extent extent(history);
  std::ostringstream out;
  out.imbue(std::locale::classic());  // points have a decimal point, whatever the program's language
  draw_axes(out, extent, title);
  std::size_t series = 0;
  for (const auto& [name, values] : history) {
    const char* color = colors[series % colors.size()];
    out << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << color << "\" points=\"";
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isfinite(values[i])) out << extent.x(i) << ',' << extent.y(values[i]) << ' ';
    }
    out << "\"/><text x=\"" << width - right + 12 << "\" y=\"" << top + 18 * double(++series) << "\" fill=\"" << color
        << "\">" << escaped(name) << "</text>\n";
  }
  out << "</svg>\n";
  return out.str();
}

}  // namespace tapegrad::nn
