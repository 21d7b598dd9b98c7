#include "database/login.hpp"

#include "database/session.hpp"
#include "db/queries.hpp"

namespace cruddur::database {

result<void> ensure_login(const target& where, const std::string& role, const std::string& password,
                          const std::string& group) {
    auto session = open_session(where);
    if (!session) return session.error();
    return execute_composed(*session, queries::compose_login, {role, password, group});
}

} // namespace cruddur::database
