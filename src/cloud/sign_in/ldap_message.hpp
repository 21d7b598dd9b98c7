#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cruddur::cloud::sign_in {

// What came is no message of LDAP, or one that nobody here answers. The text quotes nothing of it.
class ldap_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// One message of a client of LDAP (RFC 4511): a simple bind, or the goodbye that ends its session.
struct ldap_request {
    int id = 0;
    bool is_unbind = false;
    std::string name;     // in whose name it binds; PostgreSQL sends prefix, user and suffix
    std::string password; // never empty: a bind without one would be an anonymous one
};

// Takes a client's bytes as they come. What a stranger can have it keep is one message. Not thread-safe.
class ldap_reader {
public:
    // PostgreSQL's longest password, and what stands around it.
    static constexpr std::size_t message_bytes_max = 72UL * 1024;

    ldap_reader();
    ldap_reader(const ldap_reader&) = delete;
    ldap_reader& operator=(const ldap_reader&) = delete;
    ~ldap_reader();

    // The next message, as soon as all of it has come; `more` is looked at first to last, and what lies
    // behind a whole message is kept for the next call, which may bring nothing. Throws ldap_error for
    // another operation, a malformed message and one that says it is longer than message_bytes_max; nothing
    // can be read after that.
    [[nodiscard]] std::optional<ldap_request> read(std::string_view more);

private:
    struct state;
    std::unique_ptr<state> state_;
};

// What a bind comes to: success, or invalid credentials, with `told` for the server's log.
[[nodiscard]] std::string bind_answer(int id, bool admitted, const std::string& told);

} // namespace cruddur::cloud::sign_in
