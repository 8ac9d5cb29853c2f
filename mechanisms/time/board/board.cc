#include "mechanisms/time/board/board.h"

#include <algorithm>

#include "mechanisms/core/check.h"
#include "mechanisms/core/text.h"

namespace board {
namespace {

constexpr std::size_t kPostsAtOnce = 32;   // What one board sends another in answer to one question for what is missing.
constexpr std::size_t kMostWords = 200;    // Bytes of a post.
constexpr std::size_t kLastLines = 8;

std::uint64_t sum(const clocks::VectorClock& vector) {
  std::uint64_t all = 0;
  for (const auto& [author, count] : vector.counts) all += count;
  return all;
}

// A timer's key for a post: no board has 2^40 posts.
std::uint64_t key_of(PostId id) { return std::uint64_t{id.author} << 40 | id.number; }
PostId post_of(std::uint64_t key) { return {static_cast<core::NodeId>(key >> 40), key & ((std::uint64_t{1} << 40) - 1)}; }

}  // namespace

bool stands_before(const Post& a, const Post& b, SortBy by) {
  // What the stamps leave open the author's number decides: the same on all boards (Lamport 1978, "Ordering the Events
  // Totally").
  const auto less = [&](const auto& x, const auto& y) { return x != y ? x < y : a.id < b.id; };
  switch (by) {
    case SortBy::physical: return less(a.physical, b.physical);
    case SortBy::lamport: return less(a.lamport, b.lamport);
    case SortBy::hybrid: return less(a.hybrid, b.hybrid);
    case SortBy::vector: return less(sum(a.vector), sum(b.vector));
  }
  return false;
}

Board::Board(const core::Roster& roster, const Settings& settings, Durable durable)
    : id_(roster.self), peers_(roster.peers), names_(roster.names), settings_(settings) {
  if (settings_.flaws.forget_posts) durable.posts.clear();
  for (const Post& post : durable.posts) {
    remember(post);
    lamport_.time = std::max(lamport_.time, post.lamport);
    hybrid_.last = std::max(hybrid_.last, post.hybrid);
    vector_.merge(post.vector);
  }
  sort_again();
}

void Board::start(Step& step) { on_settings(step, settings_); }

void Board::on_settings(Step& step, const Settings& settings) {
  settings_ = settings;
  sort_again();
  step.gauge(kMisplaced, static_cast<double>(misplaced_));
  show_ready(step);
  arm_question(step);
  step.set_timer({Alarm::sync}, settings_.sync);
}

void Board::arm_question(Step& step) {
  if (settings_.active)
    step.set_timer({Alarm::question}, step.rng->exponential(settings_.question_every));
  else
    step.cancel_timer({Alarm::question});
}

void Board::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::question:
      arm_question(step);
      if (settings_.active) write(step, {}, "question " + std::to_string(vector_.of(id_) + 1));
      return;
    case Alarm::answer:
      if (const auto it = posts_.find(post_of(timer.key)); it != posts_.end() && settings_.active)
        write(step, it->first, "to " + it->second.text);
      return;
    case Alarm::sync: {
      step.set_timer(timer, settings_.sync);
      if (peers_.size() < 2) return;
      core::NodeId other = peers_[step.rng->below(peers_.size() - 1)];
      if (other == id_) other = peers_.back();
      Have have{shown_up_to_};
      for (const core::NodeId author : peers_)
        for (std::uint64_t next = have.posts.of(author) + 1; posts_.count({author, next}) + waiting_.count({author, next}) != 0; ++next)
          have.posts.counts[author] = next;
      step.send(other, have);
      return;
    }
  }
}

void Board::on_message(Step& step, core::NodeId from, const Have& m) {
  std::size_t sent = 0;
  for (const core::NodeId author : peers_)
    for (auto it = posts_.lower_bound({author, m.posts.of(author) + 1}); it != posts_.end() && it->first.author == author && sent < kPostsAtOnce; ++it, ++sent)
      step.send(from, it->second);
}

void Board::on_message(Step& step, core::NodeId, const Post& m) {
  if (std::find(peers_.begin(), peers_.end(), m.id.author) == peers_.end() || m.id.number == 0) return;
  if (posts_.count(m.id) != 0 || waiting_.count(m.id) != 0) return;  // It came twice.
  waiting_.emplace(m.id, Waiting{m, step.now});
  show_ready(step);
}

// Protocol CBCAST, step 2: the next post of its author, and all that the author had seen of others.
bool Board::may_show(const Post& post) const {
  if (!settings_.wait_for_causes) return true;
  if (settings_.flaws.no_wait) return true;
  for (const auto& [author, count] : post.vector.counts)
    if (shown_up_to_.of(author) < (author == post.id.author ? post.id.number - 1 : count)) return false;
  return true;
}

void Board::show_ready(Step& step) {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (!may_show(it->second.post)) {
      ++it;
      continue;
    }
    const Waiting ready = std::move(it->second);
    waiting_.erase(it);
    if (step.now > ready.since) step.timing(kWait, core::in_ms(step.now - ready.since));
    hear(step.now, ready.post);
    put(step, ready.post);
    it = waiting_.begin();  // Others may have waited for this one.
  }
  step.gauge(kWaiting, static_cast<double>(waiting_.size()));
}

// The clocks learn of a post when it is shown: that is when people here can have read it.
void Board::hear(core::Time now, const Post& post) {
  if (!settings_.flaws.lamport_without_max) lamport_.hear(post.lamport);
  if (!settings_.flaws.hybrid_deaf) hybrid_.hear(now, post.hybrid, core::Duration::max());
  vector_.merge(post.vector);
}

