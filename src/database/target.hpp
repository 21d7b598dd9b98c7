#pragma once

#include "database/error.hpp"
#include "postgres/url.hpp"

#include <string>
#include <string_view>

namespace cruddur::database {

enum class environment { development, production };

// "development" and "production", as the database's own mark has it.
[[nodiscard]] std::string_view name_of(environment where);
// The variable that holds its URL: CONNECTION_URL and PROD_CONNECTION_URL.
[[nodiscard]] std::string_view variable_of(environment where);

// Advice as it is for an environment: in production, each `cruddur db NAME` in it becomes `cruddur db NAME
// prod`, so that who follows it does not work on the other database.
[[nodiscard]] std::string advice_for(environment where, std::string_view advice);

// The database that a command is about, and as what it is meant. A value.
struct target {
    environment where = environment::development;
    postgres::connection_url url;

    [[nodiscard]] std::string database() const { return url.database(); }
    // "cruddur on 127.0.0.1:5432": for messages.
    [[nodiscard]] std::string place() const;
};

// The target of an environment, from the text of its variable ("" when it is unset). A remote host gets
// verified TLS unless the URL itself says otherwise; ca_file names a bundle to verify by. Fails with `usage`
// when there is no URL or it is malformed, and with `refused` when production has none.
[[nodiscard]] result<target> target_for(environment where, std::string_view url,
                                        std::string_view ca_file = {});

} // namespace cruddur::database
