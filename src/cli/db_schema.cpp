#include "cli/db.hpp"
#include "database/schema.hpp"

#include <CLI/CLI.hpp>

namespace cruddur::cli {
namespace {

void add_file(CLI::App& command, std::string& file) {
    command.add_option("--file", file, "A file of SQL to load in its place")->check(CLI::ExistingFile);
}

} // namespace

void add_db_schema_load(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto file = std::make_shared<std::string>();
    auto& command =
        add_db_command(db, "schema-load", "Load db/schema.sql into a database, in one transaction",
                       "Examples:\n"
                       "  cruddur db schema-load\n"
                       "  cruddur db schema-load --file other.sql\n"
                       "In a checkout it is the file db/schema.sql as it stands there, elsewhere the\n"
                       "copy compiled into the program. A database that has the schema is brought up\n"
                       "to date by `cruddur db migrate`.",
                       *options);
    add_file(command, *file);
    set_work(command, chosen, options,
             [file](const auto& where, const auto& to) -> database::result<exit_code> {
                 const auto files = own_sql_files();
                 if (!files) return files.error();
                 if (file->empty()) return code_of(database::load_schema(where, *files, to));
                 const auto schema = database::read_sql(*file);
                 if (!schema) return schema.error();
                 const auto migrations = files->migrations();
                 if (!migrations) return migrations.error();
                 return code_of(database::load_schema(where, *schema, *migrations, to));
             });
}

void add_db_seed(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto file = std::make_shared<std::string>();
    auto& command =
        add_db_command(db, "seed", "Load the people and posts to begin with, in one transaction",
                       "Examples:\n"
                       "  cruddur db seed     # seeding again changes nothing\n"
                       "  cruddur db seed --file other.sql\n"
                       "  cruddur db seed prod --yes cruddur\n"
                       "In a checkout it is the file db/seed.sql as it stands there, elsewhere the copy\n"
                       "compiled into the program.",
                       *options);
    add_file(command, *file);
    add_yes(command, *options);
    set_work(command, chosen, options,
             [file, options](const auto& where, const auto& to) -> database::result<exit_code> {
                 const auto files = own_sql_files();
                 if (!files) return files.error();
                 const auto rows = file->empty() ? files->seed() : database::read_sql(*file);
                 if (!rows) return rows.error();
                 return code_of(database::seed(where, *rows, confirmation_of(*options), to));
             });
}

} // namespace cruddur::cli
