// Names and errors of external functions.
#include "tapegrad/scalars/external_function.h"

#include "tapegrad/engine/named_kind.h"

namespace tapegrad::external {

const OpTraits& described(std::string_view name) {
  if (name.empty()) throw Error("external_function: the function needs a name");
  return kept_traits(name);
}

void fail_length(std::string_view name, std::string_view what, std::size_t found, std::size_t wanted,
                 const CallSite& site) {
  const bool adjoint = what == "adjoint";
  throw ShapeError("external function " + std::string(name) + ": its " + std::string(what) + " returned " +
                   std::to_string(found) + " numbers for " + std::to_string(wanted) +
                   (adjoint ? " inputs" : " results") + text(site) + ". It must return one for each" +
                   (adjoint ? ", 0 where there is none" : ""));
}

void fail_without_tangent(std::string_view name, const CallSite& site) {
  throw MissingRuleError("external function " + std::string(name) + ": forward mode (jvp) needs its tangent" +
                         text(site) + ". Give external_function a tangent(x, y, dx) after adjoint, or use grad");
}

}  // namespace tapegrad::external
