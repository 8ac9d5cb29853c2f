#include "labs/doors/http.h"

#include "mechanisms/core/fields.h"

namespace doors {
namespace {

constexpr std::size_t kLongestKey = 1024;
constexpr std::string_view kKeysBeginAt = "/kv/";

std::string what_this_is(const House& house) {
  const auto& node = house.world.nodes()[house.asker.node() - 1];
  return "A door of Faultline. What is asked here becomes operations of " + node.name + ", a node of the kind " + node.kind +
         ",\nand meets the cluster's faults as all operations do.\n\n"
         "  curl localhost:PORT/kv/KEY                     read a value\n"
         "  curl -X PUT -d VALUE localhost:PORT/kv/KEY     write it\n"
         "  curl -d MORE localhost:PORT/kv/KEY             append to it\n"
         "  curl -X DELETE localhost:PORT/kv/KEY           remove it\n\n"
         "404: there is no such key. 503: it was not done. 504: nobody can say whether it was done.\n";
}

std::string listed(const Answer& read) {
  std::string all = *read.value + "\n";
  for (const auto& sibling : read.siblings) all += sibling + "\n";
  return all;
}

// What the cluster's answer is called in HTTP.
HttpAnswer http_answer(clients::Function asked, const Answer& got) {
  using clients::Function;
  const std::pair<std::string, std::string> later{"Retry-After", "1"}, fresh{"Cache-Control", "no-store"};
  if (got.outcome == core::Outcome::unknown)
    return {504, asked == Function::get ? "nobody answered in time\n" : "nobody can say whether it was done, or still will be\n", {later}};
  // A delete that was begun and failed is one that found nothing.
  const bool failed = got.outcome == core::Outcome::failed, nothing_there = failed && got.why.empty() && asked == Function::del;
  if (failed && !nothing_there)
    return {503, (got.why.empty() ? "the cluster did not do it" : got.why) + "\n", {later}};
  if (asked == Function::get ? !got.value : nothing_there) return {404, "there is no such key\n", {fresh}};
  if (asked != Function::get) return {204, ""};
  // Bytes, whatever they are: no browser is to make a page of them.
  if (!got.siblings.empty()) return {300, listed(got), {fresh, {"X-Content-Type-Options", "nosniff"}}, "application/octet-stream"};
  return {200, *got.value, {fresh, {"X-Content-Type-Options", "nosniff"}}, "application/octet-stream"};
}

clients::Function function_of(const std::string& method) {
  if (method == "PUT") return clients::Function::put;
  if (method == "POST") return clients::Function::append;
  if (method == "DELETE") return clients::Function::del;
  return clients::Function::get;   // HEAD, too.
}

void serve_key(const House& house, const HttpRequest& request, const HttpSay& say) {
  if (refuse_other_methods(request, "GET, HEAD, PUT, POST, DELETE", say)) return;
  const auto key = percent_decoded(request.path().substr(kKeysBeginAt.size()));
  if (!key) return say({400, "in the key, a % is not followed by two hexadecimal digits\n"});
  if (key->empty()) return say({400, "there is no key behind " + std::string(kKeysBeginAt) + "\n"});
  if (key->size() > kLongestKey) return say({414, "the key is longer than " + std::to_string(kLongestKey) + " bytes\n"});
  const auto function = function_of(request.method);
  // To leave these out would be to do what was not asked.
  if (function != clients::Function::get)
    for (const char* name : {"if-match", "if-none-match", "if-unmodified-since", "content-range", "content-encoding"})
      if (request.header(name) != nullptr) return say({501, "the header " + std::string(name) + " is not understood here\n"});
  if (!house.asker.can(function)) return say({501, "the store behind knows no " + std::string(core::name_of(function)) + "\n"});
  house.asker.ask({function, *key, request.body, ""}, [function, say](const Answer& got) { say(http_answer(function, got)); });
}

}  // namespace

Serve key_values(House house) {
  return [house](const HttpRequest& request, const HttpSay& say) {
    const std::string_view path = request.path();
    if (path.starts_with(kKeysBeginAt)) return serve_key(house, request, say);
    if (path != "/" && path != "/healthz") return say({404, "there is no such page; / says which there are\n"});
    if (refuse_other_methods(request, "GET, HEAD", say)) return;
    if (path == "/") return say({200, what_this_is(house)});
    const bool up = house.world.node(house.asker.node()) != nullptr;
    say({up ? 200 : 503, house.world.nodes()[house.asker.node() - 1].name + (up ? " is up\n" : " is down\n")});
  };
}

std::unique_ptr<Door> open_http(House house, std::uint16_t port) { return open_site(house.world.loop(), port, key_values(house)); }

}  // namespace doors
