#include "labs/record/bookmarks.h"

#include <algorithm>

#include "labs/record/run_file.h"

namespace record {

Bookmarks in_order(Bookmarks all) {
  std::stable_sort(all.begin(), all.end(), [](const Bookmark& a, const Bookmark& b) { return a.at < b.at; });
  if (all.size() > kMostBookmarks) all.resize(kMostBookmarks);
  bool opens = false;
  for (Bookmark& one : all) {
    one.opens = one.opens && !opens;
    opens = opens || one.opens;
    if (one.text.size() <= kMostBookmarkBytes) continue;
    // Not in the middle of a letter.
    std::size_t end = kMostBookmarkBytes;
    while (end > 0 && (one.text[end] & 0xc0) == 0x80) --end;
    one.text.resize(end);
  }
  return all;
}

core::Bytes bookmarks_bytes(const Bookmarks& all) { return core::encode(all); }

Bookmarks read_bookmarks(core::BytesView bytes) {
  if (bytes.empty()) return {};
  if (bytes.size() > kMostBookmarks * (kMostBookmarkBytes + 64)) throw BadRun("its bookmarks are too long");
  try {
    Bookmarks all = core::decode<Bookmarks>(bytes);
    if (all.size() > kMostBookmarks) throw BadRun("it has too many bookmarks");
    for (const Bookmark& one : all)
      if (one.at < core::kStart || one.text.size() > kMostBookmarkBytes) throw BadRun("a bookmark is damaged");
    return in_order(std::move(all));
  } catch (const core::Malformed& bad) {
    throw BadRun(std::string("its bookmarks are damaged: ") + bad.what());
  }
}

}  // namespace record
