#include "content/counts.hpp"

#include "db/queries.hpp"
#include "postgres/array_text.hpp"

#include <fmt/format.h>

#include <array>
#include <set>

namespace cruddur::content {
namespace {

using database::error;
using database::error_from;
using database::event;
using database::result;

constexpr std::chrono::milliseconds statement_timeout{600'000}; // a post may have many millions of likes
constexpr std::size_t mended_at_once = 100;
constexpr std::string_view batch = "2000";
constexpr std::string_view before_all = "00000000-0000-0000-0000-000000000000";

// Something that has counts: how it is looked at, and counted anew.
struct counted_kind {
    std::string_view of;
    std::string_view all;
    const postgres::statement& check;
    const postgres::statement& lock;
    const postgres::statement& recount;
    std::int64_t counts_found::*looked_at;
};

const std::array<counted_kind, 3> kinds{{
    {"post", "posts", queries::check_post_counts, queries::lock_posts, queries::recount_posts,
     &counts_found::posts},
    {"person", "people", queries::check_people_counts, queries::lock_people, queries::recount_people,
     &counts_found::people},
    {"conversation", "conversations", queries::check_conversation_counts, queries::lock_conversations,
     queries::recount_conversations, &counts_found::conversations},
}};

std::int64_t number_of(std::optional<std::string_view> text) {
    return text ? std::stoll(std::string{*text}) : 0;
}

class counting {
public:
    counting(postgres::plain_connection& session, bool mend, const database::report& progress)
        : session_(session)
        , mend_(mend)
        , progress_(progress) {}

    result<counts_found> run() {
        const auto hidden = session_.execute(queries::messages_hidden, {});
        if (!hidden) return error_from(hidden.error());
        found_.sees_messages = hidden->get(0, 0) != "t";
        for (const auto& kind : kinds) {
            if (kind.looked_at == &counts_found::conversations && !found_.sees_messages) continue;
            tell(progress_, event::kind::begun, fmt::format("Counting what {} have", kind.all));
            if (auto checked = check(kind); !checked) return checked.error();
            tell(progress_, event::kind::done,
                 fmt::format("Counted what {} {} have", found_.*kind.looked_at, kind.all));
        }
        if (auto checked = check_orphans(); !checked) return checked.error();
        return std::move(found_);
    }

private:
    result<void> check(const counted_kind& kind) {
        for (std::string after{before_all}; !after.empty();) {
            const auto rows = session_.execute(kind.check, {after, batch});
            if (!rows) return error_from(rows.error());
            after.clear();
            std::set<std::string> wrong;
            for (std::size_t row = 0; row < rows->size(); ++row) {
                const std::string uuid{rows->get(row, 0).value_or("")};
                if (const auto name = rows->get(row, 1)) {
                    note({std::string{kind.of}, uuid, std::string{*name}, number_of(rows->get(row, 2)),
                          number_of(rows->get(row, 3))});
                    wrong.insert(uuid);
                } else {
                    after = uuid;
                    found_.*kind.looked_at += number_of(rows->get(row, 2));
                }
            }
            if (auto mended = mend(wrong, &kind); !mended) return mended;
        }
        return {};
    }

    result<void> check_orphans() {
        const auto rows = session_.execute(queries::orphaned_reactions, {});
        if (!rows) return error_from(rows.error());
        std::set<std::string> gone;
        for (std::size_t row = 0; row < rows->size(); ++row) {
            const std::string uuid{rows->get(row, 1).value_or("")};
            note({fmt::format("{} that is gone", rows->get(row, 0).value_or("")), uuid,
                  std::string{rows->get(row, 2).value_or("")}, number_of(rows->get(row, 3)), 0});
            gone.insert(uuid);
        }
        return mend(gone, nullptr);
    }

    void note(wrong_count one) {
        ++found_.wrong;
        if (found_.named.size() < counts_found::named_max) found_.named.push_back(std::move(one));
    }

    // The rows are counted by a statement that begins once they are locked: it sees all that was committed.
    result<void> mend(const std::set<std::string>& uuids, const counted_kind* kind) {
        if (!mend_) return {};
        for (auto next = uuids.begin(); next != uuids.end();) {
            postgres::array_text some;
            std::size_t count = 0;
            for (; next != uuids.end() && count < mended_at_once; ++next, ++count)
                some.add(*next);
            const std::string list{some.close()};
            auto done = database::in_transaction(session_, [&]() -> result<void> {
                if (kind == nullptr) return execute(queries::delete_orphans, list);
                if (auto locked = execute(kind->lock, list); !locked) return locked;
                return execute(kind->recount, list);
            });
            if (!done) return done;
            found_.mended += static_cast<std::int64_t>(count);
        }
        return {};
    }

    result<void> execute(const postgres::statement& statement, const std::string& uuids) {
        const auto done = session_.execute(statement, {uuids});
        if (!done) return error_from(done.error());
        return {};
    }

    postgres::plain_connection& session_;
    bool mend_;
    const database::report& progress_;
    counts_found found_;
};

} // namespace

result<counts_found> check_counts(const database::target& where, const counts_options& options,
                                  const database::report& progress) {
    auto open = database::open_guarded(where, {.statement_timeout = statement_timeout, .report = progress});
    if (!open) return open.error();
    if (options.mend) {
        if (auto checked = database::check_writing(where, open->facts, options.confirm); !checked)
            return checked.error();
    }
    return counting{open->session, options.mend, progress}.run();
}

} // namespace cruddur::content