void Board::write(Step& step, std::optional<PostId> answers, std::string text) {
  vector_.tick(id_);
  Post post{{id_, vector_.of(id_)}, answers, std::move(text), step.now, lamport_.tick(), hybrid_.tick(step.now), vector_};
  if (post.text.size() > kMostWords) post.text.resize(kMostWords);
  step.count(kPosted);
  step.gauge(kAhead, core::in_ms(post.hybrid.time - step.now));
  for (const core::NodeId other : peers_)
    if (other != id_) step.send(other, post);
  if (!answers) begin_question(step, post);
  put(step, std::move(post));
}

void Board::begin_question(Step& step, const Post& question) {
  // Drawn, not counted: a board that forgot its posts would begin the same operation twice.
  const std::uint64_t operation = step.rng->next() >> 8;
  open_[question.id] = {operation, step.now};
  step.invoke({operation, operation, "put", names_.of(id_) + "/" + std::to_string(question.id.number), question.text, ""});
}

void Board::end_question(Step& step, const Post& answer) {
  const auto open = open_.find(*answer.answers);
  if (open == open_.end()) return;
  step.complete({open->second.operation, core::Outcome::ok, {}});
  if (step.now > open->second.since) step.timing(kAnswered, core::in_ms(step.now - open->second.since));
  open_.erase(open);
}

void Board::put(Step& step, Post post) {
  step.persist(Keep{post});
  step.count(kShown);
  if (!shown_.empty() && clocks::compare(posts_.at(shown_.back()).vector, post.vector) == clocks::Order::concurrent)
    step.count(kConcurrent);
  remember(post);
  const auto by_order = [&](const PostId& a, const PostId& b) { return stands_before(posts_.at(a), posts_.at(b), settings_.sort_by); };
  order_.insert(std::upper_bound(order_.begin(), order_.end(), post.id, by_order), post.id);
  if (post.answers) {
    say_if_misplaced(step, post);
    end_question(step, post);
  } else if (post.id.author != id_ && settings_.active && step.rng->chance(settings_.answer_share)) {
    step.set_timer({Alarm::answer, key_of(post.id)}, step.rng->exponential(settings_.answer_after));
  }
  // A question that comes after its answer may put that one right.
  if (misplaced_ != 0 && !post.answers) sort_again();
  step.gauge(kMisplaced, static_cast<double>(misplaced_));
}

void Board::remember(const Post& post) {
  posts_.emplace(post.id, post);
  shown_.push_back(post.id);
  const core::NodeId author = post.id.author;
  while (posts_.count({author, shown_up_to_.of(author) + 1}) != 0) shown_up_to_.tick(author);
}

bool Board::is_misplaced(const Post& answer) const {
  const auto question = posts_.find(*answer.answers);
  return question == posts_.end() || stands_before(answer, question->second, settings_.sort_by);
}

void Board::say_if_misplaced(Step& step, const Post& answer) {
  if (!is_misplaced(answer)) return;
  ++misplaced_;
  step.count(kBefore);
  const auto question = posts_.find(*answer.answers);
  if (question == posts_.end()) return step.note(title(answer) + " stands here without its question, which has not come yet");
  if (settings_.sort_by != SortBy::physical) return step.note(title(answer) + " stands before its question: its stamp is not greater");
  step.note(title(answer) + " stands before its question: its author's clock showed " +
            core::text(core::Duration(std::chrono::round<std::chrono::milliseconds>(question->second.physical - answer.physical))) + " less");
}

void Board::sort_again() {
  order_ = shown_;
  std::sort(order_.begin(), order_.end(), [&](const PostId& a, const PostId& b) { return stands_before(posts_.at(a), posts_.at(b), settings_.sort_by); });
  misplaced_ = static_cast<std::uint64_t>(std::count_if(posts_.begin(), posts_.end(), [&](const auto& one) { return one.second.answers && is_misplaced(one.second); }));
}

const Post* Board::last_question() const {
  for (auto it = shown_.rbegin(); it != shown_.rend(); ++it)
    if (const Post& post = posts_.at(*it); !post.answers) return &post;
  return nullptr;
}

std::string Board::on_tell(Step& step, std::string_view line) {
  const auto cut = std::min(line.find(' '), line.size());
  const std::string_view verb = line.substr(0, cut);
  std::string words(line.substr(std::min(cut + 1, line.size())));
  if ((verb != "ask" && verb != "answer") || words.empty()) return "expected one of: ask WORDS, answer WORDS";
  if (verb == "ask") return write(step, {}, std::move(words)), "";
  const Post* question = last_question();
  if (question == nullptr) return "no question has been shown here";
  write(step, question->id, std::move(words));
  return "";
}

std::string Board::title(const Post& post) const {
  return std::string(post.answers ? "answer" : "question") + " \"" + post.text + "\" of " + names_.of(post.id.author);
}

std::string Board::line(const Post& post) const {
  std::string stamp;
  switch (settings_.sort_by) {
    case SortBy::physical: stamp = core::text(core::Duration(std::chrono::floor<std::chrono::milliseconds>(post.physical.time_since_epoch()))); break;
    case SortBy::lamport: stamp = std::to_string(post.lamport); break;
    case SortBy::hybrid:
      stamp = core::text(core::Duration(std::chrono::floor<std::chrono::milliseconds>(post.hybrid.time.time_since_epoch()))) + " +" + std::to_string(post.hybrid.count);
      break;
    case SortBy::vector: stamp = core::text(post.vector.counts); break;
  }
  return stamp + "  " + title(post);
}

Board::Shown Board::show() const {
  Shown shown{posts_.size(), waiting_.size(), misplaced_, {}};
  const std::size_t from = order_.size() - std::min(order_.size(), kLastLines);
  for (std::size_t i = from; i < order_.size(); ++i) shown.last.push_back(line(posts_.at(order_[i])));
  return shown;
}

}  // namespace board
