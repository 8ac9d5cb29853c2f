#include "labs/record/export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "labs/record/run_file.h"
#include "mechanisms/core/text.h"

namespace record {
namespace {

namespace fs = std::filesystem;

// A file that is written beside its target and takes its place when all is well.
class Beside {
 public:
  Beside(std::string target, bool force) : target_(std::move(target)), force_(force) {
    std::error_code ignored;
    if (!force_ && fs::exists(target_, ignored))
      throw StoreError(target_ + " exists already; --force writes over it");
    // A device, a pipe or a folder would be replaced by a file: for root even /dev/null.
    if (fs::exists(target_, ignored) && !fs::is_regular_file(target_, ignored))
      throw StoreError("cannot write " + target_ + ": it is not a plain file");
    // Never over what has the name already: somebody's file, or another export that is still going.
    int file = -1;
    for (int i = 1; i <= 100 && file < 0; ++i) {
      const std::string name = target_ + ".part" + (i > 1 ? std::to_string(i) : "");
      file = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0644);
      if (file >= 0)
        beside_ = name;
      else if (errno != EEXIST)
        break;
    }
    if (file >= 0) out_ = ::fdopen(file, "w");
    if (out_ == nullptr) fail();
  }
  ~Beside() {
    if (out_ != nullptr) std::fclose(out_);
    if (!done_ && !beside_.empty()) ::unlink(beside_.c_str());
  }
  void write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), out_) != text.size()) fail();
  }
  void finish() {
    const bool written = std::fflush(out_) == 0 && ::fsync(::fileno(out_)) == 0;
    if (std::fclose(std::exchange(out_, nullptr)) != 0 || !written) fail();
    if ((force_ ? ::rename(beside_.c_str(), target_.c_str()) : rename_to_nothing()) != 0) fail();
    done_ = true;
  }

 private:
  // What came to the target in the meantime stays. Of file systems, some know the one way and some the other.
  int rename_to_nothing() const {
    const int renamed = ::renameat2(AT_FDCWD, beside_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE);
    if (renamed == 0 || (errno != EINVAL && errno != ENOSYS)) return renamed;
    return ::link(beside_.c_str(), target_.c_str()) == 0 ? ::unlink(beside_.c_str()) : -1;
  }
  [[noreturn]] void fail() const {
    throw StoreError("cannot write " + target_ + ": " + std::strerror(errno));
  }

  std::string target_, beside_;
  bool force_, done_ = false;
  std::FILE* out_ = nullptr;
};

constexpr const char* kReplacement = "\xef\xbf\xbd";

// A cell that a spreadsheet would take for a formula begins with an apostrophe. A zero byte, at which many
// programs would end the text, is replaced; all other bytes are as they were.
std::string csv_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('\0', at)) != std::string::npos;)
    text.replace(at, 1, kReplacement);
  if (!text.empty() && std::strchr("=+-@\t\r", text[0]) != nullptr) text.insert(text.begin(), '\'');
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

// Bytes that are no UTF-8 become the replacement character: JSON knows nothing else.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t n = byte(0) < 0x80                      ? 1
                        : byte(0) >= 0xc2 && byte(0) < 0xe0 ? 2
                        : byte(0) >= 0xe0 && byte(0) < 0xf0 ? 3
                        : byte(0) >= 0xf0 && byte(0) < 0xf5 ? 4
                                                            : 0;
  if (n == 0 || n > text.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if (n == 3 && ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) >= 0xa0))) return 0;
  if (n == 4 && ((byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) >= 0x90))) return 0;
  return n;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text[0]);
    const std::size_t n = utf8_length(text);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[0];
    } else if (c < 0x20) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", c);
      out += buffer;
    } else if (n == 0) {
      out += kReplacement;
    } else {
      out += text.substr(0, n);
    }
    text.remove_prefix(n == 0 ? 1 : n);
  }
  return out + '"';
}

// JSON has no NaN and no infinity.
std::string json_number(double v) { return std::isfinite(v) ? core::text(v) : "null"; }

