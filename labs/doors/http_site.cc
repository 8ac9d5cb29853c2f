#include "labs/doors/http_site.h"

namespace doors {
namespace {

struct Site {
  Serve serve;
  std::uint16_t port = 0;
  std::uint64_t refused = 0;   // Requests of other sites, or for other names.
};

constexpr unsigned kPortOfHttp = 80;   // Where no port is said.

bool is_this_machine(const HttpHost& host) { return host.name == "localhost" || host.name == "127.0.0.1" || host.name == "[::1]"; }

// Why it is not answered, or nothing.
std::string foreign(const HttpRequest& request, std::uint16_t port) {
  const auto host = read_host(request.host);
  // Only browsers can be sent to a wrong name, and they say it.
  const bool none = request.host.empty() && request.minor == 0;
  if (!none && (!host || !is_this_machine(*host) || (host->port != 0 && host->port != port)))
    return "this is localhost:" + std::to_string(port) + ", and the request is for another host";
  constexpr std::string_view kScheme = "http://";
  if (const std::string* origin = request.header("origin")) {
    const auto from = origin->starts_with(kScheme) ? read_host(std::string_view(*origin).substr(kScheme.size())) : std::nullopt;
    if (!from || !is_this_machine(*from) || (from->port == 0 ? kPortOfHttp : from->port) != port) return "pages of other sites may not ask here";
  }
  const std::string* site = request.header("sec-fetch-site");
  if (site != nullptr && *site != "same-origin" && *site != "none") return "pages of other sites may not ask here";
  return "";
}

class HttpConversation final : public Conversation {
 public:
  HttpConversation(std::shared_ptr<Site> site, std::shared_ptr<Line> line) : site_(std::move(site)), line_(std::move(line)) {}

  std::size_t take(std::string_view bytes) override {
    std::size_t taken = 0;
    try {
      if (const auto request = reader_.read(bytes, taken)) answer(*request);
      else if (reader_.must_say_go_on()) line_->say("HTTP/1.1 100 Continue\r\n\r\n");
    } catch (const BadHttp& bad) {
      end_with(bad.status, bad.what());
    }
    return taken;
  }

 private:
  void answer(const HttpRequest& request) {
    if (const std::string why = foreign(request, site_->port); !why.empty()) {
      ++site_->refused;
      return end_with(403, why);
    }
    const std::uint64_t place = line_->place();
    if (!request.stays) line_->hang_up();
    site_->serve(request, [line = line_, place, stays = request.stays, with_body = request.method != "HEAD"](const HttpAnswer& given) {
      line->fill(place, http_text(given, stays, with_body));
    });
  }

  void end_with(int status, const std::string& why) {
    line_->say(http_text({status, why + "\n"}, false));
    line_->hang_up();
  }

  std::shared_ptr<Site> site_;
  std::shared_ptr<Line> line_;
  HttpReader reader_;
};

class SiteDoor final : public Door {
 public:
  SiteDoor(asio::io_context& loop, std::uint16_t port, Serve serve, const Limits& limits)
      : site_(std::make_shared<Site>(Site{std::move(serve)})),
        connections_(loop, port, [site = site_](std::shared_ptr<Line> line) { return std::make_unique<HttpConversation>(site, std::move(line)); }, limits) {
    site_->port = connections_.port();
  }
  // Conversations may last until the loop has turned once more: what they would ask is gone.
  ~SiteDoor() override { site_->serve = nullptr; }
  std::vector<std::uint16_t> ports() const override { return {connections_.port()}; }
  std::size_t clients() const override { return connections_.clients(); }
  std::uint64_t cut_off() const override { return connections_.cut_off() + connections_.turned_away(); }
  std::uint64_t refused() const override { return site_->refused; }

 private:
  std::shared_ptr<Site> site_;
  Connections connections_;
};

}  // namespace

std::unique_ptr<Door> open_site(asio::io_context& loop, std::uint16_t port, Serve serve, const Limits& limits) {
  return std::make_unique<SiteDoor>(loop, port, std::move(serve), limits);
}

bool refuse_other_methods(const HttpRequest& request, std::string_view allowed, const HttpSay& say) {
  for (std::string_view rest = allowed; !rest.empty();) {
    const auto comma = rest.find(", ");
    if (rest.substr(0, comma) == request.method) return false;
    rest = comma == rest.npos ? "" : rest.substr(comma + 2);
  }
  say({405, "only " + std::string(allowed) + " can be asked here\n", {{"Allow", std::string(allowed)}}});
  return true;
}

}  // namespace doors
