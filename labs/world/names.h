// The words of a run: a message's name, a metric's, a reason. Each is said once and then named by its number.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "labs/record/event.h"

namespace world {

class Names {
 public:
  // The number of `word`, new or known. The empty word is 0.
  record::NameId intern(std::string_view word) {
    if (const auto it = ids_.find(word); it != ids_.end()) return it->second;
    const auto id = static_cast<record::NameId>(words_.size());
    words_.emplace_back(word);
    ids_.emplace(words_.back(), id);
    return id;
  }
  const std::string& word(record::NameId id) const { return words_.at(id); }
  std::size_t size() const { return words_.size(); }

 private:
  std::vector<std::string> words_{""};
  std::map<std::string, record::NameId, std::less<>> ids_{{"", 0}};
};

}  // namespace world
