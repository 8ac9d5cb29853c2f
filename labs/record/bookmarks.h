// What people write beside a run: moments with some words. No part of what happened - the digest does not know them - so they
// can be changed when the run is over, and they stay in its file: whoever gets that file sees what its author saw.
#pragma once
#include <string>
#include <vector>

#include "mechanisms/core/codec.h"
#include "mechanisms/core/fields.h"
#include "mechanisms/core/time.h"

namespace record {

struct Bookmark {
  core::Time at{};
  std::string text;      // May be empty.
  bool opens = false;    // Where the run opens. At most one of a run is.
  FIELDS(Bookmark, at, text, opens)
};
using Bookmarks = std::vector<Bookmark>;   // By time.

inline constexpr std::size_t kMostBookmarks = 1000, kMostBookmarkBytes = 4096;
// In `meta`. Files without any have none, and programs of before do not look for it.
inline constexpr const char* kBookmarksKey = "bookmarks";

// In order, with at most one that opens, and none too many or too long.
Bookmarks in_order(Bookmarks all);

// As they lie in a file. Reading throws BadRun, in words.
core::Bytes bookmarks_bytes(const Bookmarks& all);
Bookmarks read_bookmarks(core::BytesView bytes);

// Into a run file that nobody writes any more. It is opened as hostile, and a process that is killed meanwhile leaves a file that
// opens. Throws BadRun, or StoreError when it cannot be written.
void keep_bookmarks(const std::string& path, const Bookmarks& all);

}  // namespace record
