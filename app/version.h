// The program's name and version, as run headers, failures and exports print it.
#pragma once
#include <string>

namespace app {

std::string program_version();

}  // namespace app
