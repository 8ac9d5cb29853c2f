#include "labs/doors/resp.h"

#include "labs/doors/resp_words.h"

namespace doors {
namespace {

class Resp final : public Conversation {
 public:
  Resp(House house, std::shared_ptr<Line> line) : house_(house), line_(std::move(line)) {}

  std::size_t take(std::string_view bytes) override {
    std::size_t taken = 0;
    try {
      const auto words = read_resp(bytes, taken);
      if (!words.empty()) answer(words);
    } catch (const BadResp& bad) {
      line_->say(resp_error(std::string("ERR ") + bad.what()));
      line_->hang_up();
    }
    return taken;
  }

 private:
  void answer(const std::vector<std::string>& words) {
    const std::string& word = words[0];
    if (word == "PING") return line_->say(resp_simple("PONG"));
    if (word == "GET" && words.size() == 2) {
      house_.asker.ask({clients::Function::get, words[1], "", ""}, [line = line_, place = line_->place()](const Answer& got) {
        line->fill(place, got.outcome == core::Outcome::ok ? resp_bulk(got.value) : resp_error("ERR " + got.why));
      });
      return;
    }
    if (word == "SET" && words.size() == 3) {
      house_.asker.ask({clients::Function::put, words[1], words[2], ""}, [line = line_, place = line_->place()](const Answer& got) {
        line->fill(place, got.outcome == core::Outcome::ok ? resp_simple("OK") : resp_error("ERR " + got.why));
      });
      return;
    }
    line_->say(resp_error("ERR unknown command '" + word + "'"));
  }

  House house_;
  std::shared_ptr<Line> line_;
};

}  // namespace

std::unique_ptr<Door> open_resp(House house, std::uint16_t port) {
  return single(house.world.loop(), port, [house](std::shared_ptr<Line> line) { return std::make_unique<Resp>(house, std::move(line)); });
}

}  // namespace doors
