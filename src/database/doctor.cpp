#include "database/doctor.hpp"

#include "database/guard.hpp"
#include "database/migrate.hpp"
#include "database/probe.hpp"
#include "database/session.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cruddur::database {
namespace {

constexpr std::array<const char*, 8> connection_steps{
    "name resolution", "TCP", "TLS", "authentication", "database", "environment", "schema", "privileges"};

constexpr std::string_view insufficient_privilege = "42501";

bool is_socket(const postgres::connection_url::endpoint& one) {
    return one.hostaddr.empty() &&
           (one.host.empty() || one.host.starts_with('/') || one.host.starts_with('@'));
}

class doctor {
public:
    doctor(const target& where, std::span<const migration> files, std::chrono::milliseconds each,
           const std::function<void(const check&)>& heard)
        : where_(where)
        , files_(files)
        , each_(each)
        , heard_(heard) {}

    diagnosis run() {
        if (look_up() && reach() && sign_in()) {
            look_inside();
        }
        for (std::size_t i = out_.checks.size(); i < connection_steps.size(); ++i)
            add(check::state::not_tried, "", "");
        return std::move(out_);
    }

private:
    using endpoint = postgres::connection_url::endpoint;

    bool add(check::state what, std::string found, std::string mend) {
        out_.checks.push_back(
            {connection_steps[out_.checks.size()], what, std::move(found), std::move(mend)});
        if (heard_) heard_(out_.checks.back());
        return what != check::state::failed;
    }
    bool pass(std::string found) { return add(check::state::passed, std::move(found), ""); }
    bool fail(std::string found, std::string_view mend) {
        return add(check::state::failed, std::move(found), advice_for(where_.where, mend));
    }

    bool look_up() {
        std::string found;
        std::string failed;
        for (const endpoint& one : where_.url.endpoints()) {
            if (is_socket(one)) {
                sockets_ = true;
                found += "a local socket has no name";
                continue;
            }
            const std::string& host = one.hostaddr.empty() ? one.host : one.hostaddr;
            auto resolved = resolve(host, one.port, each_);
            if (resolved.found.empty()) failed += fmt::format("{}: {} ", host, resolved.failure);
            for (auto& each : resolved.found) {
                found += fmt::format("{}{} is {}", found.empty() ? "" : ", ", host, each.text);
                addresses_.emplace_back(one, std::move(each));
            }
        }
        if (!addresses_.empty() || sockets_) return pass(std::move(found));
        return fail(
            std::move(failed),
            fmt::format(
                "See that the host in {} is written right, and that this machine has DNS: getent hosts "
                "HOST. An instance that was deleted or is still being made has no name: cruddur rds "
                "status",
                variable_of(where_.where)));
    }

    bool reach() {
        if (sockets_) return pass("not needed: a local socket");
        std::string failed;
        bool silent = false;
        for (const auto& [one, address] : addresses_) {
            const auto tried = try_tcp(address, each_);
            if (tried.what == reachability::open)
                return pass(fmt::format("{} port {} accepts connections", address.text, one.port));
            silent = silent || tried.what == reachability::silent;
            failed += fmt::format("{}{} port {}: {}", failed.empty() ? "" : ", ", address.text, one.port,
                                  tried.what == reachability::silent
                                      ? fmt::format("no answer within {} ms", each_.count())
                                      : tried.failure);
        }
        if (silent)
            return fail(
                failed + ". Packets are dropped: this is how a security group, or a firewall, that does not "
                         "let this machine in looks. psql would hang",
                "Let this machine's address into the security group: bin/rds-update-sg-rule, or cruddur rds "
                "allow-ip. If it is in: see that the instance is available, and publicly accessible: cruddur "
                "rds status");
        return fail(failed + ". The machine is there and nothing listens on this port, or a firewall refuses",
                    fmt::format("Start the server (cruddur up; cruddur rds start), or correct the port in {}",
                                variable_of(where_.where)));
    }

    // One attempt tells of TLS, the authentication and the database: PostgreSQL looks at them in this order,
    // and what it says itself has a SQLSTATE.
    bool sign_in() {
        auto opened =
            open_session(where_, {.connect_timeout = each_, .statement_timeout = each_, .report = {}});
        const auto mode = where_.url.get("sslmode");
        if (!opened) {
            const error& why = opened.error();
            if (why.sqlstate.empty() && !password_is_missing(why)) return no_answer(why);
            pass(without_tls() ? not_encrypted() : fmt::format("passed, with sslmode={}", mode));
            if (why.sqlstate != "3D000" && why.sqlstate != insufficient_privilege) return no_entry(why);
            pass(fmt::format("{} may log in", where_.url.user()));
            return no_database(why);
        }
        session_ = std::move(*opened);
        out_.reached = true;
        const auto server = session_->execute(queries::server_status);
        if (!server) return fail(server.error().describe(), server.error().advice());
        const auto tls = server->get(0, 2);
        pass(tls ? fmt::format("{}, with sslmode={}", *tls, mode)
                 : fmt::format("not encrypted, which sslmode={} allows", mode));
        pass(fmt::format("{} is logged in", server->get(0, 1).value_or("?")));
        return pass(
            fmt::format("{} is there, on PostgreSQL {}", where_.database(), server->get(0, 0).value_or("?")));
    }

