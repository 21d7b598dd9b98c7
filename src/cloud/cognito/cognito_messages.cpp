#include "cloud/cognito/cognito_messages.hpp"

#include "cloud/cognito/cognito_triggers.hpp"
#include "cloud/cognito/mailbox.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <boost/json/value.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr const char* code_place = "{####}";
constexpr const char* name_place = "{username}";
constexpr std::size_t text_size_max = 20'000;
constexpr std::size_t subject_size_max = 140;

struct message_words {
    std::string subject;
    std::string text;
};

// What the pool's function makes of the words, where it has one. `has_name`: of an invitation.
boost::asio::awaitable<message_words> customised(const call& in, const user_pool& pool, const pool_user& user,
                                                 std::string_view source, std::string client_id,
                                                 message_words standard, bool has_name) {
    if (!has_trigger(pool, "CustomMessage")) co_return standard;
    occasion on{.source = source,
                .request = {{"codeParameter", code_place},
                            {"linkParameter", "{##Click Here##}"},
                            {"usernameParameter", has_name ? json::value(name_place) : json::value()}},
                .response = {{"smsMessage", nullptr}, {"emailMessage", nullptr}, {"emailSubject", nullptr}}};
    const json::object given = co_await run_trigger(in, pool, std::move(on), user, client_id);
    message_words out{optional_text(given, "emailSubject").value_or(std::move(standard.subject)),
                      optional_text(given, "emailMessage").value_or(std::move(standard.text))};
    if (out.text.size() > text_size_max || out.subject.size() > subject_size_max)
        throw refusal{"InvalidLambdaResponseException", "CustomMessage: the message is too long."};
    for (const char* place : {code_place, has_name ? name_place : code_place}) {
        if (out.text.find(place) == std::string::npos) {
            throw refusal{"InvalidLambdaResponseException",
                          fmt::format("CustomMessage: emailMessage has no place for {}.", place)};
        }
    }
    co_return out;
}

std::string_view kind_of(std::string_view source) {
    if (source == "CustomMessage_ForgotPassword") return "password reset";
    return source == "CustomMessage_Authentication" ? "sign-in" : "verification";
}

} // namespace

boost::asio::awaitable<void> deliver(const call& in, const user_pool& pool, const pool_user& user,
                                     const code_delivery& code, std::string_view source,
                                     const std::string& client_id) {
    const std::string_view kind = kind_of(source);
    const json::object none;
    const json::object* given = find_object(pool.settings, "VerificationMessageTemplate");
    if (given == nullptr) given = &none;
    const auto words = [&](std::string_view in_template, std::string_view beside, std::string standard) {
        return optional_text(*given, in_template)
            .value_or(optional_text(pool.settings, beside).value_or(std::move(standard)));
    };
    message_words standard{
        words("EmailSubject", "EmailVerificationSubject", fmt::format("Your {} code", kind)),
        words("EmailMessage", "EmailVerificationMessage", fmt::format("Your {} code is {{####}}", kind))};
    message_words message =
        co_await customised(in, pool, user, source, client_id, std::move(standard), false);
    boost::replace_all(message.text, code_place, code.code);
    in.env.part<mailbox>().put(
        {code.to, std::move(message.subject), std::move(message.text), code.code, seconds_of(in.now)});
    // The log is the developer's own mailbox: there is no other way that a code reaches anyone.
    spdlog::info("mail to {}: your {} code is {} (also at {}/_local/mailbox)", code.to, kind, code.code,
                 in.env.url);
}

boost::asio::awaitable<void> invite(const call& in, const user_pool& pool, const pool_user& user,
                                    const std::string& username, const std::string& password,
                                    const std::string& client_id) {
    const json::object none;
    const json::object* administration = find_object(pool.settings, "AdminCreateUserConfig");
    const json::object* given =
        administration == nullptr ? nullptr : find_object(*administration, "InviteMessageTemplate");
    if (given == nullptr) given = &none;
    message_words standard{optional_text(*given, "EmailSubject").value_or("Your temporary password"),
                           optional_text(*given, "EmailMessage")
                               .value_or("Your username is {username} and temporary password is {####}")};
    message_words message = co_await customised(in, pool, user, "CustomMessage_AdminCreateUser", client_id,
                                                std::move(standard), true);
    boost::replace_all(message.text, name_place, username);
    boost::replace_all(message.text, code_place, password);
    in.env.part<mailbox>().put({user.attribute("email"), std::move(message.subject), std::move(message.text),
                                password, seconds_of(in.now)});
}

} // namespace cruddur::cloud::cognito
