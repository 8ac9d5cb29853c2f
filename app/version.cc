#include "app/version.h"

namespace app {

std::string program_version() { return "faultline " FAULTLINE_VERSION; }

}  // namespace app
