#include "labs/world/loopback/loopback.h"

#include <asio/steady_timer.hpp>
#include <chrono>

#include "labs/world/loopback/disk_files.h"
#include "labs/world/loopback/sockets.h"

namespace world {

using Wall = std::chrono::steady_clock;

struct LoopbackWorld::Machine : Sockets::Receiver {
  Machine(LoopbackWorld& world, std::size_t nodes) : owner(world), sockets(io, *this, nodes) {}

  void on_frame(core::NodeId from, core::NodeId to, const Sockets::Frame& frame) override {
    owner.tick();
    const std::uint32_t index = owner.new_packet();
    Packet& packet = owner.packet_at(index);
    packet.from = from, packet.to = to, packet.type = frame.type, packet.send = frame.send, packet.stamp = frame.stamp;
    packet.corrupt = !frame.intact, packet.reset = false;
    packet.bytes.assign(frame.message.begin(), frame.message.end());
    owner.arrive(index);
  }
  void on_lost(core::NodeId from, core::NodeId to, std::uint64_t send, Sockets::Loss why) override {
    owner.tick();
    // Later than all that its sender has done by now.
    owner.lose(to, from, owner.name(why == Sockets::Loss::down ? "down" : "reset"), send, owner.stamp_of(from));
  }

  // What has come, for a while: strangers who ask a door without end must leave the nodes' timers their turn.
  std::size_t poll() {
    constexpr auto kTurn = std::chrono::milliseconds(1);
    const auto over = Wall::now() + kTurn;
    std::size_t done = 0;
    while (io.poll_one() > 0 && (++done, Wall::now() < over)) {}
    return done;
  }

  LoopbackWorld& owner;
  bool running = false;              // In run_until().
  Wall::time_point began{};          // When the world's time was 0, as of this run_until().
  asio::io_context io{1};
  asio::steady_timer alarm{io};      // For what is due next. Precise, which the loop's own waiting is not.
  Sockets sockets;
  std::unique_ptr<DiskFiles> disks;  // Null: the disks are memory.
};

LoopbackWorld::LoopbackWorld(const System& system, std::uint64_t seed, const std::string& folder)
    : World(system, seed), machine_(std::make_unique<Machine>(*this, nodes().size())) {
  if (system.disk.files) machine_->disks = std::make_unique<DiskFiles>(machine_->io, folder);
}

LoopbackWorld::~LoopbackWorld() {
  // The files' threads report to the loop: they end first.
  machine_->disks.reset();
}

void LoopbackWorld::tick() {
  if (!machine_->running) return;
  const core::Time is(std::chrono::duration_cast<core::Duration>(Wall::now() - machine_->began));
  if (is > now_) now_ = is;
}

void LoopbackWorld::run_until(core::Time end) {
  Machine& m = *machine_;
  m.began = Wall::now() - std::chrono::duration_cast<Wall::duration>(now_.time_since_epoch());
  // Over also when something throws: what files still report then is for nobody.
  struct Running {
    bool& is;
    ~Running() { is = false; }
  } running{m.running = true};
  start_once();
  for (;;) {
    // What is due, as of one moment: what follows from it waits for the next turn, so that the sockets get theirs.
    tick();
    const core::Time due = std::min(now_, end);
    while (!queue().empty() && queue().top().at <= due) do_next();
    m.sockets.flush();
    if (now_ >= end) break;
    m.io.restart();
    if (m.poll() > 0) continue;
    core::Time wake = end;
    if (!queue().empty()) wake = std::min(wake, queue().top().at);
    m.alarm.expires_at(m.began + std::chrono::duration_cast<Wall::duration>(wake.time_since_epoch()));
    m.alarm.async_wait([](const asio::error_code&) {});
    m.io.run_one();
    m.alarm.cancel();
  }
}

void LoopbackWorld::carry(std::uint32_t packet_index) {
  const Packet& packet = packet_at(packet_index);
  if (packet.reset) return arrive(packet_index);
  machine_->sockets.send(packet.from, packet.to, {packet.send, packet.stamp, packet.type, packet.bytes, true}, packet.corrupt);
  free_packet(packet_index);
}

bool LoopbackWorld::syncs_at_once() const { return machine_->disks == nullptr; }

void LoopbackWorld::sync(core::NodeId node, core::Duration takes) {
  if (!machine_->disks) return World::sync(node, takes);
  std::vector<core::Bytes> writes;
  visit_writes(node, [&](core::BytesView write) { writes.emplace_back(write.begin(), write.end()); });
  machine_->disks->append(node, writes, !slot(node).disk.faults.lossy, [this, node, takes, life = slot(node).life, m = machine_.get()](const std::string& failed) {
    // It crashed meanwhile: what is in the file is what a restart finds. Or the world ends.
    if (!m->running || slot(node).life != life) return;
    tick();
    if (!failed.empty() || takes == core::Duration{}) return finish(node, failed);
    World::sync(node, takes);
  });
}

void LoopbackWorld::before_start(core::NodeId node) {
  if (machine_->disks) {
    auto found = machine_->disks->read(node);
    if (found != slot(node).disk.writes()) slot(node).disk.replace(std::move(found));
  }
  machine_->sockets.open(node);
}

void LoopbackWorld::on_disk_replaced(core::NodeId node) {
  if (machine_->disks) machine_->disks->replace(node, slot(node).disk.writes());
}

void LoopbackWorld::on_crash(core::NodeId node, std::string_view why) {
  machine_->sockets.close(node);
  if (!machine_->disks) return;
  const Slot& s = slot(node);
  // Unsynced writes are gone from the disk's memory; then they must be gone from the file.
  if (s.disk.faults.lossy) machine_->disks->replace(node, s.disk.writes());
  if (why != kTornWrite) return;
  std::vector<core::Bytes> writes;
  for (const Effects& effects : s.pending)
    for (const auto& write : effects.writes) writes.emplace_back(effects.view(write).begin(), effects.view(write).end());
  machine_->disks->tear(node, writes);
}

void LoopbackWorld::on_reset(core::NodeId a, core::NodeId b) { machine_->sockets.reset(a, b); }

asio::io_context& LoopbackWorld::loop() { return machine_->io; }
std::uint64_t LoopbackWorld::ask(core::NodeId node, clients::Ask what) {
  tick();
  return World::ask(node, std::move(what));
}

std::uint16_t LoopbackWorld::port(core::NodeId node) const { return machine_->sockets.port(node); }
std::uint64_t LoopbackWorld::strangers() const { return machine_->sockets.strangers(); }
const std::string& LoopbackWorld::disks_folder() const {
  static const std::string none;
  return machine_->disks ? machine_->disks->folder() : none;
}

}  // namespace world
