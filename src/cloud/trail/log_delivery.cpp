#include "cloud/trail/log_delivery.hpp"

#include "cloud/ground/identifiers.hpp"
#include "cloud/iam/iam_store.hpp"
#include "cloud/logs/log_store.hpp"
#include "cloud/trail/trail.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <tuple>

namespace cruddur::cloud::trail {

namespace {

using namespace std::chrono_literals;

constexpr auto turn_every = 1s;
constexpr std::int64_t events_a_turn = 500; // what holds up the loop for no more than a few milliseconds

} // namespace

log_delivery::log_delivery(const boost::asio::any_io_executor& loop, ground::state& db, recorder& from,
                           const iam::access_control& access)
    : db_{db}
    , from_{from}
    , access_{access}
    , timer_{loop} {}

void log_delivery::start() {
    arm();
}

void log_delivery::stop() {
    stopped_ = true;
    timer_.cancel();
}

void log_delivery::arm() {
    timer_.expires_after(turn_every);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled || stopped_) return;
        turn();
        arm();
    });
}

void log_delivery::turn() {
    attempts_.turn("Carrying trails into their log groups", [this] {
        for (kept_trail& each : all_trails(db_)) {
            if (each.log_group_arn.empty() || each.started_ms == 0) continue;
            attempts_.step(fmt::format("Carrying trail {} into its log group", each.arn()),
                           [&] { carry(std::move(each)); });
        }
    });
}

std::string log_delivery::obstacle(const kept_trail& of, const std::string& region,
                                   const std::string& group) const {
    if (!logs::has_log_group(db_, region, group))
        return fmt::format("The log group {} does not exist.", of.log_group_arn);
    if (!access_.enforces()) return "";
    const std::string role = of.log_role_arn.substr(of.log_role_arn.rfind('/') + 1);
    if (!iam::find_principal(db_, iam::principal_kind::role, role))
        return fmt::format("The role {} does not exist.", of.log_role_arn);
    const iam::decision may = access_.ask({wire::identity::kind::session, role, "CloudTrail", ""},
                                          {"logs:PutLogEvents",
                                           {fmt::format("arn:aws:logs:{}:{}:log-group:{}:log-stream:{}",
                                                        region, ground::account_id, group, stream_of(of))},
                                           {}});
    return may == iam::decision::allowed ? "" : "Access denied: the role may not logs:PutLogEvents.";
}

void log_delivery::carry(kept_trail of) {
    const auto [region, group] = log_group_of(of.log_group_arn);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    const std::vector<carried_event> events =
        events_after(from_.reader().db(), of.logged_position, events_a_turn);
    if (events.empty()) return;
    std::vector<logs::log_line> lines;
    for (const carried_event& each : events) {
        if (of.has(each.at_ms, each.region, each.source)) lines.push_back({each.at_ms, each.document});
    }
    ground::transaction whole{db_};
    std::string error = lines.empty() ? "" : obstacle(of, region, group);
    if (!error.empty()) {
        if (error == of.log_error) return;
        of.log_error = std::move(error);
    } else {
        of.logged_position = events.back().id;
        of.log_error.clear();
        if (!lines.empty()) {
            std::ranges::sort(
                lines, {}, [](const logs::log_line& one) { return std::tie(one.timestamp_ms, one.message); });
            logs::ensure_log_stream(db_, region, group, stream_of(of), now_ms);
            logs::append_log(db_, region, group, stream_of(of), lines, now_ms);
            of.logged_at_ms = now_ms;
        }
    }
    save_logged(db_, of);
    whole.commit();
}

} // namespace cruddur::cloud::trail
