#pragma once

#include "app/identity/key_source.hpp"
#include "app/identity/token.hpp"
#include "app/input/validation.hpp"
#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cruddur::app::identity {

using input::checked;
using input::refusal;

// Tells who calls, for one event loop: no thread safety. A token that was verified is remembered by the
// SHA-256 of all of it until it expires or the key set changes, so that a caller who comes back costs no RSA;
// at most remembered_max of them, the least recently used forgotten first.
class authenticator {
public:
    static constexpr std::size_t remembered_max = 4'096;
    using clock = std::function<std::chrono::sys_seconds()>;

    // Without a key source no token is taken.
    authenticator(std::shared_ptr<key_source> keys, token_rules rules, clock now = system_now);
    ~authenticator();

    // The subject of the request's token; nullopt where there is none ("Bearer null" is none: the original's
    // clients send it when signed out). 401 for a token that does not hold, 503 while there are no keys to
    // tell by.
    boost::asio::awaitable<checked<std::optional<std::string>>> identify(const http::request& from);
    // The same where a caller is required: 401 without one.
    boost::asio::awaitable<checked<std::string>> require(const http::request& from);

    [[nodiscard]] std::uint64_t verifications() const; // by RSA, so far

    static std::chrono::sys_seconds system_now();

private:
    class memory;
    boost::system::result<std::string, token_failure> judge(std::string_view token);

    std::shared_ptr<key_source> keys_;
    token_rules rules_;
    clock now_;
    std::unique_ptr<memory> remembered_;
};

// The token of an Authorization field: nullopt without one, and for "Bearer null", "Bearer undefined" and
// "Bearer". A refusal (401) for any other scheme.
[[nodiscard]] checked<std::optional<std::string_view>> bearer_token_of(const http::request& from);

} // namespace cruddur::app::identity
