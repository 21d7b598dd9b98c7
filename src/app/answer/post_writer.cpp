#include "app/answer/post_writer.hpp"

#include "app/answer/answer.hpp"
#include "app/input/json_text.hpp"
#include "db/queries.hpp"
#include "postgres/array_text.hpp"

#include <openssl/rand.h>

#include <array>
#include <chrono>
#include <new>
#include <span>

namespace cruddur::app::answer {

namespace asio = boost::asio;

namespace {

constexpr std::size_t posts_at_once = 2; // one is inserted while the other is made durable
constexpr std::size_t posts_max = 64;
constexpr std::size_t turns_waiting_max = 4; // of that many posts each

} // namespace

std::string new_uuid() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data() + 6, 10) != 1) throw std::bad_alloc{};
    using std::chrono::milliseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    auto ms = static_cast<std::uint64_t>(std::chrono::floor<milliseconds>(now).count());
    for (std::size_t at = 6; at > 0; --at, ms >>= 8)
        bytes[at - 1] = static_cast<unsigned char>(ms & 0xff);
    bytes[6] = static_cast<unsigned char>(0x70 | (bytes[6] & 0x0f));
    bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));
    std::string text;
    input::append_uuid(text, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return text;
}

struct post_writer::entry {
    std::string uuid;
    std::string caller;
    std::string message;
    std::string interval;
    std::optional<outcome> became;
};

struct post_writer::turn {
    std::vector<entry> posts;
};

post_writer::outcome post_writer::became(std::string_view uuid,
                                         const postgres::result<postgres::rows>& rows) {
    if (!rows) return rows.error();
    for (std::size_t row = 0; row < rows->size(); ++row) {
        std::string created_uuid;
        input::append_uuid(created_uuid, rows->uuid(row, 0));
        if (created_uuid == uuid) return std::optional<created>{created{*rows, row}};
    }
    return std::optional<created>{};
}

post_writer::post_writer(const resources& with)
    : with_{with}
    , turns_{posts_at_once, turns_waiting_max,
             [this](std::shared_ptr<turn> one, auto since) { return run(std::move(one), since); }} {}

asio::awaitable<post_writer::outcome> post_writer::create(std::string_view caller, const new_activity& post) {
    auto one = turns_.waiting([](const turn& each) { return each.posts.size() < posts_max; });
    if (!one && turns_.full())
        co_return postgres::error{.kind = postgres::failure::overloaded, .message = "too many posts wait"};
    if (!one) one = std::make_shared<turn>();
    const std::size_t place = one->posts.size();
    one->posts.push_back(
        {new_uuid(), std::string{caller}, post.message, std::string{post.interval}, std::nullopt});
    co_await turns_.join(one);
    auto& became = one->posts[place].became;
    if (!became) co_return postgres::error{.kind = postgres::failure::lost, .message = "not asked"};
    co_return std::move(*became);
}

// What the database finds wrong with one post fails all that are with it: then each is tried by itself.
asio::awaitable<void> post_writer::run(std::shared_ptr<turn> one,
                                       std::chrono::steady_clock::time_point since) const {
    auto rows = co_await insert(one->posts, since);
    bool sent = rows || rows.error().sent;
    const bool apart = !rows && one->posts.size() > 1 && status_of(rows.error()) == 500;
    for (entry& each : one->posts) {
        if (apart) rows = co_await insert(std::span{&each, 1}, since);
        each.became = became(each.uuid, rows);
        sent = sent || rows || rows.error().sent;
    }
    // Before anybody is answered; where an answer was lost, something may have been committed all the same.
    if (sent) with_.committed();
}

asio::awaitable<postgres::result<postgres::rows>>
post_writer::insert(std::span<const entry> posts, std::chrono::steady_clock::time_point since) const {
    std::array<postgres::array_text, 4> columns;
    for (const entry& each : posts) {
        columns[0].add(each.uuid);
        columns[1].add(each.caller);
        columns[2].add(each.message);
        columns[3].add(each.interval);
    }
    const std::array<postgres::parameter, 4> parameters{columns[0].close(), columns[1].close(),
                                                        columns[2].close(), columns[3].close()};
    co_return co_await with_.database.query(queries::create_activity, parameters, with_.options(since));
}

} // namespace cruddur::app::answer
