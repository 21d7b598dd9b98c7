#include "app/topics/account.hpp"

#include "app/input/json_text.hpp"
#include "db/queries.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

checked<bound_inputs> account_inputs(const http::request&) {
    return bound_inputs{};
}

// The caller is nobody from then on; the reaper deletes what was theirs, however much it is.
asio::awaitable<http::response> remove(call& asked) {
    const std::array<postgres::parameter, 1> parameters{asked.caller};
    const auto rows = co_await answer::write(asked, queries::leave, parameters);
    if (rows ? !rows->empty() : rows.error().sent) asked.with.committed();
    if (!rows) co_return answer_of(rows.error());
    co_return answer::outcome_answer(*rows, false);
}

// Everything of a person as one document, made while it is sent: however much there is, one part of one
// section is held. Not of one moment: what changes meanwhile is seen as it is when its part is read.
class export_document {
public:
    export_document(const resources& with, std::string caller)
        : with_{with}
        , caller_{std::move(caller)} {}

    // What follows the profile, piece by piece; nullopt at its end. Throws what the database fails with.
    asio::awaitable<std::optional<std::string>> next() {
        if (section_ == sections.size()) co_return std::nullopt;
        std::string piece;
        if (conversation_ < part_.size()) {
            co_await add_messages(piece);
            co_return piece;
        }
        if (ended_) {
            piece += ']';
            place_ = {};
            begun_ = false;
            if (++section_ == sections.size()) co_return piece + '}';
        }
        if (!std::exchange(begun_, true)) piece.append(",\"").append(sections[section_]).append("\":[");
        part_ = co_await read(sections[section_], place_, "");
        ended_ = part_.size() < part_rows;
        conversation_ = sections[section_] == conversations ? 0 : part_.size();
        for (std::size_t row = 0; row < conversation_; ++row)
            add_entry(piece, place_, part_.text(row, 0));
        move(place_, part_);
        co_return piece;
    }

private:
    static constexpr std::size_t part_rows = 500; // as export_part has it
    static constexpr std::string_view conversations = "conversations";
    static constexpr std::array<std::string_view, 10> sections{
        "activities", "likes",   "reposts",       "following", "followers",
        "muted",      "blocked", "notifications", "reports",   conversations};

    // Where the part before ended.
    struct place {
        std::string created_at = "-infinity";
        std::string uuid = "00000000-0000-0000-0000-000000000000";
        bool any = false; // whether an entry has been written
    };

    static void add_entry(std::string& piece, place& at, std::string_view entry) {
        if (std::exchange(at.any, true)) piece += ',';
        piece += entry;
    }

    static void move(place& at, const postgres::rows& part) {
        if (part.empty()) return;
        const std::size_t last = part.size() - 1;
        at.created_at.clear();
        at.uuid.clear();
        input::append_time(at.created_at, part.time(last, 1));
        input::append_uuid(at.uuid, part.uuid(last, 2));
    }

    asio::awaitable<postgres::rows> read(std::string_view section, const place& behind,
                                         std::string_view group) {
        const std::array<postgres::parameter, 5> parameters{caller_, section, behind.created_at, behind.uuid,
                                                            group};
        auto rows = co_await with_.searches.query(queries::export_part, parameters, with_.options());
        co_return std::move(rows).value(); // or throws
    }

    // A part of the messages of one conversation, within its entry.
    asio::awaitable<void> add_messages(std::string& piece) {
        if (!std::exchange(open_, true)) {
            std::string_view entry = part_.text(conversation_, 0);
            entry.remove_suffix(1);
            add_entry(piece, place_, entry);
            piece += ",\"messages\":[";
        }
        std::string group;
        input::append_uuid(group, part_.uuid(conversation_, 2));
        const auto messages = co_await read("messages", messages_, group);
        for (std::size_t row = 0; row < messages.size(); ++row)
            add_entry(piece, messages_, messages.text(row, 0));
        move(messages_, messages);
        if (messages.size() >= part_rows) co_return;
        piece += "]}";
        open_ = false;
        messages_ = {};
        ++conversation_;
    }

    const resources& with_;
    const std::string caller_;
    std::size_t section_ = 0;
    bool begun_ = false; // the section is
    bool ended_ = false; // the section is, with this part
    place place_;
    postgres::rows part_;
    std::size_t conversation_ = 0; // of the part, whose messages come next; behind its last there are none
    bool open_ = false;            // its entry is
    place messages_;               // of it
};

// What is the caller's, as one document.
asio::awaitable<http::response> show_all(call& asked) {
    const std::array<postgres::parameter, 1> parameters{asked.caller};
    const auto account =
        co_await asked.with.database.query(queries::show_account, parameters, asked.with.options());
    if (!account) co_return answer_of(account.error());
    if (account->empty()) co_return answer_of(401, "generic_401");
    http::response made;
    made.fields.emplace_back("Content-Disposition", "attachment; filename=\"cruddur.json\"");
    made.more = [profile = std::string{account->text(0, 1)},
                 rest = std::make_shared<export_document>(
                     asked.with, *asked.caller)]() mutable -> asio::awaitable<std::optional<std::string>> {
        if (profile.empty()) co_return co_await rest->next();
        co_return "{\"user\":" + std::exchange(profile, {});
    };
    co_return made;
}

constexpr std::array<endpoint, 3> account_topic{{
    {.method = http::verb::get,
     .pattern = "/api/account",
     .who = caller_rule::required,
     .inputs = account_inputs,
     .statement = &queries::show_account,
     .kind = answer_kind::outcome},
    {.method = http::verb::get,
     .pattern = "/api/account/export",
     .who = caller_rule::required,
     .coroutine = show_all},
    {.method = http::verb::delete_,
     .pattern = "/api/account",
     .who = caller_rule::required,
     .coroutine = remove},
}};

} // namespace

std::span<const endpoint> account_endpoints() {
    return account_topic;
}

} // namespace cruddur::app::topics
