// What linear algebra says of shapes and of matrices that it cannot work with, and its limits at singular matrices and
// equal eigenvalues.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/ops/contractions.h>
#include <tapegrad/ops/decompositions.h>
#include <tapegrad/ops/linear_systems.h>

#include <cmath>
#include <limits>

using namespace tapegrad;
using doctest::Approx, doctest::Contains;

namespace {
const Tensor<double> matrix{{1, 2}, {3, 5}}, singular{{1, 2}, {2, 4}};
const Tensor<double> wide = ones({2, 3}), vector = ones({3}), number = 2.;

// Two matrices, of which the second is given.
Tensor<double> second(const Tensor<double>& x) { return stack({matrix, x}); }
}  // namespace

TEST_CASE("einsum names what is wrong with an equation") {
  CHECK_THROWS_WITH_AS(einsum("ij,jk->ik", wide),
                       Contains("it has more terms than the 1 operand given [linear_algebra"), ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ij->i", wide, wide), Contains("it has fewer terms than the 2 operands given"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ijk->i", wide), Contains("operand 0 is (2, 3), but \"ijk\" has 3 letters"), ShapeError);
  CHECK_THROWS_WITH_AS(einsum("i...jk->i", wide), Contains("operand 0 is (2, 3), but \"i...jk\" has 3 letters"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(einsum("i1->i", wide), Contains("einsum: \"i1->i\": '1' is no letter"), ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ij->k", wide), Contains("no operand has axis k of the result"), ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ij,ij->i", wide, matrix),
                       Contains("axis j has length 2 in operand 1, of shape (2, 2), but 3 before"), ShapeError);
  CHECK_THROWS_WITH_AS(einsum("...,...", wide, ones({2})), Contains("an axis of ... has length 2 in operand 1"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ii", wide), Contains("axis i has length 3 in operand 0"), ShapeError);
  CHECK_THROWS_AS(einsum("ij,jk", wide, Tensor<double>()), Error);
}

TEST_CASE("products over axes name axes that do not fit") {
  CHECK_THROWS_WITH_AS(dot(wide, wide),
                       Contains("dot: axis 1 of a, (2, 3), and axis 0 of b, (2, 3), are summed over "
                                "together, but differ in length [linear_algebra"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(inner(wide, matrix), Contains("inner: axis 1 of a, (2, 3), and axis 1 of b, (2, 2)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(wide, ones({3, 3})), Contains("tensordot: axis 0 of a"), ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(wide, vector), Contains("there are no 2 axes to sum over in shapes (2, 3) and (3,)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(wide, wide, {{0}, {0, 1}}), Contains("1 axes of a and 2 of b are no pairs"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(wide, wide, {{2}, {0}}), Contains("axis 2 does not exist in a, of shape (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(wide, wide, {{0, 0}, {0, 1}}), Contains("axis 0 of a is given twice"), ShapeError);
  CHECK_THROWS_WITH_AS(trace(vector), Contains("trace: needs matrices (..., rows, columns), but x is (3,)"),
                       ShapeError);
  CHECK(trace(wide, 5).item() == 0);
  CHECK(dot(number, wide).shape() == wide.shape());
  CHECK(inner(wide, number).shape() == wide.shape());
}

TEST_CASE("ops on square matrices refuse others") {
  CHECK_THROWS_WITH_AS(inv(wide), Contains("inv: needs square matrices (..., n, n), but a is (2, 3) [linear_algebra"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(det(wide), Contains("det: needs square matrices"), ShapeError);
  CHECK_THROWS_WITH_AS(slogdet(wide), Contains("slogdet: needs square matrices"), ShapeError);
  CHECK_THROWS_WITH_AS(cholesky(wide), Contains("cholesky: needs square matrices"), ShapeError);
  CHECK_THROWS_WITH_AS(expm(wide), Contains("expm: needs square matrices"), ShapeError);
  CHECK_THROWS_WITH_AS(matrix_power(wide, 2), Contains("matrix_power: needs square matrices"), ShapeError);
  CHECK_THROWS_WITH_AS(eigh(wide), Contains("eigh: needs square matrices"), ShapeError);
  CHECK_THROWS_WITH_AS(qr(vector), Contains("qr: needs matrices (..., rows, columns), but a is (3,)"), ShapeError);
  CHECK_THROWS_WITH_AS(svd(vector), Contains("svd: needs matrices"), ShapeError);
  CHECK_THROWS_WITH_AS(pinv(vector), Contains("pinv: needs matrices"), ShapeError);
  CHECK_THROWS_WITH_AS(solve(wide, wide), Contains("solve: needs square matrices"), ShapeError);
  CHECK_THROWS_WITH_AS(solve(matrix, ones({3, 1})),
                       Contains("solve: b needs as many rows as a, but a is (2, 2) and b is (3, 1)"), ShapeError);
  CHECK_THROWS_WITH_AS(solve(matrix, vector), Contains("but a is (2, 2) and b is (3,)"), ShapeError);
  CHECK_THROWS_WITH_AS(solve(second(matrix), ones({3, 2, 1})), Contains("solve: "), ShapeError);
  CHECK_THROWS_WITH_AS(solve_triangular(matrix, vector), Contains("solve_triangular: b needs as many rows"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(lstsq(wide, vector), Contains("lstsq: b needs as many rows as a, but a is (2, 3) and b is (3,)"),
                       ShapeError);
}

TEST_CASE("singular matrices are named, with their place in a batch") {
  CHECK_THROWS_WITH_AS(solve(singular, wide), Contains("solve: the matrix is singular [linear_algebra"), DomainError);
  CHECK_THROWS_WITH_AS(solve(second(singular), wide), Contains("solve: the matrix at (1) is singular"), DomainError);
  CHECK_THROWS_WITH_AS(inv(second(singular)), Contains("inv: the matrix at (1) is singular"), DomainError);
  CHECK_THROWS_WITH_AS(matrix_power(singular, -1), Contains("inv: the matrix is singular"), DomainError);
  CHECK_THROWS_WITH_AS(solve_triangular(second({{1, 7}, {2, 0}}), wide),
                       Contains("solve_triangular: the matrix at (1) has a 0 on its diagonal, in row 1"), DomainError);
  CHECK_THROWS_WITH_AS(cholesky(second(matrix)), Contains("cholesky: the matrix at (0) is not positive definite"),
                       DomainError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(expm(second({{nan, 0}, {0, 1}})), Contains("expm: the matrix at (1) holds an infinity or a NaN"),
                       DomainError);
  CHECK_THROWS_WITH_AS(eigh(second({{nan, 0}, {0, 1}})), Contains("eigh: the matrix at (1) has no eigenvalues"),
                       DomainError);
  CHECK_THROWS_WITH_AS(svd(second({{nan, 0}, {0, 1}})), Contains("svd: the matrix at (1) has no singular values"),
                       DomainError);
}

TEST_CASE("determinants of singular matrices are 0, and have no derivative") {
  CHECK(det(singular).item() == Approx(0));
  CHECK(slogdet(singular).sign.item() == 0);
  CHECK(slogdet(singular).logabsdet.item() == -std::numeric_limits<double>::infinity());
  const Tensor<double> x = variable(singular);
  {
    Tape tape;
    CHECK_THROWS_WITH_AS(tape.backward(det(x)), Contains("det: the matrix is singular [linear_algebra"), DomainError);
  }
  Tape tape;
  CHECK_THROWS_WITH_AS(tape.backward(slogdet(x).logabsdet), Contains("slogdet: the matrix is singular"), DomainError);
}

TEST_CASE("triangular solvers read one triangle") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor<double> a = variable(Tensor<double>{{2, nan}, {1, 4}});
  Tape tape;
  const Tensor<double> x = solve_triangular(a, Tensor<double>{2, 5});
  CHECK(x.data()[0] == 1);
  CHECK(x.data()[1] == 1);
  const Tensor<double> g = tape.gradient(sum(x), a);
  CHECK(g.data()[1] == 0);
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::isfinite(g.data()[i]));
}

TEST_CASE("eigenvalues that are equal have gradients of their sums, their vectors have none") {
  const Tensor<double> x = variable(Tensor<double>(eye(3) * 2));
  {
    Tape tape;
    const Tensor<double> g = tape.gradient(sum(eigh(x).eigenvalues), x);
    for (std::size_t i = 0; i < 9; ++i) CHECK(g.data()[i] == (i % 4 ? 0 : 1));
  }
  {
    Tape tape;
    const Tensor<double> g = tape.gradient(sum(svd(x).s), x);
    for (std::size_t i = 0; i < 9; ++i) CHECK(g.data()[i] == Approx(i % 4 ? 0 : 1));
  }
  {
    Tape tape;
    const Tensor<double> weights = reshape(arange(9), {3, 3});
    CHECK_THROWS_WITH_AS(tape.backward(sum(eigh(x).eigenvectors * weights)),
                         Contains("eigh: the matrix has equal eigenvalues, 0 and 1, whose vectors have no derivative"),
                         DomainError);
  }
  Tape tape;
  const Tensor<double> weights = reshape(arange(9), {3, 3});
  CHECK_THROWS_WITH_AS(tape.backward(sum(svd(x).u * weights)), Contains("svd: the matrix has equal singular values"),
                       DomainError);
}

TEST_CASE("vectors of a singular value of 0 have no derivative where the sides differ, the values have") {
  const Tensor<double> x = variable(Tensor<double>{{1, 2}, {2, 4}, {3, 6}});
  {
    {
      Tape tape;
      const Tensor<double> g = tape.gradient(amax(svd(x).s), x, {.create_graph = true});
      for (std::size_t i = 0; i < 6; ++i) CHECK(std::isfinite(g.data()[i]));
    }
    Tape tape;
    const Tensor<double> g = tape.gradient(amax(svd(x).s), x);
    for (std::size_t i = 0; i < 6; ++i) CHECK(std::isfinite(g.data()[i]));
  }
  Tape tape;
  CHECK_THROWS_WITH_AS(tape.backward(sum(svd(x).u * x)), Contains("svd: the matrix has a singular value of 0"),
                       DomainError);
}

TEST_CASE("the derivative of qr names dependent columns") {
  const Tensor<double> x = variable(Tensor<double>{{1, 0}, {0, 0}, {0, 0}});
  Tape tape;
  CHECK_THROWS_WITH_AS(tape.backward(sum(qr(x).r)), Contains("qr: the matrix has dependent columns"), DomainError);
}

TEST_CASE("least squares of any rank have the shortest solution") {
  const Tensor<double> x = lstsq(Tensor<double>{{1, 1}, {1, 1}}, Tensor<double>{2, 4});
  CHECK(x.data()[0] == Approx(1.5));
  CHECK(x.data()[1] == Approx(1.5));
  CHECK(pinv(singular, 1.).data()[0] == 0);  // all singular values count as 0
}

TEST_CASE("powers and exponentials of matrices have their limits") {
  const Tensor<double> x = variable(matrix);
  Tape tape;
  const Tensor<double> one = matrix_power(x, 0);
  CHECK(one.data()[0] == 1);
  CHECK(one.data()[1] == 0);
  CHECK(tape.gradient(sum(one), x).data()[0] == 0);
  CHECK(matrix_power(x, 1).data()[3] == 5);
  CHECK_FALSE(matrix_power(x, 1).is_variable());
  CHECK(expm(Tensor<double>{{0, 20}, {-20, 0}}).data()[0] == Approx(std::cos(20)).epsilon(1e-13));
  CHECK(expm(Tensor<double>{{-40}}).data()[0] == Approx(std::exp(-40)).epsilon(1e-12));
}

TEST_CASE("each matrix of a batch has the bits that it has alone") {
  const Tensor<double> pair = second({{30, 2}, {1, -8}});
  const Tensor<double> exponentials = expm(pair), alone = expm(matrix);
  for (std::size_t i = 0; i < 4; ++i) CHECK(exponentials.data()[i] == alone.data()[i]);
}
