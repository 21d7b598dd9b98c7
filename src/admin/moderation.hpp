#pragma once

#include "admin/look.hpp"

#include <string>
#include <string_view>

namespace cruddur::admin {

// A post or reply, by its uuid, expired or not.
[[nodiscard]] result<postgres::rows> post(const target& where, std::string_view uuid, form wanted,
                                          const report& progress);

struct taken_post {
    std::string uuid;
    std::string handle; // whose it was
    std::string message;
    unsigned open_reports = 0; // of it
};
// Deletes it, with its replies; what was reported of it stays. Asks for the database's name where `cruddur db
// drop` does.
[[nodiscard]] result<taken_post> take_down(const target& where, std::string_view uuid,
                                           const confirmation& confirm, const report& progress);

// The reports, oldest first: the open ones, or all.
[[nodiscard]] result<postgres::rows> reports(const target& where, unsigned limit, bool closed_too,
                                             form wanted, const report& progress);
[[nodiscard]] result<postgres::rows> one_report(const target& where, std::string_view uuid, form wanted,
                                                const report& progress);

struct closed_report {
    std::string uuid;
    std::string closed_at;
    std::string closed_by;
};
// It is not an error to close one again: it stays as it was closed first.
[[nodiscard]] result<closed_report> close_report(const target& where, std::string_view uuid,
                                                 std::string_view by, const report& progress);

// How much there is of everything: one row.
[[nodiscard]] result<postgres::rows> statistics(const target& where, form wanted, const report& progress);

} // namespace cruddur::admin
