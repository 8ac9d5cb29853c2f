// How progress and preferences look as JSON. What is read may have been edited by hand or by a newer program: what is not
// understood keeps its default, and no number leaves its bounds.
#pragma once
#include <nlohmann/json.hpp>

#include "app/library/library.h"

namespace library {

nlohmann::json json_of(const LabProgress& progress);
LabProgress progress_of(const nlohmann::json& json);
nlohmann::json json_of(const Preferences& preferences);
Preferences preferences_of(const nlohmann::json& json);

}  // namespace library
