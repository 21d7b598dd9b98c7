#include "cloud/cognito/cognito.hpp"
#include "cloud/ground/crypto.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::cognito {

namespace {

constexpr std::int64_t lifetime_seconds = 24LL * 3600;
constexpr std::int64_t window_seconds = 3600;
constexpr int failures_max = 5; // of one code

constexpr std::string_view purpose_name(code_purpose purpose) {
    switch (purpose) {
    case code_purpose::sign_up:
        return "sign_up";
    case code_purpose::password:
        return "password";
    case code_purpose::attribute:
        return "attribute";
    case code_purpose::sign_in:
        return "sign_in";
    }
    return {};
}

// A code by which alone one signs in is longer, and may be needed more often.
constexpr std::size_t digits_of(code_purpose purpose) {
    return purpose == code_purpose::sign_in ? 8 : 6;
}
constexpr int sends_max(code_purpose purpose) { // to one user in one window
    return purpose == code_purpose::sign_in ? 30 : 5;
}

std::string code_hash_of(const pool_user& user, code_purpose purpose, std::string_view code) {
    return ground::to_hex(ground::sha256(fmt::format("{}/{}/{}", user.sub, purpose_name(purpose), code)));
}

refusal limit_exceeded() {
    return {"LimitExceededException", "Attempt limit exceeded, please try after some time."};
}

} // namespace

code_delivery new_code(const call& in, const pool_user& user, code_purpose purpose) {
    const std::int64_t now = seconds_of(in.now);
    std::int64_t sends = 0;
    std::int64_t window_start = now;
    {
        rows last = in.db.query(
            "select sends, window_start from pool_code where pool_id = ? and username = ? and purpose = ?",
            user.pool_id, user.username, purpose_name(purpose));
        if (last.next() && last.integer(1) + window_seconds > now) {
            sends = last.integer(0);
            window_start = last.integer(1);
        }
    }
    if (sends >= sends_max(purpose)) throw limit_exceeded();
    std::string code = ground::random_digits(digits_of(purpose));
    in.db.run(
        "insert or replace into pool_code (pool_id, username, purpose, hash, expires_at, failures, sends, "
        "window_start) values (?, ?, ?, ?, ?, 0, ?, ?)",
        user.pool_id, user.username, purpose_name(purpose), code_hash_of(user, purpose, code),
        now + lifetime_seconds, sends + 1, window_start);
    return {user.attribute("email"), std::move(code)};
}

void check_code(const call& in, const pool_user& user, code_purpose purpose, const std::string& code) {
    const auto expired = [] {
        return refusal{"ExpiredCodeException", "Invalid code provided, please request a code again."};
    };
    {
        rows found = in.db.query("select hash, expires_at, failures from pool_code "
                                 "where pool_id = ? and username = ? and purpose = ?",
                                 user.pool_id, user.username, purpose_name(purpose));
        if (!found.next() || found.text(0).empty()) throw expired();
        if (found.integer(2) >= failures_max) {
            if (purpose == code_purpose::password) throw limit_exceeded();
            throw refusal{"TooManyFailedAttemptsException",
                          "Too many failed attempts: please request a code again."};
        }
        if (found.integer(1) <= seconds_of(in.now)) throw expired();
        if (ground::equals_secret(found.text(0), code_hash_of(user, purpose, code))) return;
    }
    in.db.run("update pool_code set failures = failures + 1 "
              "where pool_id = ? and username = ? and purpose = ?",
              user.pool_id, user.username, purpose_name(purpose));
    throw refusal{"CodeMismatchException", "Invalid verification code provided, please try again."};
}

// What was sent in this hour is remembered beyond the code.
void drop_code(state& db, const pool_user& user, code_purpose purpose) {
    db.run("update pool_code set hash = '' where pool_id = ? and username = ? and purpose = ?", user.pool_id,
           user.username, purpose_name(purpose));
}

boost::json::object delivery_details(std::string_view address) {
    const std::size_t at = std::min(address.find('@'), address.size());
    std::string veiled{address.substr(0, 1)};
    veiled += "***";
    if (at < address.size()) {
        veiled += '@';
        veiled += address.substr(at + 1, 1);
        veiled += "***";
    }
    return {{"AttributeName", "email"}, {"DeliveryMedium", "EMAIL"}, {"Destination", veiled}};
}

} // namespace cruddur::cloud::cognito
