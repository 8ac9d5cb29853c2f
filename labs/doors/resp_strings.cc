#include "labs/doors/resp_strings.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace doors::resp {
namespace {

using Value = std::optional<RespValue>;
using Do = RespChange::Do;

const std::string kNoInteger = "ERR value is not an integer or out of range";
const std::string kSyntax = "ERR syntax error";
const std::string kOk = resp_simple("OK");
constexpr std::size_t kMostBytes = RespLimits{}.word;

// As Redis reads numbers: no space, no plus, no zero in front.
std::optional<long long> integer(std::string_view text) {
  long long value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || std::to_string(value) != text) return std::nullopt;
  return value;
}

std::string bulk_of(const Value& value) { return resp_bulk(value ? std::optional(value->text) : std::nullopt); }

RespChange write_it(RespValue value, std::string answer) { return {Do::write, std::move(answer), std::move(value)}; }
RespChange leave_it(std::string answer) { return {Do::leave, std::move(answer)}; }

RespSession::Done to(const RespPlace& place) {
  return [place](const std::string& answer) { place(answer); };
}

std::string sum(const std::vector<std::string>& ones) { return resp_integer(std::count(ones.begin(), ones.end(), resp_integer(1))); }

// `EX 10` and its like. The moment in Unix time; why not, in `error`.
std::optional<long long> moment(std::string_view number, bool seconds, bool from_now, const std::string& command, std::string& error) {
  const auto given = integer(number);
  if (!given) {
    error = kNoInteger;
    return std::nullopt;
  }
  constexpr long long kMost = std::numeric_limits<long long>::max();
  const long long scale = seconds ? 1000 : 1, base = from_now ? RespStore::now() : 0;
  if (*given > (kMost - base) / scale || *given < -(kMost / scale)) {
    error = "ERR invalid expire time in '" + command + "' command";
    return std::nullopt;
  }
  return base + *given * scale;
}

struct SetOptions {
  std::optional<long long> until{};
  bool keep = false, if_absent = false, if_present = false, get = false;
  std::string error{};
};

// Whether the option at `i` says until when, and then which moment; `i` is moved to its number.
bool read_moment(const std::vector<std::string>& words, std::size_t& i, SetOptions& into) {
  const std::string option = resp_lower(words[i]);
  if ((option != "ex" && option != "px" && option != "exat" && option != "pxat") || i + 1 >= words.size()) return false;
  const bool from_now = !option.ends_with("at");
  const auto number = integer(words[++i]);
  into.until = moment(words[i], option.starts_with("e"), from_now, "set", into.error);
  if (number && *number <= 0) into.error = "ERR invalid expire time in 'set' command";
  return true;
}

SetOptions set_options(const std::vector<std::string>& words) {
  SetOptions options;
  bool timed = false;
  for (std::size_t i = 3; i < words.size() && options.error.empty(); ++i) {
    const std::string option = resp_lower(words[i]);
    if (option == "nx" && !options.if_present) options.if_absent = true;
    else if (option == "xx" && !options.if_absent) options.if_present = true;
    else if (option == "get") options.get = true;
    else if (option == "keepttl" && !timed) options.keep = timed = true;
    else if (!timed && read_moment(words, i, options)) timed = true;
    else options.error = kSyntax;
  }
  return options;
}

}  // namespace

void get(const RespCall& c) { c.session.read(c.words[1], bulk_of, to(c.answer)); }

void set(const RespCall& c) {
  const auto options = set_options(c.words);
  if (!options.error.empty()) return c.answer(resp_error(options.error));
  RespValue value{c.words[2], options.until};
  // Without a look at what is there it is one operation.
  if (!options.if_absent && !options.if_present && !options.get && !options.keep) return c.session.write(c.words[1], value, kOk, to(c.answer));
  c.session.alter(c.words[1], [options, value](const Value& now) {
    const bool wanted = (!options.if_absent || !now) && (!options.if_present || now);
    const std::string answer = options.get ? bulk_of(now) : wanted ? kOk : resp_bulk({});
    RespValue next = value;
    if (options.keep && now) next.until = now->until;
    return wanted ? write_it(next, answer) : leave_it(answer);
  }, to(c.answer));
}

void set_if_absent(const RespCall& c) {
  c.session.alter(c.words[1], [text = c.words[2]](const Value& now) {
    return now ? leave_it(resp_integer(0)) : write_it({text, {}}, resp_integer(1));
  }, to(c.answer));
}

void set_with_expiry(const RespCall& c) {
  const std::string command = resp_lower(c.words[0]);
  std::string error;
  const auto until = moment(c.words[2], command == "setex", true, command, error);
  if (const auto number = integer(c.words[2]); number && *number <= 0) error = "ERR invalid expire time in '" + command + "' command";
  if (!error.empty()) return c.answer(resp_error(error));
  c.session.write(c.words[1], {c.words[3], until}, kOk, to(c.answer));
}

void get_and_set(const RespCall& c) {
  c.session.alter(c.words[1], [text = c.words[2]](const Value& now) { return write_it({text, {}}, bulk_of(now)); }, to(c.answer));
}

void get_and_remove(const RespCall& c) {
  c.session.alter(c.words[1], [](const Value& now) { return RespChange{Do::remove, bulk_of(now)}; }, to(c.answer));
}

