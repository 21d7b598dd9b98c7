#include "cli/db/db.hpp"
#include "database/create.hpp"
#include "database/drop.hpp"

namespace cruddur::cli::db {
namespace {

using function = std::function<database::result<void>(const database::target&, const database::drop_options&,
                                                      const database::report&)>;

void add(CLI::App& db, action& chosen, const std::string& name, const std::string& description,
         const std::string& footer, const function& work) {
    auto options = std::make_shared<db_options>();
    auto force = std::make_shared<bool>(false);
    auto& command = add_db_command(db, name, description, footer, *options);
    add_yes(command, *options);
    command.add_flag("--force", *force, "End the sessions that are connected to it");
    set_work(command, chosen, options, [options, force, work](const auto& where, const auto& progress) {
        return code_of(work(where, {*force, confirmation_of(*options)}, progress));
    });
}

} // namespace

void add_db_create(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto& command = add_db_command(db, "create", "Create the database that the URL names",
                                   "Example:\n"
                                   "  cruddur db create        # the database at the end of CONNECTION_URL\n"
                                   "The database remembers, in its comment, whether it is production.",
                                   *options);
    set_work(command, chosen, options, [](const auto& where, const auto& progress) {
        return code_of(database::create(where, progress));
    });
}

void add_db_drop(CLI::App& db, action& chosen) {
    add(db, chosen, "drop", "Drop the database, with all that is in it",
        "Examples:\n"
        "  cruddur db drop                      # refused while somebody is connected, and says who\n"
        "  cruddur db drop --force              # ends their sessions\n"
        "  cruddur db drop prod --yes cruddur   # production asks for the database's name",
        &database::drop);
}

void add_db_setup(CLI::App& db, action& chosen) {
    add(db, chosen, "setup", "Begin anew: drop, create, schema-load and seed",
        "Examples:\n"
        "  cruddur db setup\n"
        "  cruddur db setup prod --yes cruddur\n"
        "Schema and seed are the files of db/ in a checkout, elsewhere those compiled in.",
        [](const auto& where, const auto& options, const auto& progress) -> database::result<void> {
            const auto files = own_sql_files();
            if (!files) return files.error();
            return database::setup(where, *files, options, progress);
        });
}

} // namespace cruddur::cli::db
