#include "labs/catalog/fuzz/draws.h"

#include "mechanisms/core/text.h"

namespace catalog {

core::Duration times(core::Duration unit, double factor) {
  return std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double, std::nano>(static_cast<double>(unit.count()) * factor));
}

std::vector<check::Draw::Fault> common_faults(core::Duration pace) {
  const auto about = [&](double factor) { return core::text(times(pace, factor)); };
  return {{"partition $$ | rest", "heal"},
          {"partition $ -> rest", "heal"},
          {"partition rest -> $", "heal"},
          {"isolate leader", "heal"},
          {"isolate leader reset", "heal"},
          {"isolate $", "heal"},
          {"partition $ | rest reset", "heal"},
          {"partition leader | $", "heal"},
          {"isolate leader", "heal"},
          {"crash $", "restart $"},
          {"crash $", "restart $"},
          {"crash leader", "restart all"},
          {"crash leader", "restart all"},
          {"crash $$", "restart all"},
          {"crash 1..3", "restart all"},
          {"pause $", "resume $"},
          {"pause leader", "resume all"},
          {"slow $ " + about(0.02), "slow $ off"},
          {"delay $ " + about(0.3), "delay $ off"},
          {"delay $ -> rest " + about(1), "delay $ -> rest off"},
          {"delay leader " + about(0.7), "delay all off"},
          {"jitter all " + about(0.2), "jitter all off"},
          {"jitter all " + about(1), "jitter all off"},
          {"loss all 10%", "loss all off"},
          {"loss all 40%", "loss all off"},
          {"loss $ 40%", "loss $ off"},
          {"duplicate all 15%", "duplicate all off"},
          {"reorder all 40%", "reorder all off"},
          {"corrupt $ 20%", "corrupt $ off"},
          {"bandwidth $ 64KiB", "bandwidth $ off"},
          {"clog $", "clog $ off"},
          {"clog leader", "clog all off"},
          {"disk $ slow " + about(0.05), "disk $ ok"},
          {"disk $ slow " + about(0.5), "disk $ ok"},
          {"disk $ full", "disk $ ok"},
          {"disk $ failing 2%", "disk $ ok"},
          {"disk $ torn", "restart all"},
          {"disk leader torn", "restart all"},
          {"drift $ +3%", "drift $ off"},
          {"drift leader -2%", "drift all off"},
          {"majority-ring", "stop"},
          {"bridge", "stop"},
          {"swizzle-clog for " + about(5), ""},
          {"flap $ | rest every " + about(0.7) + " for " + about(6), ""}};
}

std::vector<check::Draw::Fault> leaderless_faults(core::Duration pace) {
  auto faults = common_faults(pace);
  std::erase_if(faults, [](const auto& fault) { return fault.command.find("leader") != std::string::npos; });
  return faults;
}

std::vector<check::Draw::Fault> leader_faults(core::Duration pace) {
  return {{"isolate leader", "heal"},
          {"isolate leader", "heal"},
          {"isolate leader reset", "heal"},
          {"partition leader | $", "heal"},
          {"crash leader", "restart all"},
          {"crash leader", "restart all"},
          {"crash $", "restart all"},
          {"pause leader", "resume all"},
          {"clog leader", "clog all off"},
          {"loss leader 40%", "loss all off"},
          {"delay leader -> rest " + core::text(times(pace, 0.7)), "delay all off"}};
}

std::vector<check::Draw::Fault> of_role(std::vector<check::Draw::Fault> faults, std::string_view role) {
  constexpr std::string_view kLeader = "leader";
  for (auto& fault : faults)
    if (const auto at = fault.command.find(kLeader); at != std::string::npos) fault.command.replace(at, kLeader.size(), role);
  return faults;
}

}  // namespace catalog
