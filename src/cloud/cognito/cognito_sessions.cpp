#include "cloud/cognito/cognito_auth.hpp"
#include "cloud/ground/crypto.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::int64_t session_minutes = 3;
constexpr std::size_t session_bytes = 64;

std::string hash_of(const call& in) {
    return ground::to_hex(ground::sha256(text_of(in.input, "Session")));
}

} // namespace

std::string new_session(const call& in, const pool_client& client, std::string_view challenge,
                        const json::object& data) {
    std::string session = ground::to_base64url(ground::random_bytes(session_bytes));
    const std::int64_t now = seconds_of(in.now);
    const std::int64_t minutes =
        optional_integer(client.settings, "AuthSessionValidity").value_or(session_minutes);
    static_cast<void>(find_client(in.db, client.id)); // it may have gone meanwhile
    in.db.run("delete from pool_session where expires_at <= ?", now);
    in.db.run(
        "insert into pool_session (hash, client_id, challenge, data, expires_at) values (?, ?, ?, ?, ?)",
        ground::to_hex(ground::sha256(session)), client.id, challenge, json::serialize(data),
        now + minutes * 60);
    return session;
}

json::object read_session(const call& in, const pool_client& client, std::string_view challenge) {
    rows found = in.db.query("select data, expires_at from pool_session "
                             "where hash = ? and client_id = ? and challenge = ?",
                             hash_of(in), client.id, challenge);
    if (!found.next()) throw not_authorized("Invalid session for the user.");
    if (found.integer(1) <= seconds_of(in.now))
        throw not_authorized("Invalid session for the user, session is expired.");
    return json::parse(found.text(0)).get_object();
}

pool_client client_of_session(const call& in, std::string_view challenge) {
    std::string id;
    {
        rows found = in.db.query("select client_id from pool_session where hash = ? and challenge = ?",
                                 hash_of(in), challenge);
        if (!found.next()) throw not_authorized("Invalid session for the user.");
        id = found.text(0);
    }
    return find_client(in.db, id);
}

json::object take_session(const call& in, const pool_client& client, std::string_view challenge) {
    json::object out = read_session(in, client, challenge);
    in.db.run("delete from pool_session where hash = ?", hash_of(in));
    return out;
}

json::object ask(const call& in, const pool_client& client, std::string_view challenge,
                 json::object parameters, const json::object& data) {
    return {{"ChallengeName", challenge},
            {"Session", new_session(in, client, challenge, data)},
            {"ChallengeParameters", std::move(parameters)}};
}

} // namespace cruddur::cloud::cognito