void append(const RespCall& c) {
  c.session.alter(c.words[1], [more = c.words[2]](const Value& now) {
    RespValue next = now.value_or(RespValue{});
    next.text += more;
    if (next.text.size() > kMostBytes) return leave_it(resp_error("ERR string exceeds maximum allowed size (" + std::to_string(kMostBytes) + " bytes)"));
    const auto length = static_cast<long long>(next.text.size());
    return write_it(std::move(next), resp_integer(length));
  }, to(c.answer));
}

void length(const RespCall& c) {
  c.session.read(c.words[1], [](const Value& now) { return resp_integer(now ? static_cast<long long>(now->text.size()) : 0); }, to(c.answer));
}

void type(const RespCall& c) {
  c.session.read(c.words[1], [](const Value& now) { return resp_simple(now ? "string" : "none"); }, to(c.answer));
}

void get_many(const RespCall& c) {
  const RespGathered all(c.words.size() - 1, c.answer, resp_array);
  for (std::size_t i = 1; i < c.words.size(); ++i) c.session.read(c.words[i], bulk_of, all.at(i - 1));
}

void set_many(const RespCall& c) {
  if (c.words.size() % 2 == 0) return c.answer(resp_arity_error("mset"));
  const RespGathered all(c.words.size() / 2, c.answer, [](const auto&) { return kOk; });
  for (std::size_t i = 1; i < c.words.size(); i += 2) c.session.write(c.words[i], {c.words[i + 1], {}}, kOk, all.at(i / 2));
}

void remove_many(const RespCall& c) {
  const RespGathered all(c.words.size() - 1, c.answer, sum);
  for (std::size_t i = 1; i < c.words.size(); ++i) c.session.remove(c.words[i], all.at(i - 1));
}

void exist_many(const RespCall& c) {
  const RespGathered all(c.words.size() - 1, c.answer, sum);
  for (std::size_t i = 1; i < c.words.size(); ++i)
    c.session.read(c.words[i], [](const Value& now) { return resp_integer(now ? 1 : 0); }, all.at(i - 1));
}

void count(const RespCall& c) {
  const std::string command = resp_lower(c.words[0]);
  auto by = c.words.size() > 2 ? integer(c.words[2]) : std::optional<long long>(1);
  if (!by) return c.answer(resp_error(kNoInteger));
  if (command.starts_with("decr")) {
    if (*by == std::numeric_limits<long long>::min()) return c.answer(resp_error("ERR decrement would overflow"));
    by = -*by;
  }
  c.session.alter(c.words[1], [by = *by](const Value& now) {
    const auto is = now ? integer(now->text) : std::optional<long long>(0);
    long long next = 0;
    if (!is) return leave_it(resp_error(kNoInteger));
    if (__builtin_add_overflow(*is, by, &next)) return leave_it(resp_error("ERR increment or decrement would overflow"));
    return write_it({std::to_string(next), now ? now->until : std::nullopt}, resp_integer(next));
  }, to(c.answer));
}

void expire(const RespCall& c) {
  const std::string command = resp_lower(c.words[0]);
  std::string error;
  const auto until = moment(c.words[2], !command.starts_with("p"), !command.ends_with("at"), command, error);
  if (!until) return c.answer(resp_error(error));
  bool if_none = false, if_some = false, if_later = false, if_sooner = false;
  for (std::size_t i = 3; i < c.words.size(); ++i) {
    const std::string option = resp_lower(c.words[i]);
    bool* flag = option == "nx" ? &if_none : option == "xx" ? &if_some : option == "gt" ? &if_later : option == "lt" ? &if_sooner : nullptr;
    if (flag == nullptr) return c.answer(resp_error("ERR Unsupported option " + c.words[i].substr(0, 128)));
    *flag = true;
  }
  if (if_none && (if_some || if_later || if_sooner)) return c.answer(resp_error("ERR NX and XX, GT or LT options at the same time are not compatible"));
  if (if_later && if_sooner) return c.answer(resp_error("ERR GT and LT options at the same time are not compatible"));
  c.session.alter(c.words[1], [=, until = *until](const Value& now) {
    if (!now) return leave_it(resp_integer(0));
    // Who lives for ever lives longer than until any moment.
    const bool later = now->until && until > *now->until, sooner = !now->until || until < *now->until;
    if ((if_none && now->until) || (if_some && !now->until) || (if_later && !later) || (if_sooner && !sooner)) return leave_it(resp_integer(0));
    if (until <= RespStore::now()) return RespChange{Do::remove, resp_integer(1)};
    return write_it({now->text, until}, resp_integer(1));
  }, to(c.answer));
}

void time_left(const RespCall& c) {
  const bool seconds = resp_lower(c.words[0]) == "ttl";
  c.session.read(c.words[1], [seconds](const Value& now) {
    if (!now) return resp_integer(-2);
    if (!now->until) return resp_integer(-1);
    const long long left = std::max(*now->until - RespStore::now(), 0LL);
    return resp_integer(seconds ? (left + 500) / 1000 : left);
  }, to(c.answer));
}

void persist(const RespCall& c) {
  c.session.alter(c.words[1], [](const Value& now) {
    return now && now->until ? write_it({now->text, {}}, resp_integer(1)) : leave_it(resp_integer(0));
  }, to(c.answer));
}

}  // namespace doors::resp
