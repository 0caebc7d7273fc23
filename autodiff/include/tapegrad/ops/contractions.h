// Products of tensors summed over some of their axes: NumPy's einsum, and the functions that are one. Each is a single
// entry on the tape, computed as products of matrices without copies where the axes lie as those need them.
#pragma once
#include <array>
#include <concepts>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/tensor/axes.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// What einsum computes, as text, with the line of the user's program.
struct Equation {
  Equation(const char* words, CallSite call = CallSite::current()) : text(words), site(call) {}
  Equation(const std::string& words, CallSite call = CallSite::current()) : text(words), site(call) {}
  std::string_view text;
  CallSite site;
};
/// Einstein's sum, in NumPy's notation: einsum("bij,bjk->bik", {a, b}). A letter an axis; axes of one letter go
/// together, and what the result does not name is summed. A letter twice in one operand is its diagonal, twice in the
/// result a diagonal among zeros. "..." stands for leading or any other axes that broadcast. Without "->" the result
/// has the letters that stand once, in alphabetical order. An axis of length 1 broadcasts. Several operands are
/// multiplied two at a time, each time those that cost the fewest multiplications. Throws ShapeError for an equation
/// that is none, or that does not fit the shapes.
template <Real T>
Tensor<T> einsum(const Equation& equation, std::span<const Tensor<T>> operands);
template <Real T>
Tensor<T> einsum(const Equation& equation, const std::vector<Tensor<T>>& operands) {
  return einsum(equation, std::span<const Tensor<T>>(operands));
}
template <Real T>
Tensor<T> einsum(const Equation& equation, std::initializer_list<Tensor<T>> operands) {
  return einsum(equation, std::span<const Tensor<T>>(operands.begin(), operands.size()));
}
/// The same with the operands side by side: einsum("ij,jk->ik", a, b).
template <Real T, std::derived_from<Tensor<T>>... Rest>
Tensor<T> einsum(const Equation& equation, const Tensor<T>& first, const Rest&... rest) {
  const std::array<Tensor<T>, 1 + sizeof...(Rest)> operands{first, rest...};
  return einsum(equation, std::span<const Tensor<T>>(operands));
}

/// As NumPy's: of vectors the sum of their products, of matrices matmul, of a number and anything their product; else
/// the last axis of a against the last but one of b (the only one of a vector). Throws ShapeError when these differ.
template <Real T>
Tensor<T> dot(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// The last axis of a against the last of b: (..., n) and (*, n) give (..., *). A number multiplies. Throws ShapeError
/// when these axes differ.
template <Real T>
Tensor<T> inner(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// All elements of a times all of b: (a.size(), b.size()).
template <Real T>
Tensor<T> outer(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());

/// Which axes tensordot sums over: the last of a against as many first of b, or pairs of axes.
struct DotAxes {
  DotAxes(int last) : count(last), pairs(false) {}
  DotAxes(Axes of_a, Axes of_b) : a(of_a), b(of_b) {}
  long count = 0;
  Axes a, b;
  bool pairs = true;
};
/// The product of all elements of a with all of b, summed over pairs of axes: tensordot(a, b, 2), or
/// tensordot(a, b, {{0, 1}, {1, 0}}). The axes that are left are a's, then b's. Throws ShapeError for an axis that
/// there is not, that is given twice, or that differs in length from the other one of its pair.
template <Real T>
Tensor<T> tensordot(const Tensor<T>& a, const Tensor<T>& b, const DotAxes& axes = 2,
                    CallSite site = CallSite::current());

/// Kronecker's product: each element of a times all of b, as blocks. Of any rank; the shorter shape counts as one with
/// leading axes of 1.
template <Real T>
Tensor<T> kron(const Tensor<T>& a, const Tensor<T>& b, CallSite site = CallSite::current());
/// The sum of a diagonal of each matrix (..., rows, columns), as numpy.linalg.trace: `above` places above the main one.
/// Throws ShapeError for less than two axes.
template <Real T>
Tensor<T> trace(const Tensor<T>& x, long above = 0, CallSite site = CallSite::current());

}  // namespace tapegrad
