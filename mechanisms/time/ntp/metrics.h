// What NTP's clients and servers measure, under the names that operators know.
#pragma once
#include "mechanisms/core/metric.h"

namespace ntp {

using Kind = core::Metric::Kind;
inline constexpr core::Metric kOffset{"ntp_offset_ms", Kind::gauge, "ms", "How far the kept clock was from the servers' when it was last compared: what is left to slew."};
inline constexpr core::Metric kDelay{"ntp_delay_ms", Kind::gauge, "ms", "Round trip of the sample that the clock filter chose, of the nearest server believed.", core::Better::lower};
inline constexpr core::Metric kJitter{"ntp_jitter_ms", Kind::gauge, "ms", "How far the other samples of that server's filter are from the chosen one (root of mean square).", core::Better::lower};
inline constexpr core::Metric kErrorBound{"ntp_error_bound_ms", Kind::gauge, "ms", "The kept clock is at most so far from the true time, as the client says. Grows until the next sample.", core::Better::lower};
inline constexpr core::Metric kDrift{"ntp_drift_ppm", Kind::gauge, "ppm", "How much faster its own clock runs than the servers', as estimated."};
inline constexpr core::Metric kCorrection{"ntp_correction_ms", Kind::gauge, "ms", "The kept clock less its own clock: by how much it corrects it."};
inline constexpr core::Metric kSelected{"ntp_servers_selected", Kind::gauge, "servers", "Servers that a majority agrees with.", core::Better::higher};
inline constexpr core::Metric kFalsetickers{"ntp_falsetickers", Kind::gauge, "servers", "Servers that the majority outvoted.", core::Better::lower};
inline constexpr core::Metric kSteps{"ntp_steps_total", Kind::counter, "", "How often the kept clock was set at once instead of slewed."};
inline constexpr core::Metric kBogus{"ntp_bogus_replies_total", Kind::counter, "messages", "Replies to nothing that was asked, or with stamps that no clock shows.", core::Better::lower};
inline constexpr core::Metric kRequests{"ntp_requests_total", Kind::counter, "messages", "Requests that this server answered."};

}  // namespace ntp
