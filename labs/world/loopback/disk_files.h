// The disks of a loopback world as files, one a node: records with a length and a checksum, appended and synced by
// threads of their own, in order for each node. What a crash in the middle of a write leaves is cut off when it is read.
#pragma once
#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "labs/world/loopback/trouble.h"
#include "mechanisms/core/ids.h"

namespace world {

class DiskFiles {
 public:
  // `folder`: where the files are; empty: a temporary one, gone at the end. Throws Trouble. `home` hears of what is done.
  DiskFiles(asio::io_context& home, std::string folder);
  ~DiskFiles();

  // Appends and, if `synced`, makes it durable. Calls `done` on `home` with what failed, or nothing.
  void append(core::NodeId node, const std::vector<core::Bytes>& writes, bool synced, std::function<void(std::string)> done);
  // The file holds these writes and no others, durably. A failure is reported by the next append.
  void replace(core::NodeId node, const std::vector<core::Bytes>& writes);
  // Half of their bytes: a write that did not end.
  void tear(core::NodeId node, const std::vector<core::Bytes>& writes);
  // What a restart finds, after all of the above is done. Cuts off what is not whole.
  std::vector<core::Bytes> read(core::NodeId node);

  const std::string& folder() const { return folder_; }
  std::string path(core::NodeId node) const;

 private:
  struct Inside;
  bool temporary_;
  std::string folder_;
  std::unique_ptr<Inside> inside_;
};

}  // namespace world
