#include "database/schema_lock.hpp"

#include "db/queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

namespace cruddur::database {
namespace {

constexpr std::chrono::milliseconds pause_min{20};
constexpr std::chrono::milliseconds pause_max{200};

std::string holder(postgres::plain_connection& session) {
    const auto found = session.execute(queries::schema_lock_holder);
    if (!found || found->empty()) return "another session";
    return fmt::format("process {} of {} ({}), connected for {}", found->get(0, 0).value_or("?"),
                       found->get(0, 1).value_or("?"), found->get(0, 2).value_or("?"),
                       found->get(0, 3).value_or("?"));
}

} // namespace

result<void> lock_schema(postgres::plain_connection& session, std::chrono::milliseconds timeout,
                         const report& progress) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::minstd_rand random{std::random_device{}()};
    std::chrono::milliseconds pause = pause_min;
    for (bool told = false;;) {
        const auto taken = session.execute(queries::try_schema_lock);
        if (!taken) return error_from(taken.error());
        if (taken->get(0, 0) == "t") return {};
        if (std::chrono::steady_clock::now() >= deadline) {
            error failed;
            failed.message = fmt::format("the schema is being changed by {}, and was not free within {} ms",
                                         holder(session), timeout.count());
            failed.sqlstate = "55P03";
            failed.hint = "Try again when it is done; migrate and rollback wait longer with --lock-timeout "
                          "SECONDS. 'cruddur db sessions' shows what it does.";
            return failed;
        }
        if (!std::exchange(told, true))
            tell(progress, event::kind::begun, fmt::format("Waiting for {}", holder(session)));
        std::this_thread::sleep_for(pause * std::uniform_int_distribution<int>{50, 100}(random) / 100);
        pause = std::min(pause * 2, pause_max);
    }
}

} // namespace cruddur::database
