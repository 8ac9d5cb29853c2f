#include "app/library/exporting.h"

#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "labs/record/open_run.h"
#include "mechanisms/core/codec.h"

namespace library {

namespace fs = std::filesystem;

Exporting::Exporting(ExportJob job, std::function<void()> on_change)
    : job_(std::move(job)), on_change_(std::move(on_change)), thread_([this] {
        Done done;
        try {
          done = write();
        } catch (const exports::Cancelled&) {
          done.cancelled = true, done.trouble = "It was cancelled. Nothing was written.";
        } catch (const std::exception& why) {
          done.trouble = why.what(), done.cancelled = cancelled_;
        }
        {
          const std::lock_guard lock(mutex_);
          done_ = done;
        }
        if (on_change_) on_change_();
      }) {}

Exporting::~Exporting() {
  cancelled_ = true;
  thread_.join();
}

std::optional<Exporting::Done> Exporting::done() const {
  const std::lock_guard lock(mutex_);
  return done_;
}

Exporting::Done Exporting::write() {
  std::error_code error;
  Done done;
  const fs::path folder = fs::path(job_.to_path).parent_path();
  if (!fs::is_directory(folder, error)) {
    done.trouble = "There is no folder " + folder.string() + ".";
    return done;
  }
  if (!job_.force && fs::exists(fs::symlink_status(job_.to_path, error))) {
    done.trouble = job_.to_path + " exists already.", done.exists = true;
    return done;
  }
  const auto run = job_.run ? job_.run : record::open_run(job_.from_path, &cancelled_);
  exports::Request request{job_.format, job_.to_path, job_.force, job_.range};
  request.metric = job_.metric;
  request.progress = [&](double part) {
    part_ = part;
    if (on_change_) on_change_();
    return !cancelled_;
  };
  const auto written = exports::write(*run, request);
  done.events = written.events, done.warning = written.warning;
  part_ = 1;
  return done;
}

std::string documents_folder() {
  const char* const home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return "/tmp";
  std::error_code error;
  const std::string documents = std::string(home) + "/Documents";
  return fs::is_directory(documents, error) ? documents : home;
}

std::string export_name(const std::string& run, const exports::Format& format) {
  std::string name;
  for (const char c : run) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c == '.' && !name.empty());
    if (plain) name += c;
    else if (!name.empty() && name.back() != '-') name += '-';
  }
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  if (name.empty()) name = "run";
  return name.substr(0, 120) + std::string(format.ending);
}

std::string expanded(const std::string& path) {
  const char* const home = std::getenv("HOME");
  if (home == nullptr || (path != "~" && !path.starts_with("~/"))) return path;
  return home + path.substr(1);
}

}  // namespace library
