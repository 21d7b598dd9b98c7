#include "cli/db/db.hpp"
#include "database/schema.hpp"

#include <CLI/CLI.hpp>

namespace cruddur::cli::db {
namespace {

using own_file = database::result<database::sql_file> (database::sql_files::*)() const;
using loader = std::function<database::result<void>(const database::target&, const database::sql_file&,
                                                    const database::sql_files&, const database::report&)>;

// A command that loads a file of SQL: the program's own, or that of --file.
CLI::App& add_loader(CLI::App& db, action& chosen, const std::shared_ptr<db_options>& options,
                     const std::string& name, const std::string& description, const std::string& footer,
                     own_file own, loader load) {
    auto file = std::make_shared<std::string>();
    auto& command = add_db_command(db, name, description, footer, *options);
    command.add_option("--file", *file, "A file of SQL to load in its place")->check(CLI::ExistingFile);
    set_work(command, chosen, options,
             [file, own, load = std::move(load)](const auto& where,
                                                 const auto& progress) -> database::result<exit_code> {
                 const auto files = own_sql_files();
                 if (!files) return files.error();
                 const auto sql = file->empty() ? ((*files).*own)() : database::read_sql(*file);
                 if (!sql) return sql.error();
                 return code_of(load(where, *sql, *files, progress));
             });
    return command;
}

} // namespace

void add_db_schema_load(CLI::App& db, action& chosen) {
    add_loader(db, chosen, std::make_shared<db_options>(), "schema-load",
               "Load db/schema.sql into a database, in one transaction",
               "Examples:\n"
               "  cruddur db schema-load\n"
               "  cruddur db schema-load --file other.sql\n"
               "In a checkout it is the file db/schema.sql as it stands there, elsewhere the\n"
               "copy compiled into the program. A database that has the schema is brought up\n"
               "to date by `cruddur db migrate`.",
               &database::sql_files::schema,
               [](const auto& where, const auto& schema, const auto& files,
                  const auto& progress) -> database::result<void> {
                   const auto migrations = files.migrations();
                   if (!migrations) return migrations.error();
                   return database::load_schema(where, schema, *migrations, progress);
               });
}

void add_db_seed(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto& command =
        add_loader(db, chosen, options, "seed", "Load the people and posts to begin with, in one transaction",
                   "Examples:\n"
                   "  cruddur db seed     # seeding again changes nothing\n"
                   "  cruddur db seed --file other.sql\n"
                   "  cruddur db seed prod --yes cruddur\n"
                   "In a checkout it is the file db/seed.sql as it stands there, elsewhere the copy\n"
                   "compiled into the program.",
                   &database::sql_files::seed,
                   [options](const auto& where, const auto& rows, const auto&, const auto& progress) {
                       return database::seed(where, rows, confirmation_of(*options), progress);
                   });
    add_yes(command, *options);
}

} // namespace cruddur::cli::db
