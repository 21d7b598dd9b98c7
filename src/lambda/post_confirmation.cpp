#include "lambda/post_confirmation.hpp"

#include "lambda/log.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <db/queries.hpp>

#include <algorithm>
#include <array>

namespace cruddur::lambda {

namespace {

using namespace std::chrono_literals;

constexpr auto warm_up_limit = 1'000ms;
// Under this a connection is not worth beginning.
constexpr auto connect_worth = 250ms;

std::chrono::milliseconds left_of(const invocation& of) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(of.deadline -
                                                                 std::chrono::system_clock::now());
}

const boost::json::object* object_at(const boost::json::object& in, std::string_view name) {
    const auto* const found = in.if_contains(name);
    return found == nullptr ? nullptr : found->if_object();
}

std::string_view attribute_at(const boost::json::object& in, std::string_view name) {
    const auto* const found = in.if_contains(name);
    const auto* const text = found == nullptr ? nullptr : found->if_string();
    return text == nullptr ? std::string_view{} : std::string_view{*text};
}

struct meaning {
    std::string_view constraint;
    std::string_view type;
    std::string_view message;
};

constexpr std::array meanings{
    meaning{"users_handle_key", "HandleTaken",
            "The preferred_username is taken as a handle already: choose another one."},
    meaning{"users_email_key", "EmailTaken",
            "This email belongs to another account already: sign in with that one."},
    meaning{
        "users_handle_form", "InvalidHandle",
        "The preferred_username cannot be a handle: 1 to 50 of A-Z, a-z, 0-9 and _, with . and - inside."},
    meaning{"users_display_name_length", "InvalidName",
            "The name must have 1 to 50 characters, of which one shows."},
    meaning{"users_email_form", "InvalidEmail", "The email is no address, or is longer than 254 characters."},
    meaning{"users_cognito_user_id_length", "InvalidSub", "The sub must have 1 to 255 characters."},
};

boost::system::result<std::string, function_error> untouched(const invocation& of) {
    return {boost::system::in_place_value, of.event};
}

void log_failure(const postgres::error& failed) {
    // A message of the server may quote what a person typed; that of a connect cannot.
    const bool quotes_no_one = failed.kind != postgres::failure::server;
    log(severity::error, "the user was not added",
        {{"sqlstate", failed.sqlstate},
         {"condition", std::string{failed.condition()}},
         {"constraint", failed.constraint},
         {"reason", quotes_no_one ? failed.message : ""},
         {"advice", std::string{failed.advice()}}});
}

} // namespace

boost::system::result<std::optional<confirmed_user>, function_error> user_of(std::string_view event) {
    boost::system::error_code malformed;
    const boost::json::value parsed = boost::json::parse(event, malformed);
    const auto* const whole = malformed ? nullptr : parsed.if_object();
    if (whole == nullptr)
        return function_error{"InvalidEvent", "The event is not the JSON object of a Cognito trigger."};
    if (attribute_at(*whole, "triggerSource") != "PostConfirmation_ConfirmSignUp") return std::nullopt;

    const auto* const request = object_at(*whole, "request");
    const auto* const attributes = request == nullptr ? nullptr : object_at(*request, "userAttributes");
    confirmed_user user;
    std::string missing;
    const std::array wanted{
        std::pair{"name", &confirmed_user::display_name}, std::pair{"email", &confirmed_user::email},
        std::pair{"preferred_username", &confirmed_user::handle}, std::pair{"sub", &confirmed_user::sub}};
    for (const auto& [name, member] : wanted) {
        if (attributes != nullptr) user.*member = attribute_at(*attributes, name);
        if ((user.*member).empty()) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", name);
        if ((user.*member).find('\0') != std::string::npos)
            return function_error{"InvalidAttribute", fmt::format("The attribute {} holds a NUL.", name)};
    }
    if (!missing.empty()) {
        return function_error{"MissingAttributes",
                              fmt::format("The user has no {}: have the app's sign-up send them.", missing)};
    }
    return user;
}

function_error explain(const postgres::error& failed) {
    for (const auto& one : meanings) {
        if (failed.constraint == one.constraint) return {std::string{one.type}, std::string{one.message}};
    }
    switch (failed.kind) {
    case postgres::failure::connect:
    case postgres::failure::timeout:
    case postgres::failure::lost:
    case postgres::failure::stopping:
    case postgres::failure::overloaded:
        return {"DatabaseUnreachable", "The account is confirmed, but the database did not answer, so its "
                                       "user is not there yet: try again in a minute."};
    default:
        return {"DatabaseError", fmt::format("The account is confirmed, but the database refused its user "
                                             "(SQLSTATE {}).",
                                             failed.sqlstate)};
    }
}

time_limits limits_within(std::chrono::milliseconds left) {
    // Together nine tenths, so that the error is posted before the function's time is over.
    const auto share = [left](int tenths, std::chrono::milliseconds most) {
        return std::clamp(left * tenths / 10, 1ms, most);
    };
    return {share(4, 10'000ms), share(3, 10'000ms), share(2, 5'000ms)};
}

void post_confirmation::warm_up() {
    if (const auto failed = open(warm_up_limit * 10 / 4)) {
        log(severity::warning, "no connection yet",
            {{"sqlstate", failed->sqlstate}, {"reason", failed->message}});
    }
}

std::optional<postgres::error> post_confirmation::open(std::chrono::milliseconds left) {
    const time_limits limits = limits_within(left);
    session_.reset();
    auto opened = postgres::plain_connection::open(url_, {.connect_timeout = limits.connect,
                                                          .statement_timeout = limits.statement,
                                                          .answer_grace = limits.answer,
                                                          .application_name = "post-confirmation",
                                                          .notice = {}});
    if (!opened.has_value()) return opened.error();
    session_.emplace(std::move(*opened));
    session_limit_ = limits.statement + limits.answer;
    return std::nullopt;
}

postgres::result<postgres::rows> post_confirmation::insert(const confirmed_user& user, const invocation& of) {
    const auto execute = [&] {
        return session_->execute(queries::sign_up_user,
                                 {user.display_name, user.handle, user.email, user.sub});
    };
    if (session_limit_ > left_of(of)) session_.reset(); // it could outlast the function
    const bool kept = session_.has_value();
    if (!kept) {
        if (auto failed = open(left_of(of))) return *failed;
    }
    auto done = execute();
    // The statement may run twice without harm.
    if (done.has_error() && done.error().kind != postgres::failure::server) {
        session_.reset();
        if (!kept || left_of(of) < connect_worth) return done;
        if (auto failed = open(left_of(of))) return *failed;
        done = execute();
    }
    // The same event under way elsewhere can meet us at the handle first: by now its row is there to be seen.
    if (done.has_error() && done.error().sqlstate == "23505") done = execute();
    if (done.has_error() && done.error().kind != postgres::failure::server) session_.reset();
    return done;
}

boost::system::result<std::string, function_error> post_confirmation::operator()(const invocation& of) {
    const auto user = user_of(of.event);
    if (user.has_error()) {
        log(severity::error, "the event was refused", {{"reason", user.error().message}});
        return user.error();
    }
    if (!user->has_value()) {
        log(severity::info, "nothing to do for this trigger");
        return untouched(of);
    }
    const auto done = insert(**user, of);
    if (done.has_error()) {
        log_failure(done.error());
        return explain(done.error());
    }
    log(severity::info, done->empty() ? "the user was there already" : "the user was added");
    return untouched(of);
}

} // namespace cruddur::lambda
