// In the place of labs/catalog/kinds.cc, where the readers are built with sanitizers: two kinds of nodes are enough to read
// labs and runs with, and the others take minutes to compile.
#include "labs/catalog/kinds.h"

#include "labs/world/kind_of.h"
#include "mechanisms/consensus/raft/client.h"
#include "mechanisms/consensus/raft/invariants.h"

namespace catalog {

const std::vector<const world::Kind*>& kinds() {
  static const world::KindOf<raft::Server> server("raft", "");
  static const world::KindOf<raft::Client> client("raft-client", "");
  static const std::vector<const world::Kind*> both{&server, &client};
  return both;
}

const world::Kind* find_kind(std::string_view name) {
  for (const world::Kind* kind : kinds())
    if (kind->name == name) return kind;
  return nullptr;
}

}  // namespace catalog
