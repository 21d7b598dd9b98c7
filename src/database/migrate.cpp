#include "database/migrate.hpp"

#include "database/schema_lock.hpp"
#include "database/script.hpp"
#include "database/take_over.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cruddur::database {
namespace {

using steady = std::chrono::steady_clock;
enum class direction { up, down };

std::string label(const migration& one) {
    return fmt::format("{:04}_{}", one.version, one.name);
}

result<void> run(postgres::plain_connection& session, const postgres::statement& statement,
                 std::initializer_list<postgres::parameter> parameters = {}) {
    const auto done = session.execute(statement, parameters);
    if (!done) return error_from(done.error());
    return {};
}

// Ours, not the first of somebody's own folder.
bool makes_first_tables(const migration& one) {
    return one.version == 1 && one.name == "first_schema";
}

// What is in the way of the first migration; nothing where that is done, or none of ours.
result<foreign_tables> foreign_to(postgres::plain_connection& session, const plan& plan) {
    const bool first =
        std::ranges::any_of(plan.steps, [](const plan_step& step) { return makes_first_tables(*step.file); });
    if (!first) return foreign_tables{};
    return find_foreign_tables(session);
}

// One run of migrate or rollback: the session that holds the lock, and which way it goes.
class run_of_migrations {
public:
    run_of_migrations(postgres::plain_connection& session, direction way, const foreign_tables& foreign,
                      const report& progress)
        : session_(session)
        , way_(way)
        , foreign_(foreign)
        , progress_(progress) {}

    result<migrated> step(const plan_step& planned) {
        const migration& one = *planned.file;
        if (planned.mends)
            tell(progress_, event::kind::warning,
                 fmt::format("{} was begun and cut off: it is run again", label(one)));
        tell(progress_, event::kind::begun,
             fmt::format("{} {}", way_ == direction::up ? "Applying" : "Rolling back", label(one)));
        watch_client();
        const auto begin = steady::now();
        auto done = one.transaction ? as_a_whole(one) : by_statement(one, planned.mends);
        if (!done) return done.error();
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - begin).count();
        tell(progress_, event::kind::done,
             fmt::format("{} {} in {} ms, by {}", way_ == direction::up ? "Applied" : "Rolled back",
                         label(one), took, one.file));
        return migrated{one.version, one.name, took};
    }

private:
    result<void> as_a_whole(const migration& one) {
        return in_transaction(session_, [&]() -> result<void> {
            const auto begin = steady::now();
            const bool takes_over = foreign_.any() && makes_first_tables(one);
            if (takes_over) {
                if (auto moved = move_foreign_tables(session_); !moved) return moved;
            }
            if (auto ran = run_part(one, transactions::one); !ran) return ran;
            if (takes_over) {
                if (auto copied = copy_foreign_rows(session_, foreign_, progress_); !copied) return copied;
            }
            return way_ == direction::up ? record(one, true, begin) : forget(one);
        });
    }

    result<void> by_statement(const migration& one, bool mends) {
        const auto begin = steady::now();
        if (auto noted = record(one, false, begin); !noted) return noted;
        if (mends) {
            if (auto mended = drop_invalid_indexes(); !mended) return mended;
        }
        if (auto ran = run_part(one, transactions::each); !ran) return ran;
        return way_ == direction::up ? record(one, true, begin) : forget(one);
    }

    // Each time, since a script's settings are reset after it. A server that cannot goes on without.
    void watch_client() { static_cast<void>(session_.execute(queries::watch_client)); }

    // What the script has set does not reach its bookkeeping or the next file.
    result<void> run_part(const migration& one, transactions mode) {
        const migration_part& part = way_ == direction::up ? one.up : *one.down;
        const auto ran = run_script(session_, {one.file, part.first_line, part.sql}, mode);
        if (!ran) return ran.error();
        return reset_settings(session_);
    }

    result<void> record(const migration& one, bool ended, steady::time_point begin) {
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - begin).count();
        return run(
            session_, queries::record_migration,
            {std::to_string(one.version), one.name, one.checksum, ended ? "t" : "f", std::to_string(took)});
    }

    result<void> forget(const migration& one) {
        return run(session_, queries::forget_migration, {std::to_string(one.version)});
    }

    // `if not exists` takes an invalid index for the index itself.
    result<void> drop_invalid_indexes() {
        const auto invalid = session_.execute(queries::compose_drop_invalid_indexes);
        if (!invalid) return error_from(invalid.error());
        for (std::size_t row = 0; row < invalid->size(); ++row) {
            const auto dropped = session_.execute(invalid->get(row, 1).value_or(""));
            if (!dropped) return error_from(dropped.error());
            tell(progress_, event::kind::done,
                 fmt::format("Dropped the unfinished index {}", invalid->get(row, 0).value_or("?")));
        }
        return {};
    }

    postgres::plain_connection& session_;
    direction way_;
    const foreign_tables& foreign_;
    const report& progress_;
};

