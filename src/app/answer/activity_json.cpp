#include "app/answer/activity_json.hpp"

#include "app/input/json_text.hpp"

namespace cruddur::app::answer {
namespace {

using input::append_count;
using input::append_flag;
using input::append_json;
using input::append_time;
using input::append_uuid;

// What an activity takes beside its texts, at most.
constexpr std::size_t fixed_bytes = 420;

std::size_t bytes_of(const activity& one) {
    return fixed_bytes + one.display_name.size() + one.handle.size() + one.message.size();
}

} // namespace

activity activity_of(const postgres::rows& from, std::size_t row) {
    activity made;
    made.uuid = from.uuid(row, 0);
    made.display_name = from.text(row, 1);
    made.handle = from.text(row, 2);
    made.message = from.text(row, 3);
    made.replies_count = from.int32(row, 4);
    made.reposts_count = from.int32(row, 5);
    made.likes_count = from.int32(row, 6);
    if (!from.is_null(row, 7)) made.reply_to_activity_uuid = from.uuid(row, 7);
    if (!from.is_null(row, 8)) made.expires_at = from.time(row, 8);
    if (made.expires_at == std::chrono::microseconds::max()) made.expires_at.reset();
    made.created_at = from.time(row, 9);
    if (const std::size_t last = from.columns() - 1; says_marks(from) && !from.is_null(row, last)) {
        made.liked = from.boolean(row, last - 1);
        made.reposted = from.boolean(row, last);
    }
    return made;
}

bool says_marks(const postgres::rows& from) {
    return from.columns() >= activity::columns + 2 && from.column_name(from.columns() - 1) == "reposted" &&
           from.column_name(from.columns() - 2) == "liked";
}

void append_activity(std::string& out, const activity& one, const caller_marks* caller,
                     std::string_view more) {
    out += R"({"uuid":")";
    append_uuid(out, one.uuid);
    out += R"(","display_name":)";
    append_json(out, one.display_name);
    out += R"(,"handle":)";
    append_json(out, one.handle);
    out += R"(,"message":)";
    append_json(out, one.message);
    append_count(out, R"(,"replies_count":)", one.replies_count);
    append_count(out, R"(,"reposts_count":)", one.reposts_count);
    append_count(out, R"(,"likes_count":)", one.likes_count);
    out += R"(,"reply_to_activity_uuid":)";
    if (one.reply_to_activity_uuid) {
        out += '"';
        append_uuid(out, *one.reply_to_activity_uuid);
        out += '"';
    } else {
        out += "null";
    }
    out += R"(,"expires_at":)";
    if (one.expires_at) {
        out += '"';
        append_time(out, *one.expires_at);
        out += '"';
    } else {
        out += "null";
    }
    out += R"(,"created_at":")";
    append_time(out, one.created_at);
    out += R"(","replies":[])";
    if (caller != nullptr) {
        const bool liked = caller->in_rows ? one.liked : caller->liked.contains(one.uuid);
        const bool reposted = caller->in_rows ? one.reposted : caller->reposted.contains(one.uuid);
        append_flag(out, R"(,"liked":)", liked);
        append_flag(out, R"(,"reposted":)", reposted);
    }
    out += more;
    out += '}';
}

void append_list(std::string& out, const postgres::rows& from, std::size_t first, std::size_t count,
                 const caller_marks* caller) {
    out += '[';
    for (std::size_t row = first; row < first + count; ++row) {
        if (row != first) out += ',';
        append_activity(out, activity_of(from, row), caller);
    }
    out += ']';
}

std::string list_json(const postgres::rows& from, std::size_t count, const caller_marks* caller) {
    std::size_t bytes = 2;
    for (std::size_t row = 0; row < count; ++row)
        bytes += fixed_bytes + from.text(row, 1).size() + from.text(row, 2).size() + from.text(row, 3).size();
    std::string out;
    out.reserve(bytes);
    append_list(out, from, 0, count, caller);
    return out;
}

std::string activity_json(const postgres::rows& from, std::size_t row, const caller_marks* caller) {
    const activity one = activity_of(from, row);
    std::string out;
    out.reserve(bytes_of(one));
    append_activity(out, one, caller);
    return out;
}

} // namespace cruddur::app::answer
