#include "cloud/events/event_bus.hpp"

#include "cloud/events/event_input.hpp"
#include "cloud/fleet/instance_records.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/logs/log_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

namespace cruddur::cloud::events {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto look_every = 500ms;
constexpr std::int64_t instance_events_a_turn = 100;
constexpr std::chrono::milliseconds function_patience = 15min;
constexpr const char* instances_source = "rds";

// What RDS calls its events: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
struct event_number {
    std::string_view begins;
    std::string_view id;
};
constexpr auto numbers =
    std::to_array<event_number>({{"Backing up DB instance", "RDS-EVENT-0001"},
                                 {"Finished DB Instance backup", "RDS-EVENT-0002"},
                                 {"DB instance deleted", "RDS-EVENT-0003"},
                                 {"DB instance shutdown", "RDS-EVENT-0004"},
                                 {"DB instance created", "RDS-EVENT-0005"},
                                 {"DB instance restarted", "RDS-EVENT-0006"},
                                 {"Multi-AZ instance failover started", "RDS-EVENT-0013"},
                                 {"Reset master credentials", "RDS-EVENT-0016"},
                                 {"Creating manual snapshot", "RDS-EVENT-0040"},
                                 {"Deleted manual snapshot", "RDS-EVENT-0041"},
                                 {"Manual snapshot created", "RDS-EVENT-0042"},
                                 {"Multi-AZ instance failover completed", "RDS-EVENT-0049"},
                                 {"DB instance stopped", "RDS-EVENT-0087"},
                                 {"DB instance started", "RDS-EVENT-0088"}});

std::string time_text(std::int64_t at_ms) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(at_ms / 1000)));
}

json::object event_of(const fleet::db_event& what) {
    const bool is_snapshot = what.source_type == "db-snapshot";
    const std::string arn = fmt::format("arn:aws:rds:{}:{}:{}:{}", what.region, ground::account_id,
                                        is_snapshot ? "snapshot" : "db", what.source);
    json::object out = event_frame(what.region, "aws.rds",
                                   is_snapshot ? "RDS DB Snapshot Event" : "RDS DB Instance Event", what.at);
    out["resources"] = json::array{json::string{arn}};
    json::object detail{{"EventCategories", json::array{json::string{what.category}}},
                        {"SourceType", is_snapshot ? "SNAPSHOT" : "DB_INSTANCE"},
                        {"SourceArn", arn},
                        {"Date", fmt::format("{}.{:03}Z", time_text(what.at).substr(0, 19), what.at % 1000)},
                        {"Message", what.message},
                        {"SourceIdentifier", what.source}};
    for (const event_number& each : numbers) {
        if (what.message.starts_with(each.begins)) detail["EventID"] = each.id;
    }
    out["detail"] = std::move(detail);
    return out;
}

// The part of an ARN behind ":log-group:".
std::string log_group_in(const std::string& arn) {
    constexpr std::string_view mark = ":log-group:";
    std::string out = arn.substr(arn.find(mark) + mark.size());
    if (out.ends_with(":*")) out.resize(out.size() - 2);
    return out;
}

// A text that is a log event itself says its time and message.
logs::log_line line_of(const std::string& text, std::int64_t now_ms) {
    boost::system::error_code failed;
    const json::value parsed = json::parse(text, failed);
    const json::object* const event = failed ? nullptr : parsed.if_object();
    const json::value* const at = event == nullptr ? nullptr : event->if_contains("timestamp");
    const json::value* const message = event == nullptr ? nullptr : event->if_contains("message");
    if (at == nullptr || message == nullptr || event->size() != 2 || !at->is_int64() || !message->is_string())
        return {now_ms, text};
    return {at->get_int64(), std::string{message->get_string()}};
}

asio::awaitable<void> run(lambda::invoker& functions, std::string arn, std::string payload,
                          std::string rule_arn, std::shared_ptr<std::size_t> under_way) {
    std::string why;
    try {
        // GCC 12 copies a temporary of a co_await byte by byte (its bug 99576).
        lambda::invocation_source from{"events.amazonaws.com", rule_arn};
        const lambda::invocation came =
            co_await functions.invoke(arn, std::move(payload), std::move(from), function_patience);
        if (came.denied) why = "its policy does not let events.amazonaws.com invoke it for this rule";
        if (came.missing) why = "there is no such function";
        if (came.timed_out) why = "it took too long";
        if (!came.function_error.empty()) why = "it failed: " + came.payload.substr(0, 200);
    } catch (const std::exception& failed) {
        why = failed.what();
    }
    --*under_way;
    if (!why.empty()) spdlog::warn("{} did not get an event of {}: {}", arn, rule_arn, why);
}

} // namespace

