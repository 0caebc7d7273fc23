// How a file of ops is compiled for float and for double. It lists its functions once, for any T, in a struct of its
// own, whose two explicit instantiations point to them and so make the compiler write them out:
//
//     template <Real T>
//     struct Losses {
//       static constexpr std::tuple functions{Function<Tensor<T>(const Tensor<T>&, CallSite)>(softmax), ...};
//     };
//     template struct Losses<float>;
//     template struct Losses<double>;
#pragma once
#include <tuple>

namespace tapegrad {

/// A pointer to a function of that signature: it says which overload is meant.
template <class Signature>
using Function = Signature*;

}  // namespace tapegrad
