#include "tapegrad/inspect/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <locale>
#include <sstream>

#include "tapegrad/error.h"

namespace tapegrad {

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

// One axis: the numbers that it covers (their logarithms, on a logarithmic one), and where they lie on the picture.
class Axis {
 public:
  Axis(bool logarithmic, double from, double to) : logarithmic_(logarithmic), from_(from), to_(to) {}
  bool shows(double v) const { return std::isfinite(v) && (!logarithmic_ || v > 0); }
  void cover(double v) {
    if (!shows(v)) return;
    low_ = std::min(low_, scaled(v));
    high_ = std::max(high_, scaled(v));
  }
  void close() {
    if (low_ > high_) low_ = high_ = 0;
    if (logarithmic_) {
      low_ = std::floor(low_);
      high_ = std::ceil(high_);
    }
    if (low_ == high_) high_ = low_ + 1;
  }
  double place(double v) const { return from_ + (to_ - from_) * (scaled(v) - low_) / (high_ - low_); }
  std::vector<double> ticks() const {
    std::vector<double> list;
    if (logarithmic_) {
      const double step = std::ceil((high_ - low_) / 8);
      for (double power = low_; power <= high_; power += step) list.push_back(std::pow(10, power));
    } else {
      for (int i = 0; i <= 4; ++i) list.push_back(low_ + (high_ - low_) * i / 4);
    }
    return list;
  }

 private:
  double scaled(double v) const { return logarithmic_ ? std::log10(v) : v; }
  bool logarithmic_;
  double from_, to_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -std::numeric_limits<double>::infinity();
};

struct Axes {
  Axis x, y;
  explicit Axes(const Chart& chart)
      : x(chart.logarithmic, left, width - right), y(chart.logarithmic, height - bottom, top) {
    for (const Chart::Series& s : chart.series) {
      for (std::size_t i = 0; i < s.y.size(); ++i) {
        x.cover(s.x[i]);
        y.cover(s.y[i]);
      }
    }
    if (!chart.logarithmic) {
      x.cover(0);
      y.cover(0);
    }
    x.close();
    y.close();
  }
};

void draw_axes(std::ostream& out, const Axes& axes, const Chart& chart) {
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      << "<text x=\"" << left << "\" y=\"24\" font-size=\"16\">" << escaped(chart.title) << "</text>\n";
  for (const double v : axes.y.ticks()) {
    const double y = axes.y.place(v);
    out << "<line x1=\"" << left << "\" x2=\"" << width - right << "\" y1=\"" << y << "\" y2=\"" << y
        << "\" stroke=\"#ddd\"/><text x=\"8\" y=\"" << y + 4 << "\">" << v << "</text>\n";
  }
  if (chart.logarithmic) {
    for (const double v : axes.x.ticks()) {
      out << "<text x=\"" << axes.x.place(v) << "\" y=\"" << height - 24 << "\" text-anchor=\"middle\">" << v
          << "</text>\n";
    }
  }
  out << "<text x=\"" << (left + width - right) / 2 << "\" y=\"" << height - 8 << "\">" << escaped(chart.x_label)
      << "</text>\n";
}

}  // namespace

std::string svg(const Chart& chart) {
  constexpr std::array colors{"#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2"};
  const Axes axes(chart);
  std::ostringstream out;
  out.imbue(std::locale::classic());  // points have a decimal point, whatever the program's language
  draw_axes(out, axes, chart);
  std::size_t number = 0;
  for (const Chart::Series& s : chart.series) {
    const char* color = colors[number % colors.size()];
    out << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << color << "\" points=\"";
    for (std::size_t i = 0; i < s.y.size(); ++i) {
      if (!axes.x.shows(s.x[i]) || !axes.y.shows(s.y[i])) continue;
      out << axes.x.place(s.x[i]) << ',' << axes.y.place(s.y[i]) << ' ';
    }
    out << "\"/><text x=\"" << width - right + 12 << "\" y=\"" << top + 18 * double(++number) << "\" fill=\"" << color
        << "\">" << escaped(s.name) << "</text>\n";
  }
  out << "</svg>\n";
  return out.str();
}

}  // namespace tapegrad
