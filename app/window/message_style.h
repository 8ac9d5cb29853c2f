// The colour of a message in the window: labs/folds knows which of the series it is, the theme how that looks.
#pragma once
#include "app/window/folds.h"
#include "app/window/theme.h"

namespace window {

inline Colour colour_of(const MessageStyle& style, const Theme& theme) { return theme.series[style.series]; }

}  // namespace window
