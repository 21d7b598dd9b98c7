#pragma once

#include "app/door/service.hpp"
#include "db/files.hpp"
#include "support/http_client.hpp"
#include "support/server.hpp"
#include "support/token_issuer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace cruddur::test {

// Of db/seed.sql: a post of Andrew's and Bayko's reply to it. And what is nobody's.
inline const std::string seed_post = "5eed0000-0000-4000-8000-000000000101";
inline const std::string seed_reply = "5eed0000-0000-4000-8000-000000000201";
inline const std::string unknown_uuid = "00000000-0000-4000-8000-000000000000";

// The service as `cruddur serve` runs it, in this process, on a free port, with a user pool whose tokens the
// tests sign. Stopped when it goes.
class app_service {
public:
    using adjustment = std::function<void(app::door::service_params&)>;

    explicit app_service(const std::string& database_url, const adjustment& adjust = {})
        : service_{params_for(database_url, adjust)}
        , port_{service_.start()} {}

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] http_client client() const { return http_client{port_}; }
    http_answer get(std::string_view target, const http_client::fields& more = {}) const {
        return client().get(target, more);
    }
    [[nodiscard]] std::uint16_t metrics_port() const { return service_.metrics_port(); }
    [[nodiscard]] http_answer metrics(const http_client::fields& more = {}) const {
        return http_client{metrics_port()}.get("/metrics", more);
    }
    // One number of /metrics by its whole name, labels and all; 0 where it is not there.
    [[nodiscard]] double metric(const std::string& name) const {
        const std::string text = "\n" + metrics().body;
        const auto at = text.find("\n" + name + " ");
        return at == std::string::npos ? 0 : std::stod(text.substr(at + name.size() + 2));
    }
    void stop() { service_.stop(); }

    static const token_issuer& issuer() {
        static const token_issuer made;
        return made;
    }
    // Signed once a subject: no test runs for as long as a token holds.
    static std::pair<std::string, std::string> as(std::string_view subject) {
        static std::mutex guard;
        static std::map<std::string, std::string, std::less<>> tokens;
        const std::lock_guard held{guard};
        auto known = tokens.find(subject);
        if (known == tokens.end())
            known = tokens.emplace(subject, "Bearer " + issuer().access_token(subject)).first;
        return {"Authorization", known->second};
    }

private:
    app::door::service_params params_for(const std::string& database_url, const adjustment& adjust) {
        const auto keys = folder_.path() / "jwks.json";
        std::ofstream{keys} << issuer().jwks();
        app::door::service_params made;
        made.database = postgres::connection_url::parse(database_url).value();
        made.port = 0;
        made.metrics_port = 0;
        made.threads = 2;
        made.rates = {0, 0, 0};
        made.tokens.issuer = token_issuer::issuer;
        made.tokens.client_id = token_issuer::client_id;
        made.tokens.jwks = keys.string();
        if (adjust) adjust(made);
        return made;
    }

    temporary_folder folder_;
    app::door::service service_;
    std::uint16_t port_;
};

// A database of the test's own that holds db/seed.sql.
class seeded_database : public database {
public:
    seeded_database() { sql(url(), std::string{cruddur::sql::seed.text}); }
};

// A login on the tests' server that has the rights of `cruddur serve` in the database, and no others.
class app_login {
public:
    explicit app_login(const database& of)
        : database_{of}
        , role_{"web_" + of.name()} {
        database_.query("create role " + role_ + " login password 'rights' in role cruddur_app");
    }
    app_login(const app_login&) = delete;
    app_login& operator=(const app_login&) = delete;
    ~app_login() {
        database_.query("drop owned by " + role_);
        database_.query("drop role " + role_);
    }
    [[nodiscard]] std::string url() const {
        return postgres::connection_url::parse(database_.url())
            ->with("user", role_)
            .with("password", "rights")
            .to_string();
    }

private:
    const database& database_;
    const std::string role_;
};

inline http_answer post_json(http_client& client, std::string_view target, std::string_view body,
                             http_client::fields more = {}) {
    more.emplace_back("Content-Type", "application/json");
    return client.request("POST", target, more, body);
}

// The request's body for a post.
inline std::string post_body(std::string_view message, std::string_view ttl = "1-day") {
    return boost::json::serialize(boost::json::object{{"message", message}, {"ttl", ttl}});
}

inline boost::json::array array_of(const http_answer& answer) {
    return boost::json::parse(answer.body).as_array();
}
inline boost::json::object object_of(const http_answer& answer) {
    return boost::json::parse(answer.body).as_object();
}
// A member that is text.
inline std::string text_of(const boost::json::value& activity, std::string_view member) {
    return std::string{activity.as_object().at(member).as_string()};
}
// One member of each, in their order.
inline std::vector<std::string> texts_of(const boost::json::array& list, std::string_view member) {
    std::vector<std::string> made;
    for (const auto& each : list)
        made.push_back(text_of(each, member));
    return made;
}

} // namespace cruddur::test
