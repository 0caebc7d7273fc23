"""What NumPy prints for the arrays of printed_arrays.txt: python printed_arrays.py > printed_arrays.txt

Each case: a line "name dtype axes : numbers", the lines that NumPy prints, a line "---".
"""
import numpy as np

def case(name, array):
    array = np.asarray(array)
    axes = ",".join(map(str, array.shape)) or "-"
    numbers = " ".join(repr(float(v)) for v in array.flatten())
    print(f"{name} {array.dtype} {axes} : {numbers}\n{str(array)}\n---")

generator = np.random.default_rng(1)
for dtype in (np.float64, np.float32):
    case("scalar", np.array(0.1, dtype))
    case("whole_scalar", np.array(3, dtype))
    case("large_scalar", np.array(12345678, dtype))
    case("whole_limit", np.array(9999999, dtype))
    case("huge_scalar", np.array(1e20, dtype))
    case("small_scalar", np.array(1.5e-5, dtype))
    case("limit_scalar", np.array(1e-4, dtype))
    case("infinite_scalar", np.array(-np.inf, dtype))
    case("whole", np.array([1, 2, 3], dtype))
    case("matrix", np.array([[1, 2.5], [-3, 1 / 3]], dtype))
    case("third", np.array([1 / 3, 2 / 3, 100], dtype))
    case("small", np.array([1e-5, 1, 2], dtype))
    case("large", np.array([1e8, 1], dtype))
    case("ratio", np.array([0.001, 1.5], dtype))
    case("beyond_ratio", np.array([0.001, 1.5, 100], dtype))
    case("not_finite", np.array([1, np.nan, -np.inf], dtype))
    case("all_nan", np.array([np.nan, np.nan], dtype))
    case("not_finite_small", np.array([1e-7, np.nan, np.inf, -2e5], dtype))
    case("negative", np.array([-1.5, 22.25], dtype))
    case("column", np.array([[1], [2]], dtype))
    case("three_axes", np.arange(24, dtype=dtype).reshape(2, 3, 4))
    case("four_axes", np.arange(16, dtype=dtype).reshape(2, 2, 2, 2) / 4)
    case("long_line", np.arange(40, dtype=dtype) / 8)
    case("long_rows", generator.normal(size=(3, 12)).astype(dtype))
    case("random", generator.normal(size=(4, 3)).astype(dtype))
    case("many", np.arange(1200, dtype=dtype))
    case("many_rows", np.arange(2400, dtype=dtype).reshape(60, 40))
    case("empty", np.zeros((0, 3), dtype))
    case("tiny", np.array([[1e-300 if dtype == np.float64 else 1e-30, 1]], dtype))
    case("rounded_up", np.array([0.999999999, 1.5], dtype))
