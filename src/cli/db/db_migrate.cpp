#include "cli/db/db.hpp"
#include "database/migrate.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <iostream>

namespace cruddur::cli::db {
namespace {

struct migrate_flags {
    db_options common;
    std::string folder;
    bool dry_run = false;
    unsigned lock_timeout_s = 60;
    unsigned statement_timeout_s = 3'600;
    std::size_t steps = 1;
};

void add_flags(CLI::App& command, migrate_flags& flags) {
    command
        .add_option("--dir", flags.folder,
                    "The folder of the migrations, in place of the checkout's or those built in")
        ->check(CLI::ExistingDirectory);
    command.add_flag("--dry-run", flags.dry_run, "Say what would be done, and write nothing");
    command
        .add_option("--lock-timeout", flags.lock_timeout_s, "Seconds to wait for another one that is running")
        ->check(CLI::Range(0, 86'400));
    command
        .add_option("--statement-timeout", flags.statement_timeout_s, "Seconds that one statement may take")
        ->check(CLI::Range(1, 604'800));
    add_json(command, flags.common);
}

// They live as long as the flags they are part of.
std::shared_ptr<const db_options> common_of(const std::shared_ptr<migrate_flags>& flags) {
    return {flags, &flags->common};
}

database::migrate_options options_of(const migrate_flags& flags) {
    database::migrate_options options;
    options.dry_run = flags.dry_run;
    options.lock_timeout = std::chrono::seconds{flags.lock_timeout_s};
    options.statement_timeout = std::chrono::seconds{flags.statement_timeout_s};
    return options;
}

struct migration_files {
    std::vector<database::migration> all;
    std::string place;
};

database::result<migration_files> files_of(const migrate_flags& flags) {
    const auto own = own_sql_files();
    if (!own) return own.error();
    auto all = flags.folder.empty() ? own->migrations() : database::migrations_in(flags.folder);
    if (!all) return all.error();
    return migration_files{std::move(*all), flags.folder.empty() ? own->migrations_place() : flags.folder};
}

void print_migrations(const std::vector<database::migrated>& done, const migrate_flags& flags,
                      const char* key, const std::string& nothing) {
    if (!flags.common.json) {
        if (done.empty()) std::cout << nothing << '\n';
        return;
    }
    boost::json::array list;
    for (const auto& one : done) {
        list.emplace_back(boost::json::object{
            {"version", one.version}, {"name", one.name}, {"duration_ms", one.duration_ms}});
    }
    print_json(boost::json::object{{key, std::move(list)}, {"dry_run", flags.dry_run}});
}

} // namespace

void add_db_migrate(CLI::App& db, action& chosen) {
    auto flags = std::make_shared<migrate_flags>();
    auto& command = add_db_command(
        db, "migrate", "Apply the migrations that the database lacks",
        "Examples:\n"
        "  cruddur db migrate --dry-run          # what would be applied\n"
        "  cruddur db migrate prod\n"
        "  cruddur db migrate --dir other/migrations\n"
        "Each file is applied with its bookkeeping or not at all. One that was cut off is\n"
        "taken up again by the next run. In a checkout they are those of db/migrations,\n"
        "elsewhere those compiled into the program. A users and an activities table that came\n"
        "from elsewhere are taken over, with their rows.",
        flags->common);
    add_flags(command, *flags);
    set_work(command, chosen, common_of(flags),
             [flags](const auto& where, const auto& progress) -> database::result<exit_code> {
                 const auto files = files_of(*flags);
                 if (!files) return files.error();
                 const auto done = database::migrate(where, files->all, options_of(*flags), progress);
                 if (!done) return done.error();
                 print_migrations(*done, *flags, "applied",
                                  fmt::format("Nothing to apply: the database has all of {}", files->place));
                 return exit_code::done;
             });
}

void add_db_rollback(CLI::App& db, action& chosen) {
    auto flags = std::make_shared<migrate_flags>();
    auto& command = add_db_command(db, "rollback", "Undo the last migration, or the last few",
                                   "Examples:\n"
                                   "  cruddur db rollback --dry-run\n"
                                   "  cruddur db rollback --steps 2\n"
                                   "  cruddur db rollback prod --yes cruddur",
                                   flags->common);
    command.add_option("--steps", flags->steps, "How many")->check(CLI::Range(1, 10'000));
    add_flags(command, *flags);
    add_yes(command, flags->common);
    set_work(command, chosen, common_of(flags),
             [flags](const auto& where, const auto& progress) -> database::result<exit_code> {
                 const auto files = files_of(*flags);
                 if (!files) return files.error();
                 const auto done = database::rollback(where, files->all, flags->steps, options_of(*flags),
                                                      confirmation_of(flags->common), progress);
                 if (!done) return done.error();
                 print_migrations(*done, *flags, "rolled_back",
                                  "Nothing to undo: the database has no migration");
                 return exit_code::done;
             });
}

} // namespace cruddur::cli::db
