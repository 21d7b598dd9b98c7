#pragma once

#include "lambda/runtime_loop.hpp"
#include "postgres/plain_connection.hpp"
#include "postgres/url.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::lambda {

// Who has confirmed: the attributes of the event, as they were typed.
struct confirmed_user {
    std::string display_name;
    std::string handle;
    std::string email;
    std::string sub;
};

// The user to write down for a Cognito event: nobody where it is another trigger's, or the confirmation of a
// forgotten password. An event that is not Cognito's, or that lacks attributes, is an error which names them.
[[nodiscard]] boost::system::result<std::optional<confirmed_user>, function_error>
user_of(std::string_view event);

// What a refusal of the database means to the person who signs up.
[[nodiscard]] function_error explain(const postgres::error& failed);

// How an invocation's time is spent: on a connection, on the statement, and on the way of its answer.
struct time_limits {
    std::chrono::milliseconds connect;
    std::chrono::milliseconds statement;
    std::chrono::milliseconds answer;
};
[[nodiscard]] time_limits limits_within(std::chrono::milliseconds left);

// Cognito's post-confirmation trigger: writes the user into the database and returns the event, byte for
// byte. The same event again changes nothing. Its connection is kept between invocations, and opened anew
// when it is dead.
class post_confirmation {
public:
    explicit post_confirmation(postgres::connection_url url)
        : url_{std::move(url)} {}

    // Opens the connection ahead of the first event. A database that cannot be reached is not an error yet.
    void warm_up();
    boost::system::result<std::string, function_error> operator()(const invocation& of);

private:
    [[nodiscard]] std::optional<postgres::error> open(std::chrono::milliseconds left);
    postgres::result<postgres::rows> insert(const confirmed_user& user, const invocation& of);

    postgres::connection_url url_;
    std::optional<postgres::plain_connection> session_;
    std::chrono::milliseconds session_limit_{0}; // how long a statement on it may take
};

} // namespace cruddur::lambda
