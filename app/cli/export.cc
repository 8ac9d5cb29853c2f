// `faultline export RUN --format F --out PATH`.
#include <iostream>

#include "app/cli/again.h"
#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/cli/progress.h"
#include "app/cli/table.h"
#include "labs/exports/exports.h"
#include "labs/record/open_run.h"
#include "mechanisms/core/text.h"

namespace cli {

int export_run(const ExportArguments& a) {
  exports::Request request;
  request.format = exports::find_format(a.format), request.path = a.out, request.force = a.force, request.metric = a.metric;
  core::Duration from{}, to{};
  if (!a.from.empty() && core::parse(a.from, from)) request.range.from = core::kStart + from;
  if (!a.to.empty() && core::parse(a.to, to)) request.range.to = core::kStart + to;
  request.progress = progress_line();
  return with_run_file(a.path, [&] {
    try {
      const auto recording = record::open_run(a.path);
      if (a.format == kPicture) return export_picture(a, recording);
      const auto written = exports::write(*recording, request);
      std::cout << grouped(written.events) << (written.events == 1 ? " event" : " events") << " written to " << plain_line(a.out) << "\n";
      if (!written.warning.empty()) std::cerr << written.warning << "\n";
      return kValid;
    } catch (const exports::NotThis& bad) {
      return fail(kBadData, bad.what());
    }
  });
}

}  // namespace cli
