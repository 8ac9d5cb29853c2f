#include "readers.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "app/cli/trace.h"
#include "app/window/theme_file.h"
#include "labs/ask/ask.h"
#include "labs/catalog/body_text.h"
#include "labs/catalog/kinds.h"
#include "labs/check/promise.h"
#include "labs/check/read_history.h"
#include "labs/doors/maelstrom_works.h"
#include "labs/guide/facts.h"
#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "labs/sweep/folder.h"
#include "labs/timeline/filter.h"
#include "labs/world/command.h"
#include "mechanisms/core/codec.h"
#include "tests/labs/record/made_run.h"

namespace hostile {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::string bytes_in(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A folder of this process's own, for readers that want a path. Gone with it.
const std::string& folder() {
  static const record::Folder one;
  return one.path();
}

// A new file each time: some file systems write one that is emptied and filled again to the disk at once.
std::string in_file(const std::string& name, std::string_view bytes) {
  const std::string path = folder() + "/" + name;
  fs::remove(path);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path;
}

void make_run(const std::string& path, std::uint64_t rows) {
  fs::remove(path);
  record::Recording recording(record::made_header());
  record::RunStore store(recording, path);
  record::tell_names(recording);
  record::tell(recording, 0, rows);
  // Two operations of clients, so that what reads these has something to read.
  for (std::uint64_t i = 0; i < 2; ++i) {
    record::Event event = record::made_event(rows + 2 * i).event;
    event.kind = record::EventKind::invoke, event.type = 1, event.ref = i + 1;
    recording.on_event(event, core::encode(core::Invocation{i + 1, i, "put", "k", "v", ""}));
    event = record::made_event(rows + 2 * i + 1).event;
    event.kind = record::EventKind::complete, event.type = 1, event.ref = i + 1;
    recording.on_event(event, core::encode(core::Completion{i + 1, core::Outcome::ok, {}, {}, {}}));
  }
  store.finish();
}

std::vector<std::string> run_files() {
  const std::string path = folder() + "/sound";
  make_run(path, 300);
  const std::string kept = std::string(SOURCE_DIR) + "/tests/labs/record/";
  return {bytes_in(path), bytes_in(kept + "format_1.run"), bytes_in(kept + "format_2.run")};
}

std::string read_run(const std::string& bytes) {
  try {
    const std::string path = in_file("hostile", bytes);
    record::read_brief(path);
    const auto run = record::open_run(path);
    run->digest();
    guide::Facts facts(run->header().nodes);
    run->replay_to(facts);
    for (std::size_t row = 0; row < run->size(); row += 1 + run->size() / 50) record::line_text(*run, run->at(row).event);
    run->visit(0, run->size(), [&](const record::Event& event, core::BytesView body) { catalog::body_text(*run, event, body); });
    return "";
  } catch (const record::BadRun& bad) {
    return bad.what();
  } catch (const core::Malformed& bad) {   // Of a body, which whoever wants it decodes.
    return bad.what();
  } catch (const check::BadHistory& bad) {
    return bad.what();
  }
}

guide::Kinds kinds() {
  return {[](std::string_view name) { return catalog::find_kind(name); },
          [] {
            std::vector<std::string> names;
            for (const auto* kind : catalog::kinds()) names.push_back(kind->name);
            return names;
          }};
}

std::string read_lab(const std::string& text) {
  try {
    guide::read_lab("hostile", text, kinds());
    return "";
  } catch (const guide::BadLab& bad) {
    return bad.what();
  }
}

// Those of the catalog whose nodes this program knows: see sanitized/few_kinds.cc.
std::vector<std::string> lab_files() {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(std::string(SOURCE_DIR) + "/labs/catalog")) {
    if (entry.path().extension() != ".md") continue;
    std::string text = bytes_in(entry.path().string());
    if (read_lab(text).empty()) all.push_back(std::move(text));
  }
  std::sort(all.begin(), all.end());   // The same mutants everywhere.
  return all;
}

std::vector<std::string> histories() {
  const std::string jepsen =
      "{:process 0, :type :invoke, :f :write, :value 3, :index 0, :time 12}\n{:process 1, :type :invoke, :f :cas, :value [1 2]}\n"
      "{:process 0, :type :ok, :f :write, :value 3}\n{:process :nemesis, :type :info, :f :start, :value [:cut {\"n1\" #{\"n2\"}}]}\n"
      "{:process 1, :type :fail, :f :cas, :value [1 2]}\n{:process 2, :type :invoke, :f :read, :value nil}\n"
      "{:process 2, :type :info, :f :read, :value :timed-out}\n";
  return {jepsen, "[" + jepsen + "]",
          "; a remark\n#jepsen.history.Op{:process 0, :type :invoke, :f :write, :value [1 7]}\n#_{:gone 1}\n"
          "#jepsen.history.Op{:process 0, :type :ok, :f :write, :value [1 7]}\n",
          "{:process 0, :type :invoke, :f :put, :key \"a\", :value \"x \\\"y\\\"\"}\n{:process 0, :type :ok, :f :put, :key \"a\", :value \"\"}\n"
          "{:process 0, :type :invoke, :f :get, :key \"a\", :value nil}\n{:process 0, :type :ok, :f :get, :key \"a\", :value \"x\"}\n",
          "INFO  jepsen.util - 0\t:invoke\t:write\t3\nINFO  jepsen.util - 0\t:ok\t:write\t3\n"
          "INFO  jepsen.util - 1\t:invoke\t:cas\t[3 4]\nINFO  jepsen.util - 1\t:info\t:cas\t:timed-out\n"};
}

std::string read_history(const std::string& text) {
  try {
    const check::History history = check::read_history(text);
    const std::string& function = history.operations().front().function;
    const bool by_key = function == "get" || function == "put";
    check::judge(history, check::Promise::linearizable, by_key ? check::Model::kv : check::Model::cas_register, {1000, 100ms});
    return "";
  } catch (const check::BadHistory& bad) {
    return bad.what();
  }
}

std::vector<std::string> traces() {
  return {"a\nb\na\nc\n", "time,key,size\n1,a,100\n2,b,4096\n", "1.5,a\n2.5,b\n", "size,other,key\n7,x,a\r\n8,y,b\r\n", "0,k1,10\n1,k2,20\n"};
}

std::string read_trace(const std::string& text) {
  std::istringstream in(text);
  try {
    cli::TraceReader reader(in);
    cli::TraceRequest request;
    while (reader.next(request)) {}
    return "";
  } catch (const cli::BadTrace& bad) {
    return bad.what();
  }
}

sweep::Grid made_grid() {
  sweep::Grid grid;
  grid.program = "faultline of a test", grid.lab = "raft-elections";
  grid.lab_text = "# Short\n";
  grid.first_seed = 3, grid.last_seed = 5;
  grid.axes = {sweep::read_axis("raft.election_timeout=150ms..155ms,150ms..300ms"), sweep::read_axis("raft.pre_vote=on,off")};
  return grid;
}

std::vector<std::string> grids() { return {sweep::grid_text(made_grid(), {}), sweep::grid_text(made_grid(), {2, 4})}; }

// Both files of a folder, the grid first, with this between them.
constexpr std::string_view kBetween = "=====\n";

std::vector<std::string> sweeps() {
  const sweep::Grid grid = made_grid();
  std::vector<std::string> all = grids();
  for (std::string& one : all) {
    one += kBetween;
    for (std::uint64_t run = 0; run < grid.runs(); run += 3) {
      sweep::Outcome outcome;
      outcome.run = run, outcome.length = 12s, outcome.digest = run * 77;
      outcome.why_not = run == 3 ? "a promise \"broke\"" : "";
      outcome.figures = {{"operations ok", "", 104.5}, {"get p99", "ms", 1e9}};
      one += sweep::line_of(grid, outcome);
    }
  }
  return all;
}

std::string read_sweep(const std::string& text) {
  const auto between = text.find(kBetween);
  in_file("sweep.json", text.substr(0, between));
  in_file("results.jsonl", between == std::string::npos ? "" : text.substr(between + kBetween.size()));
  try {
    const sweep::Stored stored = sweep::read_folder(folder());
    sweep::missing(stored);
    return "";
  } catch (const sweep::BadSweep& bad) {
    return bad.what();
  }
}

std::vector<std::string> scripts() {
  return {"at 1s crash leader\nat 2.5s restart S1\n# a remark\nat 3s partition 1 2 | 3 4 5\nat 4s heal\n",
          "delay leader 20ms\nloss 1 <-> 2 5%\nwait 1s\npartition 1 -> 2 reset\nclog rest\npause followers\ndrift all +2%\njump 4 -1s\n"
          "disk 3 torn\nmajority-ring\nflap 1 | 2 3 every 500ms for 5s\nset raft.heartbeat=20ms\nload 100\nmark quiet\n",
          "at 1s skew 2 +180ms\nat 1500ms tell C1 put \"a key\" v\nat 2m swizzle-clog 1 2 3\nstop\n"};
}

std::string read_script(const std::string& text) {
  try {
    for (const auto& line : world::parse_script(text))
      if (!(world::parse_command(world::command_text(line.command)) == line.command)) throw std::logic_error("a command is another one as text");
    return "";
  } catch (const world::BadCommand& bad) {
    return bad.what();
  }
}

// What filters and questions are about.
const record::Recording& some_run() {
  static const std::shared_ptr<const record::Recording> run = [] {
    const std::string path = folder() + "/asked";
    make_run(path, 300);
    return record::open_run(path);
  }();
  return *run;
}

std::vector<std::string> filters() {
  std::vector<std::string> all;
  for (const auto& example : timeline::filter_examples()) all.emplace_back(example.filter);
  all.emplace_back("(node:S1 or -kind:drop,send) t>1us stamp<=100 \"two words\" /no.e [0-9]+/ value!=3 row>=7");
  return all;
}

std::string read_filter(const std::string& text) {
  const auto compiled = timeline::compile(text, some_run(), [](const record::Event&, core::BytesView body) { return record::text_of(body); });
  if (const auto* bad = std::get_if<timeline::FilterError>(&compiled)) return bad->words;
  std::size_t row = 0;
  some_run().visit(0, some_run().size(), [&](const record::Event& event, core::BytesView body) {
    std::get<timeline::Filter>(compiled).matches(row++, event, body);
  });
  return "";
}

std::vector<std::string> themes() {
  return {"base = \"dark\"\naccent = \"#56b4e9\"\nseries = [\"#56b4e9\", \"#ffc727\"]\n",
          "base = \"high contrast\"\nground = \"#000000\"\ntext = \"#ffffff\"\n# a remark\nbad = \"#f00000\"\n"};
}

std::string read_theme(const std::string& text) {
  try {
    window::hard_to_see(window::read_theme(text, "hostile.toml"));
    return "";
  } catch (const window::BadTheme& bad) {
    return bad.what();
  }
}

std::vector<std::string> questions() {
  std::vector<std::string> all;
  for (const auto& example : ask::examples()) all.emplace_back(example.sql);
  all.emplace_back("with recursive c(x) as (select 1 union all select x+1 from c where x < 50) select sum(x), percentile(x, 99) from c");
  all.emplace_back("select kind, count(*), group_concat(node, ',') from events where t_ns between 10 and 4000 group by kind order by 2 desc limit 5");
  return all;
}

class Hear : public ask::Answer {
 public:
  void columns(const std::vector<std::string>&) override {}
  bool row(const std::vector<ask::Cell>&) override { return ++rows_ < 10'000; }

 private:
  std::size_t rows_ = 0;
};

std::string read_question(const std::string& text) {
  try {
    Hear hear;
    ask::ask(some_run(), text, {200ms, std::size_t{64} << 20}, hear);
    return "";
  } catch (const ask::BadQuestion& bad) {
    return bad.what();
  }
}

std::vector<std::string> conversations() {
  const std::string init = R"({"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1","n2","n3"]}})" "\n";
  const auto said = [](const std::string& body, const char* src = "c1") { return R"({"src":")" + std::string(src) + R"(","dest":"n1","body":{)" + body + "}}\n"; };
  return {init + said(R"("type":"write","msg_id":2,"key":1,"value":[7,null,1.5e3])") + said(R"("type":"read","msg_id":3,"key":"\u00fc")") +
              said(R"("type":"cas","msg_id":4,"key":1,"from":7,"to":{"a":-1},"create_if_not_exists":true)") + said(R"("type":"raft","bytes":"0700")", "n2"),
          init + said(R"("type":"topology","msg_id":2,"topology":{"n1":["n2"],"n2":["n1","n3"]})") + said(R"("type":"broadcast","msg_id":3,"message":12)") +
              said(R"("type":"gossip","parcel":99,"messages":[1,2,"x"])", "n2") + said(R"("type":"gossip_ok","parcel":100)", "n2") + said(R"("type":"read","msg_id":4)"),
          init + said(R"("type":"echo","msg_id":2,"echo":"please")") + said(R"("type":"generate","msg_id":3)")};
}

// Lines to every kind of node, in two pieces. Nothing is refused as a whole: whatever a line is, the next is read. Thousands of
// lines take their time, to no surprise.
std::string read_conversation(const std::string& all) {
  const std::string_view bytes = std::string_view(all).substr(0, 1u << 16);
  for (const auto& mechanism : doors::maelstrom_mechanisms()) {
    doors::MaelstromNode node(doors::maelstrom_work(mechanism, {}, kinds(), 5));
    doors::MaelstromOut out;
    node.on_bytes(core::Time(1ms), bytes.substr(0, bytes.size() / 2), out);
    node.on_bytes(core::Time(2ms), bytes.substr(bytes.size() / 2), out);
    for (int second = 1; second < 5; ++second)
      if (node.due() <= core::Time(second * 1s)) node.on_time(core::Time(second * 1s), out);
  }
  return "";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Reader& reader) { return out << reader.name; }

const std::vector<Reader>& readers() {
  static const std::vector<Reader> all{
      {"run_file", run_files, read_run},   {"lab_file", lab_files, read_lab},       {"history", histories, read_history},
      {"trace", traces, read_trace},       {"sweep", sweeps, read_sweep},           {"script", scripts, read_script},
      {"filter", filters, read_filter},    {"theme", themes, read_theme},           {"question", questions, read_question},
      {"maelstrom", conversations, read_conversation}};
  return all;
}

const Reader* find_reader(std::string_view name) {
  for (const Reader& reader : readers())
    if (reader.name == name) return &reader;
  return nullptr;
}

}  // namespace hostile
