// Markdown for docs/ops.md.
#pragma once
#include <tapegrad/functions/formula.h>

#include <set>
#include <string>
#include <vector>

#include "pages/declarations.h"
#include "pages/lines.h"

namespace pages {

extern const char* const page_begin;  ///< up to the index
extern const char* const page_end;    ///< before the ops that no function calls

/// 1, 0.5, -2
std::string short_text(double number);
/// Words of a comment, so that none of them is taken for markup.
std::string markdown(const std::string& words);
/// [`sum`](#sum)
std::string link(const std::string& name);
/// The same of names that are separated by spaces.
std::string links(std::string_view names);
/// `sum(x)`, `sum(x, axes, options)`
std::string code_list(const std::vector<std::string>& codes);
/// What each input gets of the output's adjoint g, or the derivative for it.
std::string rule(const tapegrad::Formula& formula);
/// numpy.concatenate, torch.cat
std::string others(const Line& line);
/// All names of NumPy and PyTorch, and what they are here.
std::string index();
/// What stands between ` ` in the first cell of each row of a page's tables.
std::set<std::string> first_cells(const std::string& path);
/// Adds overloads that another header declares.
void merge(Declaration& into, const Declaration& more);

}  // namespace pages
