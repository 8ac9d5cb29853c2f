// What each format writes from, and the list of them: a function a format, a file or two each.
#pragma once
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <map>
#include <vector>

#include "labs/exports/exports.h"
#include "labs/exports/output.h"
#include "labs/exports/texts.h"
#include "labs/folds/axis.h"
#include "labs/timeline/timeline.h"

namespace exports {

struct Export {
  Export(const record::Recording& recording, const Request& what, Output& to);

  const record::Recording& run;
  const Request& request;
  Output& out;
  std::size_t begin, end;            // The rows of the range.
  std::string warning;               // Of what is written all the same: the reader will find it too much.

  // For who reads the rows several times: this is the so-manieth of so many.
  void pass(std::size_t which, std::size_t of) { pass_ = which, passes_ = of; }
  // Calls visit(text, event, body) for every event, in their order, and writes what it appends to `text`.
  template <class Visit>
  void each(const Visit& visit) {
    std::string text;
    for (std::size_t at = begin; at < end;) {
      const std::size_t stop = next_stop(at);
      run.visit(at, stop, [&](const record::Event& e, core::BytesView body) { visit(text, e, body); });
      out.write(text);
      text.clear();
      tell(at = stop);
    }
  }
  // Makes a part of every stretch of the rows, on all cores, and hands the parts over in their order. `make(begin, end)` must
  // not change anything.
  template <class Make, class Take>
  void each_stretch(const Make& make, const Take& take) {
    using Part = decltype(make(begin, end));
    const std::size_t ahead = 2 * std::max(1u, std::thread::hardware_concurrency());
    std::deque<std::pair<std::size_t, std::future<Part>>> going;
    for (std::size_t at = begin; at < end || !going.empty();) {
      for (; at < end && going.size() < ahead; at = going.back().first) {
        const std::size_t stop = next_stop(at);
        going.emplace_back(stop, std::async(std::launch::async, [&make, at, stop] { return make(at, stop); }));
      }
      take(going.front().second.get());
      tell(going.front().first);
      going.pop_front();
    }
  }
  // Calls visit(text, event, body) for every event, on all cores: `visit` must not change anything but `text`.
  template <class Visit>
  void each_at_once(const Visit& visit) {
    const auto make = [&](std::size_t from, std::size_t to) {
      std::string text;
      run.visit(from, to, [&](const record::Event& e, core::BytesView body) { visit(text, e, body); });
      return text;
    };
    each_stretch(make, [&](const std::string& text) { out.write(text); });
  }
  // The whole run, found fast: for who draws it.
  std::unique_ptr<timeline::Timeline> index() const;
  folds::Stretch shown() const;      // The range as far as there is a run.
  std::string body(const record::Event& e, core::BytesView bytes) const { return bytes.empty() ? "" : request.body_text(run, e, bytes); }

 private:
  std::size_t next_stop(std::size_t at) const { return std::min(end, (at / record::kChunkRows + 1) * record::kChunkRows); }
  void tell(std::size_t row) const;   // Throws Cancelled.

  std::size_t pass_ = 0, passes_ = 1;
};

// The names of nodes and of what the recording names, as one format has them. Names that are made later it looks up.
class Named {
 public:
  using Put = void (*)(std::string& out, std::string_view text);
  Named(const record::Recording& run, Put put);
  const std::string& node(core::NodeId id) const {
    const auto found = nodes_.find(id);
    return found == nodes_.end() ? nobody_ : found->second;
  }
  const std::string& name(record::NameId id) const { return id < names_.size() ? names_[id] : names_[0]; }

 private:
  std::map<core::NodeId, std::string> nodes_;
  std::vector<std::string> names_;
  std::string nobody_;
};

// Messages that were sent, and of which is not known yet what became. A drop may be told by either end; here is who sent it.
class Underway {
 public:
  // To be told of every event; the event of the sending where this one is a message's end and it is known.
  std::optional<record::Event> follow(const record::Event& e) {
    if (e.kind == record::EventKind::send) sent_.emplace(e.id, e);
    if (e.kind != record::EventKind::deliver && e.kind != record::EventKind::drop) return {};
    const auto it = sent_.find(e.ref);
    if (it == sent_.end()) return {};
    const record::Event sent = it->second;
    sent_.erase(it);
    return sent;
  }

 private:
  std::map<std::uint64_t, record::Event> sent_;
};

void write_csv(Export& e);
void write_json(Export& e);
void write_perfetto(Export& e);
void write_shiviz(Export& e);
void write_dot(Export& e);
void write_mermaid(Export& e);
void write_edn(Export& e);
void write_pcapng(Export& e);
void write_openmetrics(Export& e);
void write_prometheus(Export& e);
void write_svg(Export& e);
void write_plot(Export& e);
void write_html(Export& e);

}  // namespace exports
