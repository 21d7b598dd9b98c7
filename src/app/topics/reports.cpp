#include "app/topics/reports.hpp"

#include "db/queries.hpp"

#include <algorithm>
#include <array>

namespace cruddur::app::topics {
namespace {

constexpr std::array<std::string_view, 4> report_reasons{"spam", "abuse", "illegal", "other"};

checked<bound_inputs> report_inputs(const http::request& from) {
    if (!input::is_uuid(from.parameters.at(0))) return refusal{404, {"not_found"}};
    const auto members = input::members_of(from);
    if (!members) return members.error();
    const auto reason = members->find("reason");
    if (reason == members->end() || std::ranges::find(report_reasons, reason->second) == report_reasons.end())
        return refusal{422, {"reason_invalid"}};
    return bound_inputs{{from.parameters.at(0), reason->second}};
}

constexpr std::array<endpoint, 1> report_topic{{
    {.method = http::verb::post,
     .pattern = "/api/activities/:uuid/report",
     .who = caller_rule::required,
     .inputs = report_inputs,
     .statement = &queries::report_activity,
     .kind = answer_kind::outcome,
     .rate = rate_class::reaction},
}};

} // namespace

std::span<const endpoint> report_endpoints() {
    return report_topic;
}

} // namespace cruddur::app::topics
