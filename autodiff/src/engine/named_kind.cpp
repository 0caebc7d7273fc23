#include "tapegrad/engine/named_kind.h"

#include <map>
#include <mutex>
#include <set>
#include <string>

namespace tapegrad::engine {
namespace {

// Never destroyed: see Shape's. Elements of sets and maps keep their places.
struct Names {
  std::mutex mutex;
  std::set<std::string, std::less<>> names;
  std::map<std::pair<const char*, Depends>, OpTraits> traits;
  std::map<std::pair<const OpTraits*, decltype(Kind::run)>, Kind> kinds;
};
Names& all() {
  static auto& names = *new Names;
  return names;
}

}  // namespace

const OpTraits& kept_traits(std::string_view name, Depends depends) {
  std::lock_guard lock(all().mutex);
  const std::string_view kept = *all().names.emplace(name).first;
  const OpTraits traits{.name = kept, .depends = depends, .choices = Choices::held};
  return all().traits.try_emplace({kept.data(), depends}, traits).first->second;
}

const Kind& kept_kind(const Kind& kind) {
  std::lock_guard lock(all().mutex);
  return all().kinds.try_emplace({kind.traits, kind.run}, kind).first->second;
}

}  // namespace tapegrad::engine
