// How variables, ops and cuts get onto the tape that records.
#include "tapegrad/engine/recorder.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "engine/nodes.h"
#include "engine/rare_state.h"
#include "engine/trace.h"

namespace tapegrad::engine {
namespace {

// A leaf's only capture: the variable, held so that its id cannot pass to another while the tape lives.
void run_leaf(Entry& entry, Sweep*, Node*) {
  release(*static_cast<Node**>(entry.captures()));
  entry.live = false;
}
constexpr OpTraits leaf_traits{.name = "variable"};
constexpr Kind leaf_kind{&leaf_traits, &run_leaf, nullptr};

}  // namespace

Entry* Recorder::enter_variable(Context& c, const Node* node, const CallSite& site) {
  if (node->variable >= c.leaf_capacity) {
    const std::uint32_t capacity = std::max(64u, 2 * node->variable);
    void* grown = std::realloc(c.leaves, capacity * sizeof(Leaf));
    if (!grown) throw MemoryError("tape", "the places of " + std::to_string(capacity) + " variables", site);
    c.leaves = static_cast<Leaf*>(grown);
    std::memset(c.leaves + c.leaf_capacity, 0, (capacity - c.leaf_capacity) * sizeof(Leaf));
    c.leaf_capacity = capacity;
  }
  if (Entry* known = c.recording->had_inner ? c.recording->find_leaf(node->variable) : nullptr) {
    c.leaves[node->variable] = {known,
                                c.next_birth - 1};  // a later rewind makes this number invalid, and with it the place
    return known;
  }
  Entry* entry = append(c, leaf_kind, node->shape, node->dtype, 0, sizeof(Node*), site);
  entry->variable = node->variable;
  entry->live = true;
  auto* pinned = const_cast<Node*>(node);
  retain(pinned);
  new (entry->captures()) Node*(pinned);
  c.leaves[node->variable] = {entry, c.next_birth - 1};
  if (keeps_more(*c.recording)) {
    keep_value(*c.recording, entry, node->base ? node->base : pinned);
    check_value(*c.recording, entry);
  }
  return entry;
}

// A variable gets its place here, if it has none yet; a stale tensor may be read without one. Reading its values makes
// no variable part of the computation.
void Recorder::record_read(Context& c, const Kind& kind, std::initializer_list<const Node*> inputs, const Shape& shape,
                    const CallSite& site) {
  TapeState& tape = *c.recording;
  if (!tape.options.keep_values || c.trace) return;
  std::vector<Entry*> places;
  for (const Node* node : inputs) {
    Entry* place = tape.place_of(node);
    const bool enters = !kind.traits->leaves_tape;
    places.push_back(!place && enters && node->variable && !node->entry ? enter_variable(c, node, site) : place);
  }
  if (std::none_of(places.begin(), places.end(), [](const Entry* place) { return place; })) return;
  Entry* entry = append(c, kind, shape, (*inputs.begin())->dtype, places.size(), 0, site);
  std::copy(places.begin(), places.end(), entry->input());
}

void Recorder::fail_stale(const Node* node, std::string_view op, const CallSite& site) {
  throw StaleError(std::string(op) + ": an input of shape " + text(node->shape) +
                   " was recorded on another tape, or on a part of this one that was rewound" + text(site) +
                   ". Use constant(x) if no gradient should flow through it");
}

void Recorder::fail_unrecorded(const Node* node, std::string_view op, const CallSite& site) {
  throw TapeError(std::string(op) + ": an input of shape " + text(node->shape) +
                  " was computed from a variable before the tape began, so no gradient can flow through it" +
                  text(site) + ". Compute it while the tape records, or use constant(x) if that is meant");
}

void Recorder::keep_value(TapeState& tape, Entry* entry, Node* value) {
  if (tape.options.keep_values || entry->variable) tape.rare().kept[entry].set(value, false);
}

void Recorder::keep_replay(TapeState& tape, std::unique_ptr<Replay> replay, std::span<const Node* const> inputs) {
  if (Trace* const trace = context().trace) return trace->add(std::move(replay), inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    AnyTensor& constant = replay->constants.emplace_back();
    if (replay->entry->input()[i]) continue;
    constant = without_place(const_cast<Node*>(inputs[i]));
    std::visit([&](auto& x) { x.node()->unseen = inputs[i]->unseen; }, constant);
  }
  tape.rare().replays.push_back(std::move(replay));
}

void fail_empty(std::string_view op, const CallSite& site) {
  throw ShapeError(std::string(op) + ": an input is an empty tensor, one without an array" + text(site));
}

}  // namespace tapegrad::engine
