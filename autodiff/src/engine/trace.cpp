// Following a function on one example.
#include "engine/trace.h"

#include <algorithm>

#include "engine/rare_state.h"

namespace tapegrad::engine {
namespace {

struct Argument {
  static constexpr OpTraits traits{.name = "argument of vmap", .depends = Depends::by_element};
};

template <class F>
void for_each_trace(Trace* innermost, const F& f) {
  for (Trace* trace = innermost; trace; trace = trace->outer()) f(*trace);
}

}  // namespace

Trace::Trace(const CallSite& site) : context_(context()), outer_(context_.trace), site_(site) {
  if (!context_.recording) own_.emplace(TapeOptions{}, site);
  tape_ = context_.recording;
  kept_more_ = tape_->keeps_more;
  begin_ = tape_->position();
  tape_->keeps_more = true;
  context_.trace = this;
}

Trace::~Trace() {
  tape_->keeps_more = kept_more_;
  if (tape_->phase == TapeState::Phase::recording) {
    context_.recording = tape_;
    tape_->forget_after(begin_);
    ++context_.next_birth;  // what asks for the last birth is not to find one that was lost
  }
  for_each_trace(outer_, [&](Trace& trace) {
    for (const auto& mask : masks_) trace.masks_.erase(mask.first);
  });
  context_.trace = outer_;
}

bool Trace::varies(const Entry* entry) const {
  const auto found = entries_.find(entry);
  return found != entries_.end() && found->second.varies;
}
bool Trace::varies(const Mask& mask) const {
  const auto found = masks_.find(mask.data());
  return found != masks_.end() && found->second.varies;
}

template <Real T>
Tensor<T> Trace::add_argument(const Tensor<T>& example, const Node* of) {
  const Tensor<T> inner(allocate_view(example.node(), example.shape(), 0));
  auto rule = pointwise_minding_zeros([](Sweep&, const Tensor<T>&) {});
  const Entry* entry = append_entry(context_, kind_of<Argument, decltype(rule), T>, inner,
                                    std::array<Entry*, 1>{nullptr}, std::move(rule), site_);
  entries_[entry] = {.argument = arguments_++, .varies = true};
  for_each_trace(outer_, [&](Trace& trace) {
    if (of->frozen() || (of->entry && trace.varies(of->entry))) trace.entries_[entry] = {.varies = true};
  });
  return inner;
}
template Tensor<float> Trace::add_argument(const Tensor<float>&, const Node*);
template Tensor<double> Trace::add_argument(const Tensor<double>&, const Node*);

TraceInput Trace::input_of(const Node* node, const Entry* entry) const {
  TraceInput input{.shape = node->shape};
  const auto found = entry ? entries_.find(entry) : entries_.end();
  if (found != entries_.end() && (found->second.step || found->second.argument)) {
    input.step = found->second.step;
    input.argument = found->second.argument;
  } else {
    Node* const outside = const_cast<Node*>(node);
    retain(outside);
    input.outside = NodeHandle(outside);
  }
  return input;
}

TraceInput Trace::result(const Node* y) {
  const Entry* entry = tape_->place_of(y);
  if (!entry && y->frozen()) note_read("the result", site_, {y});
  return input_of(y, entry);
}

void Trace::add(std::unique_ptr<Replay> op, std::span<const Node* const> inputs) {
  const Entry* entry = op->entry;
  TraceStep step{.traits = entry->kind->traits, .site = entry->site, .dtype = entry->dtype, .shape = entry->shape};
  for (std::size_t i = 0; i < inputs.size(); ++i) step.inputs.push_back(input_of(inputs[i], entry->input()[i]));
  const Mask* mask = op->mask();
  if (mask) {
    const auto found = masks_.find(mask->data());
    if (found != masks_.end() && !found->second.step) note_mask_read(step.traits->name, *mask, step.site);
    if (found != masks_.end() && found->second.step) step.masks.push_back({.step = found->second.step});
    else step.masks.push_back({.outside = *mask});
  }
  if (step.traits->calls_user) fail(std::string(step.traits->name) + " calls the program" + text(step.site));
  for_each_trace(this, [&](Trace& trace) {
    bool varies = mask && trace.varies(*mask);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      varies |= entry->input()[i] && trace.varies(entry->input()[i]);
    }
    trace.entries_[entry] = {.varies = varies};
  });
  entries_[entry].step = steps_.size();
  step.op = std::move(op);
  steps_.push_back(std::move(step));
}

