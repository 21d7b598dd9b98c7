#pragma once

// What the files of the commands of `cruddur admin` share.

#include "admin/look.hpp"
#include "cli/db/db.hpp"
#include "cli/ground/command.hpp"

#include <memory>
#include <string>

namespace cruddur::cli::admin {

using cruddur::admin::form;
using database::result;
using ground::action;
using ground::exit_code;

// `cruddur admin` and all that is below it.
void add_admin(CLI::App& app, action& chosen);

void add_admin_users(CLI::App& admin, action& chosen);
void add_admin_posts(CLI::App& admin, action& chosen);
void add_admin_reports(CLI::App& admin, action& chosen);
void add_admin_stats(CLI::App& admin, action& chosen);

// What the commands of a topic have in common, and what is named on the line.
struct admin_options : db::db_options {
    std::string subject; // a handle or a uuid
    std::string value;   // a new handle, a term, a name
    unsigned limit = 20;
    bool all = false;

    [[nodiscard]] form wanted() const { return json ? form::json : form::rows; }
};

// A topic: `cruddur admin NAME`, with commands below it.
CLI::App& add_topic(CLI::App& admin, const std::string& name, const std::string& description);
void add_limit(CLI::App& command, admin_options& options);
// For an option whose text may not be empty.
[[nodiscard]] std::string refuse_empty(const std::string& text);

// Prints what was found: JSON as it is, one row as its members below each other, several as a table; `none`
// where there is no row.
void print_found(const postgres::rows& found, form as, const std::string& none);
void print_one(const postgres::rows& found, form as);

} // namespace cruddur::cli::admin
