// What an op is: its name, its formula, how its output depends on its inputs. All who read a tape ask this.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <concepts>
#include <string_view>

#include "tapegrad/functions/formula.h"

namespace tapegrad::engine {

/// Which elements of the inputs an element of the output depends on.
enum class Depends {
  across,             ///< any, as far as is known
  by_element,         ///< of each input the one that stands there, after broadcasting
  by_row_and_column,  ///< a product of matrices: a row of the first, a column of the second, one element of a third
  rearranged          ///< none or a single one, of which it is a copy
};

/// Where the derivative is exactly 0 by the nature of the op.
enum class Vanishes {
  by_numbers,      ///< where its formula gives 0
  everywhere,      ///< its output is constant between jumps
  below_zero,      ///< where the input is not above 0
  outside_limits,  ///< where the output is not the input
  not_chosen,      ///< in elements that were taken from another input
  with_factor,     ///< where the other factor is 0; of a single input, where that one is
  with_number      ///< all over, when the plain number that it multiplies by is 0
};

/// What a rule does with choices that the numbers of the inputs make, such as which of them is the largest. A function
/// that vmap follows on one example must not keep those of that example.
enum class Choices {
  unsaid,  ///< of an op that cuts: held; of others: there are none
  remade,  ///< there are none, or while vmap follows they are made by recorded ops
  held     ///< the rule holds them, or asks for them in C++
};

/// The descriptor of an op: a constant of its struct, to which all its entries point.
struct OpTraits {
  std::string_view name;
  Depends depends = Depends::across;
  Vanishes vanishes = Vanishes::by_numbers;
  bool saturates = false;    ///< a derivative close to 0 far from the origin is its nature
  bool cuts = false;         ///< a derivative of exactly 0 says that something was not chosen: what it gives is masked
  Choices choices = Choices::unsaid;
  constexpr bool holds_choices() const { return choices == Choices::held || (choices == Choices::unsaid && cuts); }
  bool calls_user = false;   ///< its rule calls the program, which is to hear of an adjoint of zeros too
  bool leaves_tape = false;  ///< of a read: the program got the values, so that no variable was used
  std::string_view no_derivative = {};  ///< of a read: why it has none; empty where that was the purpose
  Formula formula = {};                 ///< for `explain`; its value is empty where an op has none
};

/// A struct that stands for an op on the tape: `traits`, and operator()(vector of tensors), which calls the op once
/// more, on other inputs of either element type. Plain numbers that it holds are doubles.
template <class Op>
concept DescribedOp = requires {
  { Op::traits } -> std::convertible_to<const OpTraits&>;
};

}  // namespace tapegrad::engine