void Trace::add_mask(const Mask& made, const OpTraits& traits, const CallSite& site,
                     std::initializer_list<const Node*> inputs, std::initializer_list<const Mask*> masks, MaskCall call,
                     bool recorded) {
  bool followed = false;
  for_each_trace(this, [&](Trace& trace) {
    bool varies = false;
    for (const Node* node : inputs) varies |= node->frozen() || (node->entry && trace.varies(node->entry));
    for (const Mask* mask : masks) varies |= trace.varies(*mask);
    if (varies) trace.masks_[made.data()] = {.varies = true};
    followed |= varies;
  });
  if (!followed) return;
  TraceStep step{.traits = &traits, .site = site, .shape = made.shape()};
  bool seen = recorded;
  for (const Node* node : inputs) {
    seen &= !node->frozen();
    step.inputs.push_back(input_of(node, tape_->place_of(node)));
  }
  for (const Mask* mask : masks) {
    const auto found = masks_.find(mask->data());
    if (found != masks_.end() && found->second.step) step.masks.push_back({.step = found->second.step});
    else step.masks.push_back({.outside = *mask});
    seen &= found == masks_.end() || found->second.step;
  }
  Made& entry = masks_[made.data()];
  step.made = made;  // also of one that was made out of sight: its address is not to become another's
  if (seen) {
    step.make_mask = std::move(call);
    entry.step = steps_.size();
  }
  steps_.push_back(std::move(step));
}

void Trace::read(std::string_view op, const CallSite& site, std::initializer_list<const Node*> inputs) {
  for_each_trace(this, [&](Trace& trace) {
    for (const Node* node : inputs) {
      if (!node->frozen() && !(node->entry && trace.varies(node->entry))) continue;
      trace.fail(std::string(op) + " reads numbers of an example" + text(site));
    }
  });
}

void Trace::rule(const Entry* entry) {
  if (!entry->kind->traits->holds_choices()) return;
  for_each_trace(this, [&](Trace& trace) {
    for (std::size_t i = 0; i < entry->inputs; ++i) {
      if (!entry->input()[i] || !trace.varies(entry->input()[i])) continue;
      trace.fail("the derivative of " + std::string(entry->kind->name()) +
                 " holds what the numbers of an example chose" + text(entry->site));
    }
  });
}

void Trace::fail(const std::string& why) {
  if (reason_.empty()) reason_ = why;
}

void Trace::forget(const Entry* entry) {
  for_each_trace(this, [entry](Trace& trace) { trace.entries_.erase(entry); });
}

void Trace::end() {
  if (context_.recording != tape_) return fail("the function ended or paused the recording" + text(site_));
  for (const Entry* entry = tape_->last; entry != begin_.last; entry = entry->previous) {
    if (entry->variable || entry->kind->is_read || entries_.count(entry)) continue;
    fail(std::string(entry->kind->name()) + " cannot be called again" + text(entry->site));
  }
}

bool follows(const Node* node) {
  bool found = false;
  for_each_trace(context().trace, [&](const Trace& trace) {
    found |= node->frozen() || (node->entry && trace.varies(node->entry));
  });
  return found;
}
bool follows(const Mask& mask) {
  bool found = false;
  for_each_trace(context().trace, [&](const Trace& trace) { found |= trace.varies(mask); });
  return found;
}

void note_mask_read(std::string_view op, const Mask& mask, const CallSite& site) {
  for_each_trace(context().trace, [&](Trace& trace) {
    if (trace.varies(mask)) trace.fail(std::string(op) + " reads a mask of an example" + text(site));
  });
}
void note_read(std::string_view op, const CallSite& site, std::initializer_list<const Node*> inputs) {
  if (Trace* const trace = context().trace) trace->read(op, site, inputs);
}
void Recorder::check_unseen(Context& c, const Node* node, std::string_view op, const CallSite& site) {
  if (node->unrecorded() && c.recording->options.check_unrecorded) fail_unrecorded(node, op, site);
  if (!node->frozen()) return;
  for_each_trace(c.trace, [&](Trace& trace) {
    trace.fail(std::string(op) + " reads what was computed while the recording was paused" + text(site));
  });
}

}  // namespace tapegrad::engine
