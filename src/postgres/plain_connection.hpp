#pragma once

#include "postgres/client.hpp"
#include "postgres/error.hpp"
#include "postgres/rows.hpp"
#include "postgres/statement.hpp"
#include "postgres/url.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::postgres {

struct plain_params {
    std::chrono::milliseconds connect_timeout{10'000}; // for each host, its name's resolution included
    // Set on the server in the session; a statement without an answer `answer_grace` after it is failed here.
    std::chrono::milliseconds statement_timeout{60'000};
    std::chrono::milliseconds answer_grace{5'000};
    std::string application_name = "cruddur";
    std::function<void(const error&)> notice; // warnings and notices, as they come
};

// One session for commands: it blocks its caller, never beyond its deadlines. A session that timed out or was
// lost is over: what is executed after it fails with `lost`. No thread safety.
class plain_connection {
public:
    static result<plain_connection> open(const connection_url& url, plain_params params = {});

    plain_connection(plain_connection&&) noexcept;
    plain_connection& operator=(plain_connection&&) noexcept;
    ~plain_connection();

    // Runs one statement, with its parameters bound, in the transaction that is open, or in one of its own.
    // Text with two statements in it is refused by the server (42601).
    result<rows> execute(std::string_view sql, std::span<const parameter> parameters = {});
    result<rows> execute(const statement& what, std::initializer_list<parameter> parameters = {});

    // Runs one COPY … FROM STDIN. `more` appends the next part of the data to an empty text, and returns
    // false once there is none; it is not called again after a failure. Returns the number of rows.
    result<std::int64_t> copy(std::string_view sql, const std::function<bool(std::string&)>& more);

    // The server process's id, as pg_stat_activity shows it.
    [[nodiscard]] int server_pid() const;

private:
    struct state;
    result<rows> answer(std::chrono::steady_clock::time_point deadline);
    explicit plain_connection(std::unique_ptr<state> open);
    std::unique_ptr<state> state_;
};

} // namespace cruddur::postgres
