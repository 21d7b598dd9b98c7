#include "app/answer/batch_writer.hpp"

#include "app/answer/answer.hpp"
#include "postgres/array_text.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <unordered_set>

namespace cruddur::app::answer {

namespace asio = boost::asio;

namespace {

constexpr std::size_t batches_at_once = 2; // one is run while the other is made durable
constexpr std::size_t row_input = 1;
constexpr std::size_t writes_max = 256;
constexpr std::size_t turns_waiting_max = 4; // of that many writes each

} // namespace

struct batch_writer::entry {
    std::vector<std::string> inputs;
    std::optional<outcome> became;
};

struct batch_writer::turn {
    const postgres::statement* what = nullptr;
    std::vector<entry> writes;
    std::unordered_set<std::string> rows;

    // One row is locked until the commit is durable: who would wait for it in PostgreSQL keeps a connection.
    static bool blocks(const turn& running, const turn& waiting) {
        return std::ranges::any_of(running.rows, [&](const auto& row) { return waiting.rows.contains(row); });
    }
};

// To each write what is its own: the row whose place it has, the statement's error, or that no row is of it.
void batch_writer::share_out(const postgres::result<postgres::rows>& rows, std::span<entry> among) {
    for (entry& each : among)
        each.became = rows ? outcome{std::nullopt} : outcome{rows.error()};
    if (!rows) return;
    for (std::size_t row = 0; row < rows->size(); ++row) {
        const auto place = static_cast<std::size_t>(rows->int64(row, rows->columns() - 1));
        if (place >= 1 && place <= among.size()) among[place - 1].became = outcome{written{*rows, row}};
    }
}

batch_writer::batch_writer(const resources& with, std::function<void()> committed)
    : with_{with}
    , committed_{std::move(committed)}
    , turns_{batches_at_once, turns_waiting_max,
             [this](std::shared_ptr<turn> one, auto since) { return run(std::move(one), since); },
             turn::blocks} {}

asio::awaitable<batch_writer::outcome> batch_writer::write(const postgres::statement& what,
                                                           std::vector<std::string> inputs) {
    const auto one = turns_.waiting_or_new(
        [&what](const turn& each) { return each.what == &what && each.writes.size() < writes_max; });
    if (!one) co_return with_.turned_away();
    one->what = &what;
    one->rows.insert(inputs.at(row_input));
    const std::size_t index = one->writes.size();
    one->writes.push_back({std::move(inputs), std::nullopt});
    co_await turns_.join(one);
    auto& became = one->writes[index].became;
    if (!became) co_return postgres::error{.kind = postgres::failure::lost, .message = "not asked"};
    co_return std::move(*became);
}

// What the database finds wrong with one write fails all that are with it: then each is tried by itself.
asio::awaitable<void> batch_writer::run(std::shared_ptr<turn> one,
                                        std::chrono::steady_clock::time_point since) const {
    auto rows = co_await write_all(*one->what, one->writes, since);
    bool sent = rows || rows.error().sent;
    if (!rows && one->writes.size() > 1 && status_of(rows.error()) == 500) {
        for (entry& each : one->writes) {
            rows = co_await write_all(*one->what, std::span{&each, 1}, since);
            sent = sent || rows || rows.error().sent;
            share_out(rows, std::span{&each, 1});
        }
    } else {
        share_out(rows, one->writes);
    }
    // Where an answer was lost, something may have been committed all the same.
    if (sent) committed_();
}

asio::awaitable<postgres::result<postgres::rows>>
batch_writer::write_all(const postgres::statement& what, std::span<const entry> of,
                        std::chrono::steady_clock::time_point since) const {
    std::vector<postgres::array_text> columns(of.front().inputs.size());
    for (const entry& each : of)
        for (std::size_t column = 0; column < columns.size(); ++column)
            columns[column].add(each.inputs[column]);
    std::vector<postgres::parameter> parameters;
    parameters.reserve(columns.size());
    for (auto& column : columns)
        parameters.emplace_back(column.close());
    auto rows = co_await with_.database.query(what, parameters, with_.options(since));
    if (!rows && was_overtaken(rows.error()))
        rows = co_await with_.database.query(what, parameters, with_.options(since));
    co_return rows;
}

} // namespace cruddur::app::answer
