#include "cli/db.hpp"
#include "database/create.hpp"

namespace cruddur::cli {

void add_db_create(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto& command = add_db_command(db, "create", "Create the database that the URL names",
                                   "Example:\n"
                                   "  cruddur db create        # the database at the end of CONNECTION_URL\n"
                                   "The database remembers, in its comment, whether it is production.",
                                   *options);
    set_work(command, chosen, options,
             [](const auto& where, const auto& to) { return code_of(database::create(where, to)); });
}

} // namespace cruddur::cli
