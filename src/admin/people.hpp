#pragma once

#include "admin/look.hpp"

#include <string>
#include <string_view>

namespace cruddur::admin {

// The newest people, and with a term those whose handle or display name begins with it.
[[nodiscard]] result<postgres::rows> people(const target& where, unsigned limit, std::string_view term,
                                            form wanted, const report& progress);
// One person, by the handle in whatever case.
[[nodiscard]] result<postgres::rows> person(const target& where, std::string_view handle, form wanted,
                                            const report& progress);
// All that is the person's, as one JSON document: the first row and column.
[[nodiscard]] result<postgres::rows> person_export(const target& where, std::string_view handle,
                                                   const report& progress);

// Gives the person another handle. Posts that mention the old one keep their text.
[[nodiscard]] result<void> rename_person(const target& where, std::string_view handle,
                                         std::string_view new_handle, const report& progress);

struct disabled_person {
    std::string uuid;
    std::string handle;
    std::string disabled_at; // since when, also where they were disabled before
};
// Nobody sees the person or what they wrote any more, and the API answers them with 403, until they are
// enabled.
[[nodiscard]] result<disabled_person> disable_person(const target& where, std::string_view handle,
                                                     const report& progress);

struct enabled_person {
    std::string uuid;
    std::string handle;
};
// All is as it was before they were disabled. It is not an error that they were not.
[[nodiscard]] result<enabled_person> enable_person(const target& where, std::string_view handle,
                                                   const report& progress);

struct deleted_person {
    std::string uuid;
    std::string handle;
    std::string cognito_user_id; // who is still there in the user pool
};
// Deletes the person with all that is theirs: they are nobody at once, and the rest goes in small steps,
// which `cruddur serve` goes on with where this one ends. Asks for the database's name where `cruddur db
// drop` does.
[[nodiscard]] result<deleted_person> delete_person(const target& where, std::string_view handle,
                                                   const confirmation& confirm, const report& progress);

} // namespace cruddur::admin
