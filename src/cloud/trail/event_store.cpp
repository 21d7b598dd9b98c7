#include "cloud/trail/event_store.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cruddur::cloud::trail {

namespace {

// An event is a kilobyte or two: of SQLite's usual pages each would take one.
const ground::state_file file_of_calls{"calls.db", false, 16'384};

constexpr std::int64_t age_every_ms = 60'000;
constexpr std::int64_t prune_step = 1'000; // events a turn, so that no batch waits long

constexpr std::array event_steps = {ground::migration{0, R"sql(
    create table event (
        id integer primary key autoincrement,
        at_ms integer not null,
        event_id text not null,
        name text not null,
        source text not null,
        username text not null,
        access_key text not null,
        read_only integer not null,
        region text not null,
        resources text not null,
        document text not null
    ) strict;
    create unique index event_by_event_id on event (event_id);
    create index event_by_time on event (region, at_ms);
    create index event_by_name on event (region, name, at_ms);
    create index event_by_source on event (region, source, at_ms);
    create index event_by_username on event (region, username, at_ms);
    create index event_by_access_key on event (region, access_key, at_ms);
    create index event_by_reading on event (region, read_only, at_ms);
    create table event_resource (
        event integer not null references event on delete cascade,
        region text not null,
        type text not null,
        name text not null,
        at_ms integer not null
    ) strict;
    create index event_resource_of on event_resource (event);
    create index event_resource_by_type on event_resource (region, type, at_ms, event);
    create index event_resource_by_name on event_resource (region, name, at_ms, event);
    create table kept (
        events integer not null,
        bytes integer not null
    ) strict;
    insert into kept values (0, 0);
    create trigger event_is_new after insert on event begin
        update kept set events = events + 1, bytes = bytes + length(new.document);
    end;
    create trigger event_is_gone after delete on event begin
        update kept set events = events - 1, bytes = bytes - length(old.document);
    end;
    create table delivery (
        trail text primary key,
        started_ms integer not null,
        position integer not null,
        at_ms integer not null,
        error text not null
    ) strict;
    )sql"}};

ground::migration_list all_steps() {
    static constexpr std::array all{ground::service_migrations{"calls", event_steps}};
    return all;
}

// A line for its type and one for its name: neither has one within.
std::string written(const std::vector<event_resource>& all) {
    std::string out;
    for (const event_resource& each : all) {
        if ((each.type + each.name).find('\n') == std::string::npos)
            out += fmt::format("{}\n{}\n", each.type, each.name);
    }
    return out;
}

std::vector<event_resource> resources_in(std::string_view text) {
    std::vector<event_resource> out;
    const auto take_line = [&] {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        return std::string{line};
    };
    while (!text.empty()) {
        std::string type = take_line();
        out.push_back({std::move(type), take_line()});
    }
    return out;
}

// Of each attribute, what finds events by it: one index, whose order is the answer's.
struct attribute_search {
    std::string_view attribute;
    std::string_view table; // whose rows have the event's time, and are joined with it
    std::string_view condition;
};

constexpr std::string_view of_events = "event f";
constexpr std::string_view of_resources = "event_resource f";

// A resource that an event names twice finds it once.
constexpr auto searches = std::to_array<attribute_search>({
    {"", of_events, "?2 is not null"},
    {"EventId", of_events, "f.event_id = ?2"},
    {"EventName", of_events, "f.name = ?2"},
    {"EventSource", of_events, "f.source = ?2"},
    {"Username", of_events, "f.username = ?2"},
    {"AccessKeyId", of_events, "f.access_key = ?2"},
    {"ReadOnly", of_events, "f.read_only = (?2 = 'true')"},
    {"ResourceType", of_resources,
     "f.type = ?2 and not exists (select 1 from event_resource g where g.event = f.event and g.type = f.type "
     "and g.rowid < f.rowid)"},
    {"ResourceName", of_resources,
     "f.name = ?2 and not exists (select 1 from event_resource g where g.event = f.event and g.name = f.name "
     "and g.rowid < f.rowid)"},
});

// The statement of each search, of constant parts.
std::string statement_of(const attribute_search& by) {
    const std::string_view place = by.table == of_events ? "f.id" : "f.event";
    return fmt::format(
        "select e.id, e.at_ms, e.event_id, e.name, e.source, e.username, e.access_key, e.read_only, "
        "e.resources, e.document from {0} join event e on e.id = {1} where f.region = ?1 and {2} "
        "and f.at_ms between ?3 and ?4 and f.at_ms <= ?5 and (f.at_ms < ?5 or {1} < ?6) "
        "order by f.at_ms desc, {1} desc limit ?7",
        by.table, place, by.condition);
}

const std::string& search_by(std::string_view attribute) {
    static const auto statements = [] {
        std::array<std::string, searches.size()> out;
        std::ranges::transform(searches, out.begin(), statement_of);
        return out;
    }();
    const auto found = std::ranges::find(searches, attribute, &attribute_search::attribute);
    return statements.at(static_cast<std::size_t>(found - searches.begin()));
}

} // namespace

event_store::event_store(const std::filesystem::path& folder, event_limits limit)
    : db_{folder, all_steps(), {}, file_of_calls}
    , limit_{limit} {
    // The pages of each index that new events belong to stay in memory, and are seldom carried into the file.
    db_.run("pragma cache_size = -32768"); // KiB
    db_.run("pragma wal_autocheckpoint = 2000");
}

void event_store::add(std::span<const call_event> events, std::int64_t now_ms) {
    ground::transaction whole{db_};
    for (const call_event& each : events) {
        db_.run("insert into event (at_ms, event_id, name, source, username, access_key, read_only, region, "
                "resources, document) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                each.at_ms, each.id, each.name, each.source, each.username, each.access_key, each.read_only,
                each.region, written(each.resources), each.document);
        for (const event_resource& resource : each.resources) {
            db_.run("insert into event_resource (event, region, type, name, at_ms) "
                    "select id, region, ?2, ?3, at_ms from event where event_id = ?1",
                    each.id, resource.type, resource.name);
        }
    }
    prune(now_ms);
    whole.commit();
}

void event_store::prune(std::int64_t now_ms) {
    if (now_ms >= next_ageing_ms_) {
        const std::int64_t gone = db_.run(
            "delete from event where at_ms < ?1 and id in (select id from event order by id limit ?2)",
            now_ms - events_kept_ms, prune_step);
        if (gone < prune_step) next_ageing_ms_ = now_ms + age_every_ms;
    }
    for (;;) {
        std::int64_t beyond = 0;
        {
            ground::rows kept = db_.query("select events, bytes from kept");
            if (!kept.next()) return;
            beyond = kept.integer(0) - limit_.events;
            if (kept.integer(1) > limit_.bytes) beyond = std::max(beyond, kept.integer(0) / 100 + 1);
        }
        if (beyond <= 0) return;
        const std::int64_t step = std::min(beyond, prune_step);
        if (db_.run("delete from event where id in (select id from event order by id limit ?)", step) == 0)
            return;
    }
}

std::optional<trail_delivery> event_store::delivery_of(const std::string& trail_arn) {
    return find_delivery(db_, trail_arn);
}

void event_store::save_delivery(const std::string& trail_arn, const trail_delivery& now) {
    db_.run("insert into delivery (trail, started_ms, position, at_ms, error) values (?, ?, ?, ?, ?) "
            "on conflict do update set started_ms = excluded.started_ms, position = excluded.position, "
            "at_ms = excluded.at_ms, error = excluded.error",
            trail_arn, now.started_ms, now.position, now.at_ms, now.error);
}

std::int64_t event_store::place_before(std::int64_t at_ms) {
    return find_place_before(db_, at_ms);
}

event_reader::event_reader(const std::filesystem::path& folder)
    : db_{ground::state::reader_of{folder, file_of_calls}} {}

std::vector<kept_event> event_reader::find(const event_query& asked) {
    std::vector<kept_event> out;
    ground::rows found = db_.query(search_by(asked.attribute), asked.region, asked.value, asked.start_ms,
                                   asked.end_ms, asked.before_ms, asked.before_id, asked.limit);
    while (found.next()) {
        out.push_back({.id = found.integer(0),
                       .at_ms = found.integer(1),
                       .event_id = found.text(2),
                       .name = found.text(3),
                       .source = found.text(4),
                       .username = found.text(5),
                       .access_key = found.text(6),
                       .read_only = found.integer(7) != 0,
                       .resources = resources_in(found.text(8)),
                       .document = found.text(9)});
    }
    return out;
}

std::optional<trail_delivery> event_reader::delivery_of(const std::string& trail_arn) {
    return find_delivery(db_, trail_arn);
}

std::optional<trail_delivery> find_delivery(ground::state& db, const std::string& trail_arn) {
    ground::rows found =
        db.query("select started_ms, position, at_ms, error from delivery where trail = ?", trail_arn);
    if (!found.next()) return std::nullopt;
    return trail_delivery{found.integer(0), found.integer(1), found.integer(2), found.text(3)};
}

std::vector<carried_event> events_after(ground::state& db, std::int64_t position, std::int64_t limit) {
    std::vector<carried_event> out;
    ground::rows found = db.query("select id, at_ms, region, source, document from event where id > ? "
                                  "order by id limit ?",
                                  position, limit);
    while (found.next())
        out.push_back({found.integer(0), found.integer(1), found.text(2), found.text(3), found.text(4)});
    return out;
}

// Events come nearly in the order of their times: a call that takes long is written when it is over.
std::int64_t find_place_before(ground::state& db, std::int64_t at_ms) {
    constexpr std::int64_t longest_call_ms = std::int64_t{20} * 60 * 1000;
    ground::rows found =
        db.query("select id from event where at_ms < ? order by id desc limit 1", at_ms - longest_call_ms);
    return found.next() ? found.integer(0) : 0;
}

} // namespace cruddur::cloud::trail
