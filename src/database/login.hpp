#pragma once

#include "database/target.hpp"

#include <string>

namespace cruddur::database {

// Gives a login role this password, and makes the role, as a member of `group` and with no other right, where
// the server has none of that name. Needs a superuser's session, which keeps the password out of the server's
// log.
[[nodiscard]] result<void> ensure_login(const target& where, const std::string& role,
                                        const std::string& password, const std::string& group);

} // namespace cruddur::database
