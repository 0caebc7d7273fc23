#include "tapegrad/nn/plot.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace tapegrad::nn {

void write_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".part";
  {
    std::ofstream out(temporary, std::ios::binary);
    out << text;
    out.flush();
    if (!out) {
      std::remove(temporary.c_str());
      throw Error("write_file: cannot write " + temporary);
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::remove(temporary.c_str());
    throw Error("write_file: cannot rename " + temporary + " to " + path);
  }
}

std::string svg_curves(const History& history, const std::string& title) {
  constexpr double width = 640, height = 400, left = 60, right = 150, top = 40, bottom = 40;
  const char* colors[] = {"#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2"};
  double highest = 0;
  std::size_t epochs = 1;
  for (const auto& [name, values] : history) {
    for (double v : values) highest = std::max(highest, v);
    epochs = std::max(epochs, values.size());
  }
  if (highest <= 0) highest = 1;
  auto x = [&](std::size_t i) { return left + (width - left - right) * double(i) / double(std::max<std::size_t>(1, epochs - 1)); };
  auto y = [&](double v) { return height - bottom - (height - top - bottom) * v / highest; };
  std::ostringstream out;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\""
      << left << "\" y=\"24\" font-size=\"16\">" << title << "</text>\n";
  for (int tick = 0; tick <= 4; ++tick) {
    const double v = highest * tick / 4;
    out << "<line x1=\"" << left << "\" x2=\"" << width - right << "\" y1=\"" << y(v) << "\" y2=\"" << y(v)
        << "\" stroke=\"#ddd\"/><text x=\"8\" y=\"" << y(v) + 4 << "\">" << v << "</text>\n";
  }
  std::size_t series = 0;
  for (const auto& [name, values] : history) {
    const char* color = colors[series % 6];
    out << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << color << "\" points=\"";
    for (std::size_t i = 0; i < values.size(); ++i) out << x(i) << ',' << y(values[i]) << ' ';
    out << "\"/><text x=\"" << width - right + 12 << "\" y=\"" << top + 18 * double(++series) << "\" fill=\"" << color
        << "\">" << name << "</text>\n";
  }
  out << "<text x=\"" << (left + width - right) / 2 << "\" y=\"" << height - 8 << "\">epoch</text>\n</svg>\n";
  return out.str();
}

}  // namespace tapegrad::nn