json::object event_frame(const std::string& region, const std::string& source, const std::string& detail_type,
                         std::int64_t at_ms) {
    return {{"version", "0"},   {"id", ground::random_uuid()},   {"detail-type", detail_type},
            {"source", source}, {"account", ground::account_id}, {"time", time_text(at_ms)},
            {"region", region}, {"resources", json::array{}},    {"detail", json::object{}}};
}

event_bus::event_bus(asio::any_io_executor loop, ground::state& db, lambda::invoker& functions)
    : loop_{std::move(loop)}
    , db_{db}
    , functions_{functions}
    , owed_{loop_}
    , timer_{loop_} {
    read_rules();
    position_ = position_of(db_, instances_source);
    if (position_ == 0) position_ = fleet::last_event(db_);
}

void event_bus::start() {
    arm();
}

void event_bus::stop() {
    stopped_ = true;
    timer_.cancel();
    owed_.close();
}

void event_bus::arm() {
    timer_.expires_after(look_every);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled || stopped_) return;
        attempts_.turn("Telling of events of DB instances", [this] { hear_instances(); });
        arm();
    });
}

void event_bus::hear_instances() {
    if (rules_.empty()) { // a rule hears of what comes after it
        position_ = fleet::last_event(db_);
        return;
    }
    const auto found = fleet::events_after(db_, position_, instance_events_a_turn);
    if (found.empty()) return;
    ground::transaction whole{db_};
    save_position(db_, instances_source, found.back().first);
    whole.commit();
    position_ = found.back().first;
    for (const auto& [id, each] : found)
        put(each.region, event_of(each));
}

void event_bus::read_rules() {
    std::map<std::string, std::vector<active_rule>, std::less<>> all;
    for (rule& each : all_rules(db_)) {
        if (!each.is_enabled()) continue;
        std::vector<target> targets = targets_of(db_, each);
        event_pattern pattern = event_pattern::parse(each.pattern);
        all[each.region].push_back({std::move(each), std::move(pattern), std::move(targets)});
    }
    rules_ = std::move(all);
}

void event_bus::hear(std::vector<trail::told_event>& calls) {
    for (trail::told_event& each : calls) {
        if (!rules_.contains(each.event.region)) continue;
        const std::string service = each.event.source.substr(0, each.event.source.find('.'));
        json::object event =
            event_frame(each.event.region, "aws." + service, "AWS API Call via CloudTrail", each.event.at_ms);
        event["detail"] = std::move(each.record);
        put(each.event.region, event, each.event.read_only);
    }
}

void event_bus::put(const std::string& region, const json::object& event, bool only_reads) {
    const auto found = rules_.find(region);
    if (found == rules_.end()) return;
    for (const active_rule& each : found->second) {
        if ((only_reads && !each.is.hears_reads()) || !each.pattern.matches(event)) continue;
        for (const target& to : each.targets)
            send(each.is, to, event);
    }
}

void event_bus::send(const rule& by, const target& to, const json::object& event) {
    try {
        std::string text = input_of(to, event);
        if (to.arn.find(":log-group:") != std::string::npos)
            log(by, to, text);
        else
            invoke(by, to, std::move(text));
    } catch (const std::exception& failed) {
        spdlog::error("{} did not get an event of {}: {}", to.arn, by.arn(), failed.what());
    }
}

void event_bus::invoke(const rule& by, const target& to, std::string payload) {
    if (*invocations_ >= invocations_max) {
        spdlog::warn("{} did not get an event of {}: too many wait for functions", to.arn, by.arn());
        return;
    }
    ++*invocations_;
    asio::co_spawn(loop_, run(functions_, to.arn, std::move(payload), by.arn(), invocations_),
                   asio::detached);
}

// The stream has the rule's name.
void event_bus::log(const rule& by, const target& to, const std::string& text) {
    owed_.owe(fmt::format("an event of rule {}", by.name), [this, region = by.region, stream = by.name,
                                                            arn = to.arn, text] {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
        const std::string group = log_group_in(arn);
        ground::transaction whole{db_};
        if (!logs::has_log_group(db_, region, group)) {
            spdlog::warn("{} did not get an event of {}: there is no such log group", arn, stream);
            return;
        }
        const std::array lines{line_of(text, now_ms)};
        logs::ensure_log_stream(db_, region, group, stream, now_ms);
        logs::append_log(db_, region, group, stream, lines, now_ms);
        whole.commit();
    });
}

} // namespace cruddur::cloud::events
