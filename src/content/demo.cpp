#include "content/demo.hpp"

#include "content/copy_rows.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace cruddur::content {
namespace {

using database::error;
using database::error_from;
using database::event;
using database::report;
using database::result;
using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds filling_timeout{3'600'000}; // an index of many millions takes long
constexpr std::string_view tables =
    "{public.users,public.activities,public.activity_likes,public.activity_reposts,public.follows,"
    "public.notifications,public.message_groups,public.message_group_members,public.messages}";
constexpr std::array<std::string_view, 2> settings{
    "set local maintenance_work_mem = '512MB'",
    "set local max_parallel_maintenance_workers = 4",
};

// 1234567 → "1,234,567".
std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

std::int64_t milliseconds_since(steady::time_point begin) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - begin).count();
}

class filling {
public:
    filling(postgres::plain_connection& session, const report& progress)
        : session_(session)
        , progress_(progress) {}

    result<void> run(const world& of, demo_rows& filled) {
        for (const std::string_view setting : settings)
            if (auto set = execute(setting); !set) return set;
        const auto statements = session_.execute(queries::compose_put_aside, {tables});
        if (!statements) return error_from(statements.error());
        for (std::size_t row = 0; row < statements->size(); ++row)
            if (auto aside = execute(statements->get(row, 0).value_or("")); !aside) return aside;
        if (auto copied = copy(of, filled); !copied) return copied;
        // Indexes before the foreign keys that are checked by them, and the triggers at last.
        const auto begin = steady::now();
        for (std::size_t row = statements->size(); row-- > 0;) {
            tell(progress_, event::kind::begun,
                 fmt::format("Putting back {}", statements->get(row, 2).value_or("")));
            if (auto back = execute(statements->get(row, 1).value_or("")); !back) return back;
        }
        tell(progress_, event::kind::done,
             fmt::format("Put back {} indexes, foreign keys and triggers in {} ms", statements->size(),
                         milliseconds_since(begin)));
        if (auto analyzed = execute("analyze"); !analyzed) return analyzed;
        return execute("notify cruddur_feed");
    }

private:
    result<void> execute(std::string_view sql) {
        const auto done = session_.execute(sql);
        if (!done) return error_from(done.error());
        return {};
    }

    result<void> copy(const world& of, demo_rows& filled) {
        for (const auto& table : tables_of(of)) {
            const auto begin = steady::now();
            tell(progress_, event::kind::begun, fmt::format("Writing {}", table.name));
            const auto copied = session_.copy(table.copy, table.more);
            if (!copied) return error_from(copied.error());
            if (table.count != nullptr) filled.*table.count = *copied;
            tell(
                progress_, event::kind::done,
                fmt::format("Wrote {} {} in {} ms", grouped(*copied), table.name, milliseconds_since(begin)));
        }
        for (const auto& one : of.activities())
            filled.replies += one.parent == world::none ? 0 : 1;
        return {};
    }

    postgres::plain_connection& session_;
    const report& progress_;
};

result<std::int64_t> people_there(postgres::plain_connection& session) {
    const auto counted = session.execute(queries::count_demo_people);
    if (!counted) return error_from(counted.error());
    return std::stoll(std::string{counted->get(0, 0).value_or("0")});
}

} // namespace

result<demo_rows> fill(const database::target& where, const demo_options& options, const report& progress) {
    const auto begin = steady::now();
    auto open = database::open_guarded(where, {.statement_timeout = filling_timeout, .report = progress});
    if (!open) return open.error();
    if (auto checked = database::check_seeding(where, options.confirm); !checked) return checked.error();
    const auto there = people_there(open->session);
    if (!there) return there.error();
    if (*there > 0 && !options.again)
        return error{.kind = database::failure::refused,
                     .message = fmt::format("{} has {} such people already", where.place(), grouped(*there)),
                     .hint = "Add others beside them with --again, or begin anew with cruddur db setup."};

    tell(progress, event::kind::begun, fmt::format("Making up {} people", grouped(options.people)));
    using std::chrono::microseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const world made{{.people = options.people,
                      .activities = options.posts,
                      .seed = options.seed,
                      .first_number = static_cast<std::uint32_t>(*there + 1),
                      .now_us = std::chrono::duration_cast<microseconds>(now).count()}};
    demo_rows filled;
    auto done = database::in_transaction(open->session, [&] {
        return filling{open->session, progress}.run(made, filled);
    });
    if (!done) return done.error();
    filled.duration_ms = milliseconds_since(begin);
    return filled;
}

} // namespace cruddur::content
