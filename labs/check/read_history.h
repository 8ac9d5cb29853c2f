// Histories from outside: Jepsen's EDN logs of registers, and the text formats of porcupine's test data. Files are
// foreign: every length is bounded, and whatever does not fit is refused with its line.
#pragma once
#include <string>
#include <string_view>

#include "labs/check/history.h"

namespace check {

// Finds the format by itself:
//   {:index 0, :time 1200, :process 0, :type :invoke, :f :cas, :value [1 2]}      a map a line, perhaps in one vector;
//     values `nil`, numbers, strings, [from to] for a cas, [key value] tuples for independent keys; other processes
//     than numbers (:nemesis) are skipped, but for `:f :quiet`, which says that from there on it is quiet
//   {:process 0, :type :invoke, :f :get, :key "k", :value nil}                     strings by key, at first empty
//   INFO  jepsen.util - 0 :invoke :write 3                                         one register
// Throws BadHistory, with the line.
History read_history(std::string_view text);
History read_history_file(const std::string& path);

}  // namespace check
