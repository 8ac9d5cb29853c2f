// What a sharded store promises, as functions of what is seen of all its nodes. Each returns which promise is broken, in
// words, or nothing.
#pragma once
#include <string>
#include <vector>

#include "mechanisms/partitioning/table.h"

namespace partitioning {

// The ranges of a table follow each other from the first point to the last: no point is in none of them, or in two.
std::string not_a_partition(const Table& table);

// No point has two owners at one epoch. Of all that any nodes hold or have heard of.
std::string two_owners(const std::vector<Shard>& all);

// The owner of a shard and its replicas are different nodes: else one crash takes two copies.
std::string copies_share_a_node(const Table& table);

// What a table says of a point is never older than what it said before.
std::string went_back(const Table& before, const Table& after);

}  // namespace partitioning
