#pragma once

#include "app/answer/resources.hpp"
#include "app/answer/turns.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cruddur::app::answer {

// Runs writes: those of one statement that wait at the same time together, each acknowledged after the commit
// that holds it. What the database finds wrong with one of them fails that one alone. Of one event loop.
class batch_writer {
public:
    // A row of what the statement returns.
    struct written {
        postgres::rows rows;
        std::size_t row = 0;
    };
    // nullopt: no row is of this write.
    using outcome = postgres::result<std::optional<written>>;

    // `committed` is called before anybody is answered, where something was committed or may have been.
    batch_writer(const resources& with, std::function<void()> committed);

    // The statement's parameters are arrays, and `inputs` an element of each; the second of them names the
    // row that writes wait for one another for: a post that many like, a person whom many follow. Its last
    // column is the place, from 1, of the write that the row is of.
    boost::asio::awaitable<outcome> write(const postgres::statement& what, std::vector<std::string> inputs);

private:
    struct entry;
    struct turn;
    boost::asio::awaitable<void> run(std::shared_ptr<turn> one,
                                     std::chrono::steady_clock::time_point since) const;
    static void share_out(const postgres::result<postgres::rows>& rows, std::span<entry> among);
    boost::asio::awaitable<postgres::result<postgres::rows>>
    write_all(const postgres::statement& what, std::span<const entry> of,
              std::chrono::steady_clock::time_point since) const;

    const resources& with_;
    const std::function<void()> committed_;
    turns<turn> turns_;
};

} // namespace cruddur::app::answer