void tell_unknown(const plan& plan, const report& progress) {
    for (const auto& one : plan.unknown) {
        tell(progress, event::kind::warning,
             fmt::format(
                 "the database has migration {:04}_{}, which is not among the files: a newer version of "
                 "this program has been here, or the files are another folder's",
                 one.version, one.name));
    }
}

std::vector<migrated> dry(const plan& plan, direction way, const report& progress) {
    std::vector<migrated> would;
    for (const auto& [one, mends] : plan.steps) {
        tell(progress, event::kind::done,
             fmt::format("Would {} {}{}", way == direction::up ? "apply" : "roll back", label(*one),
                         mends              ? " again, which was cut off"
                         : one->transaction ? ""
                                            : ", without a transaction"));
        would.push_back({one->version, one->name, 0});
    }
    return would;
}

result<std::vector<migrated>> do_steps(postgres::plain_connection& session, const plan& plan, direction way,
                                       const foreign_tables& foreign, const report& progress) {
    std::vector<migrated> done;
    run_of_migrations work{session, way, foreign, progress};
    for (const auto& step : plan.steps) {
        const migration* one = step.file;
        auto stepped = work.step(step);
        if (!stepped) {
            error failed = stepped.error();
            if (!done.empty())
                failed.details.push_back(
                    fmt::format("{} before it: done, and stay",
                                done.size() == 1 ? "1 file" : fmt::format("{} files", done.size())));
            if (!one->transaction)
                failed.details.emplace_back(
                    "What this file did before the error stays; the next run begins it again");
            return failed;
        }
        done.push_back(std::move(*stepped));
    }
    return done;
}

result<void> prepare_table(postgres::plain_connection& session, const target& where,
                           std::span<const migration> files, const database_facts& facts) {
    if (auto marked = mark(session, where, facts); !marked) return marked;
    if (auto created = run(session, queries::create_schema_migrations); !created) return created;
    for (const auto& one : files) {
        if (auto filled =
                run(session, queries::fill_migration_checksum, {std::to_string(one.version), one.checksum});
            !filled)
            return filled;
    }
    return {};
}

session_params session_for(const migrate_options& options, const report& progress) {
    return {.statement_timeout = options.statement_timeout, .report = progress};
}

} // namespace

result<std::vector<applied_migration>> read_applied(postgres::plain_connection& session) {
    const auto state = session.execute(queries::schema_state);
    if (!state) return error_from(state.error());
    std::vector<applied_migration> all;
    if (state->get(0, 0) != "t") return all;
    const auto rows = session.execute(queries::applied_migrations);
    if (!rows) return error_from(rows.error());
    for (std::size_t row = 0; row < rows->size(); ++row) {
        applied_migration one;
        const auto version = rows->get(row, 0).value_or("");
        std::from_chars(version.data(), version.data() + version.size(), one.version);
        one.name = rows->get(row, 1).value_or("");
        if (const auto checksum = rows->get(row, 2)) one.checksum = *checksum;
        one.ended = rows->get(row, 3) == "t";
        all.push_back(std::move(one));
    }
    return all;
}

result<std::vector<migrated>> migrate(const target& where, std::span<const migration> files,
                                      const migrate_options& options, const report& progress) {
    auto open = open_guarded(where, session_for(options, progress));
    if (!open) return open.error();
    if (!options.dry_run) {
        if (auto locked = lock_schema(open->session, options.lock_timeout, progress); !locked)
            return locked.error();
    }
    const auto applied = read_applied(open->session);
    if (!applied) return applied.error();
    const auto plan = plan_migrate(files, *applied);
    if (!plan) return plan.error();
    tell_unknown(*plan, progress);
    const auto foreign = foreign_to(open->session, *plan);
    if (!foreign) return foreign.error();
    if (options.dry_run) {
        if (foreign->any())
            tell(progress, event::kind::done,
                 "Would take over the tables that are there, with their rows, and keep them as they are in "
                 "schema "
                 "before_cruddur");
        return dry(*plan, direction::up, progress);
    }
    if (auto facts = read_facts(open->session, where.database()); !facts)
        return facts.error();
    else if (auto prepared = prepare_table(open->session, where, files, *facts); !prepared)
        return prepared.error();
    return do_steps(open->session, *plan, direction::up, *foreign, progress);
}

result<std::vector<migrated>> rollback(const target& where, std::span<const migration> files,
                                       std::size_t steps, const migrate_options& options,
                                       const confirmation& confirm, const report& progress) {
    auto open = open_guarded(where, session_for(options, progress));
    if (!open) return open.error();
    if (!options.dry_run) {
        if (auto checked = check_destruction(where, open->facts, confirm); !checked) return checked.error();
        if (auto locked = lock_schema(open->session, options.lock_timeout, progress); !locked)
            return locked.error();
    }
    const auto applied = read_applied(open->session);
    if (!applied) return applied.error();
    const auto plan = plan_rollback(files, *applied, steps);
    if (!plan) return plan.error();
    if (options.dry_run) return dry(*plan, direction::down, progress);
    return do_steps(open->session, *plan, direction::down, {}, progress);
}

} // namespace cruddur::database
