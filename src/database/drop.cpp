#include "database/drop.hpp"

#include "database/create.hpp"
#include "database/schema.hpp"
#include "database/session.hpp"
#include "database/sessions.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

namespace cruddur::database {
namespace {

error in_use(const target& where, const std::vector<session_row>& there) {
    error out;
    out.kind = failure::refused;
    out.sqlstate = "55006";
    out.message = fmt::format("{} has {} connected", where.place(), count_text(there.size()));
    for (const auto& one : there) {
        if (one.state.empty()) { // what only members of pg_read_all_stats see of others
            out.details.push_back(fmt::format("process {}: {}", one.process_id, one.user));
            continue;
        }
        out.details.push_back(fmt::format("process {}: {} from {}, {}{}{} s old", one.process_id, one.user,
                                          one.client_addr.empty() ? "the local socket" : one.client_addr,
                                          one.application, one.application.empty() ? "" : ", ", one.age_s));
    }
    out.hint = "Close them, or end them and drop the database: --force";
    return out;
}

} // namespace

result<void> drop(const target& where, const drop_options& options, const report& progress) {
    if (auto checked = check_name(where); !checked) return checked;
    auto session = open_maintenance(where, {.report = progress});
    if (!session) return session.error();
    const auto facts = read_facts(*session, where.database());
    if (!facts) return facts.error();
    if (!facts->exists) {
        tell(progress, event::kind::done, fmt::format("Nothing to drop: there is no {}", where.place()));
        return {};
    }
    if (auto checked = check_destruction(where, *facts, options.confirm); !checked) return checked;
    if (!options.force) {
        const auto there = sessions_in(*session, where.database());
        if (!there) return there.error();
        if (!there->empty()) return in_use(where, *there);
    }
    tell(progress, event::kind::begun, fmt::format("Dropping {}", where.place()));
    auto dropped = execute_composed(*session, queries::compose_drop_database,
                                    {where.database(), options.force ? "t" : "f"});
    if (!dropped) return dropped;
    tell(progress, event::kind::done, fmt::format("Dropped {}", where.place()));
    return {};
}

result<void> setup(const target& where, const sql_files& files, const drop_options& options,
                   const report& progress) {
    // What cannot be read is known before anything is dropped.
    if (const auto schema = files.schema(); !schema) return schema.error();
    const auto rows = files.seed();
    if (!rows) return rows.error();
    // Asked once, and before anything is done, for all of it.
    drop_options asked = options;
    asked.confirm = [confirm = options.confirm,
                     answer = std::optional<std::string>{}](const std::string& why) mutable {
        if (!answer) answer = confirm ? confirm(why) : std::string{};
        return *answer;
    };
    if (auto checked = check_seeding(where, asked.confirm); !checked) return checked;
    if (auto dropped = drop(where, asked, progress); !dropped) return dropped;
    if (auto created = create(where, progress); !created) return created;
    if (auto loaded = load_schema(where, files, progress); !loaded) return loaded;
    return seed(where, *rows, asked.confirm, progress);
}

} // namespace cruddur::database
