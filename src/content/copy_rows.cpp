#include "content/copy_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <memory>

namespace cruddur::content {
namespace {

constexpr std::size_t part_bytes = 512 * 1024;

enum row_purpose : std::uint64_t { of_reader = 1'000, of_conversation, of_message };

struct timestamp {
    std::int64_t us;
};

void append(std::string& row, std::string_view text) {
    row += text;
}
void append(std::string& row, std::uint32_t number) {
    fmt::format_to(std::back_inserter(row), "{}", number);
}
// As PostgreSQL takes it: a date, whatever the session's zone.
void append(std::string& row, timestamp time) {
    using namespace std::chrono;
    const sys_time<microseconds> at{microseconds{time.us}};
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const hh_mm_ss<microseconds> clock{at - day};
    fmt::format_to(std::back_inserter(row), "{}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}Z", int(date.year()),
                   unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                   clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

// One row of COPY's text format. The texts are ours: none has a character that it would escape.
template<class... Values>
void append_row(std::string& part, const Values&... values) {
    const char* between = "";
    ((part += between, append(part, values), between = "\t"), ...);
    part += '\n';
}

constexpr std::string_view null_text = "\\N";

// Has `append_one(part, n)` append the rows of the n-th of so many, as many as make a part.
template<class Appender>
std::function<bool(std::string&)> each_of(std::uint32_t count, Appender append_one) {
    return [count, append_one = std::move(append_one), next = std::uint32_t{0}](std::string& part) mutable {
        if (next == count) return false;
        while (next < count && part.size() < part_bytes)
            append_one(part, next++);
        return true;
    };
}

copied_table users_of(const world& of) {
    return {"people", &demo_rows::people,
            "copy public.users (uuid, display_name, handle, email, bio, cognito_user_id, created_at, "
            "cruds_count, "
            "followers_count, following_count, notifications_read_until) from stdin",
            each_of(of.params().people, [&of](std::string& part, std::uint32_t at) {
                dice thrown = of.thrown(of_reader, at);
                const auto& counted = of.people()[at];
                const auto name = of.name_of(at);
                const auto identity = fmt::format("demo-{}", of.params().first_number + at);
                const std::int64_t joined = of.start_us() - static_cast<std::int64_t>(thrown.unit() * 3e13);
                const std::string bio = thrown.below(3) == 0 ? std::string{null_text} : bio_by(thrown);
                const auto since = static_cast<double>(of.params().now_us - of.start_us());
                const std::int64_t read = of.start_us() + static_cast<std::int64_t>(thrown.unit() * since);
                append_row(part, of.uuid_of_person(at), name.display, name.handle, identity + "@example.com",
                           bio, identity, timestamp{joined}, counted.cruds, counted.followers,
                           counted.following, timestamp{read});
            })};
}

copied_table activities_of(const world& of) {
    return {"posts and replies", &demo_rows::posts,
            "copy public.activities (uuid, user_uuid, message, replies_count, reposts_count, likes_count, "
            "reply_to_activity_uuid, expires_at, created_at) from stdin",
            each_of(of.params().activities, [&of](std::string& part, std::uint32_t at) {
                const auto& one = of.activities()[at];
                append_row(part, of.uuid_of_activity(at), of.uuid_of_person(one.author), of.text_of(at),
                           one.replies, one.reposts, one.likes,
                           one.parent == world::none ? std::string{null_text}
                                                     : of.uuid_of_activity(one.parent),
                           timestamp{one.expires_at_us}, timestamp{one.created_at_us});
            })};
}

struct notification {
    std::uint32_t receiver;
    std::uint32_t activity;
    std::string_view reason;
    std::int64_t at_us;
};
using notifications = std::vector<notification>;

// Notes the newest of each post's for its author.
copied_table reactions_of(const world& of, std::string_view name, std::int64_t demo_rows::*rows,
                          std::string_view copy, std::string_view reason,
                          std::uint32_t world::activity::*count,
                          world::deed (world::*deed)(std::uint32_t, std::uint32_t) const,
                          const std::shared_ptr<notifications>& noted) {
    return {name, rows, copy, each_of(of.params().activities, [=, &of](std::string& part, std::uint32_t at) {
                const auto& one = of.activities()[at];
                if (one.*count == 0) return;
                const std::string uuid = of.uuid_of_activity(at);
                std::int64_t newest = 0;
                for (std::uint32_t n = 0; n < one.*count; ++n) {
                    const auto done = (of.*deed)(at, n);
                    newest = std::max(newest, done.at_us);
                    append_row(part, uuid, of.uuid_of_person(done.person), timestamp{done.at_us});
                }
                noted->push_back({one.author, at, reason, newest});
            })};
}

copied_table follows_of(const world& of) {
    return {"follows", &demo_rows::follows,
            "copy public.follows (follower_uuid, followed_uuid, created_at) from stdin",
            each_of(of.params().people, [&of](std::string& part, std::uint32_t at) {
                const std::string uuid = of.uuid_of_person(at);
                for (std::uint32_t n = 0; n < of.people()[at].followers; ++n) {
                    const auto done = of.follower(at, n);
                    append_row(part, of.uuid_of_person(done.person), uuid, timestamp{done.at_us});
                }
            })};
}

// Those of likes and reposts, which have been noted by then; of replies and of mentions.
copied_table notifications_of(const world& of, const std::shared_ptr<notifications>& noted) {
    const auto activities = of.params().activities;
    const auto write = [&of](std::string& part, const notification& one) {
        append_row(part, of.uuid_of_person(one.receiver), of.uuid_of_activity(one.activity), one.reason,
                   timestamp{one.at_us});
    };
    return {"notifications", &demo_rows::notifications,
            "copy public.notifications (user_uuid, activity_uuid, reason, created_at) from stdin",
            [=, &of, next = std::size_t{0}](std::string& part) mutable {
                if (next == activities + noted->size()) return false;
                for (; next < activities + noted->size() && part.size() < part_bytes; ++next) {
                    if (next >= activities) {
                        write(part, (*noted)[next - activities]);
                        continue;
                    }
                    const auto at = static_cast<std::uint32_t>(next);
                    const auto& one = of.activities()[at];
                    if (one.parent != world::none && of.activities()[one.parent].author != one.author)
                        write(part, {of.activities()[one.parent].author, at, "reply", one.created_at_us});
                    if (one.mentions != world::none)
                        write(part, {one.mentions, at, "mention", one.created_at_us});
                }
                return true;
            }};
}

// Every second of the people has written to one of those between, and been answered, so no two are the same
// pair.
struct conversation {
    std::string uuid;
    std::array<std::string, 2> uuids; // of the two people, in order
    std::uint32_t messages = 0;
    std::int64_t begun_at_us = 0;
    std::int64_t step_us = 0;
    std::array<std::uint32_t, 2> read{}; // how many of the messages each has seen

    [[nodiscard]] std::int64_t time_of(std::uint32_t message) const {
        return begun_at_us + step_us * message;
    }
};

struct direct_message {
    std::string uuid;
    std::uint32_t sender = 0; // 0 or 1
    std::string text;
};

conversation conversation_of(const world& of, std::uint32_t at) {
    dice thrown = of.thrown(of_conversation, at);
    conversation made;
    const auto high = thrown.bits();
    made.uuid = uuid_text(high, thrown.bits(), 4);
    made.uuids = {of.uuid_of_person(2 * at), of.uuid_of_person(2 * thrown.below(of.params().people / 2) + 1)};
    if (made.uuids[1] < made.uuids[0]) std::swap(made.uuids[0], made.uuids[1]);
    made.messages = 1 + thrown.heavy(1, 1.1, 60);
    constexpr std::int64_t hour_us = 3'600'000'000; // so that no two messages are of the same time
    const auto span = static_cast<double>(of.params().now_us - hour_us - of.start_us());
    made.begun_at_us = of.start_us() + static_cast<std::int64_t>(thrown.unit() * span);
    made.step_us = (of.params().now_us - made.begun_at_us) / made.messages;
    made.read = {thrown.below(made.messages + 1), thrown.below(made.messages + 1)};
    return made;
}

direct_message message_of(const world& of, std::uint32_t at, std::uint32_t n) {
    dice thrown = of.thrown(of_message, std::uint64_t{at} << 20 | n);
    const auto high = thrown.bits();
    direct_message made{uuid_text(high, thrown.bits(), 4), thrown.below(2), {}};
    made.text = message_by(thrown);
    return made;
}

copied_table groups_of(const world& of) {
    return {"conversations", &demo_rows::conversations,
            "copy public.message_groups (uuid, first_user_uuid, second_user_uuid, created_at) from stdin",
            each_of(of.params().people / 2, [&of](std::string& part, std::uint32_t at) {
                const auto one = conversation_of(of, at);
                append_row(part, one.uuid, one.uuids[0], one.uuids[1], timestamp{one.begun_at_us});
            })};
}

copied_table members_of(const world& of) {
    return {
        "members of conversations", nullptr,
        "copy public.message_group_members (message_group_uuid, user_uuid, other_user_uuid, last_message_at, "
        "read_until, unread_count) from stdin",
        each_of(of.params().people / 2, [&of](std::string& part, std::uint32_t at) {
            const auto one = conversation_of(of, at);
            std::array<std::uint32_t, 2> unread{};
            for (std::uint32_t n = 0; n < one.messages; ++n) {
                const std::uint32_t receiver = 1 - message_of(of, at, n).sender;
                if (n >= one.read[receiver]) ++unread[receiver];
            }
            for (const std::size_t side : {0U, 1U}) {
                const auto until =
                    one.read[side] == 0 ? one.begun_at_us - 1 : one.time_of(one.read[side] - 1);
                append_row(part, one.uuid, one.uuids[side], one.uuids[1 - side],
                           timestamp{one.time_of(one.messages - 1)}, timestamp{until}, unread[side]);
            }
        })};
}

copied_table messages_of(const world& of) {
    return {"messages", &demo_rows::messages,
            "copy public.messages (uuid, message_group_uuid, sender_uuid, receiver_uuid, message, "
            "created_at) from "
            "stdin",
            each_of(of.params().people / 2, [&of](std::string& part, std::uint32_t at) {
                const auto one = conversation_of(of, at);
                for (std::uint32_t n = 0; n < one.messages; ++n) {
                    const auto written = message_of(of, at, n);
                    append_row(part, written.uuid, one.uuid, one.uuids[written.sender],
                               one.uuids[1 - written.sender], written.text, timestamp{one.time_of(n)});
                }
            })};
}

} // namespace

std::vector<copied_table> tables_of(const world& of) {
    const auto noted = std::make_shared<notifications>();
    std::vector<copied_table> all;
    all.push_back(users_of(of));
    all.push_back(activities_of(of));
    all.push_back(reactions_of(of, "likes", &demo_rows::likes,
                               "copy public.activity_likes (activity_uuid, user_uuid, created_at) from stdin",
                               "like", &world::activity::likes, &world::like, noted));
    all.push_back(
        reactions_of(of, "reposts", &demo_rows::reposts,
                     "copy public.activity_reposts (activity_uuid, user_uuid, created_at) from stdin",
                     "repost", &world::activity::reposts, &world::repost, noted));
    all.push_back(follows_of(of));
    all.push_back(notifications_of(of, noted));
    all.push_back(groups_of(of));
    all.push_back(members_of(of));
    all.push_back(messages_of(of));
    return all;
}

} // namespace cruddur::content
