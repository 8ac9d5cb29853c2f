#include "app/window/state_file.h"

#include <cstdio>
#include <fstream>
#include <sstream>

#include "app/window/shell.h"

namespace window {

// place 1
// at 1250000000            ns; also end, playing, live, branches, step, rows
// mouse 100 200
// probe 10 20 90 44 button:Fork here
void StateFile::write(Shell& shell, const std::vector<Probe>& probes) {
  ++frames_;
  std::ostringstream out;
  out << "place " << static_cast<int>(shell.place) << "\ntheme " << shell.preferences.theme << "\n";
  if (Player* const player = shell.player()) {
    const View view = player->view();
    out << "lab " << view.lab.name << "\nat " << view.at.time_since_epoch().count() << "\nend " << view.end.time_since_epoch().count()
        << "\nplaying " << view.playing << "\nlive " << view.live << "\nbranches " << view.branches.size() << "\nbranch " << view.branch
        << "\nstep " << view.status.guide.step << "\nstep_done " << view.status.guide.step_done << "\ncommands "
        << view.status.own_commands << "\nrows " << view.run.size() << "\nstored " << view.status.stored << "\nrebuilding " << (view.status.rebuilding < 1)
        << "\nrun " << player->session().origin().path << "\n";
    for (const auto& info : view.run.header().nodes) {
      const auto& spell = view.moment.nodes[info.id - 1].spell;
      out << "node-" << info.name << " " << (spell.up ? view.run.name(spell.role) : "down") << " " << spell.epoch << "\n";
    }
  }
  const ImGuiIO& io = ImGui::GetIO();
  out << "mouse " << static_cast<int>(io.MousePos.x) << " " << static_cast<int>(io.MousePos.y) << "\ndown " << io.MouseDown[0] << io.MouseDown[1] << "\n";
  for (const auto& probe : probes) {
    out << "probe " << static_cast<int>(probe.least.x) << " " << static_cast<int>(probe.least.y) << " " << static_cast<int>(probe.greatest.x)
        << " " << static_cast<int>(probe.greatest.y) << " ";
    for (const char c : probe.name) out << (c == '\n' ? ' ' : c);
    out << "\n";
  }
  std::string now = out.str();
  if (now == last_) return;
  {
    std::ofstream file(path_ + ".new", std::ios::binary | std::ios::trunc);
    file << "frame " << frames_ << "\n" << now;
  }
  std::rename((path_ + ".new").c_str(), path_.c_str());
  last_ = std::move(now);
}

}  // namespace window
