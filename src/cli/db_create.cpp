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
    command.callback([&chosen, options] {
        chosen = [options] {
            return run_db("create", *options,
                          [](const auto& where, const auto& to) -> database::result<exit_code> {
                              if (const auto done = database::create(where, to); !done) return done.error();
                              return exit_code::done;
                          });
        };
    });
}

} // namespace cruddur::cli
