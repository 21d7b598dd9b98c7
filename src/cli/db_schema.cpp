#include "cli/db.hpp"
#include "database/schema.hpp"

namespace cruddur::cli {
namespace {

using function = database::result<void> (*)(const database::target&, const database::report&);

void add(CLI::App& db, action& chosen, const std::string& name, const std::string& description,
         const std::string& footer, function what) {
    auto options = std::make_shared<db_options>();
    auto& command = add_db_command(db, name, description, footer, *options);
    set_work(command, chosen, options,
             [what](const auto& where, const auto& to) { return code_of(what(where, to)); });
}

} // namespace

void add_db_schema_load(CLI::App& db, action& chosen) {
    add(db, chosen, "schema-load", "Load db/schema.sql into an empty database, in one transaction",
        "Example:\n"
        "  cruddur db schema-load\n"
        "A database that has the schema is brought up to date by `cruddur db migrate`.",
        &database::load_schema);
}

void add_db_seed(CLI::App& db, action& chosen) {
    add(db, chosen, "seed", "Load the people and posts to begin with, in one transaction",
        "Example:\n"
        "  cruddur db seed     # seeding again changes nothing",
        &database::seed);
}

} // namespace cruddur::cli
