// A tape of numbers from nothing: record while computing, then walk back once.
#pragma once
#include <cmath>
#include <vector>

namespace lesson {

// What one operation leaves behind: which entries it read, and the slope of its result along each.
struct Entry {
  int input[2];
  double slope[2];
};

struct Tape {
  std::vector<Entry> entries;
  int record(int a, double slope_a, int b = -1, double slope_b = 0) {
    entries.push_back({{a, b}, {slope_a, slope_b}});
    return int(entries.size()) - 1;
  }
};

// A number that knows its place on a tape.
struct Number {
  Tape* tape;
  int entry;
  double value;
};

inline Number variable(Tape& tape, double value) { return {&tape, tape.record(-1, 0), value}; }

inline Number operator+(const Number& a, const Number& b) {
  return {a.tape, a.tape->record(a.entry, 1, b.entry, 1), a.value + b.value};
}
inline Number operator-(const Number& a, const Number& b) {
  return {a.tape, a.tape->record(a.entry, 1, b.entry, -1), a.value - b.value};
}
inline Number operator*(const Number& a, const Number& b) {
  return {a.tape, a.tape->record(a.entry, b.value, b.entry, a.value), a.value * b.value};
}
inline Number tanh(const Number& a) {
  const double y = std::tanh(a.value);
  return {a.tape, a.tape->record(a.entry, 1 - y * y), y};
}

// d(result) / d(entry) for every entry: from the last to the first, each passes on what it got.
inline std::vector<double> backward(const Number& result) {
  const std::vector<Entry>& entries = result.tape->entries;
  std::vector<double> adjoint(entries.size(), 0);
  adjoint[result.entry] = 1;
  for (int i = result.entry; i >= 0; --i) {
    for (int k = 0; k < 2; ++k) {
      if (entries[i].input[k] >= 0) adjoint[entries[i].input[k]] += entries[i].slope[k] * adjoint[i];
    }
  }
  return adjoint;
}

}  // namespace lesson