struct Fields {
  std::string t_ns, id, kind, node, peer, type, ref, value, body, stamp;
  double number;
};

Fields fields_of(const Recording& r, const Event& e, core::BytesView body, const BodyText& body_text) {
  const auto node = [&](core::NodeId id) {
    const NodeInfo* info = r.node(id);
    return info ? info->name : std::string();
  };
  return {std::to_string(e.at.time_since_epoch().count()),
          std::to_string(e.id),
          std::string(core::name_of(e.kind)),
          node(e.node),
          node(e.peer),
          r.name(e.type),
          std::to_string(e.ref),
          core::text(e.value),
          body.empty() ? "" : body_text(r, e, body),
          std::to_string(e.stamp),
          e.value};
}

std::string joined(const std::vector<std::string>& settings) {
  std::string all;
  for (const auto& setting : settings) all += (all.empty() ? "" : " ") + setting;
  return all;
}

std::string header_line(const Recording& r, Format format) {
  const RunHeader& h = r.header();
  if (format == Format::csv)
    return "t_ns,id,kind,node,peer,type,ref,value,body,stamp,lab,seed,program,world,settings\n";
  std::string nodes, settings;
  for (const auto& setting : h.settings) settings += (settings.empty() ? "" : ",") + json_text(setting);
  for (const auto& node : h.nodes)
    nodes += (nodes.empty() ? "" : ",") + ("{\"name\":" + json_text(node.name)) +
             ",\"kind\":" + json_text(node.kind) + ",\"group\":" + json_text(node.group) + "}";
  return "{\"program\":" + json_text(h.program) + ",\"lab\":" + json_text(h.lab) +
         ",\"world\":" + json_text(h.world) + ",\"seed\":" + std::to_string(h.seed) +
         ",\"level\":" + json_text(core::name_of(h.level)) + ",\"settings\":[" + settings + "],\"nodes\":[" +
         nodes + "]}\n";
}

std::string event_line(const Recording& r, const Fields& f, Format format) {
  if (format == Format::csv)
    return f.t_ns + "," + f.id + "," + f.kind + "," + csv_cell(f.node) + "," + csv_cell(f.peer) + "," +
           csv_cell(f.type) + "," + f.ref + "," + f.value + "," + csv_cell(f.body) + "," +
           f.stamp + "," + csv_cell(r.header().lab) + "," + std::to_string(r.header().seed) + "," +
           csv_cell(r.header().program) + "," + csv_cell(r.header().world) + "," +
           csv_cell(joined(r.header().settings)) + "\n";
  return "{\"t_ns\":" + f.t_ns + ",\"id\":" + f.id + ",\"kind\":" + json_text(f.kind) +
         ",\"node\":" + json_text(f.node) + ",\"peer\":" + json_text(f.peer) +
         ",\"type\":" + json_text(f.type) + ",\"ref\":" + f.ref + ",\"value\":" + json_number(f.number) +
         ",\"stamp\":" + f.stamp + ",\"body\":" + json_text(f.body) + "}\n";
}

}  // namespace

std::size_t export_run(const Recording& recording, Format format, const std::string& path, bool force,
                       const BodyText& body_text, const ExportRange& range, const ExportProgress& progress) {
  constexpr std::size_t kTellEach = 2048;
  Beside file(path, force);
  file.write(header_line(recording, format));
  std::size_t written = 0;
  const std::size_t begin = recording.first_at_or_after(range.from);
  const std::size_t end = range.to == core::Time::max()
                              ? recording.size()
                              : recording.first_at_or_after(range.to + core::Duration(1));
  recording.visit(begin, end, [&](const Event& e, core::BytesView body) {
    if (progress && written % kTellEach == 0 && !progress(static_cast<double>(written) / static_cast<double>(end - begin)))
      throw ExportCancelled{};
    file.write(event_line(recording, fields_of(recording, e, body, body_text), format));
    ++written;
  });
  file.finish();
  return written;
}

}  // namespace record
