#include "labs/world/loopback/disk_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>
#include <map>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace world {
namespace {

constexpr std::size_t kThreads = 4;
constexpr std::size_t kMaxRecord = 256u << 20;

struct RecordHead {
  std::uint64_t length = 0;
  std::uint64_t checksum = 0;
};

void append_record(core::Bytes& out, core::BytesView write) {
  const RecordHead head{write.size(), XXH3_64bits_withSeed(write.data(), write.size(), write.size())};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&head);
  out.insert(out.end(), bytes, bytes + sizeof head);
  out.insert(out.end(), write.begin(), write.end());
}

core::Bytes records_of(const std::vector<core::Bytes>& writes) {
  core::Bytes out;
  for (const auto& write : writes) append_record(out, write);
  return out;
}

// One open file. All of it happens on its node's strand.
struct File {
  int descriptor = -1;
  std::string path;
  std::string failure;   // Of an earlier replace.

  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
  std::string trouble(const char* what) const { return std::string(what) + ": " + std::strerror(errno); }

  std::string open() {
    if (descriptor < 0) descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND | O_NOFOLLOW, 0600);
    return descriptor < 0 ? trouble("cannot open the disk's file") : "";
  }
  static std::string write_all(int to, core::BytesView bytes) {
    while (!bytes.empty()) {
      const ssize_t wrote = ::write(to, bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return std::string("cannot write the disk's file: ") + std::strerror(errno);
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return {};
  }
  std::string append(core::BytesView bytes, bool synced) {
    std::string failed = std::exchange(failure, {});
    if (failed.empty()) failed = open();
    if (failed.empty()) failed = write_all(descriptor, bytes);
    if (failed.empty() && synced && ::fdatasync(descriptor) != 0) failed = trouble("cannot sync the disk's file");
    return failed;
  }
  // A new file takes the old one's place, so that a crash leaves either.
  std::string replace(core::BytesView bytes) {
    const std::string next = path + ".next";
    const int to = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0) return trouble("cannot open the disk's next file");
    std::string failed = write_all(to, bytes);
    if (failed.empty() && ::fdatasync(to) != 0) failed = trouble("cannot sync the disk's next file");
    ::close(to);
    if (failed.empty() && ::rename(next.c_str(), path.c_str()) != 0) failed = trouble("cannot replace the disk's file");
    const int folder = ::open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (failed.empty() && (folder < 0 || ::fsync(folder) != 0)) failed = trouble("cannot sync the disks' folder");
    if (folder >= 0) ::close(folder);
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
    return failed;
  }
  std::vector<core::Bytes> read() {
    std::vector<core::Bytes> writes;
    if (!open().empty()) throw Trouble(trouble("cannot open the disk's file"));
    const auto size = static_cast<std::uint64_t>(::lseek(descriptor, 0, SEEK_END));
    std::uint64_t at = 0;
    RecordHead head;
    while (size - at >= sizeof head && take(&head, sizeof head, at)) {
      if (head.length > kMaxRecord || head.length > size - at - sizeof head) break;
      core::Bytes write(head.length);
      if (!take(write.data(), write.size(), at + sizeof head)) break;
      if (head.checksum != XXH3_64bits_withSeed(write.data(), write.size(), write.size())) break;
      at += sizeof head + head.length;
      writes.push_back(std::move(write));
    }
    if (at < size && ::ftruncate(descriptor, static_cast<off_t>(at)) != 0) throw Trouble(trouble("cannot cut off the disk's file"));
    return writes;
  }
  bool take(void* to, std::size_t size, std::uint64_t at) const {
    return ::pread(descriptor, to, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
  }
};

std::string temporary_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "faultline-disks-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw Trouble(std::string("cannot make a folder for the disks: ") + std::strerror(errno));
  return pattern;
}

}  // namespace

struct DiskFiles::Inside {
  struct Node {
    explicit Node(asio::thread_pool& pool) : strand(asio::make_strand(pool)) {}
    asio::strand<asio::thread_pool::executor_type> strand;
    File file;
  };
  asio::io_context& home;
  asio::thread_pool pool{kThreads};
  std::map<core::NodeId, Node> nodes;
};

DiskFiles::DiskFiles(asio::io_context& home, std::string folder)
    : temporary_(folder.empty()), folder_(temporary_ ? temporary_folder() : std::move(folder)) {
  std::error_code error;
  if (!temporary_) std::filesystem::create_directories(folder_, error);
  if (error) throw Trouble("cannot make the folder " + folder_ + ": " + error.message());
  // A run begins with empty disks: those of an earlier one would be taken for what a restart finds.
  if (!temporary_ && !std::filesystem::is_empty(folder_, error))
    throw Trouble("the folder " + folder_ + " holds the disks of another run: remove it, or record elsewhere");
  if (!temporary_) ::chmod(folder_.c_str(), 0700);
  inside_.reset(new Inside{home, {}, {}});
}

DiskFiles::~DiskFiles() {
  inside_->pool.join();
  inside_.reset();
  std::error_code ignored;
  if (temporary_) std::filesystem::remove_all(folder_, ignored);
}

std::string DiskFiles::path(core::NodeId node) const { return folder_ + "/node-" + std::to_string(node) + ".disk"; }

namespace {

// The node's place, made when it is first used.
template <class Nodes, class Pool>
auto& node_of(Nodes& nodes, Pool& pool, core::NodeId id, const std::string& path) {
  auto [it, made] = nodes.try_emplace(id, pool);
  if (made) it->second.file.path = path;
  return it->second;
}

}  // namespace

void DiskFiles::append(core::NodeId id, const std::vector<core::Bytes>& writes, bool synced,
                       std::function<void(std::string)> done) {
  auto& node = node_of(inside_->nodes, inside_->pool, id, path(id));
  asio::post(node.strand, [&node, &home = inside_->home, bytes = records_of(writes), synced, done = std::move(done)]() mutable {
    std::string failed = node.file.append(bytes, synced);
    asio::post(home, [done = std::move(done), failed = std::move(failed)] { done(failed); });
  });
}

void DiskFiles::replace(core::NodeId id, const std::vector<core::Bytes>& writes) {
  auto& node = node_of(inside_->nodes, inside_->pool, id, path(id));
  asio::post(node.strand, [&node, bytes = records_of(writes)] { node.file.failure = node.file.replace(bytes); });
}

void DiskFiles::tear(core::NodeId id, const std::vector<core::Bytes>& writes) {
  auto& node = node_of(inside_->nodes, inside_->pool, id, path(id));
  core::Bytes bytes = records_of(writes);
  bytes.resize(bytes.size() / 2);
  asio::post(node.strand, [&node, bytes = std::move(bytes)] { node.file.failure = node.file.append(bytes, true); });
}

std::vector<core::Bytes> DiskFiles::read(core::NodeId id) {
  auto& node = node_of(inside_->nodes, inside_->pool, id, path(id));
  auto found = std::make_shared<std::packaged_task<std::vector<core::Bytes>()>>([&node] { return node.file.read(); });
  asio::post(node.strand, [found] { (*found)(); });
  return found->get_future().get();
}

}  // namespace world
