#include "database/guard.hpp"

#include "db/queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cruddur::database {
namespace {

error refusal(std::string message, std::string hint) {
    error out;
    out.kind = failure::refused;
    out.message = std::move(message);
    out.hint = std::move(hint);
    return out;
}

result<void> ask_name(const target& where, const confirmation& confirm, const std::string& why) {
    const std::string typed = confirm ? confirm(why) : std::string{};
    if (typed == where.database()) return {};
    if (typed.empty())
        return refusal(
            why, fmt::format("If that is what you mean, name the database: --yes {}", where.database()));
    return refusal(fmt::format("'{}' is not the database's name", typed),
                   fmt::format("The database is {}. If that is what you mean: --yes {}", where.place(),
                               where.database()));
}

result<void> ask_before(const target& where, const database_facts& facts, const confirmation& confirm,
                        std::string_view act) {
    if (!asks_before_destruction(where, facts)) return {};
    return ask_name(where, confirm,
                    fmt::format("{} {} This would {}.", where.place(),
                                where.where == environment::production
                                    ? "is production."
                                    : "is on another machine and does not say what it is for.",
                                act));
}

} // namespace

result<database_facts> read_facts(postgres::plain_connection& session, const std::string& database) {
    const auto answer = session.execute(queries::database_facts, {database});
    if (!answer) return error_from(answer.error());
    database_facts facts;
    if (answer->empty()) return facts;
    facts.exists = true;
    if (const auto mark = answer->get(0, 0)) {
        facts.marked =
            *mark == name_of(environment::production) ? environment::production : environment::development;
    }
    facts.owned = answer->get(0, 1) == "t";
    return facts;
}

result<void> mark(postgres::plain_connection& session, const target& where, const database_facts& facts) {
    if (facts.marked || !facts.owned) return {};
    return execute_composed(session, queries::compose_environment_mark,
                            {where.database(), name_of(where.where)});
}

result<void> check_environment(const target& where, const database_facts& facts) {
    if (!facts.marked || facts.marked == where.where) return {};
    if (where.where == environment::development) {
        return refusal(
            fmt::format("CONNECTION_URL leads to {}, which is a production database", where.place()),
            "Set CONNECTION_URL to the database of this machine. If production is what you mean: set "
            "PROD_CONNECTION_URL, and say prod after the command's name.");
    }
    return refusal(
        fmt::format("PROD_CONNECTION_URL leads to {}, which is a development database", where.place()),
        fmt::format("Set PROD_CONNECTION_URL to the production database. If this one is to be it from "
                    "now on, say so to its server: COMMENT ON DATABASE \"{}\" IS '[cruddur environment: "
                    "production]'",
                    where.database()));
}

result<guarded_session> open_guarded(const target& where, session_params params) {
    auto session = open_session(where, std::move(params));
    if (!session) return session.error();
    const auto facts = read_facts(*session, where.database());
    if (!facts) return facts.error();
    if (const auto checked = check_environment(where, *facts); !checked) return checked.error();
    return guarded_session{std::move(*session), *facts};
}

bool asks_before_destruction(const target& where, const database_facts& facts) {
    return where.where == environment::production || (!facts.marked && facts.exists && where.url.remote());
}

result<void> check_destruction(const target& where, const database_facts& facts,
                               const confirmation& confirm) {
    if (auto checked = check_environment(where, facts); !checked) return checked;
    return ask_before(where, facts, confirm, "destroy what is in it");
}

result<void> check_writing(const target& where, const database_facts& facts, const confirmation& confirm) {
    return ask_before(where, facts, confirm, "write to it");
}

result<void> check_seeding(const target& where, const confirmation& confirm) {
    if (where.where != environment::production) return {};
    return ask_name(
        where, confirm,
        fmt::format("{} is production. This would put people and posts into it that nobody wrote.",
                    where.place()));
}

result<void> check_name(const target& where) {
    constexpr std::array<std::string_view, 3> servers_own{"postgres", "template0", "template1"};
    if (std::ranges::find(servers_own, where.database()) == servers_own.end()) return {};
    return refusal(fmt::format("the database {} belongs to the server itself", where.database()),
                   fmt::format("Name another in {}, at its end: postgresql://USER:PASSWORD@HOST:5432/cruddur",
                               variable_of(where.where)));
}

} // namespace cruddur::database