    [[nodiscard]] bool without_tls() const { return sockets_ || where_.url.get("sslmode") == "disable"; }
    [[nodiscard]] std::string not_encrypted() const {
        return sockets_ ? "not needed: a local socket" : "not encrypted, which sslmode=disable asks for";
    }

    // The client's own complaint: the server asked for one and the URL has none.
    static bool password_is_missing(const error& why) {
        return why.message.find("no password supplied") != std::string::npos;
    }

    // Nothing that PostgreSQL says: TLS is what comes first, where it is asked for.
    bool no_answer(const error& why) {
        if (without_tls()) pass(not_encrypted());
        if (why.message.find("no answer from") != std::string::npos)
            return fail(why.message +
                            ". The port takes the connection and then says nothing: this is how local AWS's "
                            "security group that does not let this machine in looks",
                        "Let this machine's address into the security group: bin/rds-update-sg-rule, or "
                        "cruddur rds allow-ip. If it is in, or there is none: is the port PostgreSQL's, and "
                        "its server not overloaded? cruddur rds status");
        auto advice = tls_advice(why.message);
        return fail(why.message, advice.empty()
                                     ? "See that the host and the port are PostgreSQL's: something "
                                       "else answers there."
                                     : std::move(advice));
    }

    bool no_entry(const error& why) {
        if (!why.sqlstate.starts_with("28") && !password_is_missing(why)) return fail(why.message, why.hint);
        return fail(why.message,
                    fmt::format("{} The user and the password are those of {}; @ : / % in them are "
                                "written %40 %3A %2F %25.",
                                why.sqlstate.empty() ? "The URL has no password." : why.hint,
                                variable_of(where_.where)));
    }

    bool no_database(const error& why) {
        if (why.sqlstate == insufficient_privilege)
            return fail(why.message,
                        fmt::format("Let the user in, as the owner: GRANT CONNECT ON DATABASE \"{}\" TO "
                                    "\"{}\"",
                                    where_.database(), where_.url.user()));
        return fail(why.message, "cruddur db create");
    }

    void look_inside() {
        check_mark();
        if (check_schema()) check_privileges();
    }

    void check_mark() {
        const auto facts = read_facts(*session_, where_.database());
        if (!facts) {
            fail(describe(facts.error()), facts.error().hint);
        } else if (const auto checked = check_environment(where_, *facts); !checked) {
            fail(checked.error().message, checked.error().hint);
        } else if (facts->marked) {
            pass(fmt::format("made for {}", name_of(*facts->marked)));
        } else {
            pass("the database does not say what it is for; schema-load and migrate write it down");
        }
    }

    bool check_schema() {
        const auto state = session_->execute(queries::schema_state);
        if (!state) return fail(state.error().describe(), state.error().advice());
        if (state->get(0, 1) != "t") return fail("there are no tables", "cruddur db schema-load");
        const auto applied = read_applied(*session_);
        if (!applied && applied.error().sqlstate == insufficient_privilege)
            return pass("the tables are there; this user may not see their version");
        if (!applied) return fail(describe(applied.error()), applied.error().hint);
        const auto planned = plan_migrate(files_, *applied);
        if (!planned) return fail(describe(planned.error()), planned.error().hint);
        if (!planned->steps.empty())
            return fail(fmt::format("{} migrations are not applied, {:04}_{} first", planned->steps.size(),
                                    planned->steps.front().file->version, planned->steps.front().file->name),
                        "cruddur db migrate");
        return pass("up to date");
    }

    void check_privileges() {
        const auto may = session_->execute(queries::own_privileges);
        if (!may) {
            fail(may.error().describe(), may.error().advice());
        } else if (may->get(0, 0) != "t") {
            fail(fmt::format("{} may not read and write posts", where_.url.user()),
                 fmt::format("As the owner: GRANT cruddur_app TO \"{}\"", where_.url.user()));
        } else {
            pass(may->get(0, 1) == "t" ? "may read and write posts, and change the schema"
                                       : "may read and write posts, and not change the schema");
        }
    }

    const target& where_;
    std::span<const migration> files_;
    std::chrono::milliseconds each_;
    const std::function<void(const check&)>& heard_;
    diagnosis out_;
    bool sockets_ = false;
    std::vector<std::pair<endpoint, address>> addresses_;
    std::optional<postgres::plain_connection> session_;
};

} // namespace

bool diagnosis::healthy() const {
    return std::ranges::all_of(checks, [](const check& one) { return one.what == check::state::passed; });
}

diagnosis examine(const target& where, std::span<const migration> files, std::chrono::milliseconds each,
                  const std::function<void(const check&)>& heard) {
    return doctor{where, files, each, heard}.run();
}

} // namespace cruddur::database
