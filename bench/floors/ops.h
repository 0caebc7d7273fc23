// The floors of single ops: the value, and the gradients for an adjoint dy, each array filled by all threads.
#pragma once
#include <cstdint>

#include "floors/floors.h"

namespace floors {

using Results = std::vector<const Block*>;

/// to = the sum of rows of its length, which stand in `parts`, in their order.
void sum_in_order(Block& to, const Block& parts);

/// Some neighbouring columns of a matrix.
class ColumnSlice {
 public:
  ColumnSlice(std::size_t rows, std::size_t columns, std::size_t first, std::size_t taken)
      : y(rows * taken), dx(rows * columns), rows_(rows), columns_(columns), first_(first), taken_(taken) {}
  void run(const float* x, const float* dy);
  Results results() const { return {&y, &dx}; }
  Block y, dx;

 private:
  std::size_t rows_, columns_, first_, taken_;
};

/// A matrix times a row.
class RowProduct {
 public:
  RowProduct(std::size_t rows, std::size_t columns)
      : y(rows * columns),
        dx(rows * columns),
        drow(columns),
        rows_(rows),
        columns_(columns),
        parts_((rows + 15) / 16 * columns) {}
  void run(const float* x, const float* row, const float* dy);
  Results results() const { return {&y, &dx, &drow}; }
  Block y, dx, drow;

 private:
  std::size_t rows_, columns_;
  Block parts_;
};

/// Softmax of each row, with a polynomial exp.
class Softmax {
 public:
  Softmax(std::size_t rows, std::size_t columns) : y(rows * columns), dx(rows * columns), columns_(columns) {}
  void run(const float* x, const float* dy);
  Results results() const { return {&y, &dx}; }
  Block y, dx;

 private:
  std::size_t columns_;
};

/// The sum of each column: rows in blocks of 16, each summed in floats, and these sums in order.
class ColumnSums {
 public:
  ColumnSums(std::size_t rows, std::size_t columns)
      : y(columns), dx(rows * columns), parts_((rows + 15) / 16 * columns) {}
  void run(const float* x, const float* dy);
  Results results() const { return {&y, &dx}; }
  Block y, dx;

 private:
  Block parts_;
};

class Relu {
 public:
  explicit Relu(std::size_t count) : y(count), dx(count) {}
  void run(const float* x, const float* dy);
  Results results() const { return {&y, &dx}; }
  Block y, dx;
};

/// The sums of the first elements of each row.
class RunningSums {
 public:
  RunningSums(std::size_t rows, std::size_t columns) : y(rows * columns), dx(rows * columns), columns_(columns) {}
  void run(const float* x, const float* dy);
  Results results() const { return {&y, &dx}; }
  Block y, dx;

 private:
  std::size_t columns_;
};

/// Rows of a matrix by their numbers. Each thread adds to columns of its own.
class RowSelection {
 public:
  RowSelection(std::size_t rows, std::size_t columns, std::size_t taken)
      : y(taken * columns), dx(rows * columns), columns_(columns) {}
  void run(const float* x, const std::int32_t* chosen, const float* dy);
  Results results() const { return {&y, &dx}; }
  Block y, dx;

 private:
  std::size_t columns_;
};

/// In each row, elements by their columns.
class Gather {
 public:
  Gather(std::size_t rows, std::size_t columns) : y(rows * columns), dx(rows * columns), columns_(columns) {}
  void run(const float* x, const std::int32_t* chosen, const float* dy);
  Results results() const { return {&y, &dx}; }
  Block y, dx;

 private:
  std::size_t columns_;
};

/// Each row in order, by std::sort of numbers with their columns.
class SortedRows {
 public:
  SortedRows(std::size_t rows, std::size_t columns)
      : y(rows * columns), dx(rows * columns), columns_(columns), order_(rows * columns) {}
  void run(const float* x, const float* dy);
  Results results() const { return {&y, &dx}; }
  Block y, dx;

 private:
  struct Element {
    float value;
    std::int32_t column;
  };
  std::size_t columns_;
  std::vector<Element> order_;
};

/// Rows of a table by their numbers, and a step of Adam, 1e-3, on the rows that were read and their moments alone.
class TableStep {
 public:
  TableStep(std::size_t rows, std::size_t width, std::size_t read)
      : y(read * width),
        p(rows * width),
        width_(width),
        m_(rows * width),
        v_(rows * width),
        slope_(read * width),
        place_(rows, -1) {}
  void run(const float* start, const std::int32_t* chosen, const float* dy);
  Results results() const { return {&y, &p}; }
  Block y, p;  // p starts as `start` in the first step

 private:
  std::size_t width_;
  Block m_, v_, slope_;
  std::vector<std::int32_t> place_, touched_;  // of each row among the slopes, -1 for none; the rows of the slopes
  AdamRates rates_;
  bool started_ = false;
};

/// A product of two square matrices by BLAS, split by hand or by its own threads.
class MatrixProduct {
 public:
  explicit MatrixProduct(std::size_t size)
      : y(size * size), da(size * size), db(size * size), size_(static_cast<int>(size)) {}
  void run(const float* a, const float* b, const float* dy);
  Results results() const { return {&y, &da, &db}; }
  Block y, da, db;

 private:
  int size_;
};

/// Queries times transposed keys, head by head, by BLAS; heads are split over threads.
class AttentionScores {
 public:
  AttentionScores(std::size_t heads, std::size_t tokens, std::size_t depth)
      : y(heads * tokens * tokens),
        dq(heads * tokens * depth),
        dk(heads * tokens * depth),
        heads_(heads),
        tokens_(static_cast<int>(tokens)),
        depth_(static_cast<int>(depth)) {}
  void run(const float* q, const float* k, const float* dy);
  Results results() const { return {&y, &dq, &dk}; }
  Block y, dq, dk;

 private:
  std::size_t heads_;
  int tokens_, depth_;
};

}  // namespace floors
