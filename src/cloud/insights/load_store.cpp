#include "cloud/insights/load_store.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

namespace cruddur::cloud::insights {

namespace {

namespace json = boost::json;

constexpr std::int64_t page_bytes = 4096;
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t week_days = 7;

constexpr std::array load_steps = {ground::migration{0, R"sql(
    create table load_group (
        id integer primary key,
        instance text not null,
        dimensions text not null,
        unique (instance, dimensions)
    ) strict;
    create table load_point (
        instance text not null,
        span_s integer not null,
        at_s integer not null,
        group_id integer not null,
        sessions real not null,
        primary key (instance, span_s, at_s, group_id)
    ) strict, without rowid;
    create table load_look (
        instance text not null,
        span_s integer not null,
        at_s integer not null,
        looks real not null,
        primary key (instance, span_s, at_s)
    ) strict, without rowid;
    )sql"}};
constexpr std::array load_tables = {ground::service_migrations{"load", load_steps}};

std::string text_of(const session_group& from) {
    return json::serialize(json::array(from.values.begin(), from.values.end()));
}

session_group group_in(const std::string& text) {
    session_group out;
    std::size_t at = 0;
    const json::value all = json::parse(text);
    for (const json::value& each : all.as_array())
        if (at < out.values.size()) out.values[at++] = each.as_string();
    return out;
}

} // namespace

load_store::load_store(const std::filesystem::path& folder)
    : db_{folder, load_tables} {
    ground::rows set = db_.query(fmt::format("pragma max_page_count = {}", file_bytes_max / page_bytes));
    (void)set.next();
}

void load_store::add(const std::string& instance, std::int64_t at_s,
                     const std::map<session_group, int>& active) {
    unwritten_.push_back({instance, at_s, active});
    if (unwritten_.size() > owed_max) unwritten_.erase(unwritten_.begin());
}

std::int64_t load_store::group_id(const std::string& instance, session_group of) {
    {
        ground::rows found = db_.query("select id from load_group where instance = ? and dimensions = ?",
                                       instance, text_of(of));
        if (found.next()) return found.integer(0);
    }
    std::int64_t count = 0;
    {
        ground::rows counted = db_.query("select count(*) from load_group where instance = ?", instance);
        if (counted.next()) count = counted.integer(0);
    }
    using enum dimension;
    if (count >= groups_max && !of[sql].empty()) {
        for (const dimension each : {sql_id, sql, token_id, token, database_id, application, host})
            of[each].clear();
        return group_id(instance, of);
    }
    db_.run("insert into load_group (instance, dimensions) values (?, ?)", instance, text_of(of));
    ground::rows made = db_.query("select last_insert_rowid()");
    (void)made.next();
    return made.integer(0);
}

void load_store::flush() {
    if (unwritten_.empty()) return;
    using place = std::pair<std::string, std::pair<std::int64_t, std::int64_t>>; // instance, span, time
    std::map<place, double> looked;
    std::map<std::pair<place, std::int64_t>, double> sessions;
    std::map<std::pair<std::string, session_group>, std::int64_t> ids;
    ground::transaction whole{db_};
    for (const look& each : unwritten_) {
        for (const std::int64_t span : spans_s) {
            const place at{each.instance, {span, each.at_s - each.at_s % span}};
            looked[at] += 1;
            for (const auto& [group, count] : each.active) {
                auto& id = ids[{each.instance, group}];
                if (id == 0) id = group_id(each.instance, group);
                sessions[{at, id}] += count;
            }
        }
    }
    for (const auto& [at, count] : looked) {
        db_.run("insert into load_look (instance, span_s, at_s, looks) values (?, ?, ?, ?) "
                "on conflict do update set looks = looks + excluded.looks",
                at.first, at.second.first, at.second.second, count);
    }
    for (const auto& [key, count] : sessions) {
        const auto& [at, group] = key;
        db_.run("insert into load_point (instance, span_s, at_s, group_id, sessions) values (?, ?, ?, ?, ?) "
                "on conflict do update set sessions = sessions + excluded.sessions",
                at.first, at.second.first, at.second.second, group, count);
    }
    whole.commit();
    unwritten_.clear();
}

std::vector<load_point> load_store::read(const std::string& instance, std::int64_t span_s,
                                         std::int64_t begin_s, std::int64_t end_s) {
    std::vector<load_point> out;
    ground::rows found = db_.query("select at_s, group_id, sessions from load_point where instance = ? and "
                                   "span_s = ? and at_s >= ? and at_s < ? order by at_s",
                                   instance, span_s, begin_s, end_s);
    while (found.next())
        out.push_back({found.integer(0), found.integer(1), found.real(2)});
    return out;
}

std::map<std::int64_t, double> load_store::looks(const std::string& instance, std::int64_t span_s,
                                                 std::int64_t begin_s, std::int64_t end_s) {
    std::map<std::int64_t, double> out;
    ground::rows found = db_.query("select at_s, looks from load_look where instance = ? and span_s = ? and "
                                   "at_s >= ? and at_s < ?",
                                   instance, span_s, begin_s, end_s);
    while (found.next())
        out.emplace(found.integer(0), found.real(1));
    return out;
}

std::map<std::int64_t, session_group> load_store::groups_of(const std::string& instance) {
    std::map<std::int64_t, session_group> out;
    ground::rows found = db_.query("select id, dimensions from load_group where instance = ?", instance);
    while (found.next())
        out.emplace(found.integer(0), group_in(found.text(1)));
    return out;
}

void load_store::prune(std::int64_t now_s, const std::map<std::string, std::int64_t>& kept_days) {
    std::set<std::string> instances;
    {
        ground::rows found = db_.query("select distinct instance from load_look");
        while (found.next())
            instances.insert(found.text(0));
    }
    ground::transaction whole{db_};
    for (const std::string& each : instances) {
        const auto days = kept_days.find(each);
        const std::array<std::int64_t, 3> oldest{
            now_s - std::chrono::seconds(seconds_kept).count(),
            now_s - std::chrono::seconds(minutes_kept).count(),
            now_s - day_s * (days == kept_days.end() ? week_days : days->second)};
        for (std::size_t i = 0; i < spans_s.size(); ++i) {
            db_.run("delete from load_point where instance = ? and span_s = ? and at_s < ?", each, spans_s[i],
                    oldest[i]);
            db_.run("delete from load_look where instance = ? and span_s = ? and at_s < ?", each, spans_s[i],
                    oldest[i]);
        }
        db_.run("delete from load_group where instance = ? and id not in (select group_id from load_point "
                "where instance = ?)",
                each, each);
    }
    whole.commit();
}

} // namespace cruddur::cloud::insights
