#include "cloud/insights/load_sampler.hpp"

#include "cloud/fleet/followers.hpp"
#include "cloud/insights/sql_text.hpp"
#include "db/queries.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace cruddur::cloud::insights {

namespace {

using std::chrono::system_clock;

constexpr auto look_each = std::chrono::seconds(1);
constexpr auto patience = std::chrono::seconds(3); // with one look
constexpr std::int64_t read_each = 2;              // turns between looks at which instances there are
constexpr std::int64_t flush_each = 10;
constexpr std::int64_t prune_each = 600;
constexpr int has_query_ids = 14;

std::int64_t now_in_s() {
    return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count();
}

std::string text_at(const postgres::rows& from, std::size_t row, std::size_t column) {
    return std::string{from.get(row, column).value_or("")};
}

session_group group_at(const postgres::rows& from, std::size_t row) {
    using enum dimension;
    session_group out;
    std::size_t column = 0;
    for (const dimension each : {wait_type, wait, database_id, sql, user, database, application, host})
        out[each] = text_at(from, row, column++);
    out[token] = tokenized(out[sql]);
    out[sql_id] = statement_id(out[sql]);
    out[token_id] = statement_id(out[token]);
    return out;
}

std::map<session_group, int> groups_in(const postgres::rows& from) {
    constexpr std::size_t count_column = 8;
    std::map<session_group, int> out;
    for (std::size_t row = 0; row < from.size(); ++row) {
        int count = 0;
        const std::string text = text_at(from, row, count_column);
        std::from_chars(text.data(), text.data() + text.size(), count);
        out[group_at(from, row)] += count;
    }
    return out;
}

} // namespace

load_sampler::load_sampler(const boost::asio::any_io_executor& loop, ground::state& db,
                           const fleet::instances& of, watch::instance_sessions& sessions, load_store& store)
    : loop_{loop}
    , db_{db}
    , instances_{of}
    , sessions_{sessions}
    , store_{store}
    , timer_{loop} {}

void load_sampler::start() {
    timer_.expires_after(look_each);
    arm();
}

void load_sampler::stop() {
    if (stopped_) return;
    stopped_ = true;
    timer_.cancel();
    try {
        store_.flush();
    } catch (const std::exception& failed) {
        spdlog::error("writing the last load of DB instances failed: {}", failed.what());
    }
}

void load_sampler::arm() {
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled || stopped_) return;
        attempts_.turn("Looking at the load of DB instances", [this] { turn(); });
        timer_.expires_at(std::max(timer_.expiry() + look_each, std::chrono::steady_clock::now()));
        arm();
    });
}

void load_sampler::read_instances() {
    std::map<std::string, std::int64_t> all;
    for (const fleet::db_instance& each : fleet::all_instances(db_))
        if (each.performance_insights) all.emplace(each.resource_id, each.performance_insights_retention);
    kept_days_ = std::move(all);
}

void load_sampler::turn() {
    const std::int64_t turn = turns_++;
    if (turn % read_each == 0) read_instances();
    for (const auto& [id, place] : instances_.following().running()) {
        if (!kept_days_.contains(id) || !looked_at_.insert(id).second) continue;
        boost::asio::co_spawn(loop_, look_at(id, place, now_in_s()), boost::asio::detached);
    }
    if (turn % flush_each == flush_each - 1) store_.flush();
    if (turn % prune_each == prune_each - 1) store_.prune(now_in_s(), kept_days_);
}

boost::asio::awaitable<void> load_sampler::look_at(std::string id, cluster::server_place at,
                                                   std::int64_t at_s) {
    try {
        postgres::client& session = sessions_.of(id, at);
        postgres::query_options options;
        options.timeout = patience;
        const auto found = co_await session.query(
            at.major >= has_query_ids ? queries::insights_load : queries::insights_load_11, {}, options);
        // A server that does not answer is told of where its metrics are.
        if (!stopped_ && found.has_value()) store_.add(id, at_s, groups_in(found.value()));
    } catch (const std::exception& failed) {
        spdlog::warn("looking at the load of DB instance {} failed: {}", id, failed.what());
    }
    looked_at_.erase(id);
}

} // namespace cruddur::cloud::insights
